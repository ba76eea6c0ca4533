using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>From an alarm to healed sectors with one command, on what a real Lotus node and miner answered and left on disk.</summary>
public sealed class HealSectors(ParentCaches caches) : IDisposable
{
    private const string IdA = "a738c857-9f9a-4b27-87fb-75e81a220234";
    private const string IdB = "eb8c0dcb-761a-4d26-a7a9-122f75356a7f";
    private const string Message = "bafy2bzaceccvv4tclp4izihupy2os7nmznc4tzycy52hcvlswb32rbpngdhzc";
    private static readonly string Devnet = Path.Combine(VectorFiles.Folder, "devnet");
    private readonly Workbench _bench = new(caches);

    private string Storage => Path.Combine(_bench.Home, "b");

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Faulty_sectors_are_found_mended_verified_and_declared_with_nothing_named_but_who_is_asked()
    {
        await using RecordedServer full = await StartFullAsync();
        await using RecordedServer miner = await StartMinerAsync();
        string replica = Path.Combine("sealed", "s-t01000-3");
        string tree = Path.Combine("cache", "s-t01000-6", "sc-02-data-tree-r-last.dat");
        File.Delete(Path.Combine(Storage, replica));
        Flip(Path.Combine(Storage, tree));
        IReadOnlyDictionary<string, string> damaged = Digests();

        Ended refused = await _bench.RunAsync(2, ["heal", "--miner=f01000", "3-6"]);
        Assert.Contains("there is no terminal to ask at", refused.Error, StringComparison.Ordinal);
        Ended dry = await _bench.RunAsync(0, ["heal", "--miner=f01000", "3-6", "--dry-run", "--json"]);
        JsonObject[] planned = [.. Event(dry, "heal_plan")["sectors"]!.AsArray().Select(step => step!.AsObject())];
        Assert.Equal([("3", "labels"), ("6", "from_replica")], planned.Select(step => (step["sector"]!["number"]!.ToString(), (string)step["kind"]!)).Order());
        Assert.All(planned, step => Assert.NotNull(step["due"]));
        Assert.Equal(planned.Select(step => (string)step["due"]!).Order(), planned.Select(step => (string)step["due"]!));
        Assert.Equal(damaged, Digests());

        Ended healed = await _bench.RunAsync(
            0, ["heal", "--miner=f01000", "3-6", "--faulty", "--yes", "--declare", $"--sealing-temp={_bench.Temp}", "--json"]);
        Assert.Equal(
            [(3, "installed"), (4, "good_sampled"), (5, "good_sampled"), (6, "installed")],
            healed.Report["sectors"]!.AsArray().Select(sector => ((int)sector!["sector"]!["number"]!, Word((string)sector["result"]!))).Order());
        AssertOriginal(replica);
        AssertOriginal(tree);
        Assert.Equal(2, healed.Lines.Count(line => (string?)line["event"] == "verification"));
        JsonObject declared = Event(healed, "declared");
        Assert.Equal((Storage, IdB), ((string)declared["paths"]!.AsArray().Single()!["storage_path"]!, (string)declared["paths"]![0]!["storage_id"]!));
        Assert.Equal("[3]", declared["recoveries"]!.ToJsonString());
        Assert.Equal(Message, (string)declared["messages"]!.AsArray().Single()!);
        Assert.DoesNotContain("redeclare", healed.Report["next"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("recover-faults", healed.Report["next"]!.ToJsonString(), StringComparison.Ordinal);

        // Again, as if it had been killed before it declared: nothing is changed, and it declares what is faulty on chain and stands.
        IReadOnlyDictionary<string, string> whole = Digests();
        Ended late = await _bench.RunAsync(0, ["heal", "--miner=f01000", "3-6", "--yes", "--declare", "--json"]);
        Assert.Equal("[3]", Event(late, "declared")["recoveries"]!.ToJsonString());
        Assert.Single(late.Lines, line => (string?)line["event"] == "verification");
        Assert.Equal(whole, Digests());

        // Once the chain knows: nothing needs anything, and nothing is changed or declared.
        full.Replace("StateMinerRecoveries", ["f01000", null], new JsonArray(3, 1));
        Ended again = await _bench.RunAsync(0, ["heal", "--miner=f01000", "3-6", "--yes", "--declare", "--json"]);
        Assert.DoesNotContain(again.Lines, line => (string?)line["event"] == "declared");
        Assert.Equal(whole, Digests());
    }

    [Fact]
    public async Task What_the_miner_refuses_is_told_of_each_sector_and_the_sector_is_mended_all_the_same()
    {
        await using RecordedServer full = await StartFullAsync();
        await using RecordedServer miner = await StartMinerAsync();
        miner.Forget("RecoverFault");
        string replica = Path.Combine("sealed", "s-t01000-3");
        File.Delete(Path.Combine(Storage, replica));

        Ended healed = await _bench.RunAsync(["heal", "--miner=f01000", "3", "--yes", "--declare", $"--sealing-temp={_bench.Temp}"]);

        Assert.NotEqual(0, healed.Code);
        Assert.Contains("f01000 sector 3 is mended, and lotus-miner was not told", healed.ToString(), StringComparison.Ordinal);
        Assert.Contains("lotus-miner proving recover-faults 3", healed.ToString(), StringComparison.Ordinal);
        AssertOriginal(replica);

        _bench.Environment.Remove("MINER_API_INFO");
        Ended nobody = await _bench.RunAsync(2, ["heal", "--miner=f01000", $"--storage={Storage}", "3", "--yes", "--declare"]);
        Assert.Contains("no lotus-miner is named that could be told", nobody.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_that_is_over_ends_the_waiting()
    {
        await using RecordedServer full = await StartFullAsync(faulty: false);
        await using RecordedServer miner = await StartMinerAsync();
        Flip(Path.Combine(Storage, "cache", "s-t01000-3", "p_aux"));

        Ended healed = await _bench.RunAsync(0, ["heal", "--miner=f01000", "3", "--yes", "--wait-post", $"--sealing-temp={_bench.Temp}"]);

        Assert.Contains("no sector that was mended is faulty on chain", healed.Output, StringComparison.Ordinal);
        AssertOriginal(Path.Combine("cache", "s-t01000-3", "p_aux"));
    }

    /// <summary>CC, with pieces and snapped; SEALER_RECOVER_LONG_TESTS=1 kills twenty times.</summary>
    [Fact]
    public async Task Killed_at_random_moments_and_run_again_it_ends_the_same()
    {
        await using RecordedServer full = await StartFullAsync();
        await using RecordedServer miner = await StartMinerAsync();
        string[] damages =
        [
            Path.Combine("sealed", "s-t01000-3"), Path.Combine("update-cache", "s-t01000-4", "sc-02-data-tree-r-last.dat"),
            Path.Combine("cache", "s-t01000-5", "sc-02-data-tree-r-last.dat"), Path.Combine("sealed", "s-t01000-6"),
        ];
        File.Delete(Path.Combine(Storage, damages[0]));
        Array.ForEach(damages[1..], file => Flip(Path.Combine(Storage, file)));
        string[] heal =
            ["heal", "--miner=f01000", "3-6", "--yes", "--declare", $"--piece-source={Path.Combine(Devnet, "pieces")}", $"--sealing-temp={_bench.Temp}", "--json"];
        for (int kill = VectorFiles.LongTests ? 20 : 3; kill > 0; kill--)
        {
            using Executable executable = _bench.Start(heal);
            await Task.Delay(Random.Shared.Next(200, 6000), TestContext.Current.CancellationToken);
            executable.Kill();
            await executable.EndAsync(TestContext.Current.CancellationToken);
        }

        await _bench.RunAsync(0, heal);
        Array.ForEach(damages, AssertOriginal);
        Ended survey = await _bench.RunAsync(0, ["survey", "--miner=f01000", "--deep", "3-6", "--json"]);
        Assert.Equal(4, survey.Lines.Count(line => (string?)line["event"] == "survey" && (bool)line["whole"]!));
    }

    private async Task<RecordedServer> StartFullAsync(bool faulty = true)
    {
        RecordedServer full = await RecordedServer.StartAsync(Path.Combine(Devnet, "full.jsonl"));
        full.Replace("StateMinerFaults", ["f01000", null], faulty ? new JsonArray(3, 1) : new JsonArray(0)); // As recorded before and after: lengths of runs.
        _bench.Environment["FULLNODE_API_INFO"] = full.ApiInfo;
        return full;
    }

    private async Task<RecordedServer> StartMinerAsync()
    {
        RecordedServer miner = await RecordedServer.StartAsync(Path.Combine(Devnet, "miner.jsonl"));
        foreach (string path in Directory.EnumerateFiles(Path.Combine(Devnet, "storage-b"), "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(Storage, Path.GetRelativePath(Path.Combine(Devnet, "storage-b"), path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }

        miner.Replace("StorageLocal", [], new JsonObject { [IdA] = "/storage/a", [IdB] = Storage });
        _bench.Environment["MINER_API_INFO"] = miner.ApiInfo;
        return miner;
    }

    private static JsonObject Event(Ended ended, string name) => ended.Lines.Single(line => (string?)line["event"] == name).AsObject();

    private static string Word(string result) => result.StartsWith("good", StringComparison.Ordinal) ? "good_sampled" : result;

    private void AssertOriginal(string file) => Assert.Equal(
        VectorFiles.Sha256OfFile(Path.Combine(Devnet, "storage-b", file)), VectorFiles.Sha256OfFile(Path.Combine(Storage, file)));

    private Dictionary<string, string> Digests() => Directory.EnumerateFiles(Storage, "*", SearchOption.AllDirectories)
        .ToDictionary(path => path, VectorFiles.Sha256OfFile);

    private static void Flip(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        content[^1] ^= 1;
        File.WriteAllBytes(path, content);
    }
}
