using System.Globalization;

namespace SealerRecover.Rendering;

/// <summary>A progress reading in words.</summary>
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
}
