using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>
/// A chain that a real Lotus ran and the sectors that it and its lotus-miner made (tests/vectors/devnet): found, recovered, surveyed, repaired and
/// proven, with nothing but what was recorded.
/// </summary>
public sealed class RecordedChain(ParentCaches caches) : IDisposable
{
    private static readonly string Devnet = Path.Combine(VectorFiles.Folder, "devnet");
    private static readonly string Pieces = Path.Combine(Devnet, "pieces");
    private static readonly string StorageA = Path.Combine(Devnet, "storage-a");
    private static readonly string StorageB = Path.Combine(Devnet, "storage-b");

    /// <summary>What Lotus itself drew, by epoch.</summary>
    private static readonly Dictionary<int, string> Tickets = new()
    {
        [20] = "I+pVK7GLBo2BsXbGC2EkP0OKsiVqZXOdFZvsrYVCb3w=",
        [2368] = "4DLSMIRR3+wkrw9z0p13zBuBmb0Ran4EnPTdIHaUv0w=",
        [2846] = "HOWYtfAi/BmqpEdtvGI/km1YXi7gaokz3tRcvwN1COg=",
    };

    private readonly Workbench _bench = new(caches);

    private string Metadata => Path.Combine(_bench.Home, "sectors-recovery-f01000.json");

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("full", false)]
    [InlineData("full", true)]
    [InlineData("pruned", false)]
    [InlineData("pruned", true)]
    public async Task Sectors_are_found_and_recovered_as_Lotus_made_them(string node, bool withMiner)
    {
        await using RecordedServer full = await ServeAsync(node);
        await using RecordedServer miner = await RecordedServer.StartAsync(Path.Combine(Devnet, "miner.jsonl"));
        string[] sources = withMiner ? [$"--miner-api-info={miner.ApiInfo}"] : [];

        await _bench.RunAsync(0, ["export", "--miner=f01000", .. sources, "3-6"]);

        JsonArray entries = JsonNode.Parse(await File.ReadAllTextAsync(Metadata, TestContext.Current.CancellationToken))!["SectorInfos"]!.AsArray();
        Assert.Equal(
            [(3, 5, 20, 0, 0), (4, 5, 20, 0, 1), (5, 5, 2368, 2, 0), (6, 5, 2846, 1, 0)],
            entries.Select(entry => (
                (int)entry!["SectorNumber"]!, (int)entry["SealProof"]!, (int)entry["TicketEpoch"]!,
                entry["Pieces"]?.AsArray().Count ?? 0, entry["Update"]?["Pieces"]?.AsArray().Count ?? 0)));
        Assert.All(entries, entry => Assert.Equal(Tickets[(int)entry!["TicketEpoch"]!], (string?)entry["Ticket"]));
        Assert.All(entries, entry => Assert.DoesNotContain(entry!["Facts"]!.AsArray(), fact => ((string)fact!["CrossCheck"]!).Contains("alone", StringComparison.Ordinal)));
        Assert.Equal(withMiner, entries[0]!["Facts"]!.ToJsonString().Contains("lotus-miner", StringComparison.Ordinal));

        await full.DisposeAsync();
        await miner.DisposeAsync();
        _bench.Environment.Remove("FULLNODE_API_INFO");
        await _bench.RunAsync(0, _bench.Recover(Metadata, $"--piece-source={Pieces}", "--keep-unsealed"));

        Assert.Equal(["s-t01000-3", "s-t01000-4", "s-t01000-5", "s-t01000-6"], Names(Path.Combine(_bench.Result, "sealed")));
        Assert.Equal(["s-t01000-4"], Names(Path.Combine(_bench.Result, "update")));
        AssertAsLotusMade(_bench.Result, StorageB);
    }

    [Fact]
    public async Task What_export_took_from_p_aux_files_stays_when_they_are_gone_and_spares_columns()
    {
        await using RecordedServer full = await ServeAsync("full");
        string[] export = ["export", "--miner=f01000", "3-6"];

        Ended taken = await _bench.RunAsync(0, [.. export, $"--storage={StorageA}", $"--storage={StorageB}"]);
        Assert.Contains("comm_c of 4 of 4 sectors was taken from their p_aux", taken.Output, StringComparison.Ordinal);
        string[] kept = [.. Kept()];
        Assert.Equal(4, kept.Distinct().Count());
        await _bench.RunAsync(0, export);
        Assert.Equal(kept, Kept());
        await _bench.RunAsync(0, [.. export, "--anew"]);
        Assert.Equal(kept, Kept());

        await full.DisposeAsync();
        _bench.Environment.Remove("FULLNODE_API_INFO");
        Ended recovered = await _bench.RunAsync(0, _bench.Recover(Metadata, $"--piece-source={Pieces}", "--keep-unsealed"));

        Assert.Equal(5, recovered.Output.Split("so columns are not hashed again").Length);
        AssertAsLotusMade(_bench.Result, StorageB);

        IEnumerable<string> Kept() => JsonNode.Parse(File.ReadAllText(Metadata))!["SectorInfos"]!.AsArray()
            .Select(sector => $"{(string)sector!["CommC"]!} {(string)sector["CommRLast"]!}");
    }

    [Fact]
    public async Task A_sector_that_was_pre_committed_is_found_proven_when_the_chain_has_moved_on()
    {
        await using RecordedServer full = await ServeAsync("full", RecordedTurn.InTurn);

        Ended before = await _bench.RunAsync(0, ["export", "--miner=f01000", "3", "--json"]);
        Ended after = await _bench.RunAsync(0, ["export", "--miner=f01000", "3", "--json"]);

        Assert.Equal("pre_committed", State(before));
        Assert.Equal("proven", State(after));

        static string? State(Ended ended) =>
            (string?)ended.Lines.Single(line => (string?)line["event"] == "sector_found")["state"];
    }

    [Fact]
    public async Task Sectors_made_with_the_genesis_block_are_not_told_by_any_source_and_the_chain_outranks_the_miner()
    {
        await using RecordedServer full = await ServeAsync("full");
        await using RecordedServer miner = await RecordedServer.StartAsync(Path.Combine(Devnet, "miner.jsonl"));

        Ended ended = await _bench.RunAsync(["export", "--miner=f01000", $"--miner-api-info={miner.ApiInfo}", "0-1", "3", "--json"]);

        Assert.Equal(4, ended.Code);
        Assert.Equal(["failed", "failed", "exported"], ended.Report["sectors"]!.AsArray().Select(sector => (string?)sector!["result"]));
        Assert.Contains("nothing tells which ticket it was sealed with", (string?)ended.Report["sectors"]![0]!["failure"]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_sectors_of_both_storage_paths_are_good_and_proven()
    {
        await using RecordedServer full = await ServeAsync("full");
        string[] where = ["--miner=f01000", $"--storage={StorageA}", $"--storage={StorageB}", "0-6", "--json"];

        Ended survey = await _bench.RunAsync(0, ["survey", .. where, "--deep"]);
        Ended verify = await _bench.RunAsync(0, ["verify", .. where, "--full"]);

        Assert.All(survey.Report["sectors"]!.AsArray(), sector => Assert.Equal("good", (string?)sector!["result"]));
        Assert.Equal(7, survey.Report["sectors"]!.AsArray().Count);
        Assert.All(verify.Report["sectors"]!.AsArray(), sector => Assert.Equal("proven", (string?)sector!["result"]));
        JsonObject[] verified = [.. verify.Lines.Where(line => (string?)line["event"] == "verification")];
        Assert.Equal(7, verified.Length);

        // The randomness of deadline 3's last window PoSt was recorded: the network's own challenges are asked.
        Assert.True((int)verified.Single(line => (int)line["sector"]!["number"]! == 6)["network_challenges"]! > 0);
    }

    [Theory]
    [InlineData("3")]
    [InlineData("4")]
    [InlineData("5")]
    [InlineData("6")]
    public async Task A_sector_whose_files_are_gone_is_surveyed_and_repaired_in_its_storage_path(string number)
    {
        await using RecordedServer full = await ServeAsync("full");
        string storage = Path.Combine(_bench.Home, "storage");
        Copy(StorageB, storage);
        string[] where = ["--miner=f01000", $"--storage={storage}"];
        string name = $"s-t01000-{number}";
        foreach (string kind in new[] { "sealed", "update", "unsealed" })
        {
            File.Delete(Path.Combine(storage, kind, name));
        }

        foreach (string kind in new[] { "cache", "update-cache" }.Where(kind => Directory.Exists(Path.Combine(storage, kind, name))))
        {
            Directory.Delete(Path.Combine(storage, kind, name), recursive: true);
        }

        Ended survey = await _bench.RunAsync(["survey", .. where, "3-6", "--json"]);
        Assert.Equal(10, survey.Code);
        Assert.All(survey.Report["sectors"]!.AsArray(), sector =>
            Assert.Equal(number == sector!["sector"]!["number"]!.ToString() ? "failed" : "good_unread", (string?)sector["result"]));

        await _bench.RunAsync(0, ["repair", .. where, $"--sealing-temp={_bench.Temp}", $"--piece-source={Pieces}", number]);

        AssertAsLotusMade(storage, StorageB);
        await _bench.RunAsync(0, ["verify", .. where, "--full", "3-6"]);
    }

    private async Task<RecordedServer> ServeAsync(string node, RecordedTurn turn = RecordedTurn.Last)
    {
        RecordedServer server = await RecordedServer.StartAsync(Path.Combine(Devnet, $"{node}.jsonl"), turn);
        _bench.Environment["FULLNODE_API_INFO"] = server.ApiInfo;
        return server;
    }

    /// <summary>Every file that both have is the same, but for t_aux, which names the folder it was sealed in; there are some of each kind.</summary>
    private static void AssertAsLotusMade(string folder, string lotus)
    {
        string[] shared =
        [
            .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path))
                .Where(path => Path.GetFileName(path) is not ("t_aux" or "sectorstore.json") && File.Exists(Path.Combine(lotus, path))).Order(StringComparer.Ordinal),
        ];
        Assert.All(shared, path => Assert.Equal(Content(lotus, path), Content(folder, path)));
        foreach (int number in new[] { 3, 4, 5, 6 })
        {
            string name = $"s-t01000-{number}";
            string[] expected = number == 4
                ? [$"update/{name}", $"update-cache/{name}/p_aux", $"update-cache/{name}/sc-02-data-tree-r-last.dat"]
                : [$"sealed/{name}", $"cache/{name}/p_aux", $"cache/{name}/sc-02-data-tree-r-last.dat"];
            Assert.All(expected, path => Assert.Contains(path, shared));
        }
    }

    /// <summary>A file's bytes; of an unsealed copy the sector's data, since Lotus kept only one of sector 5's pieces and the trailer says which.</summary>
    private static byte[] Content(string folder, string path)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(folder, path));
        return path.StartsWith("unsealed/", StringComparison.Ordinal) ? bytes[..2048] : bytes;
    }

    private static void Copy(string from, string to)
    {
        foreach (string path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }

    private static string[] Names(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
