using System.Collections.Concurrent;
using Filecoin.Cryptography;
using Filecoin.Cryptography.Fields;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Trees;

/// <summary>What the rows of one tree_r_last file say about each other.</summary>
/// <param name="StoredRoot">The root as it stands in the file.</param>
/// <param name="ComputedRoot">The root as the row beneath it makes it; where no row is beneath it, as it stands.</param>
/// <param name="RootInDoubt">Whether root and the row beneath contradict each other, and only the right root can tell which is damaged.</param>
/// <param name="Damaged">Damaged nodes, and groups of eight at least one of which is.</param>
public sealed record RowContradictions(Bytes32 StoredRoot, Bytes32 ComputedRoot, bool RootInDoubt, IReadOnlyList<NodeRange> Damaged)
{
    /// <summary>Whether no node contradicts another.</summary>
    public bool None => Damaged.Count == 0 && !RootInDoubt;

    /// <summary>Hashes every row of a file.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="cores">Cores to use.</param>
    /// <param name="counter">Told the nodes that were hashed; may be null.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <param name="poseidonKernel">Name of the kernel to use; null for the best on this machine.</param>
    public static RowContradictions Find(
        KeptRows rows, ITreeCores cores, SealProgressCounter? counter, CancellationToken cancellation, string? poseidonKernel = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(cores);
        return new RowCheck(rows, PoseidonKernel.Create(TreeShape.BaseArity, poseidonKernel)).Run(cores, counter, cancellation);
    }
}

/// <summary>Finds them: every node above the lowest kept row has to be the hash of the eight beneath it.</summary>
/// <remarks>
/// Where it is not, the node or one of the eight is damaged. A node that is replaced by the hash of what is beneath it, and then fits what
/// is above it, is the damaged one. Of the lowest row nothing is beneath, so there only the group of eight is known.
/// </remarks>
internal sealed class RowCheck(KeptRows rows, PoseidonKernel poseidon8)
{
    private readonly Dictionary<int, HashSet<long>> _contradicted = [];
    private readonly HashSet<(int Row, long Index)> _found = [];
    private readonly List<NodeRange> _damaged = [];
    private readonly int _batch = Math.Max(512, poseidon8.BatchHashes);
    private bool _rootInDoubt;

    private int Height => rows.Layout.Height;

    public RowContradictions Run(ITreeCores cores, SealProgressCounter? counter, CancellationToken cancellation)
    {
        for (int row = rows.LowestRow + 1; row <= Height; row++)
        {
            Compare(row, cores, counter, cancellation);
        }

        BlameNoElements();
        for (int row = Height; row > rows.LowestRow; row--)
        {
            foreach (long index in _contradicted[row].Order())
            {
                Blame(row, index);
            }
        }

        Bytes32 computed = rows.LowestRow < Height ? HashBeneath(Height, 0, []) : rows.Root;
        return new RowContradictions(rows.Root, computed, _rootInDoubt, NodeRange.Join(_damaged));
    }

    private void Compare(int row, ITreeCores cores, SealProgressCounter? counter, CancellationToken cancellation)
    {
        ConcurrentBag<long> contradicted = [];
        long nodes = rows.Layout.RowNodes(row);
        Steps.Run.InOrder((int)((nodes + _batch - 1) / _batch), cores, "tree_r_last", batch =>
        {
            long first = (long)batch * _batch;
            int count = (int)Math.Min(_batch, nodes - first);
            byte[] digests = new byte[count * SectorSize.NodeBytes];
            poseidon8.HashMany(rows.Nodes(new NodeRange(row - 1, first * TreeShape.BaseArity, count * TreeShape.BaseArity)), digests);
            for (int i = 0; i < count; i++)
            {
                if (!rows.Node(row, first + i).SequenceEqual(digests.AsSpan(i * SectorSize.NodeBytes, SectorSize.NodeBytes)))
                {
                    contradicted.Add(first + i);
                }
            }

            counter?.Add(count);
        }, cancellation);
        _contradicted[row] = [.. contradicted];
    }

    private void Blame(int row, long index)
    {
        long firstBeneath = index * TreeShape.BaseArity;
        long[] suspects =
        [
            .. Enumerable.Range(0, TreeShape.BaseArity).Select(child => firstBeneath + child)
                .Where(child => row - 1 > rows.LowestRow && _contradicted[row - 1].Contains(child)),
        ];
        if (suspects.Length > 0 && HashBeneath(row, index, suspects) == new Bytes32(rows.Node(row, index)))
        {
            Array.ForEach(suspects, child => Add(new NodeRange(row - 1, child, 1)));
        }
        else if (_found.Contains((row, index)))
        {
            // The node itself is damaged, which explains it.
        }
        else if (row == Height)
        {
            _rootInDoubt = true;
        }
        else
        {
            if (_contradicted[row + 1].Contains(index / TreeShape.BaseArity))
            {
                Add(new NodeRange(row, index, 1));
            }

            Add(new NodeRange(row - 1, firstBeneath, TreeShape.BaseArity));
        }
    }

    /// <summary>A node of the lowest row is only hashed, and a number and the same plus r have one hash; the rows above are compared as they stand.</summary>
    private void BlameNoElements()
    {
        for (long index = 0; index < rows.Layout.RowNodes(rows.LowestRow); index++)
        {
            if (!Fr.TryFromCanonicalBytes(rows.Node(rows.LowestRow, index), out _))
            {
                Add(new NodeRange(rows.LowestRow, index, 1));
            }
        }
    }

    private void Add(NodeRange range)
    {
        _damaged.Add(range);
        if (range.Count == 1)
        {
            _found.Add((range.Row, range.First));
        }
    }

    /// <summary>The hash of the eight nodes beneath a node, with some of them replaced by the hash of what is beneath them.</summary>
    private Bytes32 HashBeneath(int row, long index, ReadOnlySpan<long> replaced)
    {
        long first = index * TreeShape.BaseArity;
        byte[] nodes = rows.Nodes(new NodeRange(row - 1, first, TreeShape.BaseArity)).ToArray();
        foreach (long child in replaced)
        {
            HashBeneath(row - 1, child, []).CopyTo(nodes.AsSpan((int)(child - first) * SectorSize.NodeBytes));
        }

        return poseidon8.Hash(nodes);
    }
}
