using System.Text.Json.Nodes;
using System.Xml.Linq;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>One of four disks is slow: verify says which, which sectors wait for it, and of which deadlines they are.</summary>
public sealed class SlowStoragePath(ParentCaches caches, WholeSectors whole) : IDisposable, IClassFixture<WholeSectors>
{
    private static readonly string[] Disks = ["a", "b", "c", "d"];

    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task The_slow_path_among_four_is_found_with_its_sectors_and_deadlines()
    {
        await whole.CopyAsync(_bench, "2KiB", [.. _bench.Recover(Workbench.Sample("2KiB"), "1-8", "--json")]);
        FakeChain chain = new();
        FakeMiner miner = chain.AddMiner(1000, SectorSize.KiB2);
        JsonArray samples = JsonNode.Parse(
            await File.ReadAllTextAsync(Workbench.Sample("2KiB"), TestContext.Current.CancellationToken))!["SectorInfos"]!.AsArray();
        for (int number = 1; number <= 8; number++)
        {
            JsonNode sample = samples.Single(sample => (int)sample!["SectorNumber"]! == number)!;
            miner.Add(new FakeSector
            {
                Number = (ulong)number,
                SealProof = (int)sample["SealProof"]!,
                SealedCid = Cid.Parse((string)sample["SealedCID"]!["/"]!),
                SealRandEpoch = 9_000,
                PreCommitEpoch = 9_100,
                Activation = 10_000,
                Deadline = number < 5 ? 7 : 9,
            });
            foreach (string area in new[] { "sealed", "cache" })
            {
                Directory.CreateDirectory(Path.Combine(Disk(Disks[(number - 1) % 4]), area));
                Directory.Move(Path.Combine(_bench.Result, area, $"s-t01000-{number}"), Path.Combine(Disk(Disks[(number - 1) % 4]), area, $"s-t01000-{number}"));
            }
        }

        await using FakeNode node = await FakeNode.StartAsync(chain);
        _bench.Environment["FULLNODE_API_INFO"] = node.ApiInfo;
        string[] verify = ["verify", "--miner=f01000", .. Disks.Select(disk => $"--storage={Disk(disk)}"), "--challenges=10"];

        // Sectors 3 and 7 lie on the third.
        SlowDisk.In(_bench, Path.Combine(Disk("c"), "sealed"), TimeSpan.FromSeconds(1.5));
        string page = Path.Combine(_bench.Home, "page.html");
        Ended ended = await _bench.RunAsync(16, [.. verify, "--slow=1s", $"--report={page}", "--json"]);
        Assert.Equal("slow", (string?)ended.Report["exit_name"]);
        Assert.All(ended.Report["sectors"]!.AsArray(), sector => Assert.Equal("proven", (string?)sector!["result"]));
        JsonObject latency = Assert.Single(ended.Lines, line => (string?)line["event"] == "latency");
        Assert.Equal([3, 7], latency["slow_sectors"]!.AsArray().Select(sector => (int)sector!["number"]!));
        Assert.Equal(Disk("c"), (string?)latency["shared_path"]);
        Assert.Equal(
            Disks.Select(disk => (Disk(disk), 2, disk == "c" ? 2 : 0)),
            latency["storage_paths"]!.AsArray().Select(path => ((string)path!["storage_path"]!, (int)path["sector_count"]!, (int)path["slow_sector_count"]!)));
        Assert.Equal(
            [(7, 4, "[3]"), (9, 4, "[7]")],
            latency["partitions"]!.AsArray().Select(partition => (
                (int)partition!["deadline"]!, (int)partition["sector_count"]!, partition["slow_sector_numbers"]!.ToJsonString())));
        JsonNode three = ended.Lines.Single(line => (string?)line["event"] == "verification" && (int)line["sector"]!["number"]! == 3)["latency"]!;
        JsonNode replica = three["files"]!.AsArray().Single(file => ((string)file!["path"]!).Contains("/sealed/", StringComparison.Ordinal))!;
        Assert.Equal((true, Disk("c"), Disk("c"), 10), ((bool)three["slow"]!, (string)three["worst_in"]!, (string)replica["storage_path"]!, (int)replica["reads"]!));
        Assert.InRange((double)replica["worst_seconds"]!, 1.5, 60);

        XDocument parsed = XDocument.Parse(await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken));
        Assert.Equal(
            ["#s-t01000-3", "#s-t01000-7"],
            parsed.Descendants("a").Where(cell => (string?)cell.Attribute("class") == "cell slow").Select(cell => (string)cell.Attribute("href")!));

        // Without a limit of one's own that is no failure, but said all the same where it is longer than the usual one.
        SlowDisk.In(_bench, Path.Combine(Disk("c"), "sealed"), TimeSpan.FromSeconds(2.2));
        Ended text = await _bench.RunAsync(0, [.. verify, "7,8"]);
        Assert.Contains($"slow: 1 sector of 2 takes longer than 2.00 s for a challenge: it waits for {Disk("c")}", text.Output, StringComparison.Ordinal);
        Assert.Contains("deadline 9, partition 0: sector 7; the 2 sectors of it that were read took ", text.Output, StringComparison.Ordinal);
    }

    private string Disk(string name) => Directory.CreateDirectory(Path.Combine(_bench.Home, name)).FullName;
}
