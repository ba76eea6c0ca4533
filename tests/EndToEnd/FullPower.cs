using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>Network version 29 (FIP-0118): sectors with FULL_QA_POWER count ten times their size, and the reward actor has another state.</summary>
public sealed class FullPower(ParentCaches caches, Databases databases)
{
    [Theory]
    [InlineData("new layout")]
    [InlineData("old layout")]
    public async Task A_sector_with_the_flag_costs_ten_times_as_much_whatever_its_weights(string layout)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.Chain.NetworkVersion = 29;
        forgetting.Chain.Power = ((BigInteger)20 << 20, 0);
        forgetting.Chain.HasStreams = layout == "new layout";
        FakeSector sector = ForgettingChain.Proven(1) with { Early = 120_000 };
        long duration = sector.Expiration - sector.Activation!.Value;
        forgetting.Miner.Add(sector with { Flags = 1 });
        forgetting.Miner.Add(ForgettingChain.Proven(2) with { Early = 120_000, Flags = 3 });
        forgetting.Miner.Add(ForgettingChain.Proven(3) with { Early = 120_000, Flags = 2 });
        forgetting.Miner.Add(ForgettingChain.Proven(4) with
        {
            Early = 120_000,
            Flags = 1,
            UnsealedCid = ZeroCommitments.ForSector(SectorSize.KiB2).ToCid(),
            VerifiedDealWeight = (2048 * duration).ToString(CultureInfo.InvariantCulture),
        });

        Ended ended = await forgetting.Bench.RunAsync(0, ["export", "--miner=f01000", "1-4", "--json"]);

        JsonNode worth = ended.Lines.Single(line => (string?)line["event"] == "worth");
        Assert.Equal(29, (int)worth["network_version"]!);
        BigInteger[] fees = [.. worth["sectors"]!.AsArray().Select(entry => BigInteger.Parse((string)entry!["fault_fee_per_day"]!, CultureInfo.InvariantCulture))];
        Assert.True(fees[0] > 1000, ended.ToString());
        Assert.All(fees[1..], fee => Assert.InRange(fee, (fees[0] * 10), (fees[0] * 10) + 9));
    }

    [Fact]
    public async Task Claims_are_no_source_of_the_pieces_of_a_sector_with_the_flag()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector[] sectors = forgetting.AddKinds();
        forgetting.Node.KeepHeadersOnly();
        forgetting.Miner.Add(sectors.Single(sector => sector.Number == 3) with { Flags = 3, DealWeight = "0", VerifiedDealWeight = "4096" });

        await forgetting.Bench.RunAsync("export", "--miner=f01000", "3", "--ticket-epoch=9003");

        Assert.Equal(0, forgetting.Node.Count("StateGetClaims"));
    }
}
