using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Scrub;

/// <summary>A door to the disk through which is only read, and no faster than a rate allows.</summary>
/// <param name="files">The door behind it.</param>
/// <param name="rate">The rate.</param>
public sealed class RatedFileSystem(IFileSystem files, ReadRate rate) : IFileSystem
{
    /// <inheritdoc/>
    public IOpenFile OpenToRead(string path, bool inOrder = false) => new RatedFile(files.OpenToRead(path, inOrder), rate);

    /// <inheritdoc/>
    public IOpenFile OpenToChange(string path) => throw OnlyReads();

    /// <inheritdoc/>
    public IOpenFile Create(string path, long reserve = 0) => throw OnlyReads();

    /// <inheritdoc/>
    public IOpenFile CreateNew(string path, long reserve = 0) => throw OnlyReads();

    /// <inheritdoc/>
    public void MakeFolder(string path) => throw OnlyReads();

    /// <inheritdoc/>
    public MoveResult Move(string from, string to) => throw OnlyReads();

    /// <inheritdoc/>
    public void Replace(string from, string to) => throw OnlyReads();

    /// <inheritdoc/>
    public void SyncFolder(string path) => throw OnlyReads();

    /// <inheritdoc/>
    public void DeleteFile(string path) => throw OnlyReads();

    /// <inheritdoc/>
    public bool DeleteEmptyFolder(string path) => throw OnlyReads();

    private static NotSupportedException OnlyReads() => new("a scrub changes nothing in storage paths");

    private sealed class RatedFile(IOpenFile file, ReadRate rate) : IOpenFile
    {
        public long Length => file.Length;

        public int Read(long offset, Span<byte> destination)
        {
            rate.Take(destination.Length);
            return file.Read(offset, destination);
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes) => throw OnlyReads();

        public void SetLength(long length) => throw OnlyReads();

        public void Flush() => throw OnlyReads();

        public void Dispose() => file.Dispose();
    }
}
