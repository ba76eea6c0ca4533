using Filecoin.Chain;
using Filecoin.Primitives;
using Filecoin.Sealing;
using Filecoin.Sealing.Files;
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
/// Nothing is ever replaced: renames refuse a taken name. A file with equal content counts as installed; one with other content
/// stops the sector, or is moved aside when asked. Of t_aux only the stores it lists count, since it also names the folder the sector was
/// sealed in, which differs between good copies. All steps can be repeated: after a crash, each file is in the workspace, in
/// staging or in place, and <see cref="PrepareResume"/> finds it by its digest.
/// </summary>
internal sealed class Installer(IFileSystem files, RecoverySettings settings, TimeProvider time)
{
    private const string Copying = "copying";

    /// <summary>
    /// Refuses, before hours of work, a target that cannot be this sector: a sealed file of another length, or a p_aux whose
    /// CommR is another. That they pass says nothing about them yet.
    /// </summary>
    /// <exception cref="OperatorException">TargetExists.</exception>
    public void RefuseObviousConflict(SectorFacts facts, Func<PAuxFile, CommR> commR)
    {
        ResultLayout layout = new(settings.ResultFolder, facts.Sector);
        Refuse(layout.SealedFile, layout.CacheFolder, facts.SealedCid);
        if (facts.Update is { } update)
        {
            Refuse(layout.UpdateFile, layout.UpdateCacheFolder, update.SealedCid);
        }

        void Refuse(string replica, string cacheFolder, CommR expected)
        {
            string pAux = Path.Combine(cacheFolder, CacheNames.PAux);
            foreach ((string path, long length) in new[] { (replica, facts.SealProof.SectorSize.Bytes), (pAux, PAuxFile.Length) })
            {
                FileLook look = FileLook.Through(path);
                if (!settings.Force && look.Kind != FileKind.Missing && !look.IsFileOf(length))
                {
                    throw TargetExists(facts.Sector, path, $"has {look.Length} bytes where this sector's has {length}; nothing was computed");
                }
            }

            if (!settings.Force && FileLook.Through(pAux).Kind == FileKind.File
                && commR(PAuxFile.Read(files, pAux)) is var found && found != expected)
            {
                throw TargetExists(facts.Sector, pAux, $"belongs to a sector whose CommR is {found}; nothing was computed");
            }
        }
    }

