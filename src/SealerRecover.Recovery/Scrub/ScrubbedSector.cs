using Filecoin.Primitives;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Recovery.Scrub;

/// <summary>One copy of a file when it was looked at.</summary>
/// <param name="Part">Which part of the sector it belongs to.</param>
/// <param name="Name">Within its folder, or the area's.</param>
/// <param name="Path">Where.</param>
/// <param name="Identity">What it was; null where nothing was there.</param>
/// <param name="State">How it was, in one word.</param>
/// <param name="Depth">How far it was looked at, of a good one; null else.</param>
/// <param name="Found">What was found wrong, in half a sentence; null for nothing.</param>
/// <param name="Ranges">Where it was damaged, as far as that was found.</param>
public sealed record ScrubbedFile(
    SectorPart Part, string Name, string Path, FileIdentity? Identity, ScrubbedState State, CheckDepth? Depth, string? Found, IReadOnlyList<ByteRange> Ranges)
{
    /// <summary>Whether it was damaged, and that follows from the commitment on chain, so that nothing else can be to blame.</summary>
    public bool AgainstChain { get; init; }

    /// <summary>Of what a survey says.</summary>
    internal static ScrubbedFile Of(SectorPart part, string name, FileCopy copy, FileIdentity? identity) => new(
        part,
        name,
        copy.Path,
        identity,
        copy.State switch
        {
            Good => ScrubbedState.Good,
            Missing => ScrubbedState.Missing,
            WrongLength => ScrubbedState.WrongLength,
            Unreadable => ScrubbedState.Unreadable,
            _ => ScrubbedState.Damaged,
        },
        (copy.State as Good)?.Depth,
        copy.State switch
        {
            WrongLength wrong => FormattableString.Invariant($"it is {wrong.Found} bytes long instead of {wrong.Expected}"),
            Unreadable unreadable => unreadable.Reason,
            Damaged damaged => damaged.ComparedWith,
            _ => null,
        },
        copy.State is Damaged { Ranges: var ranges } ? [.. ranges.Select(range => new ByteRange(range.Offset, range.Length))] : [])
    {
        AgainstChain = copy.State is Damaged { AgainstChain: true },
    };
}

/// <summary>How a file was.</summary>
public enum ScrubbedState
{
    /// <summary>Nothing spoke against it.</summary>
    Good,

    /// <summary>It was not there.</summary>
    Missing,

    /// <summary>It had another length than it has to have.</summary>
    WrongLength,

    /// <summary>It could not be read.</summary>
    Unreadable,

    /// <summary>Its content was wrong.</summary>
    Damaged,
}

/// <summary>A sector when it was looked at.</summary>
/// <param name="Sector">Which.</param>
/// <param name="LookedAt">When that was finished.</param>
/// <param name="IsWhole">Whether nothing had to be mended.</param>
/// <param name="Complaint">What had to be, in a sentence; null for nothing.</param>
/// <param name="Bytes">Length of its files that were there.</param>
/// <param name="Files">Its files.</param>
public sealed record ScrubbedSector(
    SectorId Sector, DateTimeOffset LookedAt, bool IsWhole, string? Complaint, long Bytes, IReadOnlyList<ScrubbedFile> Files)
{
    /// <summary>Whether every file is still as it was seen.</summary>
    public bool IsUntouched => Files.All(file => FileIdentity.Of(file.Path) == file.Identity);

    /// <summary>Of what a survey says.</summary>
    /// <param name="survey">The survey.</param>
    /// <param name="identities">What the files were, by path.</param>
    /// <param name="now">When it was finished.</param>
    internal static ScrubbedSector Of(SectorSurvey survey, IReadOnlyDictionary<string, FileIdentity> identities, DateTimeOffset now)
    {
        IEnumerable<(SectorPart Part, FileSurvey File)> files =
        [
            .. survey.Sealed.Files.Select(file => (SectorPart.Sealed, file)),
            .. (survey.Update?.Files ?? []).Select(file => (SectorPart.Update, file)),
            (SectorPart.Unsealed, survey.Unsealed),
        ];
        ScrubbedFile[] scrubbed =
        [
            .. from file in files
               from copy in file.File.Copies
               select ScrubbedFile.Of(file.Part, file.File.Name, copy, identities.TryGetValue(copy.Path, out FileIdentity identity) ? identity : null),
        ];
        RepairAdvice[] needed = [.. RepairAdvice.For(survey).Where(advice => advice.IsNeeded)];
        return new ScrubbedSector(
            survey.Sector,
            now,
            needed.Length == 0,
            needed.Length == 0 ? null : string.Join(' ', needed.Select(advice => advice.Why)),
            scrubbed.Sum(file => file.Identity?.Length ?? 0),
            scrubbed);
    }
}
