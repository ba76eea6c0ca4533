using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Install;

/// <summary>
/// Brings a sector's files, whose CommR is right, from its workspace into the result folder.
/// <list type="number">
/// <item>Every file that is not there yet goes into staging: renamed on the same file system, else copied under a temporary name,
/// flushed and renamed.</item>
/// <item>The cache folder goes in whole, by one rename. Where a cache folder exists already (a sector that lost its sealed file
/// only, say), missing files join it one by one and nothing else in it is touched.</item>
/// <item>The replicas go in last, an update's after its key: where the last one stands, the sector is complete.</item>
/// <item>A receipt is left.</item>
/// </list>
/// Where several machines could have the sector, the fence is asked right before each of these renames into or out of a place.
/// Nothing is ever replaced: renames refuse a taken name. A file with equal content counts as installed; one with other content
/// stops the sector, or is moved aside when asked. Of t_aux only the stores it lists count, since it also names the folder the sector was
/// sealed in, which differs between good copies. All steps can be repeated: after a crash, each file is in the workspace, in
/// staging or in place, and <see cref="PrepareResume"/> finds it by its digest.
/// </summary>
internal sealed class Installer(IFileSystem files, RecoverySettings settings, TimeProvider time)
{
    private const string Copying = "copying";

    /// <summary>
    /// Lists and digests what is to be installed. Null unless all files are there and are what was recorded when they were written: then
    /// what the trees were built from is what goes into the result folder.
    /// </summary>
    /// <param name="sector">The sector.</param>
    /// <param name="workspace">Where it was made.</param>
    /// <param name="recovered">Its files.</param>
    /// <param name="damaged">The first file that is missing or not what was recorded.</param>
    /// <param name="events">Told how far.</param>
    /// <param name="cancellation">Stops within a second.</param>
    public InstallManifest? Describe(
        SectorId sector,
        SectorWorkspace workspace,
        RecoveredSector recovered,
        out FinishedFile? damaged,
        SectorSink events,
        CancellationToken cancellation)
    {
        damaged = recovered.Files.FirstOrDefault(file => FileLook.TryThrough(file.Path).Kind != FileKind.File);
        if (damaged is not null)
        {
            return null;
        }

        SealProgressCounter progress = Passing(events, recovered.Files.Sum(file => FileLook.Through(file.Path).Length));
        List<ManifestFile> described = [];
        foreach (FinishedFile file in recovered.Files)
        {
            if (file.Digest(progress, cancellation) is not { } digest)
            {
                damaged = file;
                return null;
            }

            described.Add(new ManifestFile(file.Name, digest.Length, digest.Digest));
        }

        InstallManifest manifest = new(
            workspace.Journal.Inputs,
            settings.ResultFolder,
            recovered.Sealed.CommC,
            recovered.Sealed.CommRLast,
            described,
            recovered.Update?.CommRLast);

        // Nothing of earlier work may stand in staging: what is found there later counts as put there from this manifest.
        ResultLayout layout = new(settings.ResultFolder, sector);
        foreach (ManifestFile file in described)
        {
            files.DeleteFile(layout.Staged(manifest.Inputs, file));
        }

        return manifest;
    }

    /// <summary>
    /// Where each file of <paramref name="manifest"/> is, by its name, wherever an interrupted installation left it; null unless all still
    /// exist intact. Damaged files in staging are deleted.
    /// </summary>
    public IReadOnlyDictionary<string, string>? PrepareResume(
        SectorId sector, InstallManifest manifest, SectorWorkspace workspace, SectorSink events, CancellationToken cancellation)
    {
        ResultLayout layout = new(settings.ResultFolder, sector);
        SealProgressCounter progress = Passing(events, manifest.Files.Sum(file => file.Length));
        Dictionary<string, string> places = [];
        foreach (ManifestFile file in manifest.Files)
        {
            if (PlaceOf(file) is not { } place)
            {
                return null;
            }

            places.Add(file.Name, place);
        }

        return places;

        string? PlaceOf(ManifestFile file)
        {
            string staged = layout.Staged(manifest.Inputs, file);
            if (Matches(file, staged, progress, cancellation))
            {
                return staged;
            }

            files.DeleteFile(staged);
            string source = Source(workspace, file);
            return Matches(file, source, progress, cancellation) ? source
                : StateOf(layout, manifest.Inputs, file, StandingTargets.Unseen(), progress, cancellation).IsEqual ? layout.Target(file)
                : null;
        }
    }

