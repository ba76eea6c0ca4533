using System.Collections.Immutable;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Proofs.Synthetic;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Proofs.Openings;

/// <summary>
/// Whether what a sector that is not proven yet keeps for Commit 1 is intact: openings are checked as Commit 1 checks them, whatever the seed
/// will be. Opens files for reading only.
/// </summary>
public sealed record OpeningCheck
{
    /// <summary>The seal proof.</summary>
    public required PorepParameters Porep { get; init; }

    /// <summary>The sector's CommR; null if that is not known, which leaves challenges unknown, too.</summary>
    public required CommR? CommR { get; init; }

    /// <summary>CommD; null for the root that the files themselves have.</summary>
    public required CommD? CommD { get; init; }

    /// <summary>The replica id; null if the ticket or CommD is not known: then labels and challenges are not compared.</summary>
    public required ReplicaId? ReplicaId { get; init; }

    /// <summary>comm_c, of a p_aux; null where there is none, which leaves layers and trees unchecked.</summary>
    public required Bytes32? CommC { get; init; }

    /// <summary>The cache folder.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>How many openings to check; null for all that syn-porep-vanilla-proofs.dat has.</summary>
    public required int? Sample { get; init; }

    /// <summary>Threads.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Name of the Poseidon kernel; null for the best on this machine.</summary>
    public string? PoseidonKernel { get; init; }

    /// <summary>Checks syn-porep-vanilla-proofs.dat.</summary>
    /// <param name="progress">Told how many openings are done; may be null.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <returns>What is wrong, by place in the file; every fault names the stretch of the file.</returns>
    /// <exception cref="OperatorException">Storage: it cannot be read.</exception>
    public IReadOnlyList<ProofFault> OfSyntheticProofs(IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        string path = Path.Combine(CacheFolder, CacheNames.SyntheticProofs);
        SyntheticForm form = SyntheticForm.Of(Porep);
        using SyntheticFile file = new(path, Porep);
        Bytes32 commD = CommD?.Value ?? file.CommD;
        if (FaultOfRoots(file, commD) is { } fault)
        {
            return [fault with { Places = [new FaultPlace(path, 0, SyntheticForm.HeadBytes)] }];
        }

        uint[]? challenges = ReplicaId is { } id && CommR is { } commR
            ? new PorepChallenges(Porep, PorepVariant.Synthetic, id, commR, default).SyntheticSet()
            : null;
        PorepVanillaVerifier verifier = new(Porep, new CommD(commD), ReplicaId, file.CommC, file.CommRLast, PoseidonKernel);
        return InParallel(Chosen(form.Proofs), Check, progress, cancellation);

        IReadOnlyList<ProofFault> Check(long number)
        {
            PorepVanillaProof? proof = file.TryRead((int)number);
            ProofFault? wrong = proof is null or { Node: 0 }
                ? new ProofFault(ProofFaultKind.Form, null, "it is about node 0, or one that the sector does not have")
                : verifier.Check(proof, challenges?[number] ?? proof.Node);
            return wrong is null
                ? []
                : [wrong with { Places = [new FaultPlace(path, form.OffsetOf((int)number), form.ProofBytes)] }];
        }
    }

    /// <summary>Checks layers, tree_c and tree_d against each other and comm_c; replica and tree_r_last are not read.</summary>
    /// <param name="progress">Told how many openings are done; may be null.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <returns>What is wrong; every fault names the files that are or may be damaged.</returns>
    /// <exception cref="OperatorException">Storage: a file is missing, has another length, or cannot be read.</exception>
    public IReadOnlyList<ProofFault> OfLayersAndTrees(IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        using PorepVanillaProver prover = new(CacheFolder, Porep, replica: null, PoseidonKernel);
        Bytes32 commD = CommD?.Value ?? prover.CommD;
        Bytes32 commC = CommC ?? throw new InvalidOperationException("comm_c has to be known");
        PorepVanillaVerifier verifier = new(Porep, new CommD(commD), ReplicaId, commC, default, PoseidonKernel);
        long[] nodes = [.. Chosen(Porep.Nodes - 1).Select(node => node + 1)];
        return InParallel(nodes, Check, progress, cancellation);

        IReadOnlyList<ProofFault> Check(long node)
        {
            PorepVanillaProof proof = prover.Prove((uint)node);
            return verifier.CheckWithoutReplica(proof, (uint)node) is { } fault ? [fault with { Places = Suspects(prover, verifier, proof, fault) }] : [];
        }
    }

