using System.Numerics;
using Filecoin.Cryptography;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Labeling.Ring;
using Filecoin.Sealing.Memory;

namespace Filecoin.Sealing.Labeling;

/// <summary>A way of labelling that this machine can run.</summary>
/// <param name="Kernel">Name of the kernel, as it is logged and can be asked for.</param>
/// <param name="Sectors">Sectors labelled together by one core.</param>
public sealed record LabelVariant(string Kernel, int Sectors)
{
    /// <summary>The kernel's name, which is unique.</summary>
    public override string ToString() => Kernel;
}

/// <summary>
/// Labelling of a later layer in memory, without a parent cache and without a disk, for measuring. The labels mean nothing: parents are
/// drawn with the distribution of the real graph (base parents by buckets of distance, expander parents anywhere), layers begin as zeros.
/// </summary>
/// <remarks>
/// Successive runs go through the second half of the layer, so that what one run brought into the caches is no help to the next. With
/// layers that outgrow the caches this is what a production sector does, but for its larger page tables.
/// </remarks>
public sealed unsafe class LabelTrial : IDisposable
{
    private const int PageBytes = 4096;
    private const int MostNodesWithParents = 1 << 20;
    private const int Layer = 2;

    // How much is prepared between two looks at whether to stop: milliseconds' worth.
    private const long BytesBetweenLooks = 16L << 20;
    private const int NodesBetweenLooks = 1 << 14;

    private readonly LabelKernel _kernel;
    private readonly Bytes32[] _replicaIds;
    private readonly NativeBuffer _current;
    private readonly NativeBuffer _previous;
    private readonly uint[] _parents;
    private readonly long _firstNode;
    private readonly int _nodes;
    private LabelRing? _ring;
    private int _next;

