using System.Globalization;
using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>Chain, index and disks of a real Lotus network, and of a real Curio's database, side by side.</summary>
public sealed class ReconcileSectors(ParentCaches caches, Databases databases) : IDisposable
{
    private const string IdA = "a738c857-9f9a-4b27-87fb-75e81a220234";
    private const string IdB = "eb8c0dcb-761a-4d26-a7a9-122f75356a7f";
    private static readonly string Devnet = Path.Combine(VectorFiles.Folder, "devnet");
    private readonly Workbench _bench = new(caches);

    private string A => Path.Combine(_bench.Home, "a");

    private string B => Path.Combine(_bench.Home, "b");

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_agrees_is_code_0_and_each_thing_that_does_not_has_its_row()
    {
        await using RecordedServer full = await RecordedServer.StartAsync(Path.Combine(Devnet, "full.jsonl"));
        await using RecordedServer miner = await RecordedServer.StartAsync(Path.Combine(Devnet, "miner.jsonl"));
        Copy("storage-a", A);
        Copy("storage-b", B);
        miner.Replace("StorageLocal", [], new JsonObject { [IdA] = A, [IdB] = B });
        for (int deadline = 0; deadline < 48; deadline++)
        {
            // Sectors 0 to 6, as lengths of runs that are in it and are not.
            JsonArray live = deadline == 0 ? [new JsonObject { ["LiveSectors"] = new JsonArray(0, 7) }] : [];
            full.Replace("StateMinerPartitions", ["f01000", deadline, null], live);
        }

        _bench.Environment["FULLNODE_API_INFO"] = full.ApiInfo;
        _bench.Environment["MINER_API_INFO"] = miner.ApiInfo;
        Ended good = await _bench.RunAsync(0, ["reconcile", "--miner=f01000"]);
        Assert.Contains("7 sectors of f01000 on chain, 7 in storage paths; index of lotus-miner", good.Output, StringComparison.Ordinal);
        Assert.Contains("they agree", good.Output, StringComparison.Ordinal);

        // 3 is lost. 5 stands twice. The cache folder of 6 has the name of 1, which has its own. 77 is nobody's. A note lies among files.
        File.Delete(Path.Combine(B, "sealed", "s-t01000-3"));
        Directory.Delete(Path.Combine(B, "cache", "s-t01000-3"), recursive: true);
        File.Copy(Path.Combine(B, "sealed", "s-t01000-5"), Path.Combine(A, "sealed", "s-t01000-5"));
        Directory.Move(Path.Combine(B, "cache", "s-t01000-6"), Path.Combine(B, "cache", "s-t01000-1"));
        File.WriteAllText(Path.Combine(A, "sealed", "s-t01000-77"), "");
        File.WriteAllText(Path.Combine(A, "sealed", "notes, \"mine\""), "");
        string csv = Path.Combine(_bench.Home, "reconciled.csv");
        Ended bad = await _bench.RunAsync(7, ["reconcile", "--miner=f01000", $"--csv={csv}", "--json"]);
        Assert.Equal(
            [
                "twice 1 cache", "misplaced 1", "file_without_entry 1 cache",
                "lost 3", "entry_without_file 3 cache", "entry_without_file 3 sealed",
                "twice 5 sealed", "file_without_entry 5 sealed",
                "incomplete 6 cache", "entry_without_file 6 cache",
                "ended 77 sealed", "file_without_entry 77 sealed",
                "stray",
            ],
            Rows(bad));
        string[] lines = await File.ReadAllLinesAsync(csv, TestContext.Current.CancellationToken);
        Assert.Equal(14, lines.Length);
        Assert.Equal("kind,miner,sector,file,path,storage_id,why", lines[0]);
        Assert.Contains(lines, line => line.StartsWith($"ended,f01000,77,sealed,{A}/sealed/s-t01000-77,{IdA},", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith($"stray,,,,\"{A}/sealed/notes, \"\"mine\"\"\",{IdA},", StringComparison.Ordinal));
        Assert.Contains("--storage", (string)bad.Report["next"]![0]!["commands"]![0]!, StringComparison.Ordinal);
        Assert.EndsWith(" 1 3 6", (string)bad.Report["next"]![0]!["commands"]![0]!, StringComparison.Ordinal);
        Assert.Equal(11, (await _bench.RunAsync("reconcile", "--miner=f01000", $"--csv={csv}")).Code);

        // Storage path A is another host's now, as far as this run knows: what the index has there is not missed.
        miner.Replace("StorageLocal", [], new JsonObject { [IdB] = B });
        Assert.Equal(
            ["misplaced 1", "file_without_entry 1 cache", "lost 3", "entry_without_file 3 cache", "entry_without_file 3 sealed", "incomplete 6 cache", "entry_without_file 6 cache"],
            Rows(await _bench.RunAsync(7, ["reconcile", "--miner=f01000", "--json"])));
    }

    [Fact]
    public async Task What_Curio_s_database_has_is_compared_with_disks_without_a_node()
    {
        FakeCurio curio = await databases.CreateAsync();
        await curio.ExecuteAsync(
            $"""
            INSERT INTO curio.storage_path (storage_id, urls) VALUES ('{IdB}', 'http://10.0.0.7:12300/remote');
            INSERT INTO curio.sector_location (miner_id, sector_num, sector_filetype, storage_id) VALUES
                (1000, 3, 2, '{IdB}'), (1000, 3, 4, '{IdB}'), (1000, 4, 4, '{IdB}'), (1000, 4, 8, '{IdB}'), (1000, 4, 16, '{IdB}'),
                (1000, 5, 2, '{IdB}'), (1000, 5, 4, '{IdB}'), (1000, 6, 2, '{IdB}'), (1000, 9, 2, '{IdB}'), (1001, 6, 4, '{IdB}'), (0, 1, 32, '{IdB}')
            """,
            TestContext.Current.CancellationToken);
        Copy("storage-a", A);
        Copy("storage-b", B);
        string[] reconcile = ["reconcile", "--miner=f01000", $"--curio-db={curio.Url}", $"--storage={A}", $"--storage={B}", "--json"];
        Assert.Equal(
            ["file_without_entry 5 unsealed", "file_without_entry 6 cache", "entry_without_file 9 sealed", "path_without_entry"],
            Rows(await _bench.RunAsync(7, reconcile)));

        Ended offline = await _bench.RunAsync(0, [.. reconcile, "--offline"]);
        Assert.Contains(offline.Lines, line => ((string?)line["text"])?.StartsWith("no chain node was asked", StringComparison.Ordinal) == true);
    }

    private static string[] Rows(Ended ended) =>
    [
        .. ended.Lines.Single(line => (string?)line["event"] == "reconciliation")["discrepancies"]!.AsArray().Select(row => string.Create(
            CultureInfo.InvariantCulture, $"{row!["kind"]} {row["sector"]?["number"]} {row["file"]}").Replace("  ", " ", StringComparison.Ordinal).Trim()),
    ];

    private static void Copy(string storage, string to)
    {
        string from = Path.Combine(Devnet, storage);
        foreach (string path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }
    }
}
