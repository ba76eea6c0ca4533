using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Scrub;

/// <summary>What tells whether a file is the one that was looked at: a file that was written, replaced or touched since has another.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">When its content changed last, as far as nobody has set it.</param>
/// <param name="Changed">When anything about it changed last.</param>
/// <param name="Inode">Its number in its file system.</param>
public readonly record struct FileIdentity(long Length, DateTimeOffset Modified, DateTimeOffset Changed, ulong Inode)
{
    /// <summary>Of the file at a path, links followed; null where there is none, or it cannot be looked at.</summary>
    public static FileIdentity? Of(string path) =>
        FileLook.TryThrough(path) is { Kind: FileKind.File } look ? new FileIdentity(look.Length, look.Modified, look.Changed, look.Inode) : null;
}
