using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>Recovered and damaged sectors, looked at by the executable.</summary>
public sealed class SurveySectors(ParentCaches caches) : IDisposable
{
    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("2KiB", "1-8")]
    [InlineData("8MiB", "2")]
    public async Task Recovered_sectors_are_good_and_damaged_ones_named(string size, string numbers)
    {
        string metadata = Workbench.Sample(size);
        Ended recovered = await _bench.RunAsync([.. _bench.Recover(metadata), numbers]);
        Assert.True(recovered.Code == 0, recovered.ToString());
        string[] survey = ["survey", $"--metadata={metadata}", $"--storage={_bench.Result}", numbers, "--deep", "--sample=0", "--json"];
        Dictionary<string, (string, DateTime)> before = _bench.Snapshot();
        Ended good = await _bench.RunAsync(survey);
        Assert.True(good.Code == 0, good.ToString());
        Assert.All(Surveys(good), found =>
        {
            Assert.True((bool)found["whole"]!);
            Assert.All(
                found["files"]!.AsArray().Where(file => (string?)file!["file"] != "t_aux"), file => Assert.Equal("proven", (string?)file!["depth"]));
        });
        Assert.Equal(before, _bench.Snapshot());

        string replica = Path.Combine(_bench.Result, "sealed", "s-t01000-2");
        const long place = 1234;
        Workbench.Flip(replica, place);
        before = _bench.Snapshot();
        Ended damaged = await _bench.RunAsync(survey);
        Assert.True(damaged.Code == 10, damaged.ToString());
        JsonObject two = Assert.Single(Surveys(damaged), found => !(bool)found["whole"]!);
        JsonNode file = Assert.Single(two["files"]!.AsArray(), found => (string?)found!["state"] != "good")!;
        Assert.Equal((replica, "damaged"), ((string?)file["path"], (string?)file["state"]));
        JsonNode range = Assert.Single(file["ranges"]!.AsArray())!;
        Assert.InRange(place, (long)range["offset"]!, (long)range["offset"]! + (long)range["length"]! - 1);
        Assert.Equal("relabel_replica", (string?)Assert.Single(two["repairs"]!.AsArray())!["repair"]);
        Assert.Equal(
            $"sealer-recover repair --sectors-recovery-metadata={metadata} --storage={_bench.Result} 2",
            (string?)Assert.Single(Assert.Single(damaged.Report["next"]!.AsArray())!["commands"]!.AsArray()));
        Assert.Equal(before, _bench.Snapshot());
        Ended words = await _bench.RunAsync(survey[..^1]);
        Assert.Contains("f01000 sector 2: sealed damaged", words.Output, StringComparison.Ordinal);
        Assert.Contains("to repair: label the replica again", words.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faulty_sectors_are_asked_of_a_node_and_found_wherever_they_lie()
    {
        Ended recovered = await _bench.RunAsync([.. _bench.Recover(Workbench.Sample("2KiB")), "1-3"]);
        Assert.True(recovered.Code == 0, recovered.ToString());
        FakeChain chain = new();
        FakeMiner miner = chain.AddMiner(1000, SectorSize.KiB2);
        foreach (JsonNode? sample in JsonNode.Parse(await File.ReadAllTextAsync(Workbench.Sample("2KiB"), TestContext.Current.CancellationToken))!["SectorInfos"]!.AsArray())
        {
            ulong number = (ulong)sample!["SectorNumber"]!;
            miner.Add(new FakeSector
            {
                Number = number,
                SealProof = (int)sample["SealProof"]!,
                SealedCid = Cid.Parse((string)sample["SealedCID"]!["/"]!),
                SealRandEpoch = 9_000,
                PreCommitEpoch = 9_100,
                Activation = 10_000,
                Early = number <= 3 ? 30_000 : 0,
            });
        }

        await using FakeNode node = await FakeNode.StartAsync(chain);
        node.StateKeptFrom = long.MaxValue;
        _bench.Environment["FULLNODE_API_INFO"] = node.ApiInfo;
        string other = Directory.CreateDirectory(Path.Combine(_bench.Home, "other", "sealed")).Parent!.FullName;
        File.Move(Path.Combine(_bench.Result, "sealed", "s-t01000-3"), Path.Combine(other, "sealed", "s-t01000-3"));
        File.Copy(Path.Combine(_bench.Result, "sealed", "s-t01000-1"), Path.Combine(other, "sealed", "s-t01000-1.bak"));
        string[] survey = ["survey", "--miner=f01000", $"--storage={_bench.Result}", $"--storage={other}", "--faulty", "--json"];
        Ended ended = await _bench.RunAsync(survey);
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal([1ul, 2, 3], Surveys(ended).Select(found => (ulong)found["sector"]!["number"]!));
        Assert.All(Surveys(ended), found => Assert.Equal("chain", (string?)found["compared_with"]));
        Assert.Contains("s-t01000-1.bak", (string?)Assert.Single(Surveys(ended)[0]["warnings"]!.AsArray()), StringComparison.Ordinal);

        File.Delete(Path.Combine(_bench.Result, "cache", "s-t01000-2", "p_aux"));
        Ended lost = await _bench.RunAsync(survey);
        Assert.True(lost.Code == 10, lost.ToString());
        Assert.Equal(
            $"sealer-recover repair --miner=f01000 --storage={_bench.Result} --storage={other} 2",
            (string?)lost.Report["next"]![0]!["commands"]![0]);
    }

    [Theory]
    [InlineData("2KiB-v1_1-cc")]
    [InlineData("8MiB-v1_1-cc")]
    public async Task Of_a_snapped_sector_the_update_is_what_counts(string id)
    {
        KnownSector known = KnownSector.Updated(id);
        KnownFiles files = KnownFiles.Make(known, caches, Directory.CreateDirectory(Path.Combine(_bench.Home, "files")).FullName);
        string root = Path.Combine(_bench.Home, "root");
        string Place(string area) => Path.Combine(Directory.CreateDirectory(Path.Combine(root, area)).FullName, known.FileName);
        File.Move(files.Update, Place("update"));
        Directory.Move(files.UpdateCache, Place("update-cache"));
        Directory.Move(files.Cache, Place("cache"));

        // The update's encoder leaves tree_d, and writes t_aux from its key's.
        File.WriteAllBytes(
            Path.Combine(Place("update-cache"), "t_aux"),
            Filecoin.Sealing.Trees.TAuxFile.ToBytes(known.Proof.Porep, "/nowhere", Filecoin.Sealing.Trees.BaseTreeLayout.For(known.Proof.Porep).RowsDiscarded(null)));
        string[] survey =
        [
            "survey", $"--metadata={_bench.Write(known.Metadata())}", $"--storage={root}", "--deep", "--json",
        ];
        Ended keyless = await _bench.RunAsync(survey);
        Assert.True(keyless.Code == 0, keyless.ToString());
        JsonObject found = Assert.Single(Surveys(keyless));
        Assert.True((bool)found["snapped"]!);
        Assert.All(
            found["files"]!.AsArray().Where(file => (string?)file!["part"] == "update"), file => Assert.Equal("good", (string?)file!["state"]));
        JsonNode repair = Assert.Single(found["repairs"]!.AsArray())!;
        Assert.Equal(("rebuild_key", false), ((string?)repair["repair"], (bool?)repair["needed"]));

        File.Move(files.Sealed, Place("sealed"));
        Workbench.Flip(Place("update"), known.Length - 1);
        Ended damaged = await _bench.RunAsync(survey);
        Assert.True(damaged.Code == 10, damaged.ToString());
        Assert.Equal("rebuild_update", (string?)Surveys(damaged)[0]["repairs"]![0]!["repair"]);
    }

    private static List<JsonObject> Surveys(Ended ended) => [.. ended.Lines.Where(line => (string?)line["event"] == "survey")];
}
