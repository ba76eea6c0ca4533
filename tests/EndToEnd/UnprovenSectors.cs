using System.Text.Json.Nodes;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace EndToEnd;

/// <summary>
/// Sectors that are pre-committed and not proven keep what their Commit 1 reads: Synthetic ones syn-porep-vanilla-proofs.dat, others layers and
/// trees. Compared with what a real Curio sealed (vectors/curio) and with rust-fil-proofs (seal.json, c1.json).
/// </summary>
public sealed class UnprovenSectors(ParentCaches caches) : IDisposable
{
    private static readonly string Curio = Path.Combine(VectorFiles.Folder, "curio");
    private static readonly string CurioMetadata = Path.Combine(Curio, "precommitted.json");
    private static readonly string[] Finalized = ["p_aux", "sc-02-data-tree-r-last.dat", "t_aux"];

    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_a_real_Curio_sealed_comes_out_byte_for_byte()
    {
        Ended ended = await _bench.RunAsync(0, _bench.Recover(CurioMetadata, "1", "--json"));

        string[] files = ["sealed/s-t01002-1", .. Finalized.Append(CacheNames.SyntheticProofs).Where(name => name != "t_aux").Select(name => $"cache/s-t01002-1/{name}")];
        Assert.All(files, file => Assert.Equal(
            VectorFiles.Sha256OfFile(Path.Combine(Curio, "storage", file)), VectorFiles.Sha256OfFile(Path.Combine(_bench.Result, file))));
        Assert.Equal(NamesIn(Path.Combine(Curio, "storage", "cache", "s-t01002-1")), NamesIn(Path.Combine(_bench.Result, "cache", "s-t01002-1")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Temp, "s-t0*"));
        Assert.Contains(ended.Lines, line => (string?)line["phase"] == "synthetic_proofs" && (long?)line["done"] == 64);
        Assert.Contains("syn-porep-vanilla-proofs.dat is made", ended.Output, StringComparison.Ordinal);

        // Run again: all of it stands, and is read.
        Ended again = await _bench.RunAsync(0, _bench.Recover(CurioMetadata, "1", "--json"));
        Assert.Equal("already_there", (string?)again.Report["sectors"]![0]!["result"]);
    }