    /// <summary>Whether the installed files are those of the receipt, all bytes read.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="receipt">What was installed.</param>
    /// <param name="targets">Takes what proves of no use.</param>
    /// <param name="events">Told how far.</param>
    /// <param name="cancellation">Stops within a second.</param>
    public bool IsIntact(
        SectorId sector, InstallManifest receipt, StandingTargets targets, SectorSink events, CancellationToken cancellation)
    {
        ResultLayout layout = new(settings.ResultFolder, sector);
        SealProgressCounter progress = Passing(events, receipt.Files.Sum(file => file.Length));
        return receipt.Files.All(file => StateOf(layout, receipt.Inputs, file, targets, progress, cancellation).IsEqual);
    }

    /// <summary>Installs what is not there yet; see the class.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="manifest">Its files.</param>
    /// <param name="workspace">Where they are.</param>
    /// <param name="targets">What was found where they go: what is of no use is not read again.</param>
    /// <param name="events">Told how far, and what was moved aside.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <returns>Whether anything had to be put in place.</returns>
    /// <exception cref="OperatorException">TargetExists, without --force.</exception>
    public bool Install(
        SectorId sector, InstallManifest manifest, SectorWorkspace workspace, StandingTargets targets, SectorSink events,
        CancellationToken cancellation)
    {
        bool placed = Place(sector, manifest, new LocalSource(files, manifest, file => SourceOrTarget(workspace, sector, file), mayBeMoved: true), targets, staged: null, events, cancellation);
        Receipt.Write(files, new ResultLayout(settings.ResultFolder, sector), manifest);
        return placed;
    }

    /// <summary>As <see cref="Install"/>, from files that stay where they are; leaves no receipt.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="manifest">What to put in place.</param>
    /// <param name="from">Where each file is.</param>
    /// <param name="events">Told how far, and what was moved aside.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <returns>Whether anything had to be put in place.</returns>
    public bool Copy(
        SectorId sector, InstallManifest manifest, Func<ManifestFile, string> from, SectorSink events,
        CancellationToken cancellation) =>
        Place(sector, manifest, new LocalSource(files, manifest, from, mayBeMoved: false), StandingTargets.Unseen(), staged: null, events, cancellation);

    /// <summary>As <see cref="Install"/>, from elsewhere.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="manifest">What to put in place.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="targets">What was found where they go.</param>
    /// <param name="staged">Judges all its files, by their names in the manifest and where each is now, before any of them is put in place; throws where it is not to be.</param>
    /// <param name="events">Told how far, and what was moved aside.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <returns>Whether anything had to be put in place.</returns>
    public bool Fetch(
        SectorId sector, InstallManifest manifest, IInstallSource source, StandingTargets targets, Action<IReadOnlyDictionary<string, string>> staged, SectorSink events,
        CancellationToken cancellation)
    {
        // An earlier try may have been of another making of the sector.
        ResultLayout layout = new(settings.ResultFolder, sector);
        SealProgressCounter progress = Passing(events, manifest.Files.Sum(file => file.Length));
        foreach (string altered in manifest.Files.Where(file => !Matches(file, layout.Staged(manifest.Inputs, file), progress, cancellation)).Select(file => layout.Staged(manifest.Inputs, file)))
        {
            files.DeleteFile(altered);
        }

        bool placed = Place(sector, manifest, source, targets, staged, events, cancellation);
        Receipt.Write(files, layout, manifest);
        return placed;
    }

