using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Proofs;

/// <summary>The rows of one base tree, read at any place from any thread; row 0 are the leaves. Checks nothing: verifiers do, and they read nothing.</summary>
internal abstract class BaseTreeRows : IDisposable
{
    /// <summary>Row number of the root.</summary>
    public abstract int Height { get; }

    /// <summary>Reads consecutive nodes of a row: whole groups of children, or in the top row the root.</summary>
    public abstract void Read(int row, long firstNode, Span<byte> nodes);

    public abstract void Dispose();
}

/// <summary>Rows that stand in a file one after the other, from a lowest one up.</summary>
/// <param name="path">The file.</param>
/// <param name="height">Row number of the root.</param>
/// <param name="lowestRow">Lowest row in the file.</param>
/// <param name="rowOffset">Bytes before a row.</param>
/// <param name="files">Opens it; null for the real file system.</param>
internal sealed class StoredRows(string path, int height, int lowestRow, Func<int, long> rowOffset, IFileSystem? files = null) : BaseTreeRows
{
    private readonly SteadyFile _file =
        new(path, rowOffset(height) + SectorSize.NodeBytes, "The sector has to be recovered anew, with all its files", files: files);

    public override int Height => height;

    /// <summary>Lowest row in the file.</summary>
    public int LowestRow => lowestRow;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Where nodes of a stored row are in the file.</summary>
    public FaultPlace PlaceOf(int row, long firstNode, long count) =>
        new(path, rowOffset(row) + (firstNode * SectorSize.NodeBytes), count * SectorSize.NodeBytes);

    /// <summary>tree_d: all rows of a binary tree.</summary>
    public static StoredRows OfTreeD(string path, SectorSize size, IFileSystem? files = null) =>
        new(path, (int)long.Log2(size.Nodes), 0, row => DataTree.RowOffset(size.Nodes, row), files);

    /// <summary>A base tree of tree_c: all rows.</summary>
    public static StoredRows OfTreeC(string path, BaseTreeLayout layout, IFileSystem? files = null) =>
        new(path, layout.Height, 0, row => layout.NodesBefore(0, row) * SectorSize.NodeBytes, files);

    /// <summary>
    /// A base tree of tree_r_last: neither leaves nor the lowest rows. How many were discarded is a setting of whoever sealed the sector
    /// (FIL_PROOFS_ROWS_TO_DISCARD); the file's length tells.
    /// </summary>
    /// <exception cref="OperatorException">Storage: no number of rows is so long, or the file is missing.</exception>
    public static StoredRows OfTreeRLast(string path, BaseTreeLayout layout, IFileSystem? files = null)
    {
        long length = StorageFailure.Naming(path, "reading", () => new FileInfo(path).Length);
        if (layout.LowestRowOfFile(length) is { } lowest)
        {
            return new StoredRows(path, layout.Height, lowest, row => layout.NodesBefore(lowest, row) * SectorSize.NodeBytes, files);
        }

        throw new OperatorException(
            FailureKind.Storage,
            $"{path} is {length} bytes long, which no tree_r_last of a sector of this size is",
            "It was shortened or is another sector's; recover the sector's cache folder anew.");
    }

    public override void Read(int row, long firstNode, Span<byte> nodes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(row, lowestRow);
        _file.Read(rowOffset(row) + (firstNode * SectorSize.NodeBytes), nodes);
    }

    public override void Dispose() => _file.Dispose();
}
