namespace SealerRecover.Tests;

/// <summary>How a file system fails.</summary>
public enum FaultKind
{
    /// <summary>None: operations are only counted.</summary>
    None,

    /// <summary>One write fails with EIO and writes nothing.</summary>
    WriteFails,

    /// <summary>One write writes half of its bytes and then finds the disk full (ENOSPC).</summary>
    WritesHalf,

    /// <summary>From one operation on that takes room, the disk is full (ENOSPC); what takes none works.</summary>
    DiskFull,

    /// <summary>One operation that changes something fails with EIO.</summary>
    ChangeFails,

    /// <summary>From one changing operation on, the disk can only be read (EROFS), as systems do with a disk that fails.</summary>
    TurnsReadOnly,

    /// <summary>One opening, or making of a file or folder, is refused (EACCES).</summary>
    NoAccess,

    /// <summary>One flush of a file or folder fails with EIO.</summary>
    FlushFails,

    /// <summary>One read fails with EIO.</summary>
    ReadFails,

    /// <summary>A file ends where it is read, although it was longer.</summary>
    EndsEarly,

    /// <summary>One read gives another bit than is on the disk.</summary>
    BitFlips,

    /// <summary>Before a changing operation the process is killed: nothing works any more.</summary>
    Dies,

    /// <summary>A changing operation is done, and then the process is killed.</summary>
    DiesAfter,

    /// <summary>In the midst of a write the process is killed, half of the bytes being written.</summary>
    DiesWriting,
}

/// <summary>One injected fault.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="At">At which of the operations it can happen at, counted from 1.</param>
public readonly record struct FileFault(FaultKind Kind, int At)
{
    /// <summary>All kinds of faults.</summary>
    public static IReadOnlyList<FaultKind> Kinds { get; } = [.. Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.None)];

    /// <summary>Whether it can happen at an operation.</summary>
    public static bool CanHappenAt(FaultKind kind, FileOperation operation) => kind switch
    {
        FaultKind.WriteFails or FaultKind.WritesHalf or FaultKind.DiesWriting => operation == FileOperation.Write,
        FaultKind.DiskFull => operation is FileOperation.Write or FileOperation.Create or FileOperation.MakeFolder or FileOperation.SetLength,
        FaultKind.ChangeFails or FaultKind.TurnsReadOnly or FaultKind.Dies or FaultKind.DiesAfter =>
            operation is not (FileOperation.OpenToRead or FileOperation.Read),
        FaultKind.NoAccess =>
            operation is FileOperation.OpenToRead or FileOperation.OpenToChange or FileOperation.Create or FileOperation.MakeFolder,
        FaultKind.FlushFails => operation is FileOperation.Flush or FileOperation.SyncFolder,
        FaultKind.ReadFails or FaultKind.EndsEarly or FaultKind.BitFlips => operation == FileOperation.Read,
        _ => false,
    };
}
