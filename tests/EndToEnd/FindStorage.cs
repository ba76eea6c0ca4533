using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>Storage paths that nobody names: lotus-miner tells them, Curio's database, and the storage.json of this machine.</summary>
public sealed class FindStorage(ParentCaches caches, Databases databases) : IDisposable
{
    private const string IdA = "a738c857-9f9a-4b27-87fb-75e81a220234";
    private const string IdB = "eb8c0dcb-761a-4d26-a7a9-122f75356a7f";
    private static readonly string Devnet = Path.Combine(VectorFiles.Folder, "devnet");
    private readonly Workbench _bench = new(caches);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_a_real_miner_tells_is_surveyed_and_repaired_and_what_is_elsewhere_is_named()
    {
        await using RecordedServer full = await RecordedServer.StartAsync(Path.Combine(Devnet, "full.jsonl"));
        await using RecordedServer miner = await RecordedServer.StartAsync(Path.Combine(Devnet, "miner.jsonl"));
        string storage = Path.Combine(_bench.Home, "b");
        Copy(Path.Combine(Devnet, "storage-b"), storage);
        miner.Replace("StorageLocal", [], new JsonObject { [IdA] = "/storage/a", [IdB] = storage });
        _bench.Environment["FULLNODE_API_INFO"] = full.ApiInfo;
        _bench.Environment["MINER_API_INFO"] = miner.ApiInfo;
        File.Delete(Path.Combine(storage, "sealed", "s-t01000-3"));
        Directory.Delete(Path.Combine(storage, "cache", "s-t01000-3"), recursive: true);

        Ended survey = await _bench.RunAsync(["survey", "--miner=f01000", "3-6", "--json"]);
        Assert.True(survey.Code == 10, survey.ToString());
        JsonObject[] paths = Paths(survey);
        Assert.Equal([(storage, "used"), ("/storage/a", "not_there")], paths.Select(path => ((string)path["path"]!, (string)path["verdict"]!)));
        Assert.Equal((IdB, 4, true, 10), ((string)paths[0]["id"]!, (int)paths[0]["sectors"]!, (bool)paths[0]["can_store"]!, (int)paths[0]["weight"]!));
        Assert.Contains("its disk is lost or not mounted", (string)paths[1]["reason"]!, StringComparison.Ordinal);

        Ended repair = await _bench.RunAsync(0, ["repair", "--miner=f01000", $"--sealing-temp={_bench.Temp}", "3"]);
        Assert.Contains("left out: is not there", repair.Output, StringComparison.Ordinal);
        Assert.Equal(
            VectorFiles.Sha256OfFile(Path.Combine(Devnet, "storage-b", "sealed", "s-t01000-3")), VectorFiles.Sha256OfFile(Path.Combine(storage, "sealed", "s-t01000-3")));
    }

    [Fact]
    public async Task Files_of_this_machine_and_the_database_of_a_real_Curio_are_put_together()
    {
        FakeCurio curio = await databases.CreateAsync();
        await curio.ExecuteAsync(
            $"INSERT INTO curio.storage_path (storage_id, urls) VALUES ('{IdB}', 'http://10.0.0.7:12300/remote'), ('other', 'http://10.0.0.8:12300/remote')", Cancellation);
        string storage = Path.Combine(_bench.Home, "b");
        Copy(Path.Combine(Devnet, "storage-b"), storage);
        List(".curio", storage, "/nowhere/at/all");
        List(".lotusminer", "~/b/");

        Ended found = await _bench.RunAsync(0, ["survey", "--miner=f01000", "--sector-size=2KiB", $"--curio-db={curio.Url}", "5", "--json"]);
        Assert.Equal([(storage, "used"), (null, "other_host"), ("/nowhere/at/all", "not_there")], Paths(found).Select(path => ((string?)path["path"], (string)path["verdict"]!)));
        Assert.Equal(["curio_database", "lotus_repository", "curio_repository"], Paths(found)[0]["told_by"]!.AsArray().Select(teller => (string)teller!));
        Assert.Contains("http://10.0.0.8:12300/remote", (string)Paths(found)[1]["reason"]!, StringComparison.Ordinal);

        // Named, they are what was named; offline, nobody is asked.
        Ended named = await _bench.RunAsync(0, ["survey", "--miner=f01000", $"--storage={storage}", "5", "--json"]);
        Assert.DoesNotContain(named.Lines, line => (string?)line["event"] == "storage");
        Ended offline = await _bench.RunAsync(0, ["survey", "--miner=f01000", $"--curio-db={curio.Url}", "5", "--offline"]);
        Assert.DoesNotContain("10.0.0.8", offline.Output, StringComparison.Ordinal);
        Assert.Contains("storage.json of Lotus, storage.json of Curio", offline.Output, StringComparison.Ordinal);
    }

    private void List(string repository, params string[] paths)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_bench.Home, repository)).FullName;
        JsonObject list = new() { ["StoragePaths"] = new JsonArray([.. paths.Select(path => new JsonObject { ["Path"] = path })]) };
        File.WriteAllText(Path.Combine(folder, "storage.json"), list.ToJsonString());
    }

    private static JsonObject[] Paths(Ended ended) =>
        [.. ended.Lines.Single(line => (string?)line["event"] == "storage")["paths"]!.AsArray().Select(path => path!.AsObject())];

    private static void Copy(string from, string to)
    {
        foreach (string path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }
}
