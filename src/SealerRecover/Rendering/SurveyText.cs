using System.Globalization;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Rendering;

/// <summary>A survey in words.</summary>
internal static class SurveyText
{
    private const int RangesShown = 3;

    /// <summary>The files of a survey with the part each belongs to; an unsealed copy only where there is one.</summary>
    public static IEnumerable<(SectorPart Part, FileSurvey File)> Parts(SectorSurvey survey) =>
    [
        .. survey.Sealed.Files.Select(file => (SectorPart.Sealed, file)),
        .. survey.ForCommit1.Select(file => (SectorPart.Sealed, file)),
        .. survey.Update?.Files.Select(file => (SectorPart.Update, file)) ?? [],
        .. survey.Unsealed.Copies.Count > 0 ? [(SectorPart.Unsealed, survey.Unsealed)] : Array.Empty<(SectorPart, FileSurvey)>(),
    ];

    /// <summary>The rows of a file: its name, how each copy is, in which way, and where.</summary>
    public static IEnumerable<IReadOnlyList<string>> Rows(SectorPart part, FileSurvey file, bool good)
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
    public static string Wrong(SectorSurvey survey)
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
    public static string InWords(AdvisedRepair kind) => kind switch
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
    public static FileStateName Name(FileState state) => state switch
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
    public static string? Reason(FileState state) => state switch
    {
        Good good => good.Remark,
        WrongLength wrong => wrong.Remark,
        Unreadable unreadable => unreadable.Reason,
        Damaged damaged => damaged.ComparedWith,
        Misplaced misplaced => $"it is the {Of(misplaced.Part)} of {misplaced.Owner}",
        _ => null,
    };

    /// <summary>The part in a sentence.</summary>
    public static string Of(SectorPart part) => part == SectorPart.Update ? "update" : "sealed file";

    /// <summary>What misplaced files are, and how that is known.</summary>
    public static string InWords(MisplacedFiles files)
    {
        string known = files.IsFolder
            ? $"holds the cache of the {Of(files.Part)} of {files.Owner}: its p_aux makes that CommR, "
                + (files.Judged.HasTrees ? "and its tree_r_last makes comm_r_last" : "but its tree_r_last is not whole")
            : $"is the {Of(files.Part)} of {files.Owner}: it agrees with that tree_r_last in "
                + (files.Sample is { } sample ? ReachText.Of(sample) : "every byte");
        return $"{files.From} {known}" + (files.To is null
            ? files.Owner == files.LiesAs ? ""
                : $"; {files.Owner} has that where it belongs, or something else stands there, so it stays"
            : "");
    }

    /// <summary>"sealed", "update's p_aux".</summary>
    public static string NameOf(SectorPart part, FileSurvey file) =>
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
        Good { Sample: { } sample } => ReachText.Of(sample) + ", compared with tree_r_last",
        _ => Reason(state) ?? "",
    };

    private static string Extent(Damaged damaged) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Quantities.Bytes(damaged.Ranges.Sum(range => range.Length))} in {damaged.Ranges.Count} {(damaged.Ranges.Count == 1 ? "place" : "places")}");

    private static string Places(Damaged damaged)
    {
        IEnumerable<string> shown = damaged.Ranges.Take(RangesShown).Select(range => string.Create(
            CultureInfo.InvariantCulture,
            $"bytes {range.Offset} to {range.End - 1}{(range.Nodes is { } nodes ? $" (row {nodes.Row}, nodes {nodes.First} to {nodes.End - 1})" : "")}"));
        int more = damaged.Ranges.Count - RangesShown;
        return string.Join(", ", shown) + (more > 0 ? string.Create(CultureInfo.InvariantCulture, $" and {more} more") : "");
    }
}
