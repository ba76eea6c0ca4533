using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Graph;

/// <summary>
/// The graph of stacked depth robust graphs: which labels enter a node's label. Six base parents lie before the node in the same layer
/// (a depth robust graph, by bucket sampling), eight expander parents anywhere in the layer below. The graph depends on the porep id,
/// the number of nodes and the api version only. Immutable; safe from any number of threads.
/// Source: rust-fil-proofs storage-proofs-core/src/drgraph.rs (BucketGraph), storage-proofs-porep/src/stacked/vanilla/graph.rs.
/// </summary>
public sealed class StackedGraph
{
    /// <summary>Base parents of a node, the immediate predecessor included.</summary>
    public const int BaseDegree = 6;

    /// <summary>Expander parents of a node.</summary>
    public const int ExpansionDegree = 8;

    /// <summary>All parents of a node: base parents first, then expander parents.</summary>
    public const int Degree = BaseDegree + ExpansionDegree;

    /// <summary>Bytes of the seed of the base graph; a node's number fills it up to a ChaCha seed.</summary>
    public const int DrgSeedBytes = 28;

    /// <summary>Feistel keys of a graph; the cipher uses three, the parent cache's name all four.</summary>
    public const int FeistelKeyCount = 4;

    /// <summary>Every base parent but the immediate predecessor is drawn; a node counts that often in the metagraph drawn from.</summary>
    private const int DrawnParents = BaseDegree - 1;

    private const int BatchNodes = 128;

    private readonly ParentKernel _kernel;
    private readonly byte[] _drgSeed;
    private readonly ulong[] _feistelKeys;
    private readonly Feistel _feistel;
    private readonly Lazy<FeistelTables> _tables;
    private readonly BucketSampler _sampler;

    /// <summary>Derives seed and keys of <paramref name="porep"/>'s graph.</summary>
    /// <param name="porep">Whose graph.</param>
    /// <param name="kernel">Name of the kernel <see cref="ParentsOfRange"/> uses; null for the best on this machine.</param>
    /// <exception cref="ArgumentException">This machine has no kernel of that name.</exception>
    public StackedGraph(PorepParameters porep, string? kernel = null)
    {
        ArgumentNullException.ThrowIfNull(porep);
        _kernel = ParentKernel.Create(kernel);
        Nodes = porep.Nodes;
        Rules = GraphRules.For(porep.ApiVersion);
        Span<byte> seed = stackalloc byte[Bytes32.Length];
        DeriveSeed("Filecoin_DRSample"u8, porep.PorepId, seed);
        _drgSeed = seed[..DrgSeedBytes].ToArray();
        DeriveSeed("Filecoin_Feistel"u8, porep.PorepId, seed);
        _feistelKeys = new ulong[FeistelKeyCount];
        for (int i = 0; i < FeistelKeyCount; i++)
        {
            _feistelKeys[i] = BinaryPrimitives.ReadUInt64LittleEndian(seed[(sizeof(ulong) * i)..]);
        }

        _feistel = new Feistel((ulong)Nodes * ExpansionDegree, _feistelKeys);
        _tables = new Lazy<FeistelTables>(() => new FeistelTables(_feistel, _kernel.HashLanes));
        _sampler = new BucketSampler(_drgSeed, _kernel.StreamLanes);
    }

    /// <summary>Nodes of one layer, at most 2^31.</summary>
    public long Nodes { get; }

    /// <summary>What this graph's version does differently.</summary>
    internal GraphRules Rules { get; }

    /// <summary>First 28 bytes of the ChaCha seed of every node.</summary>
    public ReadOnlySpan<byte> DrgSeed => _drgSeed;

    /// <summary>The keys of the expander's permutation.</summary>
    public ReadOnlySpan<ulong> FeistelKeys => _feistelKeys;

    /// <summary>
    /// The base parents of <paramref name="node"/>, all below it; they may repeat. Nodes 0 and 1 have node 0 six times, node 0 being
    /// without parents.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="parents">Receives six node numbers.</param>
    public void BaseParents(uint node, Span<uint> parents)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(node, Nodes);
        parents = parents[..BaseDegree];
        if (node < 2)
        {
            parents.Clear();
            return;
        }

        Span<byte> seed = stackalloc byte[ChaCha8.SeedBytes];
        _drgSeed.CopyTo(seed);
        BinaryPrimitives.WriteUInt32LittleEndian(seed[DrgSeedBytes..], node);
        ChaCha8 random = new(seed);

        int predecessor = Rules.Predecessor == PredecessorPosition.First ? 0 : DrawnParents;
        Span<uint> drawn = Rules.Predecessor == PredecessorPosition.First ? parents[1..] : parents[..DrawnParents];
        parents[predecessor] = node - 1;