    [Theory]
    [InlineData("2KiB-v1_1_synth-cc")]
    [InlineData("2KiB-v1_1_synth-pieces")]
    public async Task Synthetic_proofs_are_the_reference_s_and_Commit_1_reads_them(string id)
    {
        KnownSector known = KnownSector.Sealed(id);
        string metadata = Unproven(known);
        await RecoverAsync(known, metadata);
        string cache = Path.Combine(_bench.Result, "cache", known.FileName);
        Assert.Equal(["p_aux", "sc-02-data-tree-r-last.dat", CacheNames.SyntheticProofs, "t_aux"], NamesIn(cache));
        Assert.Equal(SyntheticSha256(id), VectorFiles.Sha256OfFile(Path.Combine(cache, CacheNames.SyntheticProofs)));

        await CompareCommit1Async(id, metadata);

        // The sealed file is not read for it; a proof that was chosen and is damaged is found.
        File.Delete(Path.Combine(_bench.Result, "sealed", known.FileName));
        await CompareCommit1Async(id, metadata);
        byte[] proofs = await File.ReadAllBytesAsync(Path.Combine(cache, CacheNames.SyntheticProofs), TestContext.Current.CancellationToken);
        const int proofBytes = 8984;
        for (int at = 96 + 500; at < proofs.Length; at += proofBytes)
        {
            proofs[at] ^= 1;
        }

        await File.WriteAllBytesAsync(Path.Combine(cache, CacheNames.SyntheticProofs), proofs, TestContext.Current.CancellationToken);
        Ended damaged = await Commit1Async(id, metadata);
        Assert.True(damaged.Code == 10, damaged.ToString());
        Assert.Contains(CacheNames.SyntheticProofs, damaged.ToString(), StringComparison.Ordinal);
        File.Delete(Path.Combine(cache, CacheNames.SyntheticProofs));
        Ended missing = await Commit1Async(id, metadata);
        Assert.True(missing.Code == 2, missing.ToString());
        Assert.Contains(CacheNames.SyntheticProofs, missing.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_kept_depends_on_the_proof_and_on_what_the_operator_says()
    {
        // Sector 0 is not Synthetic.
        await _bench.RunAsync(0, _bench.Recover(CurioMetadata, "0"));
        Assert.Equal(
            [.. Finalized.Concat(["sc-02-data-layer-1.dat", "sc-02-data-layer-2.dat", "sc-02-data-tree-c.dat", "sc-02-data-tree-d.dat"]).Order(StringComparer.Ordinal)],
            NamesIn(Path.Combine(_bench.Result, "cache", "s-t01002-0")));

        await _bench.RunAsync(0, _bench.Recover(CurioMetadata, "1", "--keep-all=false"));
        Assert.Equal(Finalized, NamesIn(Path.Combine(_bench.Result, "cache", "s-t01002-1")));

        Directory.Delete(_bench.Result, recursive: true);
        await _bench.RunAsync(0, _bench.Recover(CurioMetadata, "1", "--keep-all"));
        string cache = Path.Combine(_bench.Result, "cache", "s-t01002-1");
        Assert.Equal(
            [.. Finalized.Concat(["sc-02-data-layer-1.dat", "sc-02-data-layer-2.dat", "sc-02-data-tree-c.dat", "sc-02-data-tree-d.dat"]).Order(StringComparer.Ordinal), CacheNames.SyntheticProofs],
            NamesIn(cache).Order(StringComparer.Ordinal).Where(name => name != CacheNames.SyntheticProofs).Append(CacheNames.SyntheticProofs));
        Assert.Equal(
            VectorFiles.Sha256OfFile(Path.Combine(Curio, "storage", "cache", "s-t01002-1", CacheNames.SyntheticProofs)),
            VectorFiles.Sha256OfFile(Path.Combine(cache, CacheNames.SyntheticProofs)));
    }

    [Fact]
    public async Task A_survey_tells_whether_a_Synthetic_sector_can_be_proven_and_repair_makes_what_is_missing()
    {
        string root = CopyOfCurios();
        string proofs = Path.Combine(root, "cache", "s-t01002-1", CacheNames.SyntheticProofs);
        string right = VectorFiles.Sha256OfFile(proofs);
        string[] survey = ["survey", $"--metadata={CurioMetadata}", $"--storage={root}", "1", "--json"];
        JsonNode good = FileOf(await _bench.RunAsync(0, survey), CacheNames.SyntheticProofs);
        Assert.Equal(("good", "sampled"), ((string?)good["state"], (string?)good["depth"]));
        JsonNode deep = FileOf(await _bench.RunAsync(0, [.. survey, "--deep"]), CacheNames.SyntheticProofs);
        Assert.Equal("proven", (string?)deep["depth"]);

        // A good sector is left as it is: nothing is labelled, no file replaced.
        DateTime written = File.GetLastWriteTimeUtc(proofs);
        Ended untouched = await Repair(root, 1);
        Assert.DoesNotContain(untouched.Lines, line => (string?)line["phase"] == "label");
        Assert.Equal((right, written), (VectorFiles.Sha256OfFile(proofs), File.GetLastWriteTimeUtc(proofs)));

        // Nor is it made again for a tree's sake, though the cache folder is moved aside whole.
        string tree = Path.Combine(root, "cache", "s-t01002-1", "sc-02-data-tree-r-last.dat");
        Workbench.Flip(tree, 3);
        Ended rebuilt = await Repair(root, 1);
        Assert.DoesNotContain(rebuilt.Lines, line => (string?)line["phase"] == "label");
        Assert.Equal((right, written), (VectorFiles.Sha256OfFile(proofs), File.GetLastWriteTimeUtc(proofs)));
        await _bench.RunAsync(0, survey);

        // One bit in one of 64 proofs.
        Workbench.Flip(proofs, 96 + (17 * 8984) + 4000);
        Ended bit = await _bench.RunAsync(10, survey);
        JsonNode damaged = FileOf(bit, CacheNames.SyntheticProofs);
        Assert.Equal("damaged", (string?)damaged["state"]);
        Assert.Equal((96 + (17 * 8984), 8984), ((int)damaged["ranges"]![0]!["offset"]!, (int)damaged["ranges"]![0]!["length"]!));
        AssertFullReseal(bit);
        await MakesAgain();

        // The head, a length, and nothing at all.
        Workbench.Flip(proofs, 40);
        Assert.Equal("damaged", (string?)FileOf(await _bench.RunAsync(10, survey), CacheNames.SyntheticProofs)["state"]);
        await MakesAgain();
        await using (FileStream file = File.OpenWrite(proofs))
        {
            file.SetLength(file.Length - 1);
        }

        Assert.Equal("wrong_length", (string?)FileOf(await _bench.RunAsync(10, survey), CacheNames.SyntheticProofs)["state"]);
        await MakesAgain();
        File.Delete(proofs);
        Ended gone = await _bench.RunAsync(10, survey);
        Assert.Equal("missing", (string?)FileOf(gone, CacheNames.SyntheticProofs)["state"]);
        AssertFullReseal(gone);
        Ended words = await _bench.RunAsync(10, survey[..^1]);
        Assert.Contains("syn-porep-vanilla-proofs.dat missing", words.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Every file that is needed is there", words.Output, StringComparison.Ordinal);
        await MakesAgain();

        async Task MakesAgain()
        {
            await Repair(root, 1);
            Assert.Equal(right, VectorFiles.Sha256OfFile(proofs));
            await _bench.RunAsync(0, survey);
        }
    }

    [Theory]
    [InlineData("sc-02-data-layer-1.dat")]
    [InlineData("sc-02-data-layer-2.dat")]
    [InlineData("sc-02-data-tree-c.dat")]
    [InlineData("sc-02-data-tree-d.dat")]
    public async Task A_survey_tells_whether_layers_and_trees_are_there_and_fit_and_repair_makes_them(string name)
    {
        Assert.SkipUnless(
            VectorFiles.LongTests || name is "sc-02-data-layer-1.dat" or "sc-02-data-tree-c.dat", "takes minutes in all; set SEALER_RECOVER_LONG_TESTS=1");
        await _bench.RunAsync(0, _bench.Recover(CurioMetadata, "0"));
        string path = Path.Combine(_bench.Result, "cache", "s-t01002-0", name);
        string right = VectorFiles.Sha256OfFile(path);
        string[] survey = ["survey", $"--metadata={CurioMetadata}", $"--storage={_bench.Result}", "0", "--json"];
        Assert.Equal("good", (string?)FileOf(await _bench.RunAsync(0, survey), name)["state"]);

        // A sector of 64 nodes is sampled whole, so that no bit escapes; and only the file that is damaged is called so.
        Workbench.Flip(path, (37 * 32) + 5);
        Ended flipped = await _bench.RunAsync(10, survey);
        Assert.Equal(
            [(name, "damaged")],
            Survey(flipped)["files"]!.AsArray().Where(file => (string?)file!["state"] != "good").Select(file => ((string)file!["file"]!, (string)file["state"]!)));
        AssertFullReseal(flipped);
        await Repair(_bench.Result, 0);
        Assert.Equal(right, VectorFiles.Sha256OfFile(path));
        await _bench.RunAsync(0, survey);

        File.Delete(path);
        Ended gone = await _bench.RunAsync(10, survey);
        Assert.Equal("missing", (string?)FileOf(gone, name)["state"]);
        AssertFullReseal(gone);
        await Repair(_bench.Result, 0);
        Assert.Equal(right, VectorFiles.Sha256OfFile(path));
        await _bench.RunAsync(0, survey);
    }

    [Fact]
    public async Task What_an_earlier_version_left_without_the_file_gets_it_from_its_layers()
    {
        await _bench.RunAsync(0, _bench.Recover(CurioMetadata, "1", "--keep-all"));
        string cache = Path.Combine(_bench.Result, "cache", "s-t01002-1");
        string proofs = Path.Combine(cache, CacheNames.SyntheticProofs);
        string right = VectorFiles.Sha256OfFile(proofs);
        Directory.Delete(Path.Combine(_bench.Result, ".sealer-recover"), recursive: true);
        File.Delete(proofs);
        string[] survey = ["survey", $"--metadata={CurioMetadata}", $"--storage={_bench.Result}", "1", "--json"];
        Assert.Equal("make_synthetic_proofs", (string?)Assert.Single(Survey(await _bench.RunAsync(10, survey))["repairs"]!.AsArray())!["repair"]);

        Ended repaired = await Repair(_bench.Result, 1);

        Assert.DoesNotContain(repaired.Lines, line => (string?)line["phase"] == "label");
        Assert.Equal(right, VectorFiles.Sha256OfFile(proofs));
        Assert.True(File.Exists(Path.Combine(cache, "sc-02-data-layer-1.dat")));
        await _bench.RunAsync(0, survey);

        // A layer that is damaged makes no file: then all is sealed again.
        Directory.Delete(Path.Combine(_bench.Result, ".sealer-recover"), recursive: true);
        File.Delete(proofs);
        Workbench.Flip(Path.Combine(cache, "sc-02-data-layer-1.dat"), 777);
        Ended sealedAgain = await Repair(_bench.Result, 1);
        Assert.Contains(sealedAgain.Lines, line => (string?)line["phase"] == "label");
        Assert.Equal(right, VectorFiles.Sha256OfFile(proofs));
    }

    [Fact]
    public async Task A_chain_node_tells_that_a_sector_is_not_proven_and_the_file_convicts_itself()
    {
        JsonNode sector = JsonNode.Parse(await File.ReadAllTextAsync(CurioMetadata, TestContext.Current.CancellationToken))!["SectorInfos"]![1]!;
        FakeChain chain = new();
        chain.AddMiner(1002, SectorSize.KiB2).Add(new FakeSector
        {
            Number = 1,
            SealProof = 10,
            SealedCid = Cid.Parse((string)sector["SealedCID"]!["/"]!),
            SealRandEpoch = 9_000,
            PreCommitEpoch = 9_900,
        });
        await using FakeNode node = await FakeNode.StartAsync(chain);
        _bench.Environment["FULLNODE_API_INFO"] = node.ApiInfo;
        string root = CopyOfCurios();
        string proofs = Path.Combine(root, "cache", "s-t01002-1", CacheNames.SyntheticProofs);
        string[] survey = ["survey", "--miner=f01002", $"--storage={root}", "1", "--json"];
        Assert.Equal("good", (string?)FileOf(await _bench.RunAsync(0, survey), CacheNames.SyntheticProofs)["state"]);

        // A label, though without the ticket labels are not computed: its column does not hash to tree_c any more.
        Workbench.Flip(proofs, 96 + (3 * 8984) + 400);
        Ended damaged = await _bench.RunAsync(10, survey);
        Assert.Equal(96 + (3 * 8984), (int)FileOf(damaged, CacheNames.SyntheticProofs)["ranges"]![0]!["offset"]!);

        File.Delete(proofs);
        AssertFullReseal(await _bench.RunAsync(10, survey));
    }

    [Fact]
    public async Task Of_a_proven_sector_nothing_of_it_is_missed()
    {
        KnownSector known = KnownSector.Sealed("2KiB-v1_1_synth-cc");
        string metadata = _bench.Write(known.Metadata());
        await RecoverAsync(known, metadata);
        Assert.Equal(Finalized, NamesIn(Path.Combine(_bench.Result, "cache", known.FileName)));

        Ended ended = await _bench.RunAsync(0, ["survey", $"--metadata={metadata}", $"--storage={_bench.Result}", "--json"]);

        Assert.DoesNotContain(Survey(ended)["files"]!.AsArray(), file => (string?)file!["file"] == CacheNames.SyntheticProofs);
    }

    private static string[] NamesIn(string folder) =>
        [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    private static JsonObject Survey(Ended ended) => Assert.Single(ended.Lines, line => (string?)line["event"] == "survey");

    private static JsonNode FileOf(Ended ended, string name) =>
        Assert.Single(Survey(ended)["files"]!.AsArray(), file => (string?)file!["file"] == name)!;

    private static void AssertFullReseal(Ended ended)
    {
        Assert.False((bool)Survey(ended)["whole"]!);
        JsonNode repair = Assert.Single(Survey(ended)["repairs"]!.AsArray())!;
        Assert.Equal(("full_reseal", true), ((string?)repair["repair"], (bool?)repair["needed"]));
        Assert.Contains("not proven yet", (string?)repair["why"], StringComparison.Ordinal);
        Assert.NotEmpty(ended.Report["next"]!.AsArray());
    }

    private static string SyntheticSha256(string id) =>
        (string)VectorFiles.Read("seal.json")["cases"]!.AsArray().Single(known => (string?)known!["id"] == id)!["synthetic"]!["sha256"]!;

    private static JsonNode Known(string id) =>
        VectorFiles.Read("c1.json")["cases"]!.AsArray().Single(known => (string?)known!["id"] == id)!;

    /// <summary>A storage path as Curio left it.</summary>
    private string CopyOfCurios()
    {
        string root = Path.Combine(_bench.Home, "root");
        string from = Path.Combine(Curio, "storage");
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(root, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return root;
    }

    private string Unproven(KnownSector known) => _bench.Write(known.Metadata(sector => sector["Chain"] = new JsonObject { ["State"] = "PreCommitted" }));

    private async Task RecoverAsync(KnownSector known, string metadata)
    {
        string pieces = known.WritePieces(Path.Combine(_bench.Home, "pieces"));
        await _bench.RunAsync(0, _bench.Recover(metadata, $"--piece-source={pieces}"));
    }

    private Task<Ended> Repair(string root, int sector) => _bench.RunAsync(
        0, ["repair", $"--sectors-recovery-metadata={CurioMetadata}", $"--storage={root}", $"--sealing-temp={_bench.Temp}", $"{sector}", "--json"]);

    private Task<Ended> Commit1Async(string id, string metadata)
    {
        string output = Path.Combine(_bench.Home, "c1.json");
        File.Delete(output);
        return _bench.RunAsync(
            ["commit1", $"--metadata={metadata}", $"--sealing-result={_bench.Result}", $"--output={output}", $"--seed={Known(id)["seed"]}"]);
    }

    private async Task CompareCommit1Async(string id, string metadata)
    {
        Ended ended = await Commit1Async(id, metadata);
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal((string)Known(id)["json_sha256"]!, VectorFiles.Sha256OfFile(Path.Combine(_bench.Home, "c1.json")));
    }
}
