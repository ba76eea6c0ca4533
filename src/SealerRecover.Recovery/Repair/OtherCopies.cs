using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Repair;

/// <summary>
/// Brings other copies of a whole sector into line. Lotus and Curio may prove from any storage path that holds a sector, so a bad copy beside
/// a good one is a fault in waiting. What a path holds of a replica or a cache folder is compared with the receipt of the whole sector; what
/// differs is moved aside and what is missing copied. A path that holds nothing of them stays as it is.
/// </summary>
public sealed class OtherCopies
{
    private readonly RecoverySettings _settings;
    private readonly IFileSystem _files;
    private readonly TimeProvider _time;

    /// <summary>Makes it; nothing happens yet.</summary>
    /// <param name="settings">As the sector was mended with: its result folder holds the whole sector, its storage paths perhaps others.</param>
    /// <param name="time">The clock, for names of replaced files.</param>
    public OtherCopies(RecoverySettings settings, TimeProvider time)
        : this(settings, LinuxFileSystem.Instance, time)
    {
    }

    internal OtherCopies(RecoverySettings settings, IFileSystem files, TimeProvider time) => (_settings, _files, _time) = (settings, files, time);

    /// <summary>Mends what other storage paths hold of a sector.</summary>
    /// <param name="facts">The sector.</param>
    /// <param name="events">Told in one sentence what was done, and how far it is.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <exception cref="OperatorException">Storage, or Busy.</exception>
    public void Mend(SectorFacts facts, EventSink events, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(events);
        SectorSink told = events.LongOf(facts.Sector);
        ResultLayout whole = new(_settings.ResultFolder, facts.Sector);
        if (Receipt.Read(_files, whole, WorkInputs.For(facts, SectorContent.Of(facts), _settings)) is not { } receipt)
        {
            return;
        }

        foreach (string path in _settings.StoragePaths.Where(path => path != _settings.ResultFolder))
        {
            ResultLayout layout = new(path, facts.Sector);
            ManifestFile[] held = [.. receipt.Files.Where(file => Holds(layout, file, receipt))];
            if (held.Length > 0)
            {
                StorageFailure.Explain(
                    $"{facts.Sector}: bringing the copy in {path} into line",
                    () => Mend(layout, whole, receipt with { ResultFolder = path, Files = held }, facts.Sector));
            }
        }

        void Mend(ResultLayout layout, ResultLayout from, InstallManifest files, SectorId sector)
        {
            using FolderLock held = FolderLock.Take(_files, layout.LockFile, sector.ToString());
            Installer installer = new(_files, _settings with { ResultFolder = layout.Root, Force = true }, _time);
            if (installer.Copy(sector, files, from.Target, told, cancellation))
            {
                told.Notice($"the copy of {sector} in {layout.Root} was damaged or not complete; good files of {from.Root} were copied there");
            }

            held.Remove(_files);
        }
    }

    /// <summary>
    /// Whether the path holds the replica, or a cache folder with any file that belongs in it; or something of that name that is of no use.
    /// </summary>
    private static bool Holds(ResultLayout layout, ManifestFile file, InstallManifest receipt) => file.IsInFolder
        ? TargetLook.OfFolder(layout.Of(file.Area)).Trouble is not null
            || receipt.Files.Any(other => other.Area == file.Area && !TargetLook.OfFile(layout.Target(other)).IsAbsent)
        : !TargetLook.OfFile(layout.Target(file)).IsAbsent;
}
