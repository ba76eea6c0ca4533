using System.Numerics;

namespace Filecoin.Chain.Rules;

/// <summary>
/// What the network pays and what it takes, by the formulas of its miner actor (builtin-actors actors/miner/src/monies.rs and policy.rs, version
/// 18; docs/operations.md has them in words). Estimates of the head's state: what a day costs next month depends on the network then.
/// </summary>
/// <param name="Reward">What an epoch pays.</param>
/// <param name="Power">The network's quality-adjusted power.</param>
/// <param name="NetworkVersion">Which rules hold.</param>
public sealed record NetworkEconomics(FilterEstimate Reward, FilterEstimate Power, ulong NetworkVersion)
{
    /// <summary>FIP-0098: since this version termination costs a share of the pledge.</summary>
    private const ulong PledgeShareSince = 25;

    /// <summary>QualityBaseMultiplier, what the chain counts a byte of plain space by.</summary>
    private const int Quality = 10;

    /// <summary>How many times as much verified data counts.</summary>
    private const int VerifiedQuality = 10;

    /// <summary>Sectors older than this, in epochs, pay the whole share.</summary>
    private const long FullAge = 140 * Epochs.PerDay;

    /// <summary>BR(t): what a power is expected to earn in some epochs. Zero where the network's power is not told as more than nothing.</summary>
    public Fil ExpectedReward(BigInteger qaPower, long epochs) =>
        Power.Estimate.Sign <= 0
            ? Fil.Zero
            : new Fil(BigInteger.Max(BigInteger.Zero, (qaPower * Reward.CumulatedRatio(Power, epochs)) >> FilterEstimate.Precision));

    /// <summary>FF: what a power costs for each day on which it is still faulty, BR(3.51 days).</summary>
    public Fil ContinuedFaultFee(BigInteger qaPower) => ExpectedReward(qaPower, Epochs.PerDay * 351 / 100);

    /// <summary>What of a sector's daily fee (FIP-0100) is due, faulty or not: at most half of a day's expected reward.</summary>
    public Fil DailyFeeDue(Fil dailyFee, BigInteger qaPower) =>
        new(BigInteger.Min(dailyFee.Atto, ExpectedReward(qaPower, Epochs.PerDay).Atto / 2));

    /// <summary>
    /// What the termination of a sector costs: 8.5 % of its pledge, of young ones a share by age, but at least 2 % and 1.05 fault fees. Null
    /// before network version 25, when it was another formula.
    /// </summary>
    /// <param name="pledge">Its initial pledge.</param>
    /// <param name="age">Epochs since its activation.</param>
    /// <param name="faultFee">Its <see cref="ContinuedFaultFee"/>.</param>
    public Fil? TerminationFee(Fil pledge, long age, Fil faultFee)
    {
        if (NetworkVersion < PledgeShareSince)
        {
            return null;
        }

        BigInteger share = Q128.Floor(pledge.Atto * 85, 1000);
        BigInteger byAge = BigInteger.Min(share, Q128.Floor(age * share, FullAge));
        BigInteger least = BigInteger.Max(Q128.Floor(pledge.Atto * 2, 100), Q128.Floor(faultFee.Atto * 105, 100));
        return new Fil(BigInteger.Max(byAge, least));
    }

    /// <summary>The power in bytes of a sector with FULL_QA_POWER (FIP-0118), whatever its weights.</summary>
    /// <param name="sectorSize">Bytes.</param>
    public static BigInteger FullQaPower(long sectorSize) => (BigInteger)sectorSize * VerifiedQuality;

    /// <summary>A sector's quality-adjusted power in bytes: its size, and that of verified data in it ten times.</summary>
    /// <param name="sectorSize">Bytes.</param>
    /// <param name="duration">Epochs from PowerBaseEpoch to Expiration, over which the weight is spread; above zero.</param>
    /// <param name="verifiedWeight">VerifiedDealWeight, byte epochs.</param>
    public static BigInteger QaPower(long sectorSize, long duration, BigInteger verifiedWeight)
    {
        const int qualityBits = 20;
        BigInteger spaceTime = (BigInteger)sectorSize * duration;
        BigInteger weighted = ((spaceTime - verifiedWeight) * Quality) + (verifiedWeight * Quality * VerifiedQuality);
        BigInteger quality = Q128.Floor(Q128.Floor(weighted << qualityBits, spaceTime), Quality);
        return (sectorSize * quality) >> qualityBits;
    }
}
