using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>Sectors proven by the executable, with the randomness of a node and without one.</summary>
public sealed class VerifySectors(ParentCaches caches) : IDisposable
{
    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("2KiB", "1-8", 1_000)]
    [InlineData("8MiB", "2", 2_000)]
    public async Task Recovered_sectors_are_proven_and_a_damaged_one_is_named_with_its_place(string size, string numbers, int challenges)
    {
        string metadata = Workbench.Sample(size);
        Ended recovered = await _bench.RunAsync([.. _bench.Recover(metadata), numbers, "--json"]);
        Assert.True(recovered.Code == 0, recovered.ToString());
        Assert.All(recovered.Report["sectors"]!.AsArray(), sector => Assert.Equal(100, (int?)sector!["proven_nodes"]));
        string[] verify = ["verify", $"--metadata={metadata}", $"--storage={_bench.Result}", numbers];
        Dictionary<string, (string, DateTime)> before = _bench.Snapshot();

        Ended good = await _bench.RunAsync(0, [.. verify, "--full", "--json"]);
        Assert.All(Verifications(good), found =>
        {
            Assert.Equal((true, 100, "metadata", "random", 0), (
                (bool)found["proven"]!, (int)found["proven_nodes"]!, (string?)found["compared_with"], (string?)found["randomness_from"], (int)found["network_challenges"]!));
        });
        Assert.All(good.Report["sectors"]!.AsArray(), sector => Assert.Equal("proven", (string?)sector!["result"]));
        Assert.Contains("100 challenged nodes of its sealed file lead to the CommR in the metadata file", (await _bench.RunAsync(0, verify)).Output, StringComparison.Ordinal);
        Assert.Equal(before, _bench.Snapshot());

        // With so many challenges some meet every stretch of 16 KiB.
        string replica = Path.Combine(_bench.Result, "sealed", "s-t01000-2");
        const long place = 1234;
        Workbench.Flip(replica, place);
        Ended damaged = await _bench.RunAsync(10, [.. verify, $"--challenges={challenges}", "--json"]);
        JsonObject two = Assert.Single(Verifications(damaged), found => !(bool)found["proven"]!);
        JsonNode fault = two["replicas"]![0]!["faults"]![0]!;
        Assert.Equal("replica", (string?)fault["kind"]);
        JsonNode stretch = fault["places"]!.AsArray().First(found => (string?)found!["path"] == replica)!;
        Assert.InRange(place, (long)stretch["offset"]!, (long)stretch["offset"]! + (long)stretch["length"]! - 1);
        Assert.StartsWith("sealer-recover survey ", (string?)damaged.Report["next"]![0]!["commands"]![0], StringComparison.Ordinal);

        // The same randomness finds the same again.
        Ended again = await _bench.RunAsync(10, [.. verify, $"--challenges={challenges}", $"--randomness={(string)two["randomness"]!}", "--json"]);
        Assert.Equal(
            two["replicas"]!.ToJsonString(), Assert.Single(Verifications(again), found => !(bool)found["proven"]!)["replicas"]!.ToJsonString());
    }

    [Fact]
    public async Task Faulty_sectors_are_challenged_as_the_chain_does_and_a_wrong_CommR_is_no_damage()
    {
        Ended recovered = await _bench.RunAsync([.. _bench.Recover(Workbench.Sample("2KiB")), "1-4"]);
        Assert.True(recovered.Code == 0, recovered.ToString());
        FakeChain chain = new();
        FakeMiner miner = chain.AddMiner(1000, SectorSize.KiB2);
        JsonArray samples = JsonNode.Parse(
            await File.ReadAllTextAsync(Workbench.Sample("2KiB"), TestContext.Current.CancellationToken))!["SectorInfos"]!.AsArray();
        Cid Cid(int number) => Filecoin.Primitives.Cid.Parse((string)samples.Single(sample => (int)sample!["SectorNumber"]! == number)!["SealedCID"]!["/"]!);
        foreach (int number in new[] { 1, 2, 3, 4 })
        {
            // Sector 3 was sealed with a ticket that is not the chain's: whole files, another CommR. Sector 4 is not proven yet.
            miner.Add(new FakeSector
            {
                Number = (ulong)number,
                SealProof = (int)samples.Single(sample => (int)sample!["SectorNumber"]! == number)!["SealProof"]!,
                SealedCid = Cid(number == 3 ? 5 : number),
                SealRandEpoch = 9_000,
                PreCommitEpoch = number == 4 ? 19_000 : 9_100,
                Activation = number == 4 ? null : 10_000,
                Early = number <= 3 ? 30_000 : 0,
                Deadline = 7,
            });
        }

        await using FakeNode node = await FakeNode.StartAsync(chain);
        node.StateKeptFrom = long.MaxValue;
        _bench.Environment["FULLNODE_API_INFO"] = node.ApiInfo;
        string[] verify = ["verify", "--miner=f01000", $"--storage={_bench.Result}", "--json"];

        Ended ended = await _bench.RunAsync(8, [.. verify, "--faulty"]);
        JsonObject[] found = [.. Verifications(ended)];
        Assert.Equal([(1ul, true), (2ul, true), (3ul, false)], found.Select(one => ((ulong)one["sector"]!["number"]!, (bool)one["proven"]!)));
        const long epoch = 18_280 + (7 * 60) - 20;
        Assert.All(found, one => Assert.Equal(
            (chain.WindowPostSeed(1000, epoch).ToString(), "chain", epoch, 7, 10),
            ((string)one["randomness"]!, (string)one["randomness_from"]!, (long)one["challenge_epoch"]!, (int)one["deadline"]!, (int)one["network_challenges"]!)));
        Assert.Equal("comm_r", (string?)Assert.Single(found[2]["replicas"]![0]!["faults"]!.AsArray())!["kind"]);
        Assert.Contains("its files fit together", (string)ended.Report["sectors"]![2]!["failure"]!["message"]!, StringComparison.Ordinal);

        JsonObject waiting = Assert.Single(Verifications(await _bench.RunAsync(0, [.. verify, "4"])));
        Assert.Equal(("random", true), ((string)waiting["randomness_from"]!, (bool)waiting["proven"]!));
        Assert.Contains("not due at any deadline", (string)waiting["randomness_reason"]!, StringComparison.Ordinal);

        JsonObject alone = Assert.Single(Verifications(await _bench.RunAsync(0, [.. verify, "--offline", "3"])));
        Assert.Equal("nothing", (string)alone["compared_with"]!);
    }

    [Theory]
    [InlineData("2KiB-v1_1-cc")]
    [InlineData("8MiB-v1_1-cc")]
    public async Task Of_a_snapped_sector_the_update_is_proven(string id)
    {
        KnownSector known = KnownSector.Updated(id);
        KnownFiles files = KnownFiles.Make(known, caches, Directory.CreateDirectory(Path.Combine(_bench.Home, "files")).FullName);
        string root = Path.Combine(_bench.Home, "root");
        string Place(string area) => Path.Combine(Directory.CreateDirectory(Path.Combine(root, area)).FullName, known.FileName);
        File.Move(files.Update, Place("update"));
        Directory.Move(files.UpdateCache, Place("update-cache"));
        string[] verify = ["verify", $"--metadata={_bench.Write(known.Metadata())}", $"--storage={root}", "--full", "--json"];

        JsonObject found = Assert.Single(Verifications(await _bench.RunAsync(0, verify)));
        Assert.Equal(("update", 100), ((string)found["part"]!, (int)found["proven_nodes"]!));
        Assert.Equal(
            [Place("update-cache"), Place("update")],
            found["latency"]!["files"]!.AsArray().Select(file => (string)file!["path"]!).Select(path => path.Contains("/update/", StringComparison.Ordinal) ? path : Path.GetDirectoryName(path)!).Distinct().Order());

        Workbench.Flip(Place("update"), known.Length - 1);
        JsonObject damaged = Assert.Single(Verifications(await _bench.RunAsync(10, verify)));
        Assert.False((bool)damaged["replicas"]![0]!["proven"]!);
    }

    [Theory]
    [InlineData("--randomness=12", "not 64 hexadecimal digits")]
    [InlineData("--challenges=0", "--challenges")]
    public async Task Bad_input_is_one_sentence(string option, string part)
    {
        Directory.CreateDirectory(_bench.Result);
        Ended ended = await _bench.RunAsync(2, ["verify", $"--metadata={Workbench.Sample("2KiB")}", $"--storage={_bench.Result}", option, "--json"]);
        Assert.Contains(part, (string)ended.Report["failure"]!["message"]!, StringComparison.Ordinal);
    }

    private static List<JsonObject> Verifications(Ended ended) => [.. ended.Lines.Where(line => (string?)line["event"] == "verification")];
}
