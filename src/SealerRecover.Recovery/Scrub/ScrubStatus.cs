using Filecoin.Primitives;

namespace SealerRecover.Recovery.Scrub;

/// <summary>How far the scrubbing of a miner's sectors is.</summary>
/// <param name="Miner">Whose.</param>
/// <param name="Night">The newest run; null before the first.</param>
/// <param name="Sectors">Sectors that were ever looked at.</param>
/// <param name="Oldest">When that of them was looked at that waits longest; null where none was.</param>
/// <param name="Damaged">Those that were not whole and were not touched since.</param>
/// <param name="Reading">Files whose reading is not finished.</param>
/// <param name="LastComplete">When a run last ended with nothing left; null for never.</param>
/// <param name="CompleteAt">When nothing will be left if runs go on as they did; null where nothing is left, or nothing is known of their pace.</param>
public sealed record ScrubStatus(
    ActorId Miner,
    ScrubNight? Night,
    int Sectors,
    DateTimeOffset? Oldest,
    IReadOnlyList<ScrubbedSector> Damaged,
    IReadOnlyList<UnfinishedReading> Reading,
    DateTimeOffset? LastComplete,
    DateTimeOffset? CompleteAt)
{
    /// <summary>Runs that tell the pace.</summary>
    private const int NightsForPace = 7;

    /// <summary>Runs among which one is looked for that left nothing: some years of nights.</summary>
    private const int MostNights = 2000;

    /// <summary>What a ledger says.</summary>
    public static ScrubStatus Of(IScrubLedger ledger, ActorId miner)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        IReadOnlyList<ScrubbedSector> sectors = ledger.SectorsOf(miner);
        IReadOnlyList<ScrubNight> nights = ledger.NightsOf(miner, MostNights);
        return new ScrubStatus(
            miner,
            nights.Count == 0 ? null : nights[0],
            sectors.Count,
            sectors.Count == 0 ? null : sectors.Min(seen => seen.LookedAt),
            [.. sectors.Where(seen => !seen.IsWhole && seen.IsUntouched).OrderBy(seen => seen.Sector.Number)],
            ledger.Unfinished(),
            nights.FirstOrDefault(night => night.End == ScrubEnd.Complete)?.Ended,
            CompleteBy([.. nights.Take(NightsForPace)]));
    }

    /// <summary>When what the newest run left will have been read, if runs begin as far apart as these did (a day, where there is one) and read as much.</summary>
    internal static DateTimeOffset? CompleteBy(IReadOnlyList<ScrubNight> nights)
    {
        if (nights is [] or [{ LeftBytes: 0 }, ..] || nights.Sum(night => night.Bytes) is var read && read == 0)
        {
            return null;
        }

        TimeSpan apart = nights.Count > 1 ? (nights[0].Started - nights[^1].Started) / (nights.Count - 1) : TimeSpan.FromDays(1);
        double perNight = (double)read / nights.Count;
        double toCome = Math.Ceiling(nights[0].LeftBytes / perNight);
        return toCome * apart.TotalDays > 36_500 ? null : nights[0].Started + (apart * toCome);
    }
}