    /// <summary>Takes memory for two layers of each sector and draws parents.</summary>
    /// <param name="variant">One of <see cref="Variants"/>.</param>
    /// <param name="nodes">Nodes of each sector's layer, a multiple of twice <paramref name="nodesInRun"/>; at most 2^31.</param>
    /// <param name="nodesInRun">Nodes labelled by one <see cref="Run"/>.</param>
    /// <param name="cancellation">Stops the preparation, which takes a second or more with large layers.</param>
    /// <exception cref="Filecoin.Primitives.OperatorException">The system refuses the memory.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public LabelTrial(LabelVariant variant, long nodes, int nodesInRun, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(variant);
        ArgumentOutOfRangeException.ThrowIfLessThan(nodesInRun, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nodes, 1L << 31);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nodes % (2L * nodesInRun), 0, nameof(nodes));
        _kernel = LabelKernels.OfBatch.Create(variant.Kernel);
        ArgumentOutOfRangeException.ThrowIfNotEqual(variant.Sectors, _kernel.Lanes, nameof(variant));
        _replicaIds = new Bytes32[_kernel.Lanes];
        Nodes = nodes;
        NodesInRun = nodesInRun;
        _nodes = (int)Math.Min(nodes / 2, MostNodesWithParents / nodesInRun * (long)nodesInRun);
        _firstNode = nodes - _nodes;
        _parents = Draw(_firstNode, _nodes, nodes, cancellation);
        _current = new NativeBuffer(nodes * _kernel.Layout.NodeBytes);
        _previous = new NativeBuffer(nodes * _kernel.Layout.NodeBytes);
        try
        {
            Touch(_current, cancellation);
            Touch(_previous, cancellation);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Everything this machine can run, best first within a number of sectors.</summary>
    public static IReadOnlyList<LabelVariant> Variants { get; } = [.. LabelLanes.Costs.Select(cost => cost.Variant).OrderBy(variant => variant.Sectors)];

    /// <summary>Nodes of the layer.</summary>
    public long Nodes { get; }

    /// <summary>Nodes labelled by one run.</summary>
    public int NodesInRun { get; }

    /// <summary>The part of the layers that the system put on huge pages, 0 to 1; null where it does not say.</summary>
    public double? OnHugePages => (HugePages.Share(_current) + HugePages.Share(_previous)) / 2;

    /// <summary>Labels made by one run, of all sectors.</summary>
    public int LabelsInRun => NodesInRun * _kernel.Lanes;

    /// <summary>Labels made by one run with look-ahead: the start of the threads is part of it and should not matter.</summary>
    public int LabelsInLookAheadRun => Math.Min(_nodes, MostNodesWithParents / 8);

    /// <summary>Labels the next nodes on the calling thread.</summary>
    public void Run()
    {
        int first = Next(NodesInRun);
        fixed (uint* parents = _parents)
        {
            _kernel.Label(RunOf(first, NodesInRun), parents + ((long)first * LabelMessage.Degree));
        }
    }

    /// <summary>Labels the next nodes with look-ahead threads.</summary>
    /// <param name="cores">Where threads go; at least one look-ahead thread.</param>
    /// <exception cref="InvalidOperationException">The variant is for several sectors.</exception>
    public void RunLookAhead(LabelCores cores)
    {
        if (_kernel.Lanes != 1)
        {
            throw new InvalidOperationException("looking ahead is for one sector");
        }

        int count = LabelsInLookAheadRun;
        int first = Next(count);
        ReadOnlyMemory<uint> parents = _parents.AsMemory(first * LabelMessage.Degree, count * LabelMessage.Degree);
        new LookAheadLabeler(_kernel, _ring ??= new LabelRing(), cores)
            .Label(RunOf(first, count), () => new DrawnParents(parents), _ => { }, CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _current.Dispose();
        _previous.Dispose();
        _ring?.Dispose();
    }

    private LabelRun RunOf(int first, int count) =>
        new(_replicaIds, Layer, _current.Pointer, _previous.Pointer) { FirstNode = _firstNode + first, Count = count };

    /// <summary>Goes on by <paramref name="count"/> of the nodes that have parents, round and round; returns the first.</summary>
    private int Next(int count)
    {
        int first = _next + count <= _nodes ? _next : 0;
        _next = first + count;
        return first;
    }

    /// <summary>Makes all pages be there: untouched ones would be one and the same page of zeros, always in the cache.</summary>
    private static void Touch(NativeBuffer buffer, CancellationToken cancellation)
    {
        for (long offset = 0; offset < buffer.Length; offset += PageBytes)
        {
            buffer.Pointer[offset] = 1;
            if (offset % BytesBetweenLooks == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    private static uint[] Draw(long firstNode, int count, long nodes, CancellationToken cancellation)
    {
        uint[] parents = new uint[(long)count * LabelMessage.Degree];
        SplitMix random = new(seed: 1);
        for (int i = 0; i < count; i++)
        {
            if (i % NodesBetweenLooks == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            Span<uint> ofNode = parents.AsSpan(i * LabelMessage.Degree, LabelMessage.Degree);
            long node = firstNode + i;
            ofNode[0] = (uint)(node - 1);
            for (int k = 1; k < LabelMessage.BaseDegree; k++)
            {
                // As the graph does it: a bucket of distances 2^(b-1) .. 2^b, then a distance in it.
                int buckets = BitOperations.Log2((ulong)node) + 1;
                long reach = Math.Min(node, 1L << (1 + (int)(random.Next() % (ulong)buckets)));
                ofNode[k] = (uint)(node - 1 - (long)(random.Next() % (ulong)reach));
            }

            for (int k = LabelMessage.BaseDegree; k < LabelMessage.Degree; k++)
            {
                ofNode[k] = (uint)(random.Next() % (ulong)nodes);
            }
        }

        return parents;
    }

    private sealed class DrawnParents(ReadOnlyMemory<uint> parents) : IParentBlocks
    {
        private ReadOnlyMemory<uint> _parents = parents;

        public ReadOnlySpan<uint> ReadBlock()
        {
            ReadOnlySpan<uint> block = _parents.Span;
            _parents = default;
            return block;
        }

        public void Dispose()
        {
        }
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014): fast, and good enough for addresses.</summary>
    private struct SplitMix(ulong seed)
    {
        private ulong _state = seed;

        public ulong Next()
        {
            _state += 0x9e3779b97f4a7c15;
            ulong z = _state;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
            z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
            return z ^ (z >> 31);
        }
    }
}
