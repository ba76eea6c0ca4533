using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>doctor on machines that a test makes: broken on purpose, and put right.</summary>
public sealed class DoctorFindings(ParentCaches caches, Databases databases) : IDisposable
{
    private static readonly string Devnet = Path.Combine(VectorFiles.Folder, "devnet");
    private readonly Workbench _bench = new(caches);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Six_things_that_are_broken_are_named_with_what_to_do_and_none_once_they_are_put_right()
    {
        FakeCurio curio = await databases.CreateAsync();
        FakeChain chain = new();
        chain.AddMiner(1002, Filecoin.Primitives.SectorSize.KiB2);
        await using FakeNode node = await FakeNode.StartAsync(chain);
        await using RecordedServer lotus = await RecordedServer.StartAsync(Path.Combine(Devnet, "miner.jsonl"));
        string parents = Directory.CreateDirectory(Path.Combine(_bench.Home, "parents")).FullName;
        string storage = Directory.CreateDirectory(Path.Combine(_bench.Home, "storage")).FullName;
        string repository = Directory.CreateDirectory(Path.Combine(_bench.Home, ".lotusminer")).FullName;
        File.Copy(Path.Combine(Devnet, "storage-b", "sectorstore.json"), Path.Combine(storage, "sectorstore.json"));
        _bench.Environment["FIL_PROOFS_PARENT_CACHE"] = parents;
        await _bench.RunAsync(0, ["parents", "--sector-size=2KiB"]);
        string cache = Assert.Single(Directory.EnumerateFiles(parents, "*.cache"));
        byte[] whole = await File.ReadAllBytesAsync(cache, Cancellation);

        // A node whose head is of last year, another miner's lotus-miner, a wrong password, a lost disk, a temp folder without room, a cut parent cache.
        chain.HeadTime = chain.HeadTime.AddDays(-365);
        lotus.Replace("StorageLocal", [], new JsonObject { ["eb8c0dcb-761a-4d26-a7a9-122f75356a7f"] = storage });
        await File.WriteAllTextAsync(Path.Combine(repository, "storage.json"), StorageJson("/mnt/gone", storage), Cancellation);
        await File.WriteAllBytesAsync(cache, whole[..1000], Cancellation);
        _bench.Environment["FULLNODE_API_INFO"] = node.ApiInfo;
        _bench.Environment["MINER_API_INFO"] = lotus.ApiInfo;
        string role = $"doctor_of_{curio.Name}";
        await curio.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'right'; GRANT USAGE ON SCHEMA curio TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA curio TO {role}", Cancellation);
        _bench.Environment["CURIO_DB_PASSWORD"] = "wrong";
        string[] doctor = ["doctor", "--miner=f01002", "--sector-size=2KiB", $"--curio-db={curio.Url.Replace(new Uri(curio.Url).UserInfo, role, StringComparison.Ordinal)}", $"--sealing-result={_bench.Result}"];

        Ended broken = await _bench.RunAsync([.. doctor, "--sealing-temp=/proc/temp", "--json"]);

        Assert.True(broken.Code == 15, broken.ToString());
        Dictionary<string, JsonObject> wrong = Findings(broken).Where(finding => (string?)finding["verdict"] == "wrong").ToDictionary(finding => (string)finding["what"]!);
        Assert.Equal(["Curio's database", "clock", "lotus-miner", "parent cache", "sealing disk", "storage"], wrong.Keys.Order(StringComparer.Ordinal));
        AssertNamed(wrong["clock"], "8760.0 hours older than this machine's clock", "timedatectl");
        AssertNamed(wrong["lotus-miner"], "is the lotus-miner of f01000, not of f01002", "--miner-api-info");
        AssertNamed(wrong["Curio's database"], role, "CURIO_DB_PASSWORD");
        AssertNamed(wrong["storage"], "/mnt/gone is not there: its disk is lost or not mounted", "detach");
        AssertNamed(wrong["sealing disk"], "/proc/temp: 0 B free, and a sector of 2KiB takes", "--sealing-temp");
        AssertNamed(wrong["parent cache"], "has 1000 bytes where one for 2KiB has 3584", "sealer-recover parents --sector-size=2KiB");
        Assert.Equal("not_ready", (string?)broken.Report["exit_name"]);
        Assert.Contains(broken.Lines, line => (string?)line["event"] == "storage");

        chain.HeadTime = DateTimeOffset.UtcNow;
        lotus.Replace("ActorAddress", [], "f01002");
        await File.WriteAllTextAsync(Path.Combine(repository, "storage.json"), StorageJson(storage), Cancellation);
        await File.WriteAllBytesAsync(cache, whole, Cancellation);
        _bench.Environment["CURIO_DB_PASSWORD"] = "right";

        Ended right = await _bench.RunAsync(0, [.. doctor, $"--sealing-temp={_bench.Temp}"]);

        Assert.DoesNotContain("✘", right.Output, StringComparison.Ordinal);
        Assert.Contains($"✔ storage: {storage} is here", right.Output, StringComparison.Ordinal);
        Assert.Contains("✔ chain node: old state: it tells state of", right.Output, StringComparison.Ordinal);
        Assert.Contains("sealing disk: speed: writes", right.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_bench.Temp) || Directory.Exists(_bench.Result), "doctor leaves nothing behind");
    }

    private static void AssertNamed(JsonObject finding, string sentence, string hint)
    {
        Assert.Contains(sentence, (string)finding["sentence"]!, StringComparison.Ordinal);
        Assert.Contains(hint, (string)finding["hint"]!, StringComparison.Ordinal);
    }

    private static IEnumerable<JsonObject> Findings(Ended ended) =>
        ended.Lines.Single(line => (string?)line["event"] == "doctor")["findings"]!.AsArray().Select(finding => finding!.AsObject());

    private static string StorageJson(params string[] paths) =>
        new JsonObject { ["StoragePaths"] = new JsonArray([.. paths.Select(path => new JsonObject { ["Path"] = path })]) }.ToJsonString();
}