    private bool Place(
        SectorId sector, InstallManifest manifest, IInstallSource source, StandingTargets targets, Action<IReadOnlyDictionary<string, string>>? staged, SectorSink events,
        CancellationToken cancellation)
    {
        ResultLayout layout = new(settings.ResultFolder, sector);
        SealProgressCounter progress = Passing(events, manifest.Files.Sum(file => file.Length));
        Dictionary<ManifestFile, TargetState> states = manifest.Files.ToDictionary(
            file => file, file => StateOf(layout, manifest.Inputs, file, targets, progress, cancellation));
        ManifestFile[] different = [.. manifest.Files.Where(file => states[file].IsDifferent)];
        if (different.Length > 0 && !settings.Force)
        {
            throw new TargetRefusals(settings.ResultFolder, sector).Exists(
                layout.Target(different[0]), $"{states[different[0]].Difference}; the recovered file waits in {source.Where(different[0])}");
        }

        // A cache folder is moved aside whole, so then all its files are needed.
        HashSet<InstallArea> aside = [.. different.Select(file => file.Area)];
        ManifestFile[] missing = [.. manifest.Files.Where(file => !states[file].IsEqual || aside.Contains(file.Area))];
        Stage(layout, manifest, missing, source, events, cancellation);
        staged?.Invoke(manifest.Files.ToDictionary(file => file.Name, file => missing.Contains(file) ? layout.Staged(manifest.Inputs, file) : layout.Target(file)));
        if (aside.Count > 0)
        {
            MoveAside(layout, sector, aside, events, cancellation);
        }

        foreach (IGrouping<InstallArea, ManifestFile> area in missing.GroupBy(file => file.Area).OrderBy(area => area.Key))
        {
            PlaceArea(layout, sector, manifest, area.Key, [.. area], cancellation);
        }

        // What stands already may have its staged name still: a crash on a file system that moves by a second name leaves both.
        foreach (ManifestFile file in manifest.Files.Except(missing))
        {
            files.DeleteFile(layout.Staged(manifest.Inputs, file));
        }

        // A receipt ends the installation, so what was in the way goes before it.
        RemoveStaging(sector, manifest.Inputs);
        return missing.Length > 0;
    }

    /// <summary>Removes what is not needed of a sector's staging folder any more; after a power cut it may be back.</summary>
    public void RemoveStaging(SectorId sector, WorkInputs inputs)
    {
        ResultLayout layout = new(settings.ResultFolder, sector);
        string staging = layout.StagingFolder(inputs);
        files.DeleteFile(Path.Combine(staging, Copying));
        files.DeleteEmptyFolder(layout.Staged(inputs, InstallArea.Cache));
        files.DeleteEmptyFolder(layout.Staged(inputs, InstallArea.UpdateCache));
        files.DeleteEmptyFolder(staging);
        files.DeleteEmptyFolder(Path.GetDirectoryName(staging)!);
    }

    private static SealProgressCounter Passing(SectorSink events, long total) => new(events, SealPhase.Install, 1, 1, total);

    private static string Source(SectorWorkspace workspace, ManifestFile file) => file.Area switch
    {
        InstallArea.Sealed => workspace.SealedFile,
        InstallArea.Update => workspace.UpdateFile,
        InstallArea.Unsealed => workspace.UnsealedFile,
        InstallArea.UpdateCache => Path.Combine(workspace.UpdateCacheFolder, file.NameInFolder),
        _ => Path.Combine(workspace.CacheFolder, file.NameInFolder),
    };

    // A file that stands intact beside damaged ones was not made again; where its folder is moved aside it goes back from there.
    private string SourceOrTarget(SectorWorkspace workspace, SectorId sector, ManifestFile file) =>
        Source(workspace, file) is var source && file.IsInFolder && FileLook.At(source).Kind == FileKind.Missing
            ? new ResultLayout(settings.ResultFolder, sector).Target(file)
            : source;

    private bool Matches(ManifestFile file, string path, IProgress<long> progress, CancellationToken cancellation) =>
        FileLook.At(path).IsFileOf(file.Length)
        && file.Matches(SegmentDigests.OfFile(files, path, progress, cancellation));

    private TargetState StateOf(
        ResultLayout layout, WorkInputs inputs, ManifestFile file, StandingTargets targets, IProgress<long> progress, CancellationToken cancellation)
    {
        string target = layout.Target(file);
        if (file.IsInFolder && TargetLook.OfFolder(layout.Of(file.Area)).Trouble is { } ofFolder)
        {
            return TargetState.Of($"is in a folder that {ofFolder}");
        }

        TargetLook look = TargetLook.OfFile(target);
        if (look.IsAbsent)
        {
            return TargetState.Absent;
        }

        // What was found to be unreadable takes minutes for each bad block, and is not compared again.
        if ((look.Trouble ?? targets.Troubles.GetValueOrDefault(target)) is { } trouble)
        {
            return TargetState.Of(trouble);
        }

        try
        {
            if (look.Look.Length == file.Length && file.Matches(SegmentDigests.OfFile(files, target, progress, cancellation)))
            {
                return TargetState.Equal;
            }
        }
        catch (OperatorException failure) when (failure.Kind == FailureKind.Storage)
        {
            // Bad blocks are what good files are lost by; nothing that cannot be read is this sector's file.
            string unreadable = TargetLook.Unreadable(failure).Trouble!;
            targets.Condemn(target, unreadable);
            return TargetState.Of(unreadable);
        }

        return file.NameInFolder == CacheNames.TAux && TAuxLook.At(target, inputs.Porep, inputs.RowsToDiscard).IsGood
            ? TargetState.Equal
            : TargetState.Of("has other content than the recovered file");
    }

