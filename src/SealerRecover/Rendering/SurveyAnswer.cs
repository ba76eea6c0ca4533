using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Latency;
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
/// <param name="Latency">How long its files took to read; null where nothing was read or timed.</param>
internal sealed record SurveyAnswer(SectorSurvey Survey, ComparedWith ComparedWith, bool ShowGood, SectorLatency? Latency = null) : IAnswer
{
    private const int RangesShown = 3;

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
            FailureKind.Storage, $"{Survey.Sector}: {Wrong(Shown)}", string.Join(" ", Repairs.Where(repair => repair.IsNeeded).Select(repair => repair.Why)))
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
        IReadOnlyList<string>[] rows = [.. Parts(Shown).SelectMany(part => Rows(part.Part, part.File, ShowGood))];
        if (rows.Length > 0)
        {
            yield return new TextTable(["file", "state", "", "where"], rows);
        }

        if (HowFar(Shown) is { } howFar)
        {
            yield return new TextLine($"  read: {howFar}");
        }

        if (Latency is { IsSlow: true } slow)
        {
            yield return new TextLine($"  slow: {SafeText.Clean(LatencyAnswer.Longest(slow, LatencyOf.Readings))}");
        }

        foreach (MisplacedFiles files in Survey.Misplaced)
        {
            yield return new TextLine($"  misplaced: {SafeText.Clean(InWords(files))}");
        }

        foreach (string warning in Survey.Warnings)
        {
            yield return new TextLine($"  warning: {SafeText.Clean(warning)}");
        }

        foreach (RepairAdvice repair in Repairs)
        {
            yield return new TextLine(
                $"  {(repair.Kind == AdvisedRepair.Nothing ? "" : repair.IsNeeded ? "to repair: " : "possible: ")}{InWords(repair.Kind)}. {SafeText.Clean(repair.Why)}");
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
        [.. Parts(Shown).SelectMany(part => Files(part.Part, part.File))],
        [.. new[] { Survey.Sealed, Survey.Update }.OfType<ReplicaSurvey>().SelectMany(replica => replica.Extra)
            .Select(extra => new JsonExtraFile(extra.Path, extra.Length, extra.IsLeftOver))],
        [.. Survey.Misplaced.Select(files => new JsonMisplaced(
            files.From,
            files.To,
            files.IsFolder,
            JsonSector.Of(files.Owner),
            files.Part,
            JsonReadSample.From(files.Sample),
            InWords(files)))],
        Survey.Warnings,
        [.. Repairs.Select(repair => new JsonAdvisedRepair(
            repair.Kind,
            repair.Part,
            repair.IsNeeded,
            repair.Why,
            repair.Copies.Count == 0 ? null : [.. repair.Copies.Select(copy => new JsonCopy(copy.From, copy.To))]))],
        JsonSectorLatency.Of(Latency));

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
                Name(copy.State),
                (copy.State as Good)?.Depth,
                JsonReadSample.From((copy.State as Good)?.Sample),
                Reason(copy.State),
                (copy.State as WrongLength)?.Expected,
                (copy.State as WrongLength)?.Found,
                (copy.State as Damaged)?.Ranges.Select(Range).ToArray(),
                (copy.State as Damaged)?.AgainstChain));
    }

    private static JsonDamagedRange Range(DamagedRange range) => new(
        range.Offset, range.Length, range.Nodes?.Row, range.Nodes?.First, range.Nodes?.Count, range.Replica?.Offset, range.Replica?.Length);

    /// <summary>How far the files were read that nothing speaks against; null where there are none.</summary>
    public static string? HowFar(SectorSurvey survey)
    {
        (string Name, Good State)[] good =
        [
            .. from part in Parts(survey)
               from copy in part.File.Copies
               let state = copy.State as Good
               where state is not null
               select (NameOf(part.Part, part.File), state),
        ];
        string[] unread =
        [
            .. good.Select(file => file.State switch
            {
                { Sample: { } sample } => $"of {file.Name} {Of(sample)}",
                { Depth: CheckDepth.Sampled } => $"of {file.Name} the upper rows",
                { Depth: CheckDepth.Length } => $"of {file.Name} nothing but its length",
                _ => null,
            }).OfType<string>().Distinct(),
        ];
        return good.Length == 0 ? null
            : unread.Length == 0 ? "every byte was read"
            : string.Join(", ", unread);
    }

    /// <summary>What a sample is worth: "1000 of 2097152 stretches of 16.0 KiB (damage of one block of 4.0 KiB is met with a chance of 0.047 %)".</summary>
    public static string Of(ReadSample sample) => string.Create(
        CultureInfo.InvariantCulture,
        $"{sample.Read} of {sample.All} stretches of {ByteCount.Text(sample.StretchBytes)} (damage of one block of {ByteCount.Text(ReadSample.BlockBytes)} is met with a chance of {Quantities.Chance(sample.BlockChance)})");

    /// <summary>The files of a survey with the part each belongs to; an unsealed copy only where there is one.</summary>
    private static IEnumerable<(SectorPart Part, FileSurvey File)> Parts(SectorSurvey survey) =>
    [
        .. survey.Sealed.Files.Select(file => (SectorPart.Sealed, file)),
        .. survey.ForCommit1.Select(file => (SectorPart.Sealed, file)),
        .. survey.Update?.Files.Select(file => (SectorPart.Update, file)) ?? [],
        .. survey.Unsealed.Copies.Count > 0 ? [(SectorPart.Unsealed, survey.Unsealed)] : Array.Empty<(SectorPart, FileSurvey)>(),
    ];

    /// <summary>The rows of a file: its name, how each copy is, in which way, and where.</summary>
    private static IEnumerable<IReadOnlyList<string>> Rows(SectorPart part, FileSurvey file, bool good)
    {
        string name = NameOf(part, file);
        if (file.Copies.Count == 0)
        {
            return [[name, "missing", "", ""]];
        }

        return file.Copies.Where(copy => good || !copy.State.IsGood)
            .Select(copy => (IReadOnlyList<string>)[name, InWords(copy.State), SafeText.Clean(Detail(copy.State)), SafeText.Clean(copy.Path)]);
    }

    /// <summary>"sealed damaged (16.0 KiB in 1 place), p_aux missing": what has no good copy, or a bad one beside it.</summary>
    private static string Wrong(SectorSurvey survey)
    {
        string[] wrong =
        [
            .. from part in Parts(survey)
               where part.File.Name != CacheNames.TAux && (!part.File.IsGood || part.File.Copies.Any(copy => copy.State is Damaged or WrongLength or Unreadable or Misplaced))
               let state = part.File.Copies.Select(copy => copy.State).FirstOrDefault(state => state is not (Good or Missing)) ?? new Missing()
               select $"{NameOf(part.Part, part.File)} {InWords(state)}" + (state is Damaged damaged ? $" ({Extent(damaged)})" : ""),
        ];
        const int most = 6;
        return wrong.Length == 0 ? "its files do not lie beside each other"
            : string.Join(", ", wrong.Take(most)) + (wrong.Length > most ? string.Create(CultureInfo.InvariantCulture, $" and {wrong.Length - most} more") : "");
    }

    /// <summary>What makes a part whole again.</summary>
    private static string InWords(AdvisedRepair kind) => kind switch
    {
        AdvisedRepair.Nothing => "nothing to repair",
        AdvisedRepair.Move => "move files where they belong",
        AdvisedRepair.CopyGood => "copy good files over the others",
        AdvisedRepair.WriteTAux => "write t_aux",
        AdvisedRepair.RebuildTrees => "rebuild tree_r_last from the replica",
        AdvisedRepair.MakeSyntheticProofs => "make synthetic proofs of layers and trees",
        AdvisedRepair.RebuildUpdate => "put the data into the key again",
        AdvisedRepair.RebuildKey => "make the key again",
        AdvisedRepair.RelabelReplica => "label the replica again",
        AdvisedRepair.FullReseal => "seal the sector again",
        AdvisedRepair.Everything => "seal the key again and update it",
        AdvisedRepair.UnsealAgain => "unseal again",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "a repair without words"),
    };

    /// <summary>The state in JSON.</summary>
    private static FileStateName Name(FileState state) => state switch
    {
        Good => FileStateName.Good,
        Missing => FileStateName.Missing,
        WrongLength => FileStateName.WrongLength,
        Unreadable => FileStateName.Unreadable,
        Misplaced => FileStateName.Misplaced,
        Damaged => FileStateName.Damaged,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "a state without a name"),
    };

    /// <summary>Why a file is as it is; null where there is nothing to add.</summary>
    private static string? Reason(FileState state) => state switch
    {
        Good good => good.Remark,
        WrongLength wrong => wrong.Remark,
        Unreadable unreadable => unreadable.Reason,
        Damaged damaged => damaged.ComparedWith,
        Misplaced misplaced => $"it is the {Of(misplaced.Part)} of {misplaced.Owner}",
        _ => null,
    };

    /// <summary>The part in a sentence.</summary>
    private static string Of(SectorPart part) => part == SectorPart.Update ? "update" : "sealed file";

    /// <summary>What misplaced files are, and how that is known.</summary>
    private static string InWords(MisplacedFiles files)
    {
        string known = files.IsFolder
            ? $"holds the cache of the {Of(files.Part)} of {files.Owner}: its p_aux makes that CommR, "
                + (files.Judged.HasTrees ? "and its tree_r_last makes comm_r_last" : "but its tree_r_last is not whole")
            : $"is the {Of(files.Part)} of {files.Owner}: it agrees with that tree_r_last in "
                + (files.Sample is { } sample ? Of(sample) : "every byte");
        return $"{files.From} {known}" + (files.To is null
            ? files.Owner == files.LiesAs ? ""
                : $"; {files.Owner} has that where it belongs, or something else stands there, so it stays"
            : "");
    }

    /// <summary>"sealed", "update's p_aux".</summary>
    private static string NameOf(SectorPart part, FileSurvey file) =>
        part == SectorPart.Update && file.Name != Words.Of(part) ? $"update's {file.Name}" : file.Name;

    private static string InWords(FileState state) => state switch
    {
        Good { Depth: CheckDepth.Length } => "good by its length",
        Good { Depth: CheckDepth.Sampled } => "good where sampled",
        Good { Depth: CheckDepth.Consistent } => "consistent",
        Good => "good",
        WrongLength => "of wrong length",
        _ => Words.Of(Name(state)),
    };

    private static string Detail(FileState state) => state switch
    {
        WrongLength wrong => string.Create(CultureInfo.InvariantCulture, $"{wrong.Found} bytes instead of {wrong.Expected}")
            + (wrong.Remark is { } remark ? $"; {remark}" : ""),
        Damaged damaged => $"{Extent(damaged)}: {Places(damaged)}; {damaged.ComparedWith}",
        Good { Sample: { } sample } => Of(sample) + ", compared with tree_r_last",
        _ => Reason(state) ?? "",
    };

    private static string Extent(Damaged damaged) => string.Create(
        CultureInfo.InvariantCulture,
        $"{ByteCount.Text(damaged.Ranges.Sum(range => range.Length))} in {damaged.Ranges.Count} {(damaged.Ranges.Count == 1 ? "place" : "places")}");

    private static string Places(Damaged damaged)
    {
        IEnumerable<string> shown = damaged.Ranges.Take(RangesShown).Select(range => string.Create(
            CultureInfo.InvariantCulture,
            $"bytes {range.Offset} to {range.End - 1}{(range.Nodes is { } nodes ? $" (row {nodes.Row}, nodes {nodes.First} to {nodes.End - 1})" : "")}"));
        int more = damaged.Ranges.Count - RangesShown;
        return string.Join(", ", shown) + (more > 0 ? string.Create(CultureInfo.InvariantCulture, $" and {more} more") : "");
    }
}
