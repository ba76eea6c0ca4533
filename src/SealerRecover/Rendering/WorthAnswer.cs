using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Worth;
using Filecoin.Primitives;

namespace SealerRecover.Rendering;

/// <summary>What sectors are worth recovering: when the chain ends them, what they cost until then, and which are past saving.</summary>
/// <param name="Worth">As looked up.</param>
internal sealed record WorthAnswer(WorthOfSectors Worth) : IAnswer
{
    private const int MostListed = 40;

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine("");
        yield return new TextTable(
            ["sector", "faulty since", "ends", "left", "a faulty day costs", "its termination costs", "recovering it"],
            [.. Worth.Sectors.Take(MostListed).Select(Row)]);
        if (Worth.Sectors.Count > MostListed)
        {
            yield return new TextLine(string.Create(CultureInfo.InvariantCulture, $"  and {Worth.Sectors.Count - MostListed} more, all of them with --json"));
        }

        if (Clock is { } clock)
        {
            yield return new TextLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  in time or not as of epoch {clock.NowEpoch}, {Quantities.Instant(clock.TimeOf(clock.NowEpoch))} {(clock.NowEpoch > clock.HeadEpoch ? "by this machine's clock" : "by the chain's head")}"));
        }

        SectorWorth[] faulty = [.. Worth.Sectors.Select(entry => entry.Worth).Where(worth => worth is { IsFaulty: true, CostPerDay: not null })];
        if (faulty.Length > 1)
        {
            Fil sum = faulty.Aggregate(Fil.Zero, (sum, worth) => sum + worth.CostPerDay!.Value);
            yield return new TextLine(string.Create(
                CultureInfo.InvariantCulture, $"  {faulty.Length} faulty sectors cost {sum} a day by the network's present estimates"));
        }

        (SectorFacts Facts, SectorWorth Worth)[] late = [.. Worth.Sectors.Where(entry => entry.Worth.Verdict is WorthVerdict.TooLate or WorthVerdict.EndsTooSoon)];
        foreach ((SectorFacts facts, SectorWorth worth) in late.Take(MostListed))
        {
            yield return new TextLine(SafeText.Clean($"  {facts.Sector} is not worth recovering: {worth.Why}"));
        }

        if (late.Length > MostListed)
        {
            yield return new TextLine(string.Create(CultureInfo.InvariantCulture, $"  and {late.Length - MostListed} more are not"));
        }
    }

    private ChainStatus? Clock => Worth.Sectors.Select(entry => entry.Facts.Status).FirstOrDefault(status => status is not null);

    /// <inheritdoc/>
    public JsonLine Json => new JsonWorth(Worth.Economics?.NetworkVersion, Clock?.HeadEpoch, Clock?.NowEpoch, [.. Worth.Sectors.Select(entry => Line(entry.Facts, entry.Worth))]);

    private static JsonSectorWorth Line(SectorFacts facts, SectorWorth worth) => new(
        JsonSector.Of(facts.Sector),
        worth.Verdict,
        worth.Why,
        worth.IsFaulty,
        worth.FaultySince,
        Instant(facts, worth.FaultySince, Quantities.Iso),
        worth.EndsAt,
        Instant(facts, worth.EndsAt, Quantities.Iso),
        DaysLeft(facts, worth) is { } days ? Math.Round(days, 2) : null,
        Atto(worth.RewardPerDay),
        Atto(worth.CostPerDay),
        Atto(worth.FaultFeePerDay),
        Atto(worth.DailyFee),
        Atto(worth.TerminationFee),
        Atto(worth.Deposit));

    private static IReadOnlyList<string> Row((SectorFacts Facts, SectorWorth Worth) entry)
    {
        (SectorFacts facts, SectorWorth worth) = entry;
        return
        [
            facts.Sector.ToString(),
            Instant(facts, worth.FaultySince, Quantities.Instant) ?? worth.IsFaulty switch { true => "unknown", false => "not faulty", _ => "-" },
            Instant(facts, worth.EndsAt, Quantities.Instant) ?? (worth.Verdict == WorthVerdict.TooLate ? "ended" : "unknown"),
            DaysLeft(facts, worth) is { } days ? Quantities.Duration(TimeSpan.FromDays(days)) : "-",
            worth.CostPerDay?.ToString() ?? (worth.Verdict == WorthVerdict.TooLate || worth.Deposit is not null ? "-" : "unknown"),
            worth switch
            {
                { Deposit: { } deposit } => $"its deposit, {deposit}",
                { TerminationFee: { } fee } => fee.ToString(),
                { Verdict: WorthVerdict.TooLate } => "-",
                _ => "unknown",
            },
            worth.Verdict switch
            {
                WorthVerdict.InTime => "in time",
                WorthVerdict.EndsTooSoon => "ends too soon",
                WorthVerdict.TooLate => "too late",
                _ => "unknown",
            },
        ];
    }

    private static string? Instant(SectorFacts facts, long? epoch, Func<DateTimeOffset, string> format) =>
        epoch is { } known && facts.Status is { } status ? format(status.TimeOf(known)) : null;

    private static double? DaysLeft(SectorFacts facts, SectorWorth worth) =>
        worth.EndsAt is { } end && facts.Status is { } status ? Math.Max(0, (end - status.NowEpoch) / (double)Epochs.PerDay) : null;

    /// <summary>An amount as programs take it, attoFIL.</summary>
    public static string? Atto(Fil? amount) => amount?.Atto.ToString(CultureInfo.InvariantCulture);
}
