using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Rendering;

/// <summary>Progress in words.</summary>
internal static class ProgressText
{
    /// <summary>"labelling layer 3 of 11, 25% (0.98 M nodes/s, 2 h 10 min left in this phase)".</summary>
    public static string Of(PhaseReading reading)
    {
        string head = string.Create(
            CultureInfo.InvariantCulture, $"{Quantities.Doing(reading.Progress)}, {Math.Floor(reading.Fraction * 100):0}%");
        string[] details =
        [
            .. reading.Rate is { } rate ? [Quantities.Rate(reading.Progress.Phase, rate)] : Array.Empty<string>(),
            .. reading.Left is { } left && left > TimeSpan.Zero ? [$"{Quantities.Duration(left)} left in this phase"] : Array.Empty<string>(),
        ];
        return details.Length == 0 ? head : $"{head} ({string.Join(", ", details)})";
    }

    /// <summary>"all 12 sectors: 3 ended, 34%, all done by about 2026-11-30T04:10:00Z (14 h left)".</summary>
    public static string Of(RunProgressed run)
    {
        RunReading reading = run.Reading;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(reading.Sectors == 1 ? "the run" : $"all {reading.Sectors} sectors: {reading.Ended} ended")}, {Math.Floor(reading.Fraction * 100):0}%, done by about {Quantities.Instant(run.At + reading.Left)} ({Quantities.Duration(reading.Left)} left)");
    }

    /// <summary>"12.0 GiB read".</summary>
    public static string Of(BytesRead read) => $"{ByteCount.Text(read.Bytes)} read";

    /// <summary>"downloading piece baga… from http://…".</summary>
    public static string Of(PieceProgress progress)
    {
        string from = progress.From.Length > 0 ? $" ({SafeText.Clean(progress.From)})" : "";
        string share = progress.Total > 0
            ? string.Create(CultureInfo.InvariantCulture, $", {Math.Floor(100.0 * progress.Done / progress.Total):0}% of {ByteCount.Text(progress.Total)}")
            : "";
        return $"{Word(progress.Activity)} piece {progress.Piece.CommP}{share}{from}";
    }

    private static string Word(PieceActivity activity) => activity switch
    {
        PieceActivity.Waiting => "waiting for another sector's",
        PieceActivity.Looking => "looking for",
        _ => Words.Of(activity),
    };
}
