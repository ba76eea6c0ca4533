using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Transfer;

/// <summary>
/// Where the results of a machine wait that belong into a storage path of another, until that has fetched them: a result folder of its own within the
/// temporary folder, which neither Lotus nor Curio knows. Only whole sectors are on it, each with its receipt. From any thread.
/// </summary>
public sealed class ResultShelf
{
    private const string Name = "for-others";

    private readonly IFileSystem _files;

    /// <summary>The shelf of a temporary folder; it need not be there.</summary>
    public ResultShelf(string tempFolder)
        : this(tempFolder, LinuxFileSystem.Instance)
    {
    }

    internal ResultShelf(string tempFolder, IFileSystem files) => (Folder, _files) = (Path.Combine(tempFolder, Name), files);

    /// <summary>The result folder.</summary>
    public string Folder { get; }

    /// <summary>Sectors of which anything is on it: whole ones, and those that came to it by halves before this machine lost them to another.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyList<SectorId> Sectors()
    {
        ResultLayout any = new(Folder, default);
        string[] folders = [Path.GetDirectoryName(any.ReceiptFile)!, Path.GetDirectoryName(any.LockFile)!, any.StagingParent, .. Enum.GetValues<InstallArea>().Select(any.Parent)];
        return [.. folders.SelectMany(Entries).Select(path => SectorId.TryParseFileName(Path.GetFileName(path).Split('.')[0], out SectorId sector) ? sector : (SectorId?)null).OfType<SectorId>().Distinct()];
    }

    /// <summary>The receipt of a sector, as whoever fetches it reads it: names, lengths and digests of its files; null where it is not on the shelf.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public byte[]? ReceiptOf(SectorId sector)
    {
        string path = new ResultLayout(Folder, sector).ReceiptFile;
        return FileLook.TryThrough(path).Kind == FileKind.File ? _files.ReadAll(path) : null;
    }

    /// <summary>Where one of a sector's files is; null where the receipt has none of that name.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="name">As the receipt names it: p_aux, sealed, update-cache/p_aux.</param>
    /// <exception cref="IOException">The receipt cannot be read.</exception>
    public string? FileOf(SectorId sector, string name) =>
        ReceiptOf(sector) is { } receipt && Receipt.Read(receipt) is [var manifest] && manifest.Files.FirstOrDefault(file => file.Name == name) is { } found
            ? new ResultLayout(Folder, sector).Target(found)
            : null;

    /// <summary>Takes a sector off it that another machine has by now. The receipt goes last, so that what a crash leaves is found again.</summary>
    /// <exception cref="OperatorException">Busy: it is worked on.</exception>
    /// <exception cref="IOException">A file cannot be deleted.</exception>
    public void Remove(SectorId sector)
    {
        ResultLayout layout = new(Folder, sector);
        using FolderLock held = FolderLock.Take(_files, layout.LockFile, sector.ToString());
        foreach (InstallArea area in Enum.GetValues<InstallArea>().OrderDescending())
        {
            Delete(layout.Of(area));
        }

        // A result that proved damaged was made again beside it.
        foreach (string replaced in Entries(layout.ReplacedParent).Where(path => Path.GetFileName(path).StartsWith(sector.FileName + "-", StringComparison.Ordinal)))
        {
            Delete(replaced);
        }

        foreach (string staged in Entries(layout.StagingParent).Where(path => Path.GetFileName(path).StartsWith(sector.FileName + ".", StringComparison.Ordinal)))
        {
            Delete(staged);
        }

        _files.DeleteFile(layout.ReceiptFile);
        held.Remove(_files);
    }

    private static string[] Entries(string folder) => FileLook.TryThrough(folder).Kind == FileKind.Folder ? FileLook.EntriesOf(folder) : [];

    private void Delete(string path)
    {
        if (FileLook.At(path).Kind != FileKind.Folder)
        {
            _files.DeleteFile(path);
            return;
        }

        Array.ForEach(FileLook.EntriesOf(path), Delete);
        _files.DeleteEmptyFolder(path);
    }
}