    private void Stage(
        ResultLayout layout, InstallManifest manifest, ManifestFile[] missing, IInstallSource source, SectorSink events,
        CancellationToken cancellation)
    {
        if (missing.Length == 0)
        {
            return;
        }

        string staging = layout.StagingFolder(manifest.Inputs);
        string[] stagedFolders =
            [.. missing.Where(file => file.IsInFolder).Select(file => layout.Staged(manifest.Inputs, file.Area)).Distinct()];
        files.CreateFolder(staging);
        Array.ForEach(stagedFolders, files.CreateFolder);
        SealProgressCounter progress = Passing(events, missing.Sum(file => file.Length));
        foreach (ManifestFile file in missing)
        {
            cancellation.ThrowIfCancellationRequested();
            string staged = layout.Staged(manifest.Inputs, file);
            if (FileLook.At(staged).Kind == FileKind.Missing)
            {
                source.Bring(file, staged, Path.Combine(staging, Copying), progress, cancellation);
            }

            files.SyncFile(staged);
        }

        Array.ForEach(stagedFolders, files.SyncFolder);
        files.SyncFolder(staging);
    }

    private void PlaceArea(
        ResultLayout layout, SectorId sector, InstallManifest manifest, InstallArea area, ManifestFile[] missing, CancellationToken cancellation)
    {
        files.CreateFolder(layout.Parent(area));
        if (!missing[0].IsInFolder || FileLook.At(layout.Of(area)).Kind == FileKind.Missing)
        {
            Place(sector, layout.Staged(manifest.Inputs, area), layout.Of(area), cancellation);
            files.SyncFolder(layout.Parent(area));
            return;
        }

        foreach (ManifestFile file in missing)
        {
            Place(sector, layout.Staged(manifest.Inputs, file), layout.Target(file), cancellation);
        }

        files.SyncFolder(layout.Of(area));
    }

    // Copying into staging may take hours, so nothing that was asked before it counts any more.
    private void Place(SectorId sector, string from, string to, CancellationToken cancellation)
    {
        settings.Fence?.Ask(sector, cancellation);
        MoveResult result = files.Move(from, to);
        if (result != MoveResult.Moved)
        {
            throw new TargetRefusals(settings.ResultFolder, sector).Exists(to, result == MoveResult.TargetExists
                ? "appeared while this sector was installed"
                : $"is on another file system than {settings.ResultFolder}; a link must not lead out of the result folder");
        }
    }

    private void MoveAside(ResultLayout layout, SectorId sector, HashSet<InstallArea> areas, SectorSink events, CancellationToken cancellation)
    {
        string aside = layout.NewAside(time.GetUtcNow());

        // What is placed last goes first, so that a sealed file never stands without its cache folder.
        files.CreateFolder(aside);
        foreach (InstallArea area in areas.OrderDescending())
        {
            Place(sector, layout.Of(area), Path.Combine(aside, ResultLayout.NameOf(area)), cancellation);

            // The new name first: after a power cut it may have two, but never none.
            files.SyncFolder(aside);
            files.SyncFolder(layout.Parent(area));
        }

        events.Notice($"what stood in the place of {sector} was moved to {aside}");
    }

    /// <summary>How a target is.</summary>
    /// <param name="IsEqual">Whether it is what is to be installed.</param>
    /// <param name="Difference">Half a sentence saying how it is not; null if it is, or if there is none.</param>
    private readonly record struct TargetState(bool IsEqual, string? Difference)
    {
        public static TargetState Absent => default;

        public static TargetState Equal => new(true, null);

        public bool IsDifferent => Difference is not null;

        public static TargetState Of(string difference) => new(false, difference);
    }
}