    /// <summary>
    /// Lists and digests what is to be installed. Null unless all files are there and are what was recorded when they were written: then
    /// what the trees were built from is what goes into the result folder.
    /// </summary>
    /// <param name="sector">The sector.</param>
    /// <param name="workspace">Where it was made.</param>
    /// <param name="recovered">Its files.</param>
    /// <param name="damaged">The first file that is missing or not what was recorded.</param>
    /// <param name="progress">Told how far.</param>
    /// <param name="cancellation">Stops within a second.</param>
    public InstallManifest? Describe(
        SectorId sector,
        SectorWorkspace workspace,
        RecoveredSector recovered,
        out FinishedFile? damaged,
        InstallProgress progress,
        CancellationToken cancellation)
    {
        damaged = recovered.Files.FirstOrDefault(file => FileLook.Through(file.Path).Kind != FileKind.File);
        if (damaged is not null)
        {
            return null;
        }

        progress.Begin(recovered.Files.Sum(file => FileLook.Through(file.Path).Length));
        List<ManifestFile> described = [];
        foreach (FinishedFile file in recovered.Files)
        {
            if (file.Digest(progress, cancellation) is not { } digest)
            {
                damaged = file;
                return null;
            }

            described.Add(new ManifestFile(file.Name, digest.Length, digest.Digest.ToString()));
        }

        InstallManifest manifest = new(
            workspace.Journal.Inputs,
            settings.ResultFolder,
            recovered.Sealed.CommC.ToString(),
            recovered.Sealed.CommRLast.ToString(),
            described,
            recovered.Update?.CommRLast.ToString());

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
        SectorId sector, InstallManifest manifest, SectorWorkspace workspace, InstallProgress progress, CancellationToken cancellation)
    {
        ResultLayout layout = new(settings.ResultFolder, sector);
        progress.Begin(manifest.Files.Sum(file => file.Length));
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
                : StateOf(layout, manifest.Inputs, file, progress, cancellation) == TargetState.Equal ? layout.Target(file)
                : null;
        }
    }

    /// <summary>Whether the installed files are those of the receipt, all bytes read.</summary>
    public bool IsIntact(SectorId sector, InstallManifest receipt, InstallProgress progress, CancellationToken cancellation)
    {
        ResultLayout layout = new(settings.ResultFolder, sector);
        progress.Begin(receipt.Files.Sum(file => file.Length));
        return receipt.Files.All(file => StateOf(layout, receipt.Inputs, file, progress, cancellation) == TargetState.Equal);
    }

    /// <summary>Installs what is not there yet; see the class.</summary>
    /// <returns>Whether anything had to be put in place.</returns>
    /// <exception cref="OperatorException">TargetExists, without --force.</exception>
    public bool Install(
        SectorId sector, InstallManifest manifest, SectorWorkspace workspace, Action<string> notice, InstallProgress progress,
        CancellationToken cancellation)
    {
        bool placed = Place(sector, manifest, new InstallSource(file => Source(workspace, file), MayBeMoved: true), notice, progress, cancellation);
        Receipt.Write(files, new ResultLayout(settings.ResultFolder, sector), manifest);
        return placed;
    }

    /// <summary>As <see cref="Install"/>, from files that stay where they are; leaves no receipt.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="manifest">What to put in place.</param>
    /// <param name="from">Where each file is.</param>
    /// <param name="notice">Told what was moved aside.</param>
    /// <param name="progress">Told how far.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <returns>Whether anything had to be put in place.</returns>
    public bool Copy(
        SectorId sector, InstallManifest manifest, Func<ManifestFile, string> from, Action<string> notice, InstallProgress progress,
        CancellationToken cancellation) =>
        Place(sector, manifest, new InstallSource(from, MayBeMoved: false), notice, progress, cancellation);

    private bool Place(
        SectorId sector, InstallManifest manifest, InstallSource source, Action<string> notice, InstallProgress progress,
        CancellationToken cancellation)
    {
        ResultLayout layout = new(settings.ResultFolder, sector);
        progress.Begin(manifest.Files.Sum(file => file.Length));
        Dictionary<ManifestFile, TargetState> states = manifest.Files.ToDictionary(
            file => file, file => StateOf(layout, manifest.Inputs, file, progress, cancellation));
        ManifestFile[] different = [.. manifest.Files.Where(file => states[file] == TargetState.Different)];
        if (different.Length > 0 && !settings.Force)
        {
            throw TargetExists(
                sector, layout.Target(different[0]), $"has other content than the recovered file, which waits in {source.Path(different[0])}");
        }

        // A cache folder is moved aside whole, so then all its files are needed.
        HashSet<InstallArea> aside = [.. different.Select(file => file.Area)];
        ManifestFile[] missing = [.. manifest.Files.Where(file => states[file] != TargetState.Equal || aside.Contains(file.Area))];
        Stage(layout, manifest, missing, source, progress, cancellation);
        if (aside.Count > 0)
        {
            MoveAside(layout, sector, aside, notice);
        }

        foreach (IGrouping<InstallArea, ManifestFile> area in missing.GroupBy(file => file.Area).OrderBy(area => area.Key))
        {
            PlaceArea(layout, sector, manifest, area.Key, [.. area]);
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

    private static string Source(SectorWorkspace workspace, ManifestFile file) => file.Area switch
    {
        InstallArea.Sealed => workspace.SealedFile,
        InstallArea.Update => workspace.UpdateFile,
        InstallArea.Unsealed => workspace.UnsealedFile,
        InstallArea.UpdateCache => Path.Combine(workspace.UpdateCacheFolder, file.NameInFolder),
        _ => Path.Combine(workspace.CacheFolder, file.NameInFolder),
    };

    private bool Matches(ManifestFile file, string path, IProgress<long> progress, CancellationToken cancellation) =>
        FileLook.At(path).IsFileOf(file.Length)
        && file.Matches(SegmentDigests.OfFile(files, path, progress, cancellation));

    private TargetState StateOf(
        ResultLayout layout, WorkInputs inputs, ManifestFile file, IProgress<long> progress, CancellationToken cancellation)
    {
        string target = layout.Target(file);
        if (file.IsInFolder && FileLook.Through(layout.Of(file.Area)).Kind is not (FileKind.Missing or FileKind.Folder))
        {
            return TargetState.Different;
        }

        FileLook look = FileLook.Through(target);
        return look switch
        {
            { Kind: FileKind.Missing } => TargetState.Absent,
            { Kind: FileKind.File } when look.Length == file.Length && file.Matches(SegmentDigests.OfFile(files, target, progress, cancellation)) =>
                TargetState.Equal,
            { Kind: FileKind.File } when file.NameInFolder == CacheNames.TAux
                && TAuxLook.At(target, inputs.Porep, inputs.RowsToDiscard).IsGood => TargetState.Equal,
            _ => TargetState.Different,
        };
    }

    private void Stage(
        ResultLayout layout, InstallManifest manifest, ManifestFile[] missing, InstallSource source, InstallProgress progress,
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
        foreach (ManifestFile file in missing)
        {
            cancellation.ThrowIfCancellationRequested();
            string staged = layout.Staged(manifest.Inputs, file);
            if (FileLook.At(staged).Kind == FileKind.Missing)
            {
                MoveOrCopy(source, manifest.Inputs, file, staged, Path.Combine(staging, Copying), progress, cancellation);
            }

            files.SyncFile(staged);
        }

        Array.ForEach(stagedFolders, files.SyncFolder);
        files.SyncFolder(staging);
        progress.End();
    }

    private void MoveOrCopy(
        InstallSource source,
        WorkInputs inputs,
        ManifestFile file,
        string to,
        string temporary,
        InstallProgress progress,
        CancellationToken cancellation)
    {
        string from = source.Path(file);
        if (source.MayBeMoved && files.Move(from, to) != MoveResult.OtherFileSystem)
        {
            return;
        }

        bool isRight = file.Matches(files.Copy(from, temporary, progress, cancellation))
            || (!source.MayBeMoved && file.NameInFolder == CacheNames.TAux && TAuxLook.At(temporary, inputs.Porep, inputs.RowsToDiscard).IsGood);
        if (!isRight)
        {
            files.TryDelete(temporary);
            throw new OperatorException(
                FailureKind.Storage,
                $"copying {from} to {settings.ResultFolder} read other bytes than those that have the right CommR",
                "Check disk and memory of this machine (dmesg, smartctl, memtest), then run the same command again.");
        }

        files.Move(temporary, to);
    }

    private void PlaceArea(ResultLayout layout, SectorId sector, InstallManifest manifest, InstallArea area, ManifestFile[] missing)
    {
        files.CreateFolder(layout.Parent(area));
        if (!missing[0].IsInFolder || FileLook.At(layout.Of(area)).Kind == FileKind.Missing)
        {
            Place(sector, layout.Staged(manifest.Inputs, area), layout.Of(area));
            files.SyncFolder(layout.Parent(area));
            return;
        }

        foreach (ManifestFile file in missing)
        {
            Place(sector, layout.Staged(manifest.Inputs, file), layout.Target(file));
        }

        files.SyncFolder(layout.Of(area));
    }

    private void Place(SectorId sector, string from, string to)
    {
        MoveResult result = files.Move(from, to);
        if (result != MoveResult.Moved)
        {
            throw TargetExists(sector, to, result == MoveResult.TargetExists
                ? "appeared while this sector was installed"
                : $"is on another file system than {settings.ResultFolder}; a link must not lead out of the result folder");
        }
    }

    private void MoveAside(ResultLayout layout, SectorId sector, HashSet<InstallArea> areas, Action<string> notice)
    {
        string aside = layout.NewAside(time.GetUtcNow());

        // What is placed last goes first, so that a sealed file never stands without its cache folder.
        files.CreateFolder(aside);
        foreach (InstallArea area in areas.OrderDescending())
        {
            Place(sector, layout.Of(area), Path.Combine(aside, ResultLayout.NameOf(area)));
            files.SyncFolder(layout.Parent(area));
        }

        files.SyncFolder(aside);
        notice($"what stood in the place of {sector} was moved to {aside}");
    }

    private OperatorException TargetExists(SectorId sector, string path, string complaint) => new(
        FailureKind.TargetExists,
        $"{sector}: {path} already exists and {complaint}",
        "Choose another --sealing-result, or repeat with --force to move it to "
        + $"{Path.Combine(settings.ResultFolder, ResultLayout.OwnFolder, "replaced")}.");

    /// <summary>Where files come from.</summary>
    private readonly record struct InstallSource(Func<ManifestFile, string> Path, bool MayBeMoved);

    private enum TargetState
    {
        Absent,
        Equal,
        Different,
    }
}