    private ProofFault? FaultOfRoots(SyntheticFile file, Bytes32 commD) =>
        file.CommD != commD ? new ProofFault(ProofFaultKind.CommD, null, $"its root of tree_d is {file.CommD} where {commD} should be")
        : CommC is { } commC && file.CommC != commC
            ? new ProofFault(ProofFaultKind.CommC, null, $"its root of tree_c is {file.CommC} where {commC} should be")
        : CommR is { } commR && CommRs.From(file.CommC, file.CommRLast, PoseidonKernel) is var made && made != commR
            ? new ProofFault(ProofFaultKind.CommR, null, $"its roots make the CommR {made}, but the sector's is {commR}")
        : null;

    /// <summary>Numbers below <paramref name="count"/>: all of them, or as many as are to be looked at, each once, in order.</summary>
    private long[] Chosen(long count)
    {
        if (Sample is not { } sample || sample >= count)
        {
            long[] all = new long[count];
            for (long i = 0; i < count; i++)
            {
                all[i] = i;
            }

            return all;
        }

        SortedSet<long> chosen = [];
        while (chosen.Count < sample)
        {
            chosen.Add(Random.Shared.NextInt64(count));
        }

        return [.. chosen];
    }

    private List<ProofFault> InParallel(
        long[] numbers, Func<long, IReadOnlyList<ProofFault>> check, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        const int most = 1000;
        SealProgressCounter counter = new(progress, SealPhase.CheckOpenings, 1, 1, numbers.Length);
        SortedDictionary<long, IReadOnlyList<ProofFault>> found = [];
        ParallelOptions options = new() { MaxDegreeOfParallelism = Threads, CancellationToken = cancellation };
        Run.Parallel(numbers.Length, options, i =>
        {
            // A file that is wrong throughout needs no list of all that is wrong with it.
            lock (found)
            {
                if (found.Count >= most)
                {
                    return;
                }
            }

            if (check(numbers[i]) is { Count: > 0 } faults)
            {
                lock (found)
                {
                    found.Add(numbers[i], faults);
                }
            }

            counter.Add(1);
        });
        return [.. found.Values.SelectMany(faults => faults)];
    }

    /// <summary>Where the damage is that an opening shows.</summary>
    private ImmutableArray<FaultPlace> Suspects(PorepVanillaProver prover, PorepVanillaVerifier verifier, PorepVanillaProof proof, ProofFault fault)
    {
        if (fault.Kind == ProofFaultKind.CommD)
        {
            return [Place(CacheNames.TreeD, proof.Node)];
        }

        List<FaultPlace> places = [];
        foreach (ColumnProof column in (ColumnProof[])[proof.Column, .. proof.BaseParents, .. proof.ExpanderParents])
        {
            if (!verifier.IsInTreeC(column))
            {
                (long tree, long leaf) = Math.DivRem(column.Node, Porep.Nodes / Porep.Shape.BaseTrees);
                places.Add(Place(CacheNames.TreeC(Porep.Shape, (int)tree), leaf));
            }
            else if (!verifier.IsColumn(column))
            {
                places.AddRange(WrongLayers(prover, verifier, column.Node).Select(layer => Place(CacheNames.Layer(layer), column.Node)));
            }
        }

        return [.. places.Count == 0 ? verifier.WrongLayers(proof).Select(layer => Place(CacheNames.Layer(layer), proof.Node)) : places];
    }

    /// <summary>In which layers a node's label is wrong; all of them where its parents' labels do not tell.</summary>
    private IEnumerable<int> WrongLayers(PorepVanillaProver prover, PorepVanillaVerifier verifier, uint node)
    {
        IEnumerable<int> all = Enumerable.Range(1, Porep.Layers);
        if (ReplicaId is null || node == 0)
        {
            return all;
        }

        PorepVanillaProof own = prover.Prove(node);
        int[] wrong = [.. own.BaseParents.Concat(own.ExpanderParents).All(verifier.IsColumn) ? verifier.WrongLayers(own) : all];
        return wrong.Length > 0 ? wrong : all;
    }

    private FaultPlace Place(string name, long node) =>
        new(Path.Combine(CacheFolder, name), node * SectorSize.NodeBytes, SectorSize.NodeBytes);
}
