using Filecoin.Primitives;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Rendering;

/// <summary>What files were compared with.</summary>
internal enum ComparedWith
{
    /// <summary>Facts from a chain node.</summary>
    Chain,

    /// <summary>Facts from a metadata file.</summary>
    Metadata,

    /// <summary>There were no facts.</summary>
    Nothing,
}

/// <summary>How a file is, in one word.</summary>
internal enum FileStateName
{
    /// <inheritdoc cref="Recovery.Survey.Good"/>
    Good,

    /// <inheritdoc cref="Recovery.Survey.Missing"/>
    Missing,

    /// <inheritdoc cref="Recovery.Survey.WrongLength"/>
    WrongLength,

    /// <inheritdoc cref="Recovery.Survey.Unreadable"/>
    Unreadable,

    /// <inheritdoc cref="Recovery.Survey.Misplaced"/>
    Misplaced,

    /// <inheritdoc cref="Recovery.Survey.Damaged"/>
    Damaged,
}

/// <summary>How the files of a sector are.</summary>
/// <param name="Survey">What was found.</param>
/// <param name="ComparedWith">Where its facts came from.</param>
/// <param name="ShowGood">Whether good files are listed, too; in JSON they always are.</param>
internal sealed record SurveyAnswer(SectorSurvey Survey, ComparedWith ComparedWith, bool ShowGood) : IAnswer
{
    /// <summary>The survey as it is shown: what is another's is called so.</summary>
    private SectorSurvey Shown { get; } = Survey.Named();

    /// <summary>What to do.</summary>
    public IReadOnlyList<RepairAdvice> Repairs { get; } = RepairAdvice.For(Survey);

    /// <summary>The word it ends with.</summary>
    public SectorResult Result => Complaint is not null ? SectorResult.Failed : Survey.Extent switch
    {
        ReadExtent.Whole => SectorResult.Good,
        ReadExtent.Sampled => SectorResult.GoodSampled,
        _ => SectorResult.GoodUnread,
    };

    /// <summary>What is wrong, in one sentence, and what to do; null if nothing is.</summary>
    public OperatorException? Complaint => Repairs.Any(repair => repair.IsNeeded)
        ? new OperatorException(
            FailureKind.Storage, $"{Survey.Sector}: {SurveyText.Wrong(Shown)}", string.Join(" ", Repairs.Where(repair => repair.IsNeeded).Select(repair => repair.Why)))
        : null;

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine("");
        yield return new TextLine($"{Survey.Sector} ({Survey.Facts.Porep.SectorSize}), compared with " + ComparedWith switch
        {
            ComparedWith.Chain => "the chain",
            ComparedWith.Metadata => "the metadata file",
            _ => "nothing but itself",
        });
        IReadOnlyList<string>[] rows = [.. SurveyText.Parts(Shown).SelectMany(part => SurveyText.Rows(part.Part, part.File, ShowGood))];
        if (rows.Length > 0)
        {
            yield return new TextTable(["file", "state", "", "where"], rows);
        }

        if (ReachText.Of(Shown) is { } howFar)
        {
            yield return new TextLine($"  read: {howFar}");
        }

        foreach (MisplacedFiles files in Survey.Misplaced)
        {
            yield return new TextLine($"  misplaced: {SafeText.Clean(SurveyText.InWords(files))}");
        }

        foreach (string warning in Survey.Warnings)
        {
            yield return new TextLine($"  warning: {SafeText.Clean(warning)}");
        }

        foreach (RepairAdvice repair in Repairs)
        {
            yield return new TextLine(
                $"  {(repair.Kind == AdvisedRepair.Nothing ? "" : repair.IsNeeded ? "to repair: " : "possible: ")}{SurveyText.InWords(repair.Kind)}. {SafeText.Clean(repair.Why)}");
            foreach (CopyAdvice copy in repair.Copies)
            {
                yield return new TextLine($"    {SafeText.Clean(copy.From)} -> {SafeText.Clean(copy.To)}");
            }

            foreach (MisplacedFiles files in Survey.Misplaced.Where(files => repair.Kind == AdvisedRepair.Move && files.To is not null))
            {
                yield return new TextLine($"    {SafeText.Clean(files.From)} -> {SafeText.Clean(files.To!)}");
            }
        }
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonSurvey(
        JsonSector.Of(Survey.Sector),
        Survey.Facts.Porep.SectorSize.Bytes,
        ComparedWith,
        Survey.Update is not null,
        Complaint is null,
        Survey.Extent,
        Survey.BlockChance,
        [.. SurveyText.Parts(Shown).SelectMany(part => Files(part.Part, part.File))],
        [.. new[] { Survey.Sealed, Survey.Update }.OfType<ReplicaSurvey>().SelectMany(replica => replica.Extra)
            .Select(extra => new JsonExtraFile(extra.Path, extra.Length, extra.IsLeftOver))],
        [.. Survey.Misplaced.Select(files => new JsonMisplaced(
            files.From,
            files.To,
            files.IsFolder,
            JsonSector.Of(files.Owner),
            files.Part,
            files.Sample is { } sample ? ReachText.Json(sample) : null,
            SurveyText.InWords(files)))],
        Survey.Warnings,
        [.. Repairs.Select(repair => new JsonAdvisedRepair(
            repair.Kind,
            repair.Part,
            repair.IsNeeded,
            repair.Why,
            repair.Copies.Count == 0 ? null : [.. repair.Copies.Select(copy => new JsonCopy(copy.From, copy.To))]))]);

    private static IEnumerable<JsonSurveyFile> Files(SectorPart part, FileSurvey file)
    {
        FileCopy? best = file.Best;
        return file.Copies.Count == 0
            ? [new JsonSurveyFile(part, file.Name, null, false, FileStateName.Missing, null, null, null, null, null, null)]
            : file.Copies.Select(copy => new JsonSurveyFile(
                part,
                file.Name,
                copy.Path,
                copy == best,
                SurveyText.Name(copy.State),
                (copy.State as Good)?.Depth,
                (copy.State as Good)?.Sample is { } sample ? ReachText.Json(sample) : null,
                SurveyText.Reason(copy.State),
                (copy.State as WrongLength)?.Expected,
                (copy.State as WrongLength)?.Found,
                (copy.State as Damaged)?.Ranges.Select(Range).ToArray()));
    }

    private static JsonDamagedRange Range(DamagedRange range) => new(
        range.Offset, range.Length, range.Nodes?.Row, range.Nodes?.First, range.Nodes?.Count, range.Replica?.Offset, range.Replica?.Length);
}
