using System.Globalization;
using System.Numerics;
using Filecoin.Chain.Rules;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>Known answers are those of builtin-actors' own tests (monies_test, pledge_penalty_for_termination, policy_test, alpha_beta_filter).</summary>
public sealed class NetworkEconomicsTests
{
    private const long Day = 2880;

    [Theory]
    [InlineData("340282366920938463463374607431768211456", 0)]
    [InlineData("924990000000000000000000000000000000000", 1)]
    [InlineData("34028236692093846346337460743176821145600000000000000000000", 46)]
    [InlineData("6805647338418769269267492148635364229120000000000000000000000", 51)]
    [InlineData("204169000000000000000000000000000000", -8)]
    [InlineData("34028236692093846346337460743", -24)]
    public void The_logarithm_is_the_chains(string number, int floor) =>
        Assert.Equal(floor, Q128.Ln(Number(number)) >> 128);

    [Fact]
    public void A_constant_ratio_adds_up()
    {
        Assert.Equal(4_000_000_000, FilterEstimate.Of(4_000_000, 0).CumulatedRatio(FilterEstimate.Of(1, 0), 1000) >> 128);
        BigInteger half = FilterEstimate.Of(BigInteger.Pow(10, 12), 0).CumulatedRatio(FilterEstimate.Of(200 * BigInteger.Pow(10, 12), 0), 100);
        Assert.Equal(5000, ((half * 10_000) + 1) >> 128);
    }

    [Theory]
    [InlineData("111", 12, "3456", 8, 10_000)]
    [InlineData("1000000", -100, "70000", 1000, 100_000)]
    [InlineData("50000000000000000000", 25, "10000000000000000000", 1, 2880)]
    [InlineData("50000000000000000000", 100, "20000000000000000000000", 3909374837520, 2880)]
    public void A_moving_ratio_adds_up_to_what_adding_it_up_gives(string position, long velocity, string below, long belowVelocity, int epochs)
    {
        BigInteger formula = FilterEstimate.Of(Number(position), velocity).CumulatedRatio(FilterEstimate.Of(Number(below), belowVelocity), epochs);
        BigInteger sum = 0;
        for (int i = 0; i < epochs; i++)
        {
            BigInteger ratio = ((Number(position) + (i * (BigInteger)velocity)) << 128) / (Number(below) + (i * (BigInteger)belowVelocity));
            sum += i == 0 || i == epochs - 1 ? ratio : 2 * ratio;
        }

        sum /= 2;
        Assert.InRange((double)BigInteger.Abs((formula - sum) * 1_000_000 / formula), 0, 350);
    }

    [Fact]
    public void A_power_that_falls_to_nothing_earns_nothing()
    {
        NetworkEconomics economics = new(FilterEstimate.Of(1L << 50, 0), FilterEstimate.Of(1L << 10, -(1L << 10)), 25);
        Assert.Equal(Fil.Zero, economics.ExpectedReward(1L << 36, 4));
    }

    [Theory]
    [InlineData(10, 6)]
    [InlineData(1000, 36)]
    [InlineData(1000, 50)]
    public void The_fault_fee_of_many_is_the_sum_of_theirs(int count, int bits)
    {
        NetworkEconomics economics = new(FilterEstimate.Of(1L << 50, 0), FilterEstimate.Of(1L << 10, 1L << 10), 25);
        BigInteger together = economics.ContinuedFaultFee((BigInteger.One << bits) * count).Atto;
        Assert.True(together > 0);
        Assert.InRange((long)(together - (count * economics.ContinuedFaultFee(BigInteger.One << bits).Atto)), 0, count);
        Assert.Equal(Fil.Zero, economics.ContinuedFaultFee(0));
    }

    [Fact]
    public void With_a_still_network_the_fault_fee_is_three_and_a_half_days_share_of_its_reward()
    {
        BigInteger reward = Number("36266252337034982540");
        BigInteger power = (BigInteger)20 << 60;
        NetworkEconomics economics = new(FilterEstimate.Of(reward, 0), FilterEstimate.Of(power, 0), 25);
        BigInteger exact = reward * (32L << 30) * 10_108 / power;
        Assert.InRange((long)(exact - economics.ContinuedFaultFee(32L << 30).Atto), 0, 1);
        Assert.Equal("0.000546 FIL", economics.ContinuedFaultFee(32L << 30).ToString());
    }

    [Theory]
    [InlineData(1024, 141, 0, 87)]
    [InlineData(1024, 70, 0, 43)]
    [InlineData(1024, 141, 1024, 1075)]
    [InlineData(1024, 0, 0, 20)]
    public void The_termination_fee_is_fip_98s(long pledge, long ageInDays, long faultFee, long fee)
    {
        NetworkEconomics economics = new(FilterEstimate.Of(1, 0), FilterEstimate.Of(1, 0), 25);
        Assert.Equal(fee, economics.TerminationFee(new Fil(pledge), ageInDays * Day, new Fil(faultFee))!.Value.Atto);
        Assert.Null((economics with { NetworkVersion = 24 }).TerminationFee(new Fil(pledge), ageInDays * Day, new Fil(faultFee)));
    }

    [Fact]
    public void The_daily_fee_is_due_up_to_half_of_a_days_reward()
    {
        NetworkEconomics economics = new(FilterEstimate.Of(1L << 50, 0), FilterEstimate.Of(1L << 40, 0), 25);
        Fil reward = economics.ExpectedReward(1L << 35, Day);
        Assert.Equal(new Fil(7), economics.DailyFeeDue(new Fil(7), 1L << 35));
        Assert.Equal(new Fil(reward.Atto / 2), economics.DailyFeeDue(reward, 1L << 35));
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 1, 10)]
    [InlineData(1, 2, 5.5)]
    public void Verified_data_counts_ten_times(int verified, int of, double times)
    {
        foreach (long size in new[] { 2048L, 8L << 20, 32L << 30, 64L << 30 })
        {
            foreach (long duration in new[] { 10, 1000 * Day })
            {
                Assert.Equal((BigInteger)(size * times), NetworkEconomics.QaPower(size, duration, (BigInteger)size * duration * verified / of));
            }
        }
    }

    [Theory]
    [InlineData("0", "0 FIL")]
    [InlineData("1", "< 0.000001 FIL")]
    [InlineData("-1", "> -0.000001 FIL")]
    [InlineData("1000000000000000000", "1 FIL")]
    [InlineData("12345678901234567890", "12.345679 FIL")]
    [InlineData("-1500000000000000000", "-1.5 FIL")]
    [InlineData("999999999999999999", "1 FIL")]
    public void An_amount_reads_in_fil(string atto, string text) => Assert.Equal(text, new Fil(Number(atto)).ToString());

    private static BigInteger Number(string text) => BigInteger.Parse(text, CultureInfo.InvariantCulture);
}
