using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Proofs.Encoding;
using Filecoin.Sealing.Proofs.Synthetic;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Proofs.Openings;

/// <summary>
/// Commit 1: opens the challenged nodes of a sealed sector, checks every opening, and writes what Commit 2 takes: the JSON of
/// filecoin-ffi's seal_commit_phase1, byte for byte. Tree files are read at the places needed only; memory: one partition's openings. Of a
/// Synthetic sector whose layers are gone the openings are taken out of syn-porep-vanilla-proofs.dat.
/// </summary>
public static class Commit1
{
    /// <summary>Opens, checks and writes.</summary>
    /// <param name="job">The sector.</param>
    /// <param name="output">Receives the JSON; not closed. After a failure it holds a part.</param>
    /// <param name="progress">Told how many challenges are done, as of <see cref="SealPhase.VanillaProofs"/>; may be null.</param>
    /// <param name="cancellation">Stops between challenges.</param>
    /// <exception cref="OperatorException">
    /// BadInput: a file is missing. CommitmentMismatch: the files are another sector's. Storage: one is damaged; the message names the place.
    /// </exception>
    /// <exception cref="IOException">The stream failed.</exception>
    public static void Write(Commit1Job job, Stream output, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(job);
        using JsonFieldWriter json = new(output);
        Open(job, (opener, verifier) =>
        {
            json.BeginStruct();
            if (job.Registered is { } registered)
            {
                json.Field("registered_proof");
                json.Text(registered.RegisteredName);
            }

            json.Field("vanilla_proofs");
            if (job.Registered is not null)
            {
                json.BeginStruct();
                json.Field(job.Registered.BaseName);
            }

            WriteProofs(job, opener, verifier, json, json.Flush, progress, cancellation);
            if (job.Registered is not null)
            {
                json.EndStruct();
            }

            ProofFields.Node(json, "comm_r", job.CommR.Value);
            ProofFields.Node(json, "comm_d", job.Inputs.CommD.Value);
            ProofFields.Node(json, "replica_id", job.Inputs.ReplicaId.Value);
            ProofFields.Node(json, "seed", job.Seed);
            ProofFields.Node(json, "ticket", job.Inputs.Ticket.Value);
            json.EndStruct();
            json.Flush();
        });
    }

    /// <summary>Throws unless all files of the cache folder are there that Commit 1 reads; their content is looked at later.</summary>
    /// <exception cref="OperatorException">BadInput: the first that is missing.</exception>
    public static void CheckFiles(PorepParameters porep, PorepVariant variant, SectorId sector, string cacheFolder)
    {
        if (MissingOf(WhatIsRead(porep, variant, cacheFolder), cacheFolder) is { } missing)
        {
            string path = Path.Combine(cacheFolder, missing);
            throw variant == PorepVariant.Synthetic
                ? new OperatorException(
                    FailureKind.BadInput,
                    $"Commit 1 of {sector} needs {CacheNames.SyntheticProofs}, or the layers and all trees, but {path} is not there",
                    $"Repair the sector while it is pre-committed, or recover it with {Setting.KeepAll}: both make {CacheNames.SyntheticProofs}.")
                : new OperatorException(
                    FailureKind.BadInput,
                    $"Commit 1 of {sector} needs the layers and all trees, but {path} is not there",
                    $"{PorepVanillaProver.Anew}: without it layers, tree_c and tree_d are not kept.");
        }
    }

    /// <summary>
    /// Whether openings are taken out of syn-porep-vanilla-proofs.dat: that is there, and layers and trees are not all there. Then nothing
    /// else but p_aux is read, the sealed file neither.
    /// </summary>
    public static bool ReadsSyntheticProofs(PorepParameters porep, PorepVariant variant, string cacheFolder) =>
        variant == PorepVariant.Synthetic
        && MissingOf(LayersAndTrees(porep), cacheFolder) is not null
        && File.Exists(Path.Combine(cacheFolder, CacheNames.SyntheticProofs));

    /// <summary>The root that tree_d has, by the files that Commit 1 reads.</summary>
    /// <exception cref="OperatorException">Storage: they cannot be read.</exception>
    public static CommD RootOfTreeD(PorepParameters porep, PorepVariant variant, string cacheFolder)
    {
        if (!ReadsSyntheticProofs(porep, variant, cacheFolder))
        {
            return new CommD(TreeFile.ReadRoot(LinuxFileSystem.Instance, Path.Combine(cacheFolder, CacheNames.TreeD)));
        }

        using SyntheticFile file = new(Path.Combine(cacheFolder, CacheNames.SyntheticProofs), porep);
        return new CommD(file.CommD);
    }

