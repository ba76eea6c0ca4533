namespace Filecoin.Sealing.Files;

/// <summary>How a move ended.</summary>
public enum MoveResult
{
    /// <summary>The file or folder has its new name.</summary>
    Moved,

    /// <summary>Something stands at the new name; nothing changed.</summary>
    TargetExists,

    /// <summary>The new name is on another file system; nothing changed.</summary>
    OtherFileSystem,
}

/// <summary>
/// Every operation by which files are changed, and by which content is read that something is made or judged from. Looking at names and
/// lengths (<see cref="FileLook"/>) needs no interface. One small door, so that a test can make each operation fail, lie, or be undone by a
/// power cut; <see cref="FileSystemSteps"/> are put together from these. Failures are <see cref="IOException"/> (HResult is the errno) or
/// <see cref="UnauthorizedAccessException"/>. Names are durable once their folder was flushed, content once the file was.
/// </summary>
public interface IFileSystem
{
    /// <summary>Opens an existing file for reading. Any number of others may have it open.</summary>
    /// <param name="path">The file.</param>
    /// <param name="inOrder">Whether it is read from start to end, which the system may read ahead for.</param>
    IOpenFile OpenToRead(string path, bool inOrder = false);

    /// <summary>Opens an existing file for reading and writing.</summary>
    IOpenFile OpenToChange(string path);

    /// <summary>Makes a file, or empties the one there. Only for names this tool owns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reserve">Bytes of disk to reserve, so that a full disk (ENOSPC) shows now; the file is empty all the same.</param>
    IOpenFile Create(string path, long reserve = 0);

    /// <summary>As <see cref="Create"/>, for a name that has to be free.</summary>
    IOpenFile CreateNew(string path, long reserve = 0);

    /// <summary>Makes one folder, whose parent is there. An existing one is fine.</summary>
    void MakeFolder(string path);

    /// <summary>Gives a file or folder a new name in one step, never replacing anything.</summary>
    MoveResult Move(string from, string to);

    /// <summary>Gives a file a new name in one step, replacing the file there. Only for names this tool owns or has to write.</summary>
    void Replace(string from, string to);

    /// <summary>Flushes a folder's names to the device.</summary>
    void SyncFolder(string path);

    /// <summary>Deletes a file or link; a missing one is fine.</summary>
    void DeleteFile(string path);

    /// <summary>Deletes a folder if it is there and empty; false if something is left in it.</summary>
    bool DeleteEmptyFolder(string path);
}
