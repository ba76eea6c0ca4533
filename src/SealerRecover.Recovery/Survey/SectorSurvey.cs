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

    /// <summary>The files it is proven with. t_aux is not among them: no proof reads it, and it holds nothing but the sector's shape.</summary>
    public IEnumerable<FileSurvey> Needed => [Replica, PAux, .. TreeRLast];

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

    /// <summary>What of the sector's lies elsewhere, and what of others' lies under its name.</summary>
    public IReadOnlyList<MisplacedFiles> Misplaced { get; init; } = [];

    /// <summary>The sector.</summary>
    public SectorId Sector => Facts.Sector;

    /// <summary>What WindowPoSt is made of: the update where there is one.</summary>
    public ReplicaSurvey Proven => Update ?? Sealed;

    /// <summary>Every file.</summary>
    public IEnumerable<FileSurvey> Files => [.. Sealed.Files, .. ForCommit1, .. Update?.Files ?? [], Unsealed];

    /// <summary>How much was read of the files that nothing speaks against.</summary>
    public ReadExtent Extent => BlockChance == 0 ? ReadExtent.Unread
        : Replicas.SelectMany(files => files.Needed).SelectMany(file => file.Copies).Any(copy => copy.State is Good { Depth: CheckDepth.Sampled })
            ? ReadExtent.Sampled
            : ReadExtent.Whole;

    /// <summary>The chance, 0 to 1, that damage of any one block of <see cref="ReadSample.BlockBytes"/> of a replica would have been met.</summary>
    public double BlockChance => Replicas.SelectMany(files => files.Replica.Copies).Select(copy => copy.State).OfType<Good>()
        .Select(good => good switch
        {
            { Sample: { } sample } => sample.BlockChance,
            { Depth: CheckDepth.Length } => 0,
            _ => 1,
        })
        .DefaultIfEmpty(1)
        .Min();

    /// <summary>The survey with the state of what is another's, or belongs to the other part, told as such.</summary>
    public SectorSurvey Named() => Misplaced.Count == 0 ? this : Each((_, file) => file with
    {
        Copies =
        [
            .. file.Copies.Select(copy => Misplaced.FirstOrDefault(files => files.Holds(copy)) is { } files && copy.State is not Missing
                ? copy with { State = new Misplaced(files.Owner, files.Part) }
                : copy),
        ],
    });

    /// <summary>What the survey would find once everything misplaced is where it belongs and what stood there was moved aside.</summary>
    public SectorSurvey AfterMoves()
    {
        MisplacedFiles[] moves = [.. Misplaced.Where(files => files.To is not null)];
        MisplacedFiles[] arriving = [.. moves.Where(files => files.Owner == Sector)];
        return Misplaced.Count == 0 ? this : Named().Each((part, file) => file with
        {
            Copies =
            [
                .. file.Copies.Where(copy => !moves.Any(files => files.Holds(copy)) && !arriving.Any(files => (files with { From = files.To! }).Holds(copy))),
                .. arriving.Where(files => files.Part == part).SelectMany(files => Arrived(files, file.Name)),
            ],
        });
    }

    /// <summary>Whether the sector has, where they belong, what misplaced files are; those found elsewhere do not count.</summary>
    internal bool Has(MisplacedFiles wanted, IReadOnlyList<MisplacedFiles> found)
    {
        SectorSurvey own = Each((_, file) => file with { Copies = [.. file.Copies.Where(copy => !found.Any(files => files.Holds(copy)))] });
        ReplicaSurvey? part = wanted.Part == SectorPart.Update ? own.Update : own.Sealed;
        return part is not null && (wanted.IsFolder ? part.PAux.IsGood && part.HasTrees : part.Replica.IsGood);
    }

    private static IEnumerable<FileCopy> Arrived(MisplacedFiles files, string name)
    {
        bool isReplica = files.Judged.Replica.Name == name;
        return isReplica == files.IsFolder ? []
            : files.Judged.Files.Where(file => file.Name == name)
                .SelectMany(file => file.Copies)
                .Where(files.Holds)
                .Select(copy => copy with { Path = isReplica ? files.To! : Path.Combine(files.To!, name) });
    }

    private SectorSurvey Each(Func<SectorPart, FileSurvey, FileSurvey> change)
    {
        return this with { Sealed = Changed(SectorPart.Sealed, Sealed), Update = Update is null ? null : Changed(SectorPart.Update, Update) };

        ReplicaSurvey Changed(SectorPart part, ReplicaSurvey files) => files with
        {
            Replica = change(part, files.Replica),
            PAux = change(part, files.PAux),
            TAux = change(part, files.TAux),
            TreeRLast = [.. files.TreeRLast.Select(file => change(part, file))],
        };
    }

    private IEnumerable<ReplicaSurvey> Replicas => new[] { Sealed, Update }.OfType<ReplicaSurvey>();
}
