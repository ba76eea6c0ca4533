using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Storage;

/// <summary>How a folder is that was told to be a storage path, on this machine.</summary>
/// <param name="IsThere">Whether it is a folder.</param>
/// <param name="IsEmpty">Whether it holds nothing, as a place has where no disk is mounted.</param>
/// <param name="Store">What its sectorstore.json says; null where it has none that can be used.</param>
/// <param name="Trouble">Half a sentence: why it cannot be looked at, or what is wrong with its sectorstore.json; null for nothing.</param>
/// <param name="Identity">The same for the same folder under two names; null where it is not there.</param>
public sealed record StorageLook(bool IsThere, bool IsEmpty, SectorStore? Store, string? Trouble, (ulong Device, ulong Inode)? Identity)
{
    /// <summary>Looks at a folder.</summary>
    /// <param name="path">Absolute.</param>
    public static StorageLook At(string path)
    {
        try
        {
            FileLook look = FileLook.Through(path);
            if (look.Kind != FileKind.Folder)
            {
                return new StorageLook(false, false, null, look.Kind == FileKind.Missing ? null : "is no folder", null);
            }

            SectorStore? store = SectorStore.Read(path, out string? trouble);
            bool isEmpty = store is null && trouble is null && !Directory.EnumerateFileSystemEntries(path).Any(entry => Path.GetFileName(entry) != "lost+found");
            return new StorageLook(true, isEmpty, store, trouble is null ? null : $"has a {SectorStore.FileName} that {trouble}", (look.Device, look.Inode));
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            return new StorageLook(false, false, null, $"cannot be looked into: {failure.Message}", null);
        }
    }
}