    /// <summary>Only the vanilla proofs, in either format: a sequence of partitions, each a sequence of openings.</summary>
    internal static void WriteProofs(Commit1Job job, IFieldWriter to, CancellationToken cancellation) =>
        Open(job, (opener, verifier) => WriteProofs(job, opener, verifier, to, () => { }, progress: null, cancellation));

    private static IEnumerable<string> LayersAndTrees(PorepParameters porep) => CacheNames.All(porep).Where(name => name != CacheNames.TAux);

    private static IEnumerable<string> WhatIsRead(PorepParameters porep, PorepVariant variant, string cacheFolder) =>
        ReadsSyntheticProofs(porep, variant, cacheFolder) ? [CacheNames.PAux, CacheNames.SyntheticProofs] : LayersAndTrees(porep);

    private static string? MissingOf(IEnumerable<string> names, string cacheFolder) =>
        names.FirstOrDefault(name => !File.Exists(Path.Combine(cacheFolder, name)));

    private static IPorepOpener OpenerOf(Commit1Job job) => ReadsSyntheticProofs(job.Inputs.Porep, job.Variant, job.CacheFolder)
        ? new SyntheticFile(Path.Combine(job.CacheFolder, CacheNames.SyntheticProofs), job.Inputs.Porep)
        : new PorepVanillaProver(job.CacheFolder, job.Inputs.Porep, job.Replica, job.PoseidonKernel, job.TwoToOneKernel);

    private static void Open(Commit1Job job, Action<IPorepOpener, PorepVanillaVerifier> work)
    {
        CheckFiles(job.Inputs.Porep, job.Variant, job.Inputs.Sector, job.CacheFolder);
        string pAuxPath = Path.Combine(job.CacheFolder, CacheNames.PAux);
        PAuxFile pAux = PAuxFile.Read(pAuxPath);
        if (CommRs.From(pAux.CommC, pAux.CommRLast, job.PoseidonKernel) is var made && made != job.CommR)
        {
            throw new OperatorException(
                FailureKind.CommitmentMismatch,
                $"{pAuxPath} makes the CommR {made}, but that of {job.Inputs.Sector} is {job.CommR}",
                "Give the folder of this very sector; if it is, p_aux is damaged.");
        }

        using IPorepOpener opener = OpenerOf(job);
        CheckRoot(opener, "tree_d", opener.CommD, job.Inputs.CommD.Value);
        CheckRoot(opener, "tree_c", opener.CommC, pAux.CommC);
        CheckRoot(opener, "tree_r_last", opener.CommRLast, pAux.CommRLast);
        work(opener, new PorepVanillaVerifier(job.Inputs, pAux.CommC, pAux.CommRLast, job.PoseidonKernel));
    }

    private static void CheckRoot(IPorepOpener opener, string tree, Bytes32 found, Bytes32 expected)
    {
        if (found != expected)
        {
            throw new OperatorException(
                FailureKind.Storage, $"the root of {tree} in {opener.Source} is {found} where {expected} should be", $"{PorepVanillaProver.Anew}.");
        }
    }

    private static void WriteProofs(
        Commit1Job job,
        IPorepOpener opener,
        PorepVanillaVerifier verifier,
        IFieldWriter to,
        Action partitionDone,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation)
    {
        PorepChallenges challenges = new(job.Inputs.Porep, job.Variant, job.Inputs.ReplicaId, job.CommR, job.Seed);
        SealProgressCounter counter = new(progress, SealPhase.VanillaProofs, 1, 1, challenges.Counts.Total);
        ParallelOptions options = new() { MaxDegreeOfParallelism = job.Threads, CancellationToken = cancellation };
        to.BeginSequence(challenges.Counts.Partitions);
        for (int partition = 0; partition < challenges.Counts.Partitions; partition++)
        {
            uint[] nodes = challenges.OfPartition(partition);
            int[]? ofSet = job.Variant == PorepVariant.Synthetic ? challenges.ChosenOfSyntheticSet(partition) : null;
            PorepVanillaProof[] proofs = new PorepVanillaProof[nodes.Length];
            Run.Parallel(nodes.Length, options, i =>
            {
                proofs[i] = opener.Open(new PorepChallenge(nodes[i], ofSet?[i] ?? 0));
                if (verifier.Check(proofs[i], nodes[i]) is { } fault)
                {
                    throw Damaged(job, opener, fault.Sentence);
                }

                counter.Add(1);
            });
            to.BeginSequence(proofs.Length);
            Array.ForEach(proofs, proof => ProofFields.Write(to, proof));
            to.EndSequence();
            partitionDone();
        }

        to.EndSequence();
    }

    private static OperatorException Damaged(Commit1Job job, IPorepOpener opener, string sentence) => new(
        FailureKind.Storage, $"what {job.Inputs.Sector} has in {opener.Source} does not fit together: {sentence}", $"{PorepVanillaProver.Anew}.");
}
