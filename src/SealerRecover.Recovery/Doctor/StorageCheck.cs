using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Storage;

namespace SealerRecover.Recovery.Doctor;

/// <summary>Storage paths that were found, and those that should be there.</summary>
/// <param name="found">Finds them.</param>
public sealed class StorageCheck(Func<CancellationToken, Task<IReadOnlyList<FoundStorage>>> found) : ICheck
{
    /// <inheritdoc/>
    public string What => "storage";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation)
    {
        IReadOnlyList<FoundStorage> paths = await found(cancellation).ConfigureAwait(false);
        return paths.Count > 0 ? [.. paths.Select(Of)] :
        [
            Finding.Note(What, "nobody tells storage paths", $"name who does ({Setting.MinerApi}, {Setting.CurioDatabase}), or the paths with {Setting.StoragePath}"),
        ];
    }

    /// <summary>What is found of one.</summary>
    internal static Finding Of(FoundStorage path)
    {
        string name = path.Path ?? path.Id ?? string.Join(", ", path.Urls);
        string sectors = path.Sectors is { } count ? string.Create(CultureInfo.InvariantCulture, $", {count} sectors") : "";
        return path.Verdict switch
        {
            StorageVerdict.Used => Finding.Fine("storage", $"{name} is here{sectors}{(path.Store?.CanStore == false ? ", and takes no finished sectors" : "")}"),
            StorageVerdict.OtherHost => Finding.Note("storage", $"{name} {path.Reason}", "what stands there is looked at on that machine"),
            StorageVerdict.NotThere => Finding.Wrong(
                "storage",
                $"{name} {path.Reason}{sectors}",
                "mount it (lsblk, dmesg); if the disk is gone for good, recover its sectors into another path and detach this one"),
            _ => Finding.Wrong("storage", $"{name} {path.Reason}", $"put {SectorStore.FileName} right, or take the path out of {StorageList.FileName}"),
        };
    }
}
