using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Scrub;

namespace SealerRecover.Rendering;

/// <summary>How far scrubbing is.</summary>
/// <param name="Status">What is remembered.</param>
/// <param name="Ledger">Where that stands.</param>
/// <param name="Metadata">The metadata file that is kept up to date beside.</param>
internal sealed record ScrubAnswer(ScrubStatus Status, string Ledger, string Metadata) : IAnswer
{
    private const int DamageShown = 20;

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine("");
        yield return new TextLine($"scrub of {Status.Miner}, remembered in {SafeText.Clean(Ledger)}");
        yield return new TextTable(["", ""], [.. Rows()]);
        (SectorId Sector, ScrubbedFile File)[] bad =
        [
            .. from seen in Status.Damaged
               from file in seen.Files
               where file.State != ScrubbedState.Good
               select (seen.Sector, file),
        ];
        if (bad.Length > 0)
        {
            yield return new TextTable(
                ["damaged", "file", "found"],
                [.. bad.Take(DamageShown).Select(file => new[] { file.Sector.ToString(), SafeText.Clean(file.File.Path), SafeText.Clean(Found(file.File)) })]);
        }

        if (bad.Length > DamageShown)
        {
            yield return new TextLine(Invariant($"  and {bad.Length - DamageShown} more files"));
        }
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonScrub(
        Status.Miner.ToString(),
        Ledger,
        Metadata,
        Status.Night is { } night
            ? new JsonScrubNight(
                Quantities.Iso(night.Started),
                night.Ended is { } ended ? Quantities.Iso(ended) : null,
                night.End == ScrubEnd.None ? null : night.End,
                night.Bytes,
                night.Looked,
                night.Damaged,
                night.There,
                night.Left,
                night.LeftBytes)
            : null,
        Status.Sectors,
        Iso(Status.Oldest),
        Iso(Status.LastComplete),
        Iso(Status.CompleteAt),
        [.. Status.Reading.Select(reading => new JsonScrubReading(reading.Path, reading.Length, reading.Read))],
        [
            .. Status.Damaged.Select(seen => new JsonScrubDamage(
                JsonSector.Of(seen.Sector),
                Quantities.Iso(seen.LookedAt),
                seen.Complaint,
                [
                    .. seen.Files.Where(file => file.State != ScrubbedState.Good).Select(file => new JsonScrubFile(
                        file.Path,
                        file.State,
                        file.Found,
                        file.Ranges.Count == 0 ? null : [.. file.Ranges.Select(range => new JsonScrubRange(range.Offset, range.Length))])),
                ])),
        ]);

    private IEnumerable<string[]> Rows()
    {
        if (Status.Night is { } night)
        {
            yield return
            [
                "newest run",
                $"began {Quantities.Instant(night.Started)}, " + night switch
                {
                    { Ended: { } ended, End: ScrubEnd.Complete } => $"ended {Quantities.Instant(ended)} with nothing left",
                    { Ended: { } ended } => $"was interrupted {Quantities.Instant(ended)}",
                    _ => "is running, or was killed",
                },
            ];
            yield return
            [
                "it read",
                Invariant($"{ByteCount.Text(night.Bytes)}") + (night.Ended is { } at && at > night.Started
                    ? $" in {Quantities.Duration(at - night.Started)} ({ByteCount.Text((long)(night.Bytes / (at - night.Started).TotalSeconds))}/s)"
                    : ""),
            ];
            yield return ["sectors", Invariant($"{night.There} there, {night.Looked} looked at in this run, {night.Damaged} of them damaged, {night.Left} left")];
            if (night.Left > 0)
            {
                yield return
                [
                    "to read", ByteCount.Text(night.LeftBytes) + (Status.CompleteAt is { } done ? $", at this pace until {Quantities.Instant(done)}" : ""),
                ];
            }
        }

        foreach (UnfinishedReading reading in Status.Reading)
        {
            yield return ["within", $"{SafeText.Clean(reading.Path)}: {ByteCount.Text(reading.Read)} of {ByteCount.Text(reading.Length)} read"];
        }

        yield return ["last complete", Status.LastComplete is { } complete ? Quantities.Instant(complete) : "never"];
        if (Status.Oldest is { } oldest)
        {
            yield return ["longest ago", Quantities.Instant(oldest)];
        }

        yield return ["damaged", Invariant($"{Status.Damaged.Count} {(Status.Damaged.Count == 1 ? "sector" : "sectors")}")];
        yield return ["metadata", SafeText.Clean(Metadata)];
    }

    private static string Found(ScrubbedFile file) => (file.State, file.Found) switch
    {
        (ScrubbedState.Missing, _) => "missing",
        (_, { } found) => found,
        _ => "damaged",
    };

    private static string? Iso(DateTimeOffset? time) => time is { } known ? Quantities.Iso(known) : null;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
