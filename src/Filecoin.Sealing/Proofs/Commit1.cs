using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Proofs.Encoding;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Proofs;

/// <summary>
/// Commit 1: opens the challenged nodes of a sealed sector, checks every opening, and writes what Commit 2 takes: the JSON of
/// filecoin-ffi's seal_commit_phase1, byte for byte. Tree files are read at the places needed only; memory: one partition's openings.
/// </summary>
public static class Commit1
{
    internal const string Anew = "Recover the sector again with --keep-all";

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
        Open(job, (prover, verifier) =>
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

            WriteProofs(job, prover, verifier, json, json.Flush, progress, cancellation);
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
    public static void CheckFiles(PorepParameters porep, SectorId sector, string cacheFolder)
    {
        foreach (string name in CacheNames.All(porep).Where(name => name != CacheNames.TAux))
        {
            string path = Path.Combine(cacheFolder, name);
            if (!File.Exists(path))
            {
                throw new OperatorException(
                    FailureKind.BadInput,
                    $"Commit 1 of {sector} needs the layers and all trees, but {path} is not there",
                    $"{Anew}: without it layers, tree_c and tree_d are not kept.");
            }
        }
    }

    /// <summary>The root that tree_d of a cache folder has.</summary>
    /// <exception cref="OperatorException">Storage: it cannot be read.</exception>
    public static CommD RootOfTreeD(string cacheFolder) => new(TreeFile.ReadRoot(LinuxFileSystem.Instance, Path.Combine(cacheFolder, CacheNames.TreeD)));

    /// <summary>Only the vanilla proofs, in either format: a sequence of partitions, each a sequence of openings.</summary>
    internal static void WriteProofs(Commit1Job job, IFieldWriter to, CancellationToken cancellation) =>
        Open(job, (prover, verifier) => WriteProofs(job, prover, verifier, to, () => { }, progress: null, cancellation));

    private static void Open(Commit1Job job, Action<PorepVanillaProver, PorepVanillaVerifier> work)
    {
        CheckFiles(job.Inputs.Porep, job.Inputs.Sector, job.CacheFolder);
        string pAuxPath = Path.Combine(job.CacheFolder, CacheNames.PAux);
        PAuxFile pAux = PAuxFile.Read(pAuxPath);
        if (CommRs.From(pAux.CommC, pAux.CommRLast, job.PoseidonKernel) is var made && made != job.CommR)
        {
            throw new OperatorException(
                FailureKind.CommitmentMismatch,
                $"{pAuxPath} makes the CommR {made}, but that of {job.Inputs.Sector} is {job.CommR}",
                "Give the folder of this very sector; if it is, p_aux is damaged.");
        }

        using PorepVanillaProver prover = new(job);
        CheckRoot(job, "tree_d", prover.CommD, job.Inputs.CommD.Value);
        CheckRoot(job, "tree_c", prover.CommC, pAux.CommC);
        CheckRoot(job, "tree_r_last", prover.CommRLast, pAux.CommRLast);
        work(prover, new PorepVanillaVerifier(job.Inputs, pAux.CommC, pAux.CommRLast, job.PoseidonKernel));
    }

    private static void CheckRoot(Commit1Job job, string tree, Bytes32 found, Bytes32 expected)
    {
        if (found != expected)
        {
            throw Damaged(job, $"the root of {tree} in {job.CacheFolder} is {found} where {expected} should be");
        }
    }

    private static void WriteProofs(
        Commit1Job job,
        PorepVanillaProver prover,
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
            PorepVanillaProof[] proofs = new PorepVanillaProof[nodes.Length];
            Run.Parallel(nodes.Length, options, i =>
            {
                proofs[i] = prover.Prove(nodes[i]);
                if (verifier.Check(proofs[i], nodes[i]) is { } fault)
                {
                    throw Damaged(job, fault.Sentence);
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

    private static OperatorException Damaged(Commit1Job job, string sentence) => new(
        FailureKind.Storage, $"the files of {job.Inputs.Sector} in {job.CacheFolder} do not fit together: {sentence}", $"{Anew}.");
}
