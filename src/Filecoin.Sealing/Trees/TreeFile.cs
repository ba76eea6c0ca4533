using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace Filecoin.Sealing.Trees;

/// <summary>Takes the rows of one base tree as they are made, from any thread.</summary>
internal interface ITreeRows
{
    /// <summary>Takes consecutive nodes of a row.</summary>
    /// <param name="row">0 for leaves.</param>
    /// <param name="firstNode">Index within the row.</param>
    /// <param name="nodes">32 bytes a node.</param>
    void Put(int row, long firstNode, ReadOnlySpan<byte> nodes);
}

/// <summary>Rows nobody needs.</summary>
internal sealed class NoTreeRows : ITreeRows
{
    public static NoTreeRows Instance { get; } = new();

    public void Put(int row, long firstNode, ReadOnlySpan<byte> nodes)
    {
    }
}

/// <summary>A base tree's file: its rows from a lowest one up, in that order.</summary>
internal sealed class TreeFile : ITreeRows, IDisposable
{
    private readonly DurableFile _file;
    private readonly int _lowestRow;
    private readonly BaseTreeLayout _layout;

    public TreeFile(IFileSystem files, string path, BaseTreeLayout layout, int lowestRow)
    {
        _lowestRow = lowestRow;
        _layout = layout;
        _file = DurableFile.Create(files, path, layout.NodesFrom(lowestRow) * SectorSize.NodeBytes);
    }

    /// <summary>The root of a base tree: the last node of its file.</summary>
    public static Bytes32 ReadRoot(IFileSystem files, string path) => StorageFailure.Naming(path, "reading", () =>
    {
        using IOpenFile file = files.OpenToRead(path);
        byte[] root = new byte[Bytes32.Length];
        ExactRead.At(file, file.Length - root.Length, root, path);
        return new Bytes32(root);
    });

    public void Put(int row, long firstNode, ReadOnlySpan<byte> nodes)
    {
        if (row >= _lowestRow)
        {
            _file.WriteAt((_layout.NodesBefore(_lowestRow, row) + firstNode) * SectorSize.NodeBytes, nodes);
        }
    }

    public void Publish() => _file.Publish();

    public void Dispose() => _file.Dispose();
}
