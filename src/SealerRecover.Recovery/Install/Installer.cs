using System.Globalization;
using Filecoin.Chain;
using Filecoin.Primitives;
using Filecoin.Sealing;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Files;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Install;

/// <summary>
/// Brings a sector's files, whose CommR is right, from its workspace into the result folder.
/// <list type="number">
/// <item>Every file that is not there yet goes into staging: renamed on the same file system, else copied under a temporary name,
/// flushed and renamed.</item>
/// <item>The cache folder goes in whole, by one rename. Where a cache folder exists already (a sector that lost its sealed file
/// only, say), missing files join it one by one and nothing else in it is touched.</item>
/// <item>The sealed file goes in last: where it stands, the sector is complete.</item>
/// <item>A receipt is left.</item>
/// </list>
/// Nothing is ever replaced: renames refuse a taken name. A file with equal content counts as installed; one with other content
/// stops the sector, or is moved aside when asked. Of t_aux only its presence counts, since it names the folder the sector was
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
        string pAux = Path.Combine(layout.CacheFolder, CacheNames.PAux);
        foreach ((string path, long length) in new[] { (layout.SealedFile, facts.SealProof.SectorSize.Bytes), (pAux, PAuxFile.Length) })
        {
            FileLook look = FileLook.Through(path);
            if (!settings.Force && look.Kind != FileKind.Missing && (look.Kind != FileKind.File || look.Length != length))
            {
                throw TargetExists(facts.Sector, path, $"has {look.Length} bytes where this sector's has {length}; nothing was computed");
            }
        }

        if (!settings.Force && FileLook.Through(pAux).Kind == FileKind.File
            && commR(PAuxFile.Read(pAux)) is var found && found != facts.SealedCid)
        {
            throw TargetExists(facts.Sector, pAux, $"belongs to a sector whose CommR is {found}; nothing was computed");
        }
    }

    /// <summary>
    /// Lists and digests what is to be installed. Null unless all files are there and are what was recorded when they were
    /// written, the replica being the last layer, as for all sectors of zeros: then what the trees were built from is what
    /// goes into the result folder.
    /// </summary>
    public InstallManifest? Describe(
        SectorId sector, SectorWorkspace workspace, PorepParameters porep, SealedCommitments commitments, InstallProgress progress,
        CancellationToken cancellation)
    {
        IReadOnlyList<string> names = CacheFiles.Installed(porep, settings.KeepAll);
        (string Name, string Path)[] present =
        [
            .. names.Select(name => (name, Path.Combine(workspace.CacheFolder, name))),
            (ManifestFile.Sealed, workspace.SealedFile),
        ];
        byte[] auxiliary = new PAuxFile(commitments.CommC, commitments.CommRLast).ToBytes();
        if (present.Any(file => FileLook.At(file.Path).Kind != FileKind.File)
            || FileLook.At(workspace.SealedFile).Length != porep.SectorSize.Bytes
            || !File.ReadAllBytes(Path.Combine(workspace.CacheFolder, CacheNames.PAux)).AsSpan().SequenceEqual(auxiliary))
        {
            return null;
        }

        progress.Begin(present.Sum(file => FileLook.At(file.Path).Length));
        List<ManifestFile> described = [];
        foreach ((string name, string path) in present)
        {
            FileDigest digest = SegmentDigests.OfFile(path, progress, cancellation);
            string recordedAs = name == ManifestFile.Sealed ? CacheNames.Layer(porep.Layers) : name;
            if (CacheFiles.TryGetRecorded(workspace.Journal, recordedAs, out FileDigest recorded) && recorded != digest)
            {
                return null;
            }

            described.Add(new ManifestFile(name, digest.Length, digest.Digest.ToString()));
        }

        InstallManifest manifest = new(
            workspace.Journal.Inputs, settings.ResultFolder, commitments.CommC.ToString(), commitments.CommRLast.ToString(), described);

        // Nothing of earlier work may stand in staging: what is found there later counts as put there from this manifest.
        ResultLayout layout = new(settings.ResultFolder, sector);
        foreach (ManifestFile file in described)
        {
            files.DeleteFile(layout.Staged(manifest.Inputs, file));
        }

        return manifest;
    }

    /// <summary>
    /// Whether every file of <paramref name="manifest"/> still exists intact, wherever an interrupted installation left it.
    /// Damaged files in staging are deleted.
    /// </summary>
    public bool PrepareResume(
        SectorId sector, InstallManifest manifest, SectorWorkspace workspace, InstallProgress progress, CancellationToken cancellation)
    {
        ResultLayout layout = new(settings.ResultFolder, sector);
        progress.Begin(manifest.Files.Sum(file => file.Length));
        return manifest.Files.All(file =>
        {
            string staged = layout.Staged(manifest.Inputs, file);
            if (Matches(file, staged, progress, cancellation))
            {
                return true;
            }

            files.DeleteFile(staged);
            return Matches(file, Source(workspace, file), progress, cancellation)
                || StateOf(layout, file, progress, cancellation) == TargetState.Equal;
        });
    }

    /// <summary>Whether the installed files are those of the receipt, all bytes read.</summary>
    public bool IsIntact(SectorId sector, InstallManifest receipt, InstallProgress progress, CancellationToken cancellation)
    {
        ResultLayout layout = new(settings.ResultFolder, sector);
        progress.Begin(receipt.Files.Sum(file => file.Length));
        return receipt.Files.All(file => StateOf(layout, file, progress, cancellation) == TargetState.Equal);
    }

    /// <summary>Installs what is not there yet; see the class.</summary>
    /// <returns>Whether anything had to be put in place.</returns>
    /// <exception cref="OperatorException">TargetExists, without --force.</exception>
    public bool Install(
        SectorId sector, InstallManifest manifest, SectorWorkspace workspace, Action<string> notice, InstallProgress progress,
        CancellationToken cancellation)
    {
        ResultLayout layout = new(settings.ResultFolder, sector);
        progress.Begin(manifest.Files.Sum(file => file.Length));
        Dictionary<ManifestFile, TargetState> states = manifest.Files.ToDictionary(
            file => file, file => StateOf(layout, file, progress, cancellation));
        ManifestFile[] different = [.. manifest.Files.Where(file => states[file] == TargetState.Different)];
        if (different.Length > 0 && !settings.Force)
        {
            throw TargetExists(
                sector, layout.Target(different[0]), $"has other content than the recovered file, which waits in {workspace.Folder}");
        }

        // A cache folder is moved aside whole, so then all its files are needed.
        bool cacheMovesAside = different.Any(file => !file.IsSealed);
        ManifestFile[] missing =
            [.. manifest.Files.Where(file => states[file] != TargetState.Equal || (cacheMovesAside && !file.IsSealed))];
        Stage(layout, manifest, missing, workspace, progress, cancellation);
        if (different.Length > 0)
        {
            MoveAside(layout, sector, different.Any(file => file.IsSealed), cacheMovesAside, notice);
        }

        PlaceCache(layout, sector, manifest, [.. missing.Where(file => !file.IsSealed)]);
        if (missing.FirstOrDefault(file => file.IsSealed) is { } replica)
        {
            files.CreateFolder(layout.SealedParent);
            Place(sector, layout.Staged(manifest.Inputs, replica), layout.SealedFile);
            files.SyncFolder(layout.SealedParent);
        }

        // The receipt ends the installation, so what was in the way goes before it.
        string staging = layout.StagingFolder(manifest.Inputs);
        files.DeleteFile(Path.Combine(staging, Copying));
        files.DeleteEmptyFolder(Path.Combine(staging, "cache"));
        files.DeleteEmptyFolder(staging);
        files.DeleteEmptyFolder(Path.GetDirectoryName(staging)!);
        Receipt.Write(files, layout, manifest);
        return missing.Length > 0;
    }

    private static string Source(SectorWorkspace workspace, ManifestFile file) =>
        file.IsSealed ? workspace.SealedFile : Path.Combine(workspace.CacheFolder, file.Name);

    private static bool Matches(ManifestFile file, string path, IProgress<long> progress, CancellationToken cancellation) =>
        FileLook.At(path) is { Kind: FileKind.File } look && look.Length == file.Length
        && file.Matches(SegmentDigests.OfFile(path, progress, cancellation));

    private static TargetState StateOf(
        ResultLayout layout, ManifestFile file, IProgress<long> progress, CancellationToken cancellation)
    {
        string target = layout.Target(file);
        if (!file.IsSealed && FileLook.Through(layout.CacheFolder).Kind is not (FileKind.Missing or FileKind.Folder))
        {
            return TargetState.Different;
        }

        FileLook look = FileLook.Through(target);
        return look switch
        {
            { Kind: FileKind.Missing } => TargetState.Absent,
            { Kind: FileKind.File, Length: > 0 } when file.Name == CacheNames.TAux => TargetState.Equal,
            { Kind: FileKind.File } when look.Length == file.Length && file.Matches(SegmentDigests.OfFile(target, progress, cancellation)) =>
                TargetState.Equal,
            _ => TargetState.Different,
        };
    }

    private void Stage(
        ResultLayout layout, InstallManifest manifest, ManifestFile[] missing, SectorWorkspace workspace, InstallProgress progress,
        CancellationToken cancellation)
    {
        if (missing.Length == 0)
        {
            return;
        }

        string staging = layout.StagingFolder(manifest.Inputs);
        string stagedCache = Path.Combine(staging, "cache");
        files.CreateFolder(stagedCache);
        foreach (ManifestFile file in missing)
        {
            cancellation.ThrowIfCancellationRequested();
            string staged = layout.Staged(manifest.Inputs, file);
            if (FileLook.At(staged).Kind == FileKind.Missing)
            {
                MoveOrCopy(Source(workspace, file), staged, Path.Combine(staging, Copying), progress, cancellation);
            }

            files.SyncFile(staged);
        }

        files.SyncFolder(stagedCache);
        files.SyncFolder(staging);
        progress.End();
    }

    private void MoveOrCopy(string from, string to, string temporary, InstallProgress progress, CancellationToken cancellation)
    {
        if (files.Move(from, to) == MoveResult.OtherFileSystem)
        {
            files.Copy(from, temporary, progress, cancellation);
            files.Move(temporary, to);
        }
    }

    private void PlaceCache(ResultLayout layout, SectorId sector, InstallManifest manifest, ManifestFile[] missing)
    {
        if (missing.Length == 0)
        {
            return;
        }

        files.CreateFolder(layout.CacheParent);
        if (FileLook.At(layout.CacheFolder).Kind == FileKind.Missing)
        {
            Place(sector, Path.Combine(layout.StagingFolder(manifest.Inputs), "cache"), layout.CacheFolder);
            files.SyncFolder(layout.CacheParent);
            return;
        }

        foreach (ManifestFile file in missing)
        {
            Place(sector, layout.Staged(manifest.Inputs, file), layout.Target(file));
        }

        files.SyncFolder(layout.CacheFolder);
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

    private void MoveAside(ResultLayout layout, SectorId sector, bool replica, bool cache, Action<string> notice)
    {
        string stamp = time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string aside = Path.Combine(layout.ReplacedParent, $"{sector.FileName}-{stamp}");
        for (int i = 2; FileLook.At(aside).Kind != FileKind.Missing; i++)
        {
            aside = Path.Combine(layout.ReplacedParent, string.Create(CultureInfo.InvariantCulture, $"{sector.FileName}-{stamp}-{i}"));
        }

        // The sealed file first, so that it never stands without its cache folder.
        files.CreateFolder(aside);
        if (replica)
        {
            Place(sector, layout.SealedFile, Path.Combine(aside, "sealed"));
            files.SyncFolder(layout.SealedParent);
        }

        if (cache)
        {
            Place(sector, layout.CacheFolder, Path.Combine(aside, "cache"));
            files.SyncFolder(layout.CacheParent);
        }

        files.SyncFolder(aside);
        notice($"what stood in the place of {sector} was moved to {aside}");
    }

    private OperatorException TargetExists(SectorId sector, string path, string complaint) => new(
        FailureKind.TargetExists,
        $"{sector}: {path} already exists and {complaint}",
        "Choose another --sealing-result, or repeat with --force to move it to "
        + $"{Path.Combine(settings.ResultFolder, ResultLayout.OwnFolder, "replaced")}.");

    private enum TargetState
    {
        Absent,
        Equal,
        Different,
    }
}
