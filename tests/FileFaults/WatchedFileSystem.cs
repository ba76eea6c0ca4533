using Filecoin.Sealing.Files;

namespace SealerRecover.Tests;

/// <summary>What is done to a file or folder.</summary>
public enum FileOperation
{
    /// <summary>Opening for reading.</summary>
    OpenToRead,

    /// <summary>Opening for writing.</summary>
    OpenToChange,

    /// <summary>Making or emptying a file.</summary>
    Create,

    /// <summary>Reading a chunk.</summary>
    Read,

    /// <summary>Writing a chunk.</summary>
    Write,

    /// <summary>Setting the length.</summary>
    SetLength,

    /// <summary>Flushing a file.</summary>
    Flush,

    /// <summary>Making a folder.</summary>
    MakeFolder,

    /// <summary>Renaming without replacing.</summary>
    Move,

    /// <summary>Renaming over another file.</summary>
    Replace,

    /// <summary>Flushing a folder.</summary>
    SyncFolder,

    /// <summary>Deleting a file.</summary>
    DeleteFile,

    /// <summary>Deleting a folder.</summary>
    DeleteFolder,
}

/// <summary>The real file system with somebody in between, who sees every operation and may refuse it or do it in another way.</summary>
public abstract class WatchedFileSystem : IFileSystem
{
    /// <summary>On which disk a path is: moves between two are not possible. Null: all on one.</summary>
    public Func<string, int>? DiskOf { get; set; }

    /// <summary>Files that begin so are on bad blocks, wherever they are moved: they can be opened, and every reading fails with EIO. Null: none.</summary>
    public byte[]? BadBlocks { get; set; }

    private static LinuxFileSystem Real => LinuxFileSystem.Instance;

    /// <inheritdoc/>
    public IOpenFile OpenToRead(string path, bool inOrder = false) =>
        Wrap(path, Do(FileOperation.OpenToRead, path, null, () => OnBadBlocks(path, Real.OpenToRead(path, inOrder))), FileOperation.OpenToRead);

    /// <inheritdoc/>
    public IOpenFile OpenToChange(string path) =>
        Wrap(path, Do(FileOperation.OpenToChange, path, null, () => Real.OpenToChange(path)), FileOperation.OpenToChange);

    /// <inheritdoc/>
    public IOpenFile Create(string path, long reserve = 0) =>
        Wrap(path, Do(FileOperation.Create, path, null, () => Real.Create(path, reserve)), FileOperation.Create);

    /// <inheritdoc/>
    public IOpenFile CreateNew(string path, long reserve = 0) =>
        Wrap(path, Do(FileOperation.Create, path, null, () => Real.CreateNew(path, reserve)), FileOperation.Create);

    /// <inheritdoc/>
    public void MakeFolder(string path) => Do(FileOperation.MakeFolder, path, () => Real.MakeFolder(path));

    /// <inheritdoc/>
    public MoveResult Move(string from, string to) => DiskOf is { } diskOf && diskOf(from) != diskOf(to)
        ? MoveResult.OtherFileSystem
        : Do(FileOperation.Move, from, to, () => Real.Move(from, to));

    /// <inheritdoc/>
    public void Replace(string from, string to) => Do(FileOperation.Replace, from, to, () =>
    {
        Real.Replace(from, to);
        return true;
    });

    /// <inheritdoc/>
    public void SyncFolder(string path) => Do(FileOperation.SyncFolder, path, () => Real.SyncFolder(path));

    /// <inheritdoc/>
    public void DeleteFile(string path) => Do(FileOperation.DeleteFile, path, () => Real.DeleteFile(path));

    /// <inheritdoc/>
    public bool DeleteEmptyFolder(string path) => Do(FileOperation.DeleteFolder, path, null, () => Real.DeleteEmptyFolder(path));

    /// <summary>Does an operation on names, or does not.</summary>
    /// <param name="operation">Which.</param>
    /// <param name="path">On what.</param>
    /// <param name="to">The new name, of a rename.</param>
    /// <param name="work">Does it on the real file system.</param>
    protected abstract T Do<T>(FileOperation operation, string path, string? to, Func<T> work);

    /// <summary>Puts somebody in between a file that was just opened.</summary>
    protected abstract IOpenFile Wrap(string path, IOpenFile opened, FileOperation how);

    private void Do(FileOperation operation, string path, Action work) => Do(operation, path, null, () =>
    {
        work();
        return true;
    });

    private IOpenFile OnBadBlocks(string path, IOpenFile opened)
    {
        if (BadBlocks is not { } bad)
        {
            return opened;
        }

        byte[] begin = new byte[bad.Length];
        return opened.Read(0, begin) == bad.Length && begin.AsSpan().SequenceEqual(bad) ? new BadFile(path, opened) : opened;
    }

    private sealed class BadFile(string path, IOpenFile opened) : IOpenFile
    {
        private const int InputOutput = 5;

        public long Length => opened.Length;

        public int Read(long offset, Span<byte> destination) => throw new IOException($"Input/output error : '{path}'", InputOutput);

        public void Write(long offset, ReadOnlySpan<byte> bytes) => opened.Write(offset, bytes);

        public void SetLength(long length) => opened.SetLength(length);

        public void Flush() => opened.Flush();

        public void Dispose() => opened.Dispose();
    }
}
