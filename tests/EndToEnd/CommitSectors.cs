using System.Text.Json.Nodes;
using Filecoin.Sealing.Files;

namespace EndToEnd;

/// <summary>Sectors recovered with --keep-all, and the output of their Commit 1 against rust-fil-proofs (c1.json).</summary>
public sealed class CommitSectors(ParentCaches caches) : IDisposable
{
    private readonly Workbench _bench = new(caches);

    private string Output => Path.Combine(_bench.Home, "c1.json");

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("2KiB-v1-cc")]
    [InlineData("2KiB-v1_1-pieces")]
    [InlineData("2KiB-v1_1_synth-cc")]
    [InlineData("2KiB-v1_2_ni-pieces")]
    public async Task The_output_of_Commit_1_is_the_reference_s(string id)
    {
        KnownSector known = KnownSector.Sealed(id);
        JsonNode expected = Expected(id);
        string metadata = await Recover(known, "--keep-all");

        Ended ended = await Commit(metadata, $"--seed={expected["seed"]}", "--json");

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal((string)expected["json_sha256"]!, VectorFiles.Sha256OfFile(Output));
        JsonNode told = ended.Lines.Single(line => (string?)line["event"] == "commit1");
        Assert.Equal((string)expected["json_sha256"]!, (string?)told["sha256"]);
        Assert.Equal((long)expected["json_len"]!, (long?)told["length"]);
        Assert.Equal(Output, (string?)told["file"]);
        Assert.Equal((int)expected["partitions"]!, (int?)told["partitions"]);
        Assert.Equal((string)expected["seed"]!, (string?)told["seed"]);
        Assert.Equal("written", (string?)ended.Report["sectors"]![0]!["result"]);
    }

    [Fact]
    public async Task A_seed_is_asked_for_only_where_it_matters()
    {
        string interactive = await Recover(KnownSector.Sealed("2KiB-v1_1-cc"), "--keep-all");
        string nonInteractive = await Recover(KnownSector.Sealed("2KiB-v1_2_ni-cc"), "--keep-all");

        AssertFailed(await Commit(interactive), 2, "--seed");
        AssertFailed(await Commit(interactive, "--seed=0102"), 2, "64 hexadecimal digits");
        Ended ended = await Commit(nonInteractive);
        Assert.True(ended.Code == 0, ended.ToString());

        string output = await File.ReadAllTextAsync(Output, TestContext.Current.CancellationToken);
        AssertFailed(await Commit(nonInteractive), 11, Output);
        Assert.Equal(output, await File.ReadAllTextAsync(Output, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_sector_without_layers_or_with_damage_is_refused_with_a_reason()
    {
        const string id = "2KiB-v1_2_ni-cc";
        KnownSector known = KnownSector.Sealed(id);
        string metadata = await Recover(known);
        AssertFailed(await Commit(metadata), 2, "--keep-all");

        Directory.Delete(_bench.Result, recursive: true);
        await Recover(known, "--keep-all");
        string cache = Path.Combine(_bench.Result, "cache", known.FileName);
        string sealedFile = Path.Combine(_bench.Result, "sealed", known.FileName);
        AssertFailed(await Commit(metadata, $"--sealed={sealedFile}x"), 2, $"{sealedFile}x");

        // 26 of 64 nodes are challenged, each with its parents: no label goes unseen.
        string layer = Path.Combine(cache, CacheNames.Layer(1));
        byte[] labels = await File.ReadAllBytesAsync(layer, TestContext.Current.CancellationToken);
        labels[(32 * (int)Expected(id)["challenges"]![0]!) + 7] ^= 1;
        await File.WriteAllBytesAsync(layer, labels, TestContext.Current.CancellationToken);
        AssertFailed(await Commit(metadata), 10, "tree_c");
        Assert.False(File.Exists(Output));
        Assert.DoesNotContain(Directory.GetFiles(_bench.Home), file => file.EndsWith(".tmp", StringComparison.Ordinal));

        string pAux = Path.Combine(cache, CacheNames.PAux);
        await File.WriteAllBytesAsync(pAux, new byte[64], TestContext.Current.CancellationToken);
        AssertFailed(await Commit(metadata), 8, pAux);
    }

    private static JsonNode Expected(string id) =>
        VectorFiles.Read("c1.json")["cases"]!.AsArray().Single(known => (string?)known!["id"] == id)!;

    private static void AssertFailed(Ended ended, int code, string text)
    {
        Assert.True(ended.Code == code, ended.ToString());
        Assert.Contains(text, ended.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Recovers a sector and returns its metadata file.</summary>
    private async Task<string> Recover(KnownSector known, params string[] more)
    {
        string metadata = _bench.Write(known.Metadata());
        string pieces = known.WritePieces(Path.Combine(_bench.Home, "pieces"));
        Ended ended = await _bench.RunAsync(_bench.Recover(metadata, [$"--piece-source={pieces}", .. more]));
        Assert.True(ended.Code == 0, ended.ToString());
        return metadata;
    }

    private Task<Ended> Commit(string metadata, params string[] more) =>
        _bench.RunAsync(["commit1", $"--metadata={metadata}", $"--sealing-result={_bench.Result}", $"--output={Output}", .. more]);
}
