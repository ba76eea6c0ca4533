namespace SealerRecover.Recovery.Files;

/// <summary>How a move ended.</summary>
internal enum MoveResult
{
    /// <summary>The file or folder has its new name.</summary>
    Moved,

    /// <summary>Something stands at the new name; nothing changed.</summary>
    TargetExists,

    /// <summary>The new name is on another file system; nothing changed.</summary>
    OtherFileSystem,
}

/// <summary>
/// Every operation by which this room changes files; looking needs no interface. One small door, so that tests can make each
/// operation fail. Failures are <see cref="IOException"/> (HResult is the errno) or <see cref="UnauthorizedAccessException"/>.
/// </summary>
internal interface IFileSystem
{
    /// <summary>Makes a folder and its missing parents, each flushed into its parent. An existing one is fine.</summary>
    void CreateFolder(string path);

    /// <summary>Writes a whole file, replacing one of that name, and flushes its content. Only for names this tool owns.</summary>
    void Write(string path, ReadOnlyMemory<byte> content);

    /// <summary>
    /// Copies a file's content to <paramref name="to"/>, a name this tool owns, and flushes it. A copy that fails or is
    /// cancelled is deleted.
    /// </summary>
    void Copy(string from, string to, IProgress<long> copied, CancellationToken cancellation);

    /// <summary>Gives a file or folder a new name in one step, never replacing anything.</summary>
    MoveResult Move(string from, string to);

    /// <summary>Gives a file a new name in one step, replacing the file there. Only for names this tool owns or has to write.</summary>
    void Replace(string from, string to);

    /// <summary>Flushes a file's content and length to the device.</summary>
    void SyncFile(string path);

    /// <summary>Flushes a folder's names to the device.</summary>
    void SyncFolder(string path);

    /// <summary>Deletes a file or link; a missing one is fine.</summary>
    void DeleteFile(string path);

    /// <summary>Deletes a folder if it is there and empty; false if something is left in it.</summary>
    bool DeleteEmptyFolder(string path);
}
