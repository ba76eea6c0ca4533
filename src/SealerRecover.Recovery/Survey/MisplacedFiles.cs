using Filecoin.Primitives;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Survey;

/// <summary>A replica or a cache folder that commits to something else than its place says: it is good, only not where it lies.</summary>
/// <param name="From">Where it lies.</param>
/// <param name="LiesAs">The sector that its name says.</param>
/// <param name="Owner">The sector whose commitment it has.</param>
/// <param name="Part">Which part of its owner it is: sealed or update.</param>
/// <param name="IsFolder">Whether it is a cache folder, which p_aux identifies; else a replica, which tree_r_last does.</param>
public sealed record MisplacedFiles(string From, SectorId LiesAs, SectorId Owner, SectorPart Part, bool IsFolder)
{
    /// <summary>Where it belongs, in the same storage path; null where its owner has it already, or something unknown stands there.</summary>
    public string? To { get; init; }

    /// <summary>Its files, judged beside each other against what its owner commits to.</summary>
    public required ReplicaSurvey Judged { get; init; }

    /// <summary>How much of a replica was compared with tree_r_last before it was called its owner's; null if all was, or for a folder.</summary>
    public ReadSample? Sample => IsFolder ? null : (Judged.Replica.Best?.State as Good)?.Sample;

    /// <summary>What an area holds that files of a part belong in.</summary>
    internal static InstallArea AreaOf(SectorPart part, bool isFolder) => (part, isFolder) switch
    {
        (SectorPart.Update, true) => InstallArea.UpdateCache,
        (SectorPart.Update, false) => InstallArea.Update,
        (_, true) => InstallArea.Cache,
        _ => InstallArea.Sealed,
    };

    /// <summary>Where the files belong in the storage path in which they lie.</summary>
    internal string Target(StorageRoots roots) => new ResultLayout(roots.FolderOf(From), Owner).Of(AreaOf(Part, IsFolder));

    /// <summary>Whether a copy is the misplaced file, or in the misplaced folder.</summary>
    internal bool Holds(FileCopy copy) => (IsFolder ? Path.GetDirectoryName(copy.Path) : copy.Path) == From;
}
