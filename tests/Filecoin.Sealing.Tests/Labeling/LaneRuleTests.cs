using Filecoin.Sealing.Labeling;
using Xunit;

namespace Filecoin.Sealing.Tests.Labeling;

/// <summary>How sectors are split among kernels.</summary>
public sealed class LaneRuleTests
{
    /// <summary>One, two, eight and sixteen lanes at the costs measured on Zen 4.</summary>
    private static readonly KernelCost[] Kernels = [Kernel(1, 19.4), Kernel(2, 19.8), Kernel(8, 76), Kernel(16, 121)];

    [Theory]
    [InlineData(1, "1")]
    [InlineData(2, "2")]
    [InlineData(3, "2 1")]
    [InlineData(4, "2 2")]
    [InlineData(6, "2 2 2")]
    [InlineData(7, "8")]
    [InlineData(8, "8")]
    [InlineData(9, "8 1")]
    [InlineData(12, "8 2 2")]
    [InlineData(13, "16")]
    [InlineData(16, "16")]
    [InlineData(17, "16 1")]
    [InlineData(32, "16 16")]
    [InlineData(42, "16 16 8 2")]
    public void The_cheapest_kernels_with_a_lane_for_every_sector(int sectors, string lanes) =>
        Assert.Equal(lanes, string.Join(' ', LaneRule.Cheapest(sectors, Kernels).Select(index => Kernels[index].Variant.Sectors)));

    [Fact]
    public void A_gain_of_a_few_percent_is_not_worth_the_memory_of_idle_lanes()
    {
        Assert.Equal([1], LaneRule.Cheapest(3, [Kernel(8, 30), Kernel(4, 31)]));
        Assert.Equal([0], LaneRule.Cheapest(3, [Kernel(8, 30), Kernel(4, 40)]));
    }

    [Fact]
    public void No_split_of_any_number_is_cheaper()
    {
        for (int sectors = 1; sectors <= 20; sectors++)
        {
            IReadOnlyList<int> chosen = LaneRule.Cheapest(sectors, Kernels);
            int idle = chosen.Sum(index => Kernels[index].Variant.Sectors) - sectors;
            Assert.True(idle >= 0);
            Assert.Equal(Exhaustive(sectors), chosen.Sum(index => Kernels[index].Cost) + (idle * LaneRule.IdleLane), 1e-9);
        }
    }

    [Fact]
    public void Every_number_of_sectors_has_lanes_on_this_machine()
    {
        for (int sectors = 1; sectors <= 40; sectors++)
        {
            Assert.True(LabelKernels.ForBatch(sectors, null).Sum(kernel => kernel.Lanes) >= sectors);
        }
    }

    [Fact]
    public void No_sectors_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => LaneRule.Cheapest(0, Kernels));

    private static KernelCost Kernel(int sectors, double cost) => new(new LabelVariant($"of-{sectors}", sectors), cost);

    private static double Exhaustive(int sectors) => sectors <= 0
        ? -sectors * LaneRule.IdleLane
        : Kernels.Min(kernel => kernel.Cost + Exhaustive(sectors - kernel.Variant.Sectors));
}
