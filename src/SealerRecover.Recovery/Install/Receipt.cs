using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Records;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Install;

/// <summary>
/// The manifest of an installed sector, left in the result folder: a rerun reads the sector's files against it, a minute instead
/// of the hours of sealing them again to compare.
/// </summary>
internal static class Receipt
{
    /// <summary>The receipt of work for these inputs; null if there is none, or one for other inputs, or a damaged one, or one that cannot be read.</summary>
    public static InstallManifest? Read(IFileSystem files, ResultLayout layout, WorkInputs inputs)
    {
        if (FileLook.TryThrough(layout.ReceiptFile).Kind != FileKind.File)
        {
            return null;
        }

        try
        {
            return Read(files.ReadAll(layout.ReceiptFile)) is [var manifest] && manifest.Inputs == inputs
                ? manifest
                : null;
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            // It spares a comparison and nothing else; the next one is renamed over it.
            return null;
        }
    }

    /// <summary>The manifests in the bytes of a receipt; one, where it is whole.</summary>
    public static List<InstallManifest> Read(ReadOnlySpan<byte> content) => ChecksummedLines.Read(content, Journal.ManifestJson);

    /// <summary>Leaves the receipt.</summary>
    public static void Write(IFileSystem files, ResultLayout layout, InstallManifest manifest)
    {
        files.CreateFolder(Path.GetDirectoryName(layout.ReceiptFile)!);
        files.WriteDurably(layout.ReceiptFile, ChecksummedLines.Write([manifest], Journal.ManifestJson), ".new");
    }

    /// <summary>Whether receipt and files of the right lengths are there: enough to leave a sector out of a plan, not to call it good.</summary>
    public static bool SeemsInstalled(IFileSystem files, string resultFolder, WorkInputs inputs)
    {
        ResultLayout layout = new(resultFolder, inputs.Sector);
        return Read(files, layout, inputs) is { } manifest
            && manifest.Files.All(file => FileLook.TryThrough(layout.Target(file)) is { Kind: FileKind.File } look
                && (look.Length == file.Length || file.NameInFolder == CacheNames.TAux));
    }
}
