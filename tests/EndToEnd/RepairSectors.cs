using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>What is left of a sector in the result folder spares the work of making it; what is broken is made again, to the byte.</summary>
public sealed class RepairSectors(ParentCaches caches) : IDisposable
{
    private const ulong Sector = 2;
    private static readonly string[] NoLabels = ["build_parents", "verify_parents", "load_layer", "label", "write_layer"];
    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    private string Sealed => Path.Combine(_bench.Result, "sealed", $"s-t01000-{Sector}");

    private string Cache => Path.Combine(_bench.Result, "cache", $"s-t01000-{Sector}");

    private string TreeRLast => Path.Combine(Cache, "sc-02-data-tree-r-last.dat");

    [Theory]
    [InlineData("2KiB")]
    [InlineData("8MiB")]
    public async Task Lost_trees_are_made_of_the_replica_without_labels(string size)
    {
        await RecoverAsync(size, 0);
        File.Delete(TreeRLast);
        File.Delete(Path.Combine(Cache, "t_aux"));

        Ended repaired = await RecoverAsync(size, 0);

        Assert.Contains("only what is missing beside them is made", repaired.ToString(), StringComparison.Ordinal);
        AssertNoLabels(repaired);
        new ExpectedFiles(size).AssertInstalled(_bench.Result, [Sector]);
    }

    [Theory]
    [InlineData("2KiB")]
    [InlineData("8MiB")]
    public async Task A_damaged_tree_is_moved_aside_when_asked(string size)
    {
        await RecoverAsync(size, 0);
        string damaged = Damage(TreeRLast);

        Ended refused = await RecoverAsync(size, 11);
        Assert.Equal(damaged, VectorFiles.Sha256OfFile(TreeRLast));
        Assert.Contains("--force", refused.ToString(), StringComparison.Ordinal);

        Ended repaired = await RecoverAsync(size, 0, "--force");
        AssertNoLabels(repaired);
        new ExpectedFiles(size).AssertInstalled(_bench.Result, [Sector]);
        AssertKept(damaged);
    }

    [Theory]
    [InlineData("2KiB")]
    [InlineData("8MiB")]
    public async Task A_lost_replica_takes_labels_but_no_columns(string size)
    {
        await RecoverAsync(size, 0);
        File.Delete(Sealed);

        Ended repaired = await RecoverAsync(size, 0);

        Assert.Contains("only labels are made again", repaired.ToString(), StringComparison.Ordinal);
        new ExpectedFiles(size).AssertInstalled(_bench.Result, [Sector]);
    }

    [Theory]
    [InlineData("2KiB")]
    [InlineData("8MiB")]
    public async Task A_damaged_replica_is_found_and_only_replaced_when_asked(string size)
    {
        await RecoverAsync(size, 0);
        string damaged = Damage(Sealed);

        Ended refused = await RecoverAsync(size, 11);
        Assert.Contains("is damaged", refused.ToString(), StringComparison.Ordinal);
        Assert.Equal(damaged, VectorFiles.Sha256OfFile(Sealed));

        Ended repaired = await RecoverAsync(size, 0, "--force");
        Assert.Contains("made again from labels", repaired.ToString(), StringComparison.Ordinal);
        new ExpectedFiles(size).AssertInstalled(_bench.Result, [Sector]);
        AssertKept(damaged);
    }

    [Theory]
    [InlineData("2KiB")]
    [InlineData("8MiB")]
    public async Task Without_p_aux_everything_is_sealed_and_the_replica_that_stands_is_compared(string size)
    {
        await RecoverAsync(size, 0);
        string stood = VectorFiles.Sha256OfFile(Sealed);
        DateTime written = File.GetLastWriteTimeUtc(Sealed);
        File.Delete(Path.Combine(Cache, "p_aux"));

        await RecoverAsync(size, 0);

        new ExpectedFiles(size).AssertInstalled(_bench.Result, [Sector]);
        Assert.Equal((stood, written), (VectorFiles.Sha256OfFile(Sealed), File.GetLastWriteTimeUtc(Sealed)));
    }

