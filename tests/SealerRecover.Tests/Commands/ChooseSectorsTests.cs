using Filecoin.Cryptography;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Commands;

/// <summary>Sectors that nobody types: those of a deadline, the faulty ones of it, those of a disk that lotus-miner knows; what is due first first.</summary>
public sealed class ChooseSectorsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-choose-").FullName;
    private readonly Dictionary<string, string> _environment = [];
    private readonly FakeChain _chain = new(headEpoch: 20_000);
    private FakeNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        FakeMiner miner = _chain.AddMiner(1000, SectorSize.KiB2);
        miner.PeriodStart = 0;
        foreach ((ulong number, int deadline, long early) in new[] { (1UL, 30, 90_000L), (2UL, 9, 90_000L), (3UL, 9, 0L), (4UL, 9, 80_000L), (5UL, 46, 90_000L), (6UL, 46, 0L) })
        {
            miner.Add(new FakeSector
            {
                Number = number,
                SealProof = 5,
                SealedCid = CommitmentCid.FromSealed(Blake2b.Hash256([(byte)number]).ClearTopTwoBits()),
                SealRandEpoch = 12_000,
                PreCommitEpoch = 13_000,
                Activation = 15_000,
                Deadline = deadline,
                Early = early,
            });
        }

        _node = await FakeNode.StartAsync(_chain);
        _environment["FULLNODE_API_INFO"] = _node.ApiInfo;
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("--faulty", 4, 2, 1, 5)]
    [InlineData("--faulty --deadline=9", 4, 2)]
    [InlineData("--faulty --deadline=next", 4, 2)]
    [InlineData("--deadline=9", 4, 2, 3)]
    [InlineData("--deadline=46 --sectors=3", 3, 5, 6)]
    [InlineData("--all --deadline=30", 1)]
    public async Task Export_takes_what_is_meant_in_the_order_in_which_it_is_due(string options, params int[] numbers)
    {
        Ran ended = await RunAsync(0, ["export", "--miner=f01000", $"--output={_folder}/sectors.json", .. options.Split(' '), "--json"]);
        Assert.Equal(numbers, Numbers(ended));
    }

    [Fact]
    public async Task Commands_that_recover_take_the_faulty_ones_of_a_deadline_and_others_all_of_it()
    {
        string storage = Directory.CreateDirectory(Path.Combine(_folder, "storage", "sealed")).Parent!.FullName;
        Ran survey = await RunAsync(10, ["survey", "--miner=f01000", $"--storage={storage}", "--deadline=9", "--json"]);
        Assert.Equal([4, 2, 3], Numbers(survey));
        Ran repair = await RunAsync(0, ["repair", "--miner=f01000", $"--storage={storage}", "--deadline=9", "--dry-run", "--json"]);
        Assert.Equal([4, 2], Numbers(repair));
    }

    [Fact]
    public async Task Of_a_metadata_file_those_are_recovered_that_are_faulty_now()
    {
        string file = Path.Combine(_folder, "sectors.json");
        await RunAsync(0, "export", "--miner=f01000", $"--output={file}", "1-3");
        Ran repair = await RunAsync(0, "repair", $"--metadata={file}", $"--storage={Directory.CreateDirectory(Path.Combine(_folder, "storage")).FullName}", "--faulty", "--dry-run", "--json");
        Assert.Equal([2, 1], Numbers(repair));
        Assert.Contains("2 of the 4 sectors that are meant do not stand in", repair.Output, StringComparison.Ordinal);
        Ran none = await RunAsync(2, "recover", $"--metadata={file}", "--deadline=46", $"--sealing-result={_folder}/r", $"--sealing-temp={_folder}/t");
        Assert.Contains("none of the 1 sectors that are meant stands in", none.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("export --deadline=48", 2, "--deadline is \"48\"")]
    [InlineData("export --deadline=soon", 2, "--deadline is \"soon\"")]
    [InlineData("--deadline=7", 4, "f01000 has no faulty sectors in deadline 7")]
    [InlineData("export --faulty --deadline=7", 4, "f01000 has no faulty sectors in deadline 7")]
    public async Task What_there_is_none_of_is_a_sentence(string command, int code, string sentence)
    {
        Ran ended = await RunAsync(code, [.. command.Split(' '), "--miner=f01000"]);
        Assert.Contains(sentence, ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_real_lotus_miner_tells_which_sectors_stood_on_a_disk()
    {
        string devnet = Path.Combine(VectorFiles.Folder, "devnet");
        await using RecordedServer full = await RecordedServer.StartAsync(Path.Combine(devnet, "full.jsonl"));
        await using RecordedServer miner = await RecordedServer.StartAsync(Path.Combine(devnet, "miner.jsonl"));
        _environment["FULLNODE_API_INFO"] = full.ApiInfo;
        string storage = Directory.CreateDirectory(Path.Combine(_folder, "storage", "sealed")).Parent!.FullName;
        foreach (string disk in new[] { "eb8c0dcb-761a-4d26-a7a9-122f75356a7f", "/storage/b/" })
        {
            Ran ended = await RunAsync(
                0,
                ["repair", "--miner=f01000", $"--miner-api-info={miner.ApiInfo}", $"--storage={storage}", $"--piece-source={Path.Combine(devnet, "pieces")}", $"--lost-on={disk}", "--dry-run", "--json"]);
            Assert.Equal([3, 4, 5, 6], Numbers(ended).Order());
            Assert.Contains("4 sectors of f01000 stood in the storage path eb8c0dcb-761a-4d26-a7a9-122f75356a7f", ended.Output, StringComparison.Ordinal);
        }

        Ran unknown = await RunAsync(2, ["survey", "--miner=f01000", $"--miner-api-info={miner.ApiInfo}", $"--storage={storage}", "--lost-on=nowhere"]);
        Assert.Contains("lotus-miner knows no storage path with the ID or URL \"nowhere\"", unknown.Error, StringComparison.Ordinal);
    }

    private async Task<Ran> RunAsync(int code, params string[] arguments)
    {
        Ran ran = await InProcess.RunAsync(new Dictionary<string, string>(_environment) { ["HOME"] = _folder }, "/nowhere/config.toml", arguments);
        Assert.True(ran.Code == code, ran.Output + ran.Error);
        return ran;
    }

    private static int[] Numbers(Ran ran) => [.. ran.Lines[^1]["sectors"]!.AsArray().Select(sector => (int)sector!["sector"]!["number"]!)];
}
