using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>Sectors read bit by bit by the executable, over several runs.</summary>
public sealed class ScrubStorage(ParentCaches caches) : IDisposable
{
    private readonly Workbench _bench = new(caches);

    private string State => Path.Combine(_bench.Home, "state");

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Damage_is_found_told_with_what_heals_it_and_the_metadata_file_is_brought_up_to_date()
    {
        await _bench.RunAsync(0, [.. _bench.Recover(Workbench.Sample("2KiB")), "1-3"]);
        Dictionary<string, (string, DateTime)> before = _bench.Snapshot();
        await using (FakeNode node = await FakeNode.StartAsync(Chain("2KiB", SectorSize.KiB2)))
        {
            _bench.Environment["FULLNODE_API_INFO"] = node.ApiInfo;
            Ended good = await _bench.RunAsync(0, Scrub("--json"));
            JsonObject told = Assert.Single(Told(good));
            Assert.Equal((3, 0, 0, "complete"), ((int)told["looked"]!, (int)told["night"]!["damaged"]!, (int)told["night"]!["left"]!, (string?)told["night"]!["end"]));
            Assert.Empty(told["damage"]!.AsArray());
        }

        JsonArray kept = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(State, "sectors-recovery-f01000.json"), TestContext.Current.CancellationToken))!["SectorInfos"]!.AsArray();
        Assert.Equal(3, kept.Count);
        Assert.All(kept, sector => Assert.NotNull(sector!["CommC"]));
        Assert.Equal(before, _bench.Snapshot());

        // The node is gone, a disk with one sector too, and one is damaged: what was told is still there, and nothing else is read.
        File.Delete(Path.Combine(_bench.Result, "sealed", "s-t01000-3"));
        Directory.Delete(Path.Combine(_bench.Result, "cache", "s-t01000-3"), recursive: true);
        string replica = Path.Combine(_bench.Result, "sealed", "s-t01000-2");
        Workbench.Flip(replica, 1234);
        Ended damaged = await _bench.RunAsync(10, Scrub("--json"));
        Assert.Contains("the chain could not be asked", damaged.Output, StringComparison.Ordinal);
        JsonObject found = Assert.Single(Told(damaged));
        Assert.Equal((1, 2), ((int)found["night"]!["looked"]!, (int)found["night"]!["there"]!));
        Assert.Equal(replica, (string?)Assert.Single(Assert.Single(found["damage"]!.AsArray())!["files"]!.AsArray())!["path"]);
        Assert.Equal("chain", (string?)Assert.Single(damaged.Lines, line => (string?)line["event"] == "survey")["compared_with"]);
        Assert.Equal($"sealer-recover heal --miner=f01000 --storage={_bench.Result} --survey={Path.Combine(State, "scrub.db")} 2", (string?)damaged.Report["next"]![0]!["commands"]![0]);

        Ended again = await _bench.RunAsync(10, Scrub("--json", "--offline"));
        Assert.Equal(0, (long)Assert.Single(Told(again))["night"]!["bytes"]!);
        Assert.Contains("were not touched since", (string?)again.Report["sectors"]![0]!["failure"]!["message"], StringComparison.Ordinal);
        Ended status = await _bench.RunAsync(0, ["scrub", "--status", $"--state={State}"]);
        Assert.Contains(replica, status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_run_goes_on_within_a_file_and_heal_is_told_of_the_one_bad_block_that_comes()
    {
        await _bench.RunAsync(0, [.. _bench.Recover(Workbench.Sample("8MiB")), "2"]);
        Directory.CreateDirectory(State);
        File.Copy(Workbench.Sample("8MiB"), Path.Combine(State, "sectors-recovery-f01000.json"));
        using (Executable executable = await _bench.StartAndWaitAsync(Scrub("--offline", "--json", "--threads=1", "--rate=768KiB"), "\"check_replica\""))
        {
            Ended busy = await _bench.RunAsync(12, Scrub("--offline", "--json"));
            Assert.Contains("is being written by another", busy.Output, StringComparison.Ordinal);
            while (await ReadAsync() == 0)
            {
                Assert.False(executable.HasEnded, "it had ended before anything was remembered of what it read");
            }

            executable.Kill();
        }

        long done = await ReadAsync();
        Assert.InRange(done, 1 << 20, 8 << 20);

        // Two hours that it is not now, whatever the time is.
        int hour = (DateTime.Now.Hour + 12) % 24;
        Ended outside = await _bench.RunAsync(0, Scrub("--offline", $"--hours={hour}-{hour + 1}"));
        Assert.Contains("nothing is read now", outside.Output, StringComparison.Ordinal);

        Ended ended = await _bench.RunAsync(0, Scrub("--offline", "--json"));
        JsonNode night = Assert.Single(Told(ended))["night"]!;
        Assert.Equal((1, "complete"), ((int)night["looked"]!, (string?)night["end"]));
        Assert.InRange((long)night["bytes"]!, 1, (8 << 20) - done + 100_000);
        Assert.All(ended.Report["sectors"]!.AsArray(), sector => Assert.Equal("good", (string?)sector!["result"]));

        // One bad block, which heal would hardly meet by itself, is handed over to it.
        Workbench.Flip(Path.Combine(_bench.Result, "sealed", "s-t01000-2"), (5 << 20) + 4321);
        await using FakeNode node = await FakeNode.StartAsync(Chain("8MiB", SectorSize.MiB8));
        _bench.Environment["FULLNODE_API_INFO"] = node.ApiInfo;
        Ended scrubbed = await _bench.RunAsync(10, Scrub("--json"));
        string advised = (string)scrubbed.Report["next"]![0]!["commands"]![0]!;
        Assert.StartsWith("sealer-recover heal ", advised, StringComparison.Ordinal);
        Ended planned = await _bench.RunAsync(0, [.. advised.Split(' ')[1..], "--dry-run", "--json"]);
        JsonNode step = Assert.Single(Assert.Single(planned.Lines, line => (string?)line["event"] == "heal_plan")["sectors"]!.AsArray())!;
        Assert.Equal((2, "labels"), ((int)step["sector"]!["number"]!, (string?)step["kind"]));
    }

    /// <summary>A chain that knows the sectors of a sample.</summary>
    private static FakeChain Chain(string sample, SectorSize size)
    {
        FakeChain chain = new();
        FakeMiner miner = chain.AddMiner(1000, size);
        foreach (JsonNode? sector in JsonNode.Parse(File.ReadAllText(Workbench.Sample(sample)))!["SectorInfos"]!.AsArray())
        {
            miner.Add(new FakeSector
            {
                Number = (ulong)sector!["SectorNumber"]!,
                SealProof = (int)sector["SealProof"]!,
                SealedCid = Cid.Parse((string)sector["SealedCID"]!["/"]!),
                SealRandEpoch = 9_000,
                PreCommitEpoch = 9_100,
                Activation = 10_000,
            });
        }

        return chain;
    }

    /// <summary>Bytes of the replica at hand that need not be read again.</summary>
    private async Task<long> ReadAsync()
    {
        JsonObject status = Assert.Single(Told(await _bench.RunAsync(0, ["scrub", "--status", $"--state={State}", "--json"])));
        Assert.Null(status["night"]!["ended"]);
        return (long)Assert.Single(status["reading"]!.AsArray())!["done"]!;
    }

    private string[] Scrub(params string[] more) => ["scrub", "--miner=f01000", $"--storage={_bench.Result}", $"--state={State}", .. more];

    private static IEnumerable<JsonObject> Told(Ended ended) => ended.Lines.Where(line => (string?)line["event"] == "scrub");
}