    [Fact]
    public async Task A_p_aux_of_another_sector_is_refused_and_spares_nothing()
    {
        await RecoverAsync("2KiB", 0);
        byte[] other = File.ReadAllBytes(Path.Combine(Cache, "p_aux"));
        other[40] ^= 1;
        File.WriteAllBytes(Path.Combine(Cache, "p_aux"), other);

        await RecoverAsync("2KiB", 11);
        Ended repaired = await RecoverAsync("2KiB", 0, "--force");

        Assert.Contains(repaired.Lines, line => (string?)line["phase"] == "label");
        new ExpectedFiles("2KiB").AssertInstalled(_bench.Result, [Sector]);
    }

    [Theory]
    [InlineData("2KiB")]
    [InlineData("8MiB")]
    public async Task Repair_finds_what_is_left_in_any_storage_path_and_mends_where_the_replica_is(string size)
    {
        await RecoverAsync(size, 0);
        string other = Path.Combine(_bench.Home, "other");
        Directory.CreateDirectory(Path.Combine(other, "cache"));
        Directory.Move(Cache, Path.Combine(other, "cache", $"s-t01000-{Sector}"));

        Ended dry = await RepairAsync(size, 0, $"--storage={other}", "--dry-run");
        Assert.Equal("from_replica", (string?)Assert.Single(Repairs(dry))!["kind"]);
        Assert.False(Directory.Exists(Cache));

        Ended repaired = await RepairAsync(size, 0, $"--storage={other}");
        AssertNoLabels(repaired);
        new ExpectedFiles(size).AssertInstalled(_bench.Result, [Sector]);

        string damaged = Damage(Sealed);
        Ended again = await RepairAsync(size, 0, $"--storage={other}");
        Assert.Contains("is damaged", again.ToString(), StringComparison.Ordinal);
        Assert.Contains(again.Lines, line => (string?)line["phase"] == "label");
        new ExpectedFiles(size).AssertInstalled(_bench.Result, [Sector]);
        AssertKept(damaged);

        Ended good = await RepairAsync(size, 0);
        Assert.Equal("already_there", (string?)good.Report["sectors"]!.AsArray().Single()!["result"]);
    }

    [Fact]
    public async Task Repair_wants_storage_paths_that_are_there()
    {
        await RecoverAsync("2KiB", 0);
        Ended none = await _bench.RunAsync("repair", $"--metadata={Workbench.Sample("2KiB")}", $"{Sector}");
        Assert.True(none.Code == 2, none.ToString());
        Assert.Contains("--storage", none.ToString(), StringComparison.Ordinal);
        Ended missing = await RepairAsync("2KiB", 2, $"--storage={_bench.Home}/gone");
        Assert.Contains("gone is not there", missing.ToString(), StringComparison.Ordinal);
    }

    private static JsonArray Repairs(Ended ended) =>
        ended.Lines.Single(line => (string?)line["event"] == "repairs")["sectors"]!.AsArray();

    private Task<Ended> RepairAsync(string size, int code, params string[] more) => _bench.RunAsync(
        code,
        ["repair", $"--metadata={Workbench.Sample(size)}", $"--storage={_bench.Result}", $"--sealing-temp={_bench.Temp}", "--json", .. more, $"{Sector}"]);

    private Task<Ended> RecoverAsync(string size, int code, params string[] more) =>
        _bench.RunAsync(code, _bench.Recover(Workbench.Sample(size), [$"{Sector}", "--json", .. more]));

    private static string Damage(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        content[content.Length / 3] ^= 0x10;
        File.WriteAllBytes(path, content);
        return VectorFiles.Sha256OfFile(path);
    }

    private static void AssertNoLabels(Ended ended) =>
        Assert.DoesNotContain(ended.Lines, line => NoLabels.Contains((string?)line["phase"]));

    /// <summary>What was in the way is kept where Lotus does not look.</summary>
    private void AssertKept(string sha256) => Assert.Contains(
        Directory.GetFiles(Path.Combine(_bench.Result, ".sealer-recover", "replaced"), "*", SearchOption.AllDirectories),
        path => VectorFiles.Sha256OfFile(path) == sha256);
}
