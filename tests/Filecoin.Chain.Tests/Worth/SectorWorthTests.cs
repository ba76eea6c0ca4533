using System.Numerics;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Worth;
using Xunit;

namespace SealerRecover.Tests.Chain;

public sealed class SectorWorthTests
{
    private const long Head = 200_000;
    private const long Day = 2880;

    private static readonly NetworkEconomics Network = new(
        FilterEstimate.Of(36 * BigInteger.Pow(10, 18), 0), FilterEstimate.Of((BigInteger)20 << 60, 0), 25);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_faulty_sector_has_until_its_fault_ends_it_and_costs_fault_fee_and_daily_fee_a_day()
    {
        SectorWorth worth = SectorWorth.Of(Proven(early: Head + (10 * Day)), Network);
        Assert.Equal((WorthVerdict.InTime, true, Head + (10 * Day), Head - (32 * Day)), (worth.Verdict, worth.IsFaulty, worth.EndsAt, worth.FaultySince));
        Assert.Equal(Network.ContinuedFaultFee(32L << 30), worth.FaultFeePerDay);
        Assert.Equal(new Fil(5), worth.DailyFee);
        Assert.Equal(Network.ContinuedFaultFee(32L << 30) + new Fil(5), worth.CostPerDay);
        Assert.Equal(Network.ExpectedReward(32L << 30, Day), worth.RewardPerDay);

        // Its age when it is terminated decides, 60 days of the 140.
        Assert.Equal(Network.TerminationFee(new Fil(BigInteger.Pow(10, 18)), 60 * Day, worth.FaultFeePerDay!.Value), worth.TerminationFee);
    }

