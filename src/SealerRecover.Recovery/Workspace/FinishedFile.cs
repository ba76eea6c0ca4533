using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;

namespace SealerRecover.Recovery.Workspace;

/// <summary>A file that is to be installed, or stands already.</summary>
/// <param name="Name">As in the manifest.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Digest">Reads it; null if it is not what was recorded when it was written.</param>
internal sealed record FinishedFile(string Name, string Path, Func<IProgress<long>, CancellationToken, FileDigest?> Digest);

/// <summary>A sector whose CommR is right.</summary>
/// <param name="Sealed">Commitments of what was sealed, a snapped sector's key.</param>
/// <param name="Update">Commitments of the update; null unless snapped.</param>
/// <param name="Files">All files of it.</param>
internal sealed record RecoveredSector(SealedCommitments Sealed, SealedCommitments? Update, IReadOnlyList<FinishedFile> Files);

/// <summary>The files of a workspace, each with what it is to be compared with.</summary>
/// <param name="files">Reads them.</param>
/// <param name="workspace">The workspace.</param>
/// <param name="porep">The sector's shape.</param>
/// <param name="keepAll">Whether layers and all trees are installed.</param>
/// <param name="synthetic">Whether synthetic proofs are.</param>
internal sealed class FinishedFiles(IFileSystem files, SectorWorkspace workspace, PorepParameters porep, bool keepAll, bool synthetic)
{
    /// <summary>The workspace.</summary>
    public SectorWorkspace Workspace => workspace;

    /// <summary>Step of a finished unsealed copy.</summary>
    public static SealStep UnsealedStep => new(StepKind.Unsealed);

    /// <summary>What PreCommit2 made. A replica of zeros is the last layer.</summary>
    public IEnumerable<FinishedFile> Sealed(SealedCommitments made) =>
        InFolder(workspace.CacheFolder, string.Empty, CacheFiles.Installed(porep, keepAll, synthetic), StepsOf.Sealing, made)
            .Append(ReplicaRecord.IsIn(workspace.Journal, StepsOf.Sealing)
                ? Replica(ManifestFile.Sealed, workspace.SealedFile, StepsOf.Sealing)
                : Recorded(ManifestFile.Sealed, workspace.SealedFile, CacheNames.Layer(porep.Layers), StepsOf.Sealing, porep.SectorSize.Bytes));

    /// <summary>What was made beside a replica that was left, and that replica.</summary>
    /// <param name="area">Sealed or Update.</param>
    /// <param name="replica">Where it is: in its place, or in the workspace.</param>
    /// <param name="made">What it commits to.</param>
    /// <param name="steps">What its steps are of.</param>
    /// <param name="copiedStep">The step of the copy in the workspace; null where the replica is in its place.</param>
    public IEnumerable<FinishedFile> Beside(InstallArea area, string replica, SealedCommitments made, StepsOf steps, SealStep? copiedStep)
    {
        (string folder, string prefix, string name) = area == InstallArea.Update
            ? (workspace.UpdateCacheFolder, ManifestFile.InUpdateCache, ManifestFile.Update)
            : (workspace.CacheFolder, string.Empty, ManifestFile.Sealed);
        return InFolder(folder, prefix, CacheNames.Finalized(porep), steps, made).Append(copiedStep is { } step ? Of(name, replica, step) : Standing(name, replica));
    }

    /// <summary>Synthetic proofs that were made of layers that stand.</summary>
    public FinishedFile SyntheticProofs() => Recorded(
        CacheNames.SyntheticProofs, Path.Combine(workspace.CacheFolder, CacheNames.SyntheticProofs), CacheNames.SyntheticProofs, StepsOf.Sealing, length: null);

    /// <summary>What stands in the sector's cache folder and only Commit 1 reads.</summary>
    /// <param name="cacheFolder">The folder.</param>
    public IEnumerable<FinishedFile> StandingForCommit1(string cacheFolder) =>
        CacheFiles.Installed(porep, keepAll, synthetic).Except(CacheNames.Finalized(porep)).Select(name => Standing(name, Path.Combine(cacheFolder, name)));

    /// <summary>A key that was made of its update.</summary>
    public IEnumerable<FinishedFile> Key(SealedCommitments made) =>
        InFolder(workspace.CacheFolder, string.Empty, Present(workspace.CacheFolder, treeD: false), StepsOf.Key, made)
            .Append(Replica(ManifestFile.Sealed, workspace.SealedFile, StepsOf.Key));

    /// <summary>An update.</summary>
    public IEnumerable<FinishedFile> Update(SealedCommitments made) =>
        InFolder(workspace.UpdateCacheFolder, ManifestFile.InUpdateCache, Present(workspace.UpdateCacheFolder, keepAll), StepsOf.Update, made)
            .Append(Replica(ManifestFile.Update, workspace.UpdateFile, StepsOf.Update));

    /// <summary>An unsealed copy.</summary>
    public FinishedFile Unsealed() => Of(ManifestFile.Unsealed, workspace.UnsealedFile, UnsealedStep);

    private FinishedFile Of(string name, string path, SealStep step) => new(
        name,
        path,
        (progress, cancellation) => SegmentDigests.OfFile(files, path, progress, cancellation) is var digest
            && workspace.Journal.TryGet(step, out FileDigest recorded) && recorded == digest ? digest : null);

    // It was found to be right; there is nothing to compare it with but itself. One that has become unreadable since is damaged.
    private FinishedFile Standing(string name, string path) => new(name, path, (progress, cancellation) =>
    {
        try
        {
            return SegmentDigests.OfFile(files, path, progress, cancellation);
        }
        catch (OperatorException failure) when (failure.Kind == FailureKind.Storage)
        {
            return null;
        }
    });

    // An update's t_aux is its key's, where that has one; tree_d is there when everything is kept.
    private List<string> Present(string folder, bool treeD) =>
    [
        .. CacheNames.Finalized(porep).Where(name => name != CacheNames.TAux || File.Exists(Path.Combine(folder, name))),
        .. treeD ? [CacheNames.TreeD] : Array.Empty<string>(),
    ];

    private IEnumerable<FinishedFile> InFolder(
        string folder, string prefix, IReadOnlyList<string> names, StepsOf steps, SealedCommitments made)
    {
        byte[] auxiliary = new PAuxFile(made.CommC, made.CommRLast).ToBytes();
        return names.Select(name => name == CacheNames.PAux
            ? new FinishedFile(prefix + name, Path.Combine(folder, name), (progress, cancellation) =>
                files.ReadAll(Path.Combine(folder, name)).AsSpan().SequenceEqual(auxiliary)
                    ? SegmentDigests.OfFile(files, Path.Combine(folder, name), progress, cancellation)
                    : null)
            : Recorded(prefix + name, Path.Combine(folder, name), name, steps, length: null));
    }

    private FinishedFile Replica(string name, string path, StepsOf steps) => new(
        name, path, (progress, cancellation) => ReplicaRecord.DigestIfIntact(files, path, workspace.Journal, steps, porep, progress, cancellation));

    private FinishedFile Recorded(string name, string path, string recordedAs, StepsOf steps, long? length) => new(
        name,
        path,
        (progress, cancellation) => SegmentDigests.OfFile(files, path, progress, cancellation) is var digest
            && (length is null || digest.Length == length)
            && (!CacheFiles.TryGetRecorded(workspace.Journal, recordedAs, out FileDigest recorded, steps) || recorded == digest)
                ? digest
                : null);
}
