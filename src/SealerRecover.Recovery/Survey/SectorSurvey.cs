using Filecoin.Primitives;

namespace SealerRecover.Recovery.Survey;

/// <summary>One copy of a file.</summary>
/// <param name="Path">Where it is, or would be beside the others of its folder.</param>
/// <param name="State">How it is.</param>
public sealed record FileCopy(string Path, FileState State);

/// <summary>A file that a sector has, in all its copies.</summary>
/// <param name="Name">Within its folder for files of a cache folder, else the area's: "sealed", "update", "unsealed".</param>
/// <param name="Copies">One for each folder that should hold it; none where no storage path has anything of it.</param>
public sealed record FileSurvey(string Name, IReadOnlyList<FileCopy> Copies)
{
    /// <summary>The copy to use: the good one that was looked at farthest; null if none is good.</summary>
    public FileCopy? Best => Copies.Where(copy => copy.State.IsGood).MaxBy(copy => ((Good)copy.State).Depth);

    /// <summary>Whether a good copy is there.</summary>
    public bool IsGood => Best is not null;

    /// <summary>Whether no storage path has it at all, good or bad.</summary>
    public bool IsMissing => Copies.All(copy => copy.State is Missing);
}

/// <summary>A file in a cache folder that does not belong to a finished sector.</summary>
/// <param name="Path">Where.</param>
/// <param name="Length">Bytes; 0 for what is no file.</param>
/// <param name="IsLeftOver">Whether sealing makes it and finalising should have deleted it; it does no harm.</param>
public sealed record ExtraFile(string Path, long Length, bool IsLeftOver);

/// <summary>A replica and the files that prove it: sealed/ with cache/, or update/ with update-cache/.</summary>
public sealed record ReplicaSurvey
{
    /// <summary>The replica.</summary>
    public required FileSurvey Replica { get; init; }

    /// <summary>p_aux: comm_c and comm_r_last.</summary>
    public required FileSurvey PAux { get; init; }

    /// <summary>t_aux.</summary>
    public required FileSurvey TAux { get; init; }

    /// <summary>tree_r_last: one file for each base tree, in order.</summary>
    public required IReadOnlyList<FileSurvey> TreeRLast { get; init; }

    /// <summary>What else the cache folders hold.</summary>
    public required IReadOnlyList<ExtraFile> Extra { get; init; }

    /// <summary>All files: the replica, then those of the cache folder.</summary>
    public IEnumerable<FileSurvey> Files => [Replica, PAux, TAux, .. TreeRLast];

    /// <summary>Whether no storage path holds any of it.</summary>
    public bool IsMissing => Files.All(file => file.IsMissing);

    /// <summary>Whether every tree_r_last file has a good copy.</summary>
    public bool HasTrees => TreeRLast.All(file => file.IsGood);

    /// <summary>Whether every file has a good copy.</summary>
    public bool IsGood => Files.All(file => file.IsGood);
}

/// <summary>What the storage paths hold of one sector, at the moment of looking.</summary>
public sealed record SectorSurvey
{
    /// <summary>What it was compared with.</summary>
    public required SurveyFacts Facts { get; init; }

    /// <summary>The sealed file and its cache folder; of a snapped sector, the key.</summary>
    public required ReplicaSurvey Sealed { get; init; }

    /// <summary>The update and its cache folder; null unless the sector was snapped.</summary>
    public required ReplicaSurvey? Update { get; init; }

    /// <summary>The unsealed copy, which need not be there.</summary>
    public required FileSurvey Unsealed { get; init; }

    /// <summary>What Commit 1 reads beside the sealed file and its cache folder's other files; none of a sector that is proven.</summary>
    public IReadOnlyList<FileSurvey> ForCommit1 { get; init; } = [];

    /// <summary>Whether layers and trees are there, by names and lengths, of which wanting synthetic proofs can be made.</summary>
    public bool LayersStand { get; init; }

    /// <summary>Whether one cache folder has everything that Commit 1 reads, or nothing is to be proven.</summary>
    public bool CanCommit1 => ForCommit1.Count == 0 || ForCommit1[0].Copies.Select(copy => Path.GetDirectoryName(copy.Path)).Any(
        folder => ForCommit1.All(file => file.Copies.Any(copy => copy.State.IsGood && Path.GetDirectoryName(copy.Path) == folder)));

    /// <summary>Sentences about what else is wrong or odd.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The sector.</summary>
    public SectorId Sector => Facts.Sector;

    /// <summary>What WindowPoSt is made of: the update where there is one.</summary>
    public ReplicaSurvey Proven => Update ?? Sealed;

    /// <summary>Every file.</summary>
    public IEnumerable<FileSurvey> Files => [.. Sealed.Files, .. ForCommit1, .. Update?.Files ?? [], Unsealed];
}
