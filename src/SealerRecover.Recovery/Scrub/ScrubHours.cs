using System.Globalization;

namespace SealerRecover.Recovery.Scrub;

/// <summary>The hours of the day in which is read, by the local clock: from the beginning of one to that of another, over midnight where that is earlier.</summary>
/// <param name="From">0 to 23.</param>
/// <param name="To">1 to 24, another than <paramref name="From"/>.</param>
public readonly record struct ScrubHours(int From, int To)
{
    /// <summary>Reads "1-6" or "22-4".</summary>
    public static bool TryParse(string text, out ScrubHours hours)
    {
        ArgumentNullException.ThrowIfNull(text);
        hours = default;
        string[] ends = text.Split('-');
        if (ends.Length != 2 || !TryHour(ends[0], 23, out int from) || !TryHour(ends[1], 24, out int to) || from == to % 24)
        {
            return false;
        }

        hours = new ScrubHours(from, to);
        return true;
    }

    /// <summary>When the hours that it is now in end; null outside of them.</summary>
    /// <param name="now">Now.</param>
    /// <param name="zone">The local clock's.</param>
    public DateTimeOffset? EndAfter(DateTimeOffset now, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        DateTime local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        bool overMidnight = To <= From;
        bool inside = overMidnight ? local.Hour >= From || local.Hour < To : local.Hour >= From && local.Hour < To;
        if (!inside)
        {
            return null;
        }

        DateTime end = local.Date.AddHours(To);
        if (end <= local)
        {
            end = end.AddDays(1);
        }

        // An hour that the clock leaves out ends where the next begins.
        while (zone.IsInvalidTime(end))
        {
            end = end.AddMinutes(30);
        }

        return new DateTimeOffset(end, zone.GetUtcOffset(end));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{From}-{To}");

    private static bool TryHour(string text, int most, out int hour) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out hour) && hour <= most;
}
