using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Memory;

namespace Filecoin.Sealing.Trees;

/// <summary>
/// The rows of one base tree that a tree_r_last file keeps, in native memory: 9.2 MiB for a base tree of 32GiB and 64GiB sectors. From a
/// file, or made from a replica (<see cref="Replica.BaseTreeOfReplica.Rows"/>).
/// </summary>
public sealed class KeptRows : ITreeRows, IDisposable
{
    private readonly NativeBuffer _nodes;

    internal KeptRows(BaseTreeLayout layout, int lowestRow)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lowestRow);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lowestRow, layout.Height);
        Layout = layout;
        LowestRow = lowestRow;
        _nodes = new NativeBuffer(Length(layout, lowestRow));
    }

    /// <summary>The base tree.</summary>
    public BaseTreeLayout Layout { get; }

    /// <summary>The lowest row that is kept.</summary>
    public int LowestRow { get; }

    /// <summary>The last node.</summary>
    public Bytes32 Root => new(Node(Layout.Height, 0));

    /// <summary>Length of a file with these rows, in bytes.</summary>
    public static long Length(BaseTreeLayout layout, int lowestRow) => layout.NodesFrom(lowestRow) * SectorSize.NodeBytes;

    /// <summary>Reads a tree_r_last file. To be disposed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layout">The base tree.</param>
    /// <param name="lowestRow">Lowest row the file keeps (<see cref="BaseTreeLayout.LowestRowOfTreeRLast"/>).</param>
    /// <param name="from">Lowest row to read, for a file that is only looked at; null for all it keeps.</param>
    /// <param name="files">Reads it; null for the real file system.</param>
    /// <exception cref="OperatorException">Storage: the file cannot be read or is too short.</exception>
    public static KeptRows Read(string path, BaseTreeLayout layout, int lowestRow, int? from = null, IFileSystem? files = null)
    {
        KeptRows rows = new(layout, from ?? lowestRow);
        try
        {
            StorageFailure.Naming(path, "reading", () =>
            {
                using IOpenFile file = (files ?? LinuxFileSystem.Instance).OpenToRead(path);
                for (int row = rows.LowestRow; row <= layout.Height; row++)
                {
                    ExactRead.At(file, layout.NodesBefore(lowestRow, row) * SectorSize.NodeBytes, rows.Nodes(new NodeRange(row, 0, layout.RowNodes(row))), path);
                }
            });
            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>Where a node is in a file of these rows, in bytes.</summary>
    public long Offset(int row, long index) =>
        (Layout.NodesBefore(LowestRow, row) + index) * SectorSize.NodeBytes;

    /// <summary>One node, 32 bytes.</summary>
    public ReadOnlySpan<byte> Node(int row, long index) => Nodes(new NodeRange(row, index, 1));

    /// <summary>Nodes of a row, 32 bytes each.</summary>
    public Span<byte> Nodes(NodeRange range)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(range.Row, LowestRow, nameof(range));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(range.End, Layout.RowNodes(range.Row), nameof(range));
        return _nodes.Slice(Offset(range.Row, range.First), checked((int)(range.Count * SectorSize.NodeBytes)));
    }

    /// <summary>The nodes in which this and other rows of the same base tree differ.</summary>
    public IReadOnlyList<NodeRange> DifferencesFrom(KeptRows other)
    {
        ArgumentNullException.ThrowIfNull(other);
        ArgumentOutOfRangeException.ThrowIfNotEqual(other.LowestRow, LowestRow, nameof(other));
        List<NodeRange> different = [];
        for (int row = LowestRow; row <= Layout.Height; row++)
        {
            NodeRange whole = new(row, 0, Layout.RowNodes(row));
            ReadOnlySpan<byte> mine = Nodes(whole);
            ReadOnlySpan<byte> theirs = other.Nodes(whole);
            int at = 0;
            while (at < mine.Length)
            {
                // Nearly everything is equal: go from difference to difference.
                at += mine[at..].CommonPrefixLength(theirs[at..]);
                if (at < mine.Length)
                {
                    long index = at / SectorSize.NodeBytes;
                    different.Add(new NodeRange(row, index, 1));
                    at = (int)(index + 1) * SectorSize.NodeBytes;
                }
            }
        }

        return NodeRange.Join(different);
    }

    void ITreeRows.Put(int row, long firstNode, ReadOnlySpan<byte> nodes)
    {
        if (row >= LowestRow)
        {
            nodes.CopyTo(Nodes(new NodeRange(row, firstNode, nodes.Length / SectorSize.NodeBytes)));
        }
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _nodes.Dispose();
}
