using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Replica;

/// <summary>The parts of a replica beneath one of its base trees: remembers the nodes of one row as the tree is built.</summary>
/// <param name="parts">Remembers, over all base trees.</param>
/// <param name="rows">Takes the rows.</param>
/// <param name="tree">Which base tree, from 0.</param>
/// <param name="row">The row whose nodes are remembered.</param>
internal sealed class PartsOfTree(IReadParts parts, KeptRows rows, int tree, int row) : ITreeRows
{
    private readonly long _first = (long)tree * BaseTreeBuilder.Chunks(rows.Layout);
    private readonly long _nodes = BaseTreeBuilder.ChunkLeaves(rows.Layout) >> (3 * row);

    /// <summary>The row whose nodes are remembered.</summary>
    public int Row => row;

    /// <summary>The nodes above a chunk of the tree; false where it is to be read.</summary>
    public bool TryRecall(int chunk, Span<byte> nodes) => parts.TryRecall(_first + chunk, nodes);

    /// <summary>Forgets the parts of all trees.</summary>
    public void Forget() => parts.Forget();

    void ITreeRows.Put(int at, long firstNode, ReadOnlySpan<byte> nodes)
    {
        ((ITreeRows)rows).Put(at, firstNode, nodes);
        if (at == row)
        {
            parts.Keep(_first + (firstNode / _nodes), nodes);
        }
    }
}
