using Filecoin.Sealing.Labeling.Many;
using Xunit;

namespace Filecoin.Sealing.Tests.Labeling;

/// <summary>How sectors are split among kernels.</summary>
public sealed class LaneRuleTests
{
    /// <summary>One, two, eight and sixteen lanes at about the costs of a processor with SHA-NI and AVX-512.</summary>
    private static readonly LaneCost[] Kernels = [new(1, 20), new(2, 22), new(8, 55), new(16, 95)];

    [Theory]
    [InlineData(1, "1")]
    [InlineData(2, "2")]
    [InlineData(3, "2 1")]
    [InlineData(4, "2 2")]
    [InlineData(5, "8")]
    [InlineData(7, "8")]
    [InlineData(8, "8")]
    [InlineData(9, "8 1")]
    [InlineData(10, "8 2")]
    [InlineData(11, "16")]
    [InlineData(16, "16")]
    [InlineData(17, "16 1")]
    [InlineData(32, "16 16")]
    [InlineData(42, "16 16 8 2")]
    public void The_cheapest_kernels_with_a_lane_for_every_sector(int sectors, string lanes) =>
        Assert.Equal(lanes, string.Join(' ', LaneRule.Cheapest(sectors, Kernels).Select(index => Kernels[index].Lanes)));

    [Fact]
    public void Of_equal_costs_fewer_idle_lanes_win() =>
        Assert.Equal([1], LaneRule.Cheapest(3, [new LaneCost(8, 30), new LaneCost(4, 30)]));

    [Fact]
    public void No_split_of_any_number_is_cheaper()
    {
        for (int sectors = 1; sectors <= 20; sectors++)
        {
            double best = Exhaustive(sectors);
            Assert.Equal(best, LaneRule.Cheapest(sectors, Kernels).Sum(index => Kernels[index].Cost));
        }
    }

    [Fact]
    public void Every_number_of_sectors_has_lanes_on_this_machine()
    {
        for (int sectors = 1; sectors <= 40; sectors++)
        {
            Assert.True(ManyLabelKernels.Choose(sectors).Sum(kernel => kernel.Sectors) >= sectors);
        }
    }

    [Fact]
    public void No_sectors_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => LaneRule.Cheapest(0, Kernels));

    private static double Exhaustive(int sectors) =>
        sectors <= 0 ? 0 : Kernels.Min(kernel => kernel.Cost + Exhaustive(sectors - kernel.Lanes));
}