    [Theory]
    [InlineData(Head + Day, null, WorthVerdict.InTime, "its fault terminates it at epoch 202880")]
    [InlineData(Head + Day - 1, null, WorthVerdict.EndsTooSoon, "its fault terminates it at epoch 202879, in less than the day")]
    [InlineData(Head - 1, null, WorthVerdict.TooLate, "its fault has terminated it at epoch 199999")]
    [InlineData(null, Head + Day, WorthVerdict.InTime, "it expires at epoch 202880")]
    [InlineData(null, Head + 1, WorthVerdict.EndsTooSoon, "it expires at epoch 200001, in less than the day")]
    [InlineData(null, Head - 1, WorthVerdict.TooLate, "it expired at epoch 199999")]
    [InlineData(Head + (20 * Day), Head + 5, WorthVerdict.EndsTooSoon, "it expires at epoch 200005")]
    public void What_ends_it_first_decides(long? early, long? expiration, WorthVerdict verdict, string why)
    {
        SectorWorth worth = SectorWorth.Of(Proven(early, expiration ?? Head + (300 * Day)), Network);
        Assert.Equal(verdict, worth.Verdict);
        Assert.StartsWith(why, worth.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Head + (5 * Day), WorthVerdict.InTime, "it can be proven until epoch 214400")]
    [InlineData(Head + 10, WorthVerdict.EndsTooSoon, "it can be proven until epoch 200010, in less")]
    [InlineData(Head - 10, WorthVerdict.TooLate, "the time to prove it ran out and its deposit is lost at epoch 199990")]
    public void A_pre_commit_is_worth_its_deposit_as_long_as_it_can_be_proven(long proveBefore, WorthVerdict verdict, string why)
    {
        SectorWorth worth = SectorWorth.Of(
            Proven() with { State = SectorState.PreCommitted, ProveBefore = proveBefore, Stakes = new SectorStakes { Deposit = new Fil(9) } }, null);
        Assert.Equal((verdict, new Fil(9), null), (worth.Verdict, worth.Deposit, worth.CostPerDay));
        Assert.StartsWith(why, worth.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_terminated_sector_is_too_late_and_costs_nothing_more()
    {
        SectorWorth worth = SectorWorth.Of(Proven() with { IsTerminated = true }, Network);
        Assert.Equal((WorthVerdict.TooLate, null, null), (worth.Verdict, worth.CostPerDay, worth.TerminationFee));
    }

    [Fact]
    public void What_was_not_told_is_unknown_and_not_nothing()
    {
        Assert.Equal(WorthVerdict.Unknown, SectorWorth.Of(null, Network).Verdict);
        SectorWorth withoutNetwork = SectorWorth.Of(Proven(early: Head + (10 * Day)), null);
        Assert.Equal((WorthVerdict.InTime, true, null, null), (withoutNetwork.Verdict, withoutNetwork.IsFaulty, withoutNetwork.CostPerDay, withoutNetwork.TerminationFee));
        SectorWorth withoutStakes = SectorWorth.Of(Proven() with { Stakes = null, Expiration = null }, Network);
        Assert.Equal((WorthVerdict.Unknown, null, null), (withoutStakes.Verdict, withoutStakes.IsFaulty, withoutStakes.CostPerDay));
    }

    [Fact]
    public async Task The_node_tells_what_the_network_pays_once_for_all_sectors()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.FakeMiner.Add(Lost.Proven(1) with { Early = 100_000, InitialPledge = "1000000000000000000", DailyFee = "3" });
        lost.FakeMiner.Add(Lost.Proven(2));
        lost.FakeMiner.Add(Lost.PreCommitted(3) with { PreCommitEpoch = 19_000 });
        WorthOfSectors worth = await WorthAsync(lost, [1, 2, 3]);

        Assert.Empty(worth.Notes);
        Assert.Equal(25u, worth.Economics!.NetworkVersion);
        Assert.Equal([true, false, null], worth.Sectors.Select(entry => entry.Worth.IsFaulty));
        NetworkEconomics economics = new(
            FilterEstimate.Of(lost.Chain.Reward.Position, 0), FilterEstimate.Of(lost.Chain.Power.Position, 0), 25);
        Assert.Equal(economics.ContinuedFaultFee(2048), worth.Sectors[0].Worth.FaultFeePerDay);
        Assert.Equal(economics.ExpectedReward(2048, Day).Atto >= 6 ? new Fil(3) : null, worth.Sectors[0].Worth.DailyFee);
        Assert.Equal(new Fil(1000), worth.Sectors[2].Worth.Deposit);
        Assert.Equal((2, 1, 1), (lost.Node.Count("StateReadState"), lost.Node.Count("StateNetworkVersion"), lost.Node.Count("StateMinerFaults")));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("nothing")]
    [InlineData("text")]
    [InlineData("huge")]
    [InlineData("no power")]
    public async Task A_node_that_does_not_tell_costs_a_note_and_no_sector(string answer)
    {
        await using Lost lost = await Lost.StartAsync();
        lost.FakeMiner.Add(Lost.Proven(1) with { Early = 100_000 });
        if (answer == "missing")
        {
            lost.Node.MissingMethods.Add("StateReadState");
        }
        else
        {
            lost.Node.Inject("StateReadState", Fault.Result(answer switch
            {
                "nothing" => """{"State":{"ThisEpochRewardSmoothed":{},"ThisEpochQAPowerSmoothed":{}}}""",
                "text" => """{"State":{"ThisEpochRewardSmoothed":{"PositionEstimate":"a","VelocityEstimate":"0"}}}""",
                "huge" => """{"State":{"ThisEpochRewardSmoothed":{"PositionEstimate":"9","VelocityEstimate":"0"}}}""".Replace("9", new string('9', 5000), StringComparison.Ordinal),
                _ => """{"State":{"ThisEpochRewardSmoothed":{"PositionEstimate":"0","VelocityEstimate":"0"},"ThisEpochQAPowerSmoothed":{"PositionEstimate":"0","VelocityEstimate":"0"}}}""",
            }));
        }

        WorthOfSectors worth = await WorthAsync(lost, [1]);
        Assert.Contains("what the network pays", Assert.Single(worth.Notes), StringComparison.Ordinal);
        SectorWorth only = worth.Sectors.Single().Worth;
        Assert.Equal((WorthVerdict.InTime, null, 100_000L), (only.Verdict, only.CostPerDay, only.EndsAt));
    }

    private static async Task<WorthOfSectors> WorthAsync(Lost lost, ulong[] numbers)
    {
        SectorLookup lookup = await lost.OpenAsync(Cancellation);
        IReadOnlyList<SectorLookupResult> found = await lookup.FindAllAsync(numbers, 4, Cancellation);
        return await lookup.WorthAsync([.. found.Select(result => result.Facts!)], Cancellation);
    }

    private static ChainStatus Proven(long? early = null, long expiration = Head + (300 * Day)) => new()
    {
        State = SectorState.Proven,
        HeadEpoch = Head,
        HeadTime = DateTimeOffset.UnixEpoch,
        FaultTerminatesAt = early,
        Expiration = expiration,
        Stakes = new SectorStakes
        {
            QaPower = 32L << 30,
            InitialPledge = new Fil(BigInteger.Pow(10, 18)),
            DailyFee = new Fil(5),
            Activation = Head - (50 * Day),
        },
    };
}