        ulong metaNode = (ulong)node * DrawnParents;
        ulong buckets = BucketCount(metaNode);
        for (int i = 0; i < DrawnParents; i++)
        {
            // Bucket b holds the distances 2^(b-1) .. 2^b, both included and cut to 2 .. metaNode.
            int bucket = (int)(random.NextUInt64() % buckets) + 1;
            ulong largest = Math.Min(metaNode, 1UL << bucket);
            ulong smallest = Math.Max(2, largest >> 1);
            ulong distance = smallest + (random.NextUInt64() % (largest - smallest + 1));
            uint parent = (uint)((metaNode - distance) / DrawnParents);
            drawn[i] = parent == node ? node - 1 : parent;
        }
    }

    /// <summary>The expander parents of <paramref name="node"/>, anywhere in the layer below; they may repeat and may be the node itself.</summary>
    /// <param name="node">The node.</param>
    /// <param name="parents">Receives eight node numbers.</param>
    public void ExpanderParents(uint node, Span<uint> parents)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(node, Nodes);
        parents = parents[..ExpansionDegree];
        for (int i = 0; i < ExpansionDegree; i++)
        {
            parents[i] = NodeOf(_feistel.Permute(((ulong)node * ExpansionDegree) + (ulong)i));
        }
    }

    /// <summary>All parents of <paramref name="node"/>: what the parent cache holds for it.</summary>
    /// <param name="node">The node.</param>
    /// <param name="parents">Receives fourteen node numbers.</param>
    public void Parents(uint node, Span<uint> parents)
    {
        BaseParents(node, parents);
        ExpanderParents(node, parents[BaseDegree..Degree]);
    }

    /// <summary>
    /// The parents of consecutive nodes, some fifty times faster than one by one. A graph's first call computes tables (10 ms, 1.5 MiB);
    /// each call allocates once, not per node.
    /// </summary>
    /// <param name="firstNode">The first node.</param>
    /// <param name="parents">Receives fourteen numbers for each node; its length decides how many nodes.</param>
    public void ParentsOfRange(long firstNode, Span<uint> parents)
    {
        int nodes = parents.Length / Degree;
        ArgumentOutOfRangeException.ThrowIfNegative(firstNode);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstNode, Nodes - nodes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(parents.Length, nodes * Degree, nameof(parents));
        if (_kernel == ParentKernel.Plain)
        {
            for (int i = 0; i < nodes; i++)
            {
                Parents((uint)(firstNode + i), parents.Slice(i * Degree, Degree));
            }

            return;
        }

        ulong[] indices = new ulong[BatchNodes * ExpansionDegree];
        int[] pending = new int[indices.Length];
        for (int done = 0; done < nodes; done += BatchNodes)
        {
            int count = Math.Min(BatchNodes, nodes - done);
            Span<uint> batch = parents.Slice(done * Degree, count * Degree);
            BaseParentsOfBatch((uint)(firstNode + done), batch);
            ExpanderParentsOfBatch(firstNode + done, batch, indices.AsSpan(0, count * ExpansionDegree), pending);
        }
    }

    /// <summary>
    /// How many buckets of distances lie below <paramref name="metaNode"/>: the logarithm to base 2, rounded up. The reference takes it
    /// in floating point; up to the 2^34 that occur both agree.
    /// </summary>
    /// <param name="metaNode">At least 2.</param>
    internal static ulong BucketCount(ulong metaNode) => (ulong)BitOperations.Log2(metaNode - 1) + 1;

    private static void DeriveSeed(ReadOnlySpan<byte> domain, PorepId porepId, Span<byte> seed)
    {
        Span<byte> message = stackalloc byte[domain.Length + Bytes32.Length];
        domain.CopyTo(message);
        porepId.Value.CopyTo(message[domain.Length..]);
        SHA256.HashData(message, seed);
    }

    private void BaseParentsOfBatch(uint firstNode, Span<uint> parents)
    {
        int nodes = parents.Length / Degree;
        bool first = Rules.Predecessor == PredecessorPosition.First;
        for (int i = 0; i < nodes;)
        {
            uint node = firstNode + (uint)i;
            if (node < 2 || nodes - i < BucketSampler.Nodes)
            {
                BaseParents(node, parents[(i * Degree)..]);
                i++;
                continue;
            }

            Span<uint> several = parents.Slice(i * Degree, BucketSampler.Nodes * Degree);
            _sampler.Draw(node, several, firstDrawn: first ? 1 : 0);
            for (int j = 0; j < BucketSampler.Nodes; j++)
            {
                several[(j * Degree) + (first ? 0 : DrawnParents)] = node + (uint)j - 1;
            }

            i += BucketSampler.Nodes;
        }
    }

    private void ExpanderParentsOfBatch(long firstNode, Span<uint> parents, Span<ulong> indices, Span<int> pending)
    {
        for (int i = 0; i < indices.Length; i++)
        {
            indices[i] = ((ulong)firstNode * ExpansionDegree) + (ulong)i;
        }

        _tables.Value.PermuteAll(indices, pending);
        for (int i = 0; i < parents.Length / Degree; i++)
        {
            Span<uint> expander = parents.Slice((i * Degree) + BaseDegree, ExpansionDegree);
            ReadOnlySpan<ulong> shuffled = indices.Slice(i * ExpansionDegree, ExpansionDegree);
            for (int j = 0; j < ExpansionDegree; j++)
            {
                expander[j] = NodeOf(shuffled[j]);
            }
        }
    }

    private uint NodeOf(ulong shuffled) => Rules.TruncateBeforeDivision
        ? (uint)shuffled / ExpansionDegree
        : (uint)(shuffled / ExpansionDegree);
}
