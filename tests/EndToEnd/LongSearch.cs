using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>What is shown while a far node goes backwards through its messages for the pre-commits of two sectors.</summary>
public sealed partial class LongSearch(ParentCaches caches) : IAsyncLifetime
{
    private const ulong Miner = 1000;

    private readonly Workbench _bench = new(caches);
    private readonly FakeChain _chain = new(headEpoch: 20_000);
    private FakeNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        FakeMiner miner = _chain.AddMiner(Miner, SectorSize.KiB2);
        for (ulong number = 1; number <= 2; number++)
        {
            miner.Add(new FakeSector
            {
                Number = number,
                SealProof = 5,
                SealedCid = CommitmentCid.FromSealed(Blake2b.Hash256([(byte)number]).ClearTopTwoBits()),
                SealRandEpoch = 8_000 + (long)number,
                PreCommitEpoch = 9_000,
                Activation = 15_000,
            });
        }

        // Neither old states nor events tell, and each block of messages takes some requests.
        _node = await FakeNode.StartAsync(_chain);
        _node.MissingMethods.Add("StateSectorPreCommitInfo");
        _node.Latency = TimeSpan.FromMilliseconds(200);
        _bench.Environment["FULLNODE_API_INFO"] = _node.ApiInfo;
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task Piped_it_is_a_line_for_both_sectors_now_and_then()
    {
        Ended ended = await _bench.RunAsync("export", "--miner=f01000", "1", "2");
        Assert.True(ended.Code == 0, ended.ToString());
        string[] lines = ended.Output.Split('\n');
        Assert.Contains(lines, line => CountedLine().IsMatch(line));
        string[] searching = [.. lines.Where(line => line.Contains("searching", StringComparison.Ordinal))];
        Assert.NotEmpty(searching);
        Assert.All(searching, line => Assert.Matches(SearchLine(), line));
    }

    [Fact]
    public async Task On_a_terminal_it_is_a_line_of_the_display_which_goes_with_it()
    {
        Ended ended = await _bench.RunOnTerminalAsync("export", "--miner=f01000", "1", "2");
        Assert.Contains("searching messages to f01000", ended.Output, StringComparison.Ordinal);
        Assert.Contains("of 2 sectors looked up", ended.Output, StringComparison.Ordinal);
        Assert.Contains("2 exported in ", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_json_it_is_events_and_so_is_a_pause_that_the_node_asks_for()
    {
        _node.Inject("StateListMessages", Fault.Status(429, retryAfter: TimeSpan.FromSeconds(2)), times: 1);
        Ended ended = await _bench.RunAsync("export", "--miner=f01000", "1", "2", "--json");
        Assert.True(ended.Code == 0, ended.ToString());
        JsonObject[] searches = [.. ended.Lines.Where(line => (string?)line["phase"] == "search_messages")];
        Assert.True(searches.Length >= 2, ended.ToString());
        Assert.All(searches, line =>
        {
            Assert.Equal(("progress", "blocks", 21, false), ((string)line["event"]!, (string)line["unit"]!, (int)line["total"]!, (bool)line["archive_node"]!));
            Assert.Equal((int)line["done"]! == 0 ? 14_999 : ((21 - (int)line["done"]!) * 720) - 1, (int)line["epoch"]!);
            Assert.InRange((int)line["other_sectors"]!, 0, 1);
            Assert.True((int)line["done"]! == 0 || ((double)line["rate"]! > 0 && (double)line["seconds_left"]! > 0));
        });
        Assert.Equal(searches.OrderBy(line => (int)line["done"]!), searches);
        Assert.Contains(ended.Lines, line => (string?)line["phase"] == "look_up" && (int)line["total"]! == 2);

        string pause = (string)Assert.Single(ended.Lines, line => (string?)line["event"] == "note" && ((string)line["text"]!).Contains("429", StringComparison.Ordinal))["text"]!;
        Assert.EndsWith("limits the rate of requests (HTTP 429); all calls to it wait for 2.0 s", pause, StringComparison.Ordinal);
        Assert.Empty(ended.Error);
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ [01] of 2 sectors looked up")]
    private static partial Regex CountedLine();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ searching messages to f01000 for the pre-commits? of sector [12]( and another)?: epoch \d\d?,\d{3}, \d of up to 21 blocks of six hours( \(\d\.\d blocks/s, at most .* left\))?$")]
    private static partial Regex SearchLine();
}
