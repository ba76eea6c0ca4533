using Filecoin.Chain.Lookup;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>What window PoSt's challenges are drawn from: the beacon, at the last challenge epoch of the sector's deadline.</summary>
public sealed class WindowPostSeedTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Periods begin at 1000 and every 2880 epochs after; the head is 20000, 1720 into one: in deadline 28. Challenges come 20 epochs before.
    [Theory]
    [InlineData(0, 18_280 - 20)]
    [InlineData(7, 18_280 + (7 * 60) - 20)]
    [InlineData(28, 18_280 + (28 * 60) - 20)]
    [InlineData(29, 18_280 + (29 * 60) - 20)]
    [InlineData(30, 15_400 + (30 * 60) - 20)]
    [InlineData(47, 15_400 + (47 * 60) - 20)]
    public async Task It_is_the_newest_that_is_drawn_already(int deadline, long epoch)
    {
        await using Lost lost = await Lost.StartAsync();
        lost.FakeMiner.Add(Lost.Proven(3) with { Deadline = deadline });
        SectorLookup lookup = await lost.OpenAsync(Cancellation);

        WindowPostSeedResult found = (await lookup.FindWindowPostSeedsAsync([3], 1, Cancellation)).Single();

        Assert.Null(found.Reason);
        Assert.Equal(new WindowPostSeed(lost.Chain.WindowPostSeed(Lost.Miner, epoch), epoch, deadline, 0), found.Seed);
        Assert.True(found.Seed!.Randomness.Span[^1] < 0x40);
    }

    [Fact]
    public async Task A_sector_without_deadline_has_none()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.FakeMiner.Add(Lost.PreCommitted(3));

        Assert.Contains("not due at any deadline", await ReasonAsync(lost), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("StateGetRandomnessFromBeacon")]
    [InlineData("StateSectorPartition")]
    [InlineData("StateMinerProvingDeadline")]
    public async Task What_a_node_cannot_tell_is_a_reason_and_no_failure(string method)
    {
        await using Lost lost = await Lost.StartAsync();
        lost.FakeMiner.Add(Lost.Proven(3));
        lost.Node.MissingMethods.Add(method);

        Assert.Contains(method, await ReasonAsync(lost), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proof_that_counts_over_partitions_is_not_taken_for_one_that_counts_over_sectors()
    {
        await using Lost lost = await Lost.StartAsync();
        lost.FakeMiner.Add(Lost.Proven(3));
        lost.FakeMiner.WindowPost = 8;

        Assert.Contains("window PoSt 8", await ReasonAsync(lost), StringComparison.Ordinal);
    }

    private static async Task<string> ReasonAsync(Lost lost)
    {
        SectorLookup lookup = await lost.OpenAsync(Cancellation);
        WindowPostSeedResult found = (await lookup.FindWindowPostSeedsAsync([3], 1, Cancellation)).Single();
        Assert.Null(found.Seed);
        return Assert.IsType<string>(found.Reason);
    }
}
