using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>Sectors sealed in the first day of a network, whose tickets are drawn at epochs before its genesis block.</summary>
public sealed class YoungNetworks(ParentCaches caches) : IAsyncLifetime
{
    private const RegisteredSealProof Proof = RegisteredSealProof.StackedDrg2KiBV1_1;

    private readonly Workbench _bench = new(caches);
    private readonly FakeChain _chain = new(headEpoch: 3000);
    private FakeNode _node = null!;
    private FakeMiner _miner = null!;

    private string Metadata => Path.Combine(_bench.Home, "sectors-recovery-f01000.json");

    public async ValueTask InitializeAsync()
    {
        _miner = _chain.AddMiner(1000, SectorSize.KiB2);
        _miner.PeriodStart = 0;
        _node = await FakeNode.StartAsync(_chain);
        _bench.Environment["FULLNODE_API_INFO"] = _node.ApiInfo;
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _bench.Dispose();
    }

    /// <summary>As on the recorded chain; the epoch before genesis; genesis itself; a null round after it.</summary>
    [Theory]
    [InlineData(-891)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_ticket_of_an_epoch_before_genesis_is_found_written_read_and_sealed_with(int epoch)
    {
        _chain.NullRounds.Add(1);
        _miner.Add(Sector(2, epoch) with { Activation = 1500 });

        await _bench.RunAsync(0, ["export", "--miner=f01000", "2"]);
        JsonNode written = JsonNode.Parse(await File.ReadAllTextAsync(Metadata, TestContext.Current.CancellationToken))!["SectorInfos"]![0]!;
        Assert.Equal(epoch, (int)written["TicketEpoch"]!);
        Assert.Equal(Convert.ToBase64String(_chain.Ticket(1000, epoch).Span), (string?)written["Ticket"]);
        Assert.Contains("own draw", written["Facts"]!.ToJsonString(), StringComparison.Ordinal);

        // Whatever is written every command reads: export that adds to it, and what works from it.
        _miner.Add(Sector(3, epoch));
        await _bench.RunAsync(0, ["export", "--miner=f01000", "2", "3"]);
        await _bench.RunAsync(0, ["export", "--miner=f01000", "2", "--anew", $"--metadata={Metadata}"]);
        await _bench.RunAsync(0, _bench.Recover(Metadata, "2", "3"));
        await _bench.RunAsync(0, ["survey", $"--metadata={Metadata}", $"--storage={_bench.Result}", "2", "3"]);
        await _bench.RunAsync(0, ["pieces", $"--metadata={Metadata}", "2"]);
        Assert.DoesNotContain("TicketEpoch", (await _bench.RunAsync("diagnose", "--sector=2", $"--metadata={Metadata}", "--offline")).ToString(), StringComparison.Ordinal);
        await _bench.RunAsync(0, ["commit1", $"--metadata={Metadata}", "--sector=3", $"--sealing-result={_bench.Result}", $"--seed={new string('1', 64)}", "--output=c1.json"]);
    }

    [Fact]
    public async Task A_node_that_cannot_draw_and_an_epoch_given_by_hand_end_with_the_same_ticket()
    {
        _miner.Add(Sector(2, -891) with { Activation = 1500 });
        _node.KeepHeadersOnly();

        await _bench.RunAsync(0, ["export", "--miner=f01000", "2", "--ticket-epoch=-891"]);

        JsonNode written = JsonNode.Parse(await File.ReadAllTextAsync(Metadata, TestContext.Current.CancellationToken))!["SectorInfos"]![0]!;
        Assert.Equal(Convert.ToBase64String(_chain.Ticket(1000, -891).Span), (string?)written["Ticket"]);
        Assert.Contains("--ticket-epoch", (await _bench.RunAsync(2, ["export", "--miner=f01000", "2", "--ticket-epoch=-2000000"])).Error, StringComparison.Ordinal);
    }

    private FakeSector Sector(ulong number, long epoch) => new()
    {
        Number = number,
        SealProof = (int)Proof,
        SealedCid = SealedByHand.SealedCid(caches, _chain, 1000, number, Proof, epoch),
        SealRandEpoch = epoch,
        PreCommitEpoch = 900,
    };
}
