using Filecoin.Cryptography;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Commands;

/// <summary>Commands that ask a slow node, on a terminal: one display follows the other, and each shows what it is at.</summary>
public sealed class OnTerminalTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sealer-recover-terminal-");
    private FakeNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        FakeChain chain = new(headEpoch: 20_000);
        FakeMiner miner = chain.AddMiner(1000, SectorSize.KiB2);
        for (ulong number = 1; number <= 3; number++)
        {
            miner.Add(new FakeSector
            {
                Number = number,
                SealProof = 5,
                SealedCid = CommitmentCid.FromSealed(Blake2b.Hash256([(byte)number]).ClearTopTwoBits()),
                SealRandEpoch = 12_000,
                PreCommitEpoch = 12_500,
                Activation = 15_000,
                Early = 100_000,
            });
        }

        _node = await FakeNode.StartAsync(chain);
        _node.MissingMethods.Add("StateSectorPreCommitInfo");
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Export_shows_how_many_sectors_are_looked_up_and_what_is_searched()
    {
        _node.Inject("StateListMessages", Fault.Delay(TimeSpan.FromSeconds(1)));
        string file = Path.Combine(_folder.FullName, "sectors.json");
        Ran ran = await InProcess.OnTerminalAsync("export", "--miner=f01000", $"--api-info={_node.ApiInfo}", "--faulty", $"--output={file}");
        Assert.True(ran.Code == 0, ran.Output + ran.Error);
        Assert.Contains("0 of 3 sectors looked up", ran.Output, StringComparison.Ordinal);
        Assert.Contains("searching messages to f01000", ran.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task Every_question_that_takes_long_has_its_turn_and_a_wait_is_a_line_above()
    {
        _node.Inject("StateMinerInfo", Fault.Delay(TimeSpan.FromSeconds(3)), times: 1);
        _node.Inject("StateSectorGetInfo", Fault.Status(429, retryAfter: TimeSpan.FromSeconds(3)), times: 1);
        Ran ran = await InProcess.OnTerminalAsync(
            "survey", "--miner=f01000", $"--api-info={_node.ApiInfo}", $"--storage={_folder.FullName}", "--sectors=1-3");
        Assert.Contains("2 of 3 answers of the chain node are there", ran.Output, StringComparison.Ordinal);
        Assert.Contains("of 3 sectors looked up", ran.Output, StringComparison.Ordinal);

        // Lines are broken at the terminal's width.
        string whole = string.Join(' ', ran.Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        Assert.True(whole.Contains("limits the rate of requests (HTTP 429); all calls to it wait for", StringComparison.Ordinal), ran.Output);
        Assert.Empty(ran.Error);
    }
}
