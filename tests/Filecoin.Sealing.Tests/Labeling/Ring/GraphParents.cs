using Filecoin.Primitives;
using Filecoin.Sealing.Graph;

namespace Filecoin.Sealing.Tests.Labeling.Ring;

/// <summary>A graph's parents from memory, in blocks of any size; counts who reads, and fails where it is told to.</summary>
internal sealed class GraphParents(PorepParameters porep, int blockNodes)
{
    private readonly uint[] _all = Compute(porep);
    private readonly int _blockNodes = blockNodes;
    private int _opened;
    private int _open;

    /// <summary>Readers not disposed of.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Thrown instead of the block that has this node; null for never.</summary>
    public long? FailAt { get; init; }

    /// <summary>The parents end before this node; null for the graph's end.</summary>
    public long? EndAt { get; init; }

    /// <summary>Only the reader opened as this one, counted from 0, fails; null for all.</summary>
    public int? FailingReader { get; init; }

    /// <summary>All parents of all nodes.</summary>
    public uint[] All => _all;

    public IParentBlocks OpenAt(long firstNode)
    {
        Interlocked.Increment(ref _open);
        return new Reader(this, Interlocked.Increment(ref _opened) - 1, firstNode);
    }

    private static uint[] Compute(PorepParameters porep)
    {
        uint[] all = new uint[porep.Nodes * StackedGraph.Degree];
        new StackedGraph(porep).ParentsOfRange(0, all);
        return all;
    }

    private sealed class Reader(GraphParents parents, int index, long next) : IParentBlocks
    {
        private long _next = next;

        public ReadOnlySpan<uint> ReadBlock()
        {
            long nodes = parents.EndAt ?? parents._all.Length / StackedGraph.Degree;
            int count = (int)Math.Min(parents._blockNodes, nodes - _next);
            if (parents.FailAt is long failing && failing < _next + count && (parents.FailingReader ?? index) == index)
            {
                throw new OperatorException(FailureKind.Storage, "the disk is gone", "find it");
            }

            ReadOnlySpan<uint> block = parents._all.AsSpan((int)_next * StackedGraph.Degree, count * StackedGraph.Degree);
            _next += count;
            return block;
        }

        public void Dispose() => Interlocked.Decrement(ref parents._open);
    }
}
