using System.Text.Json.Nodes;
using SealerRecover.Settings;

namespace EndToEnd;

/// <summary>Recovery from metadata files, from the command line to the installed files.</summary>
public sealed class RecoverSamples(ParentCaches caches) : IDisposable
{
    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("2KiB", "1-8", false)]
    [InlineData("8MiB", "2", false)]
    [InlineData("8MiB", "1-4", true)]
    public async Task Samples_are_recovered_byte_for_byte(string size, string numbers, bool isLong)
    {
        Assert.SkipUnless(!isLong || VectorFiles.LongTests, "takes a minute; set SEALER_RECOVER_LONG_TESTS=1");
        Ended ended = await _bench.RunAsync(_bench.Recover(Workbench.Sample(size), "--parallel=3", $"--sectors={numbers}"));
        Assert.True(ended.Code == 0, ended.ToString());
        new ExpectedFiles(size).AssertInstalled(_bench.Result, SectorNumbers.Parse([numbers]));
        Assert.Contains("CommR equals the SealedCID", ended.Output, StringComparison.Ordinal);
        Assert.Empty(Workspaces());
    }

    [Fact]
    public async Task On_a_terminal_progress_is_drawn_and_the_end_is_a_table()
    {
        Ended ended = await _bench.RunOnTerminalAsync(_bench.Recover(Workbench.Sample("8MiB"), "1", "2"));
        Assert.Contains("label", ended.Output, StringComparison.Ordinal);
        Assert.Contains("│ f01000 sector 2 │ recovered", ended.Output, StringComparison.Ordinal);
        Assert.Contains("2 recovered in ", ended.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2KiB", false)]
    [InlineData("8MiB", true)]
    public async Task Keep_all_installs_layers_and_trees_too(string size, bool isLong)
    {
        Assert.SkipUnless(!isLong || VectorFiles.LongTests, "takes a while; set SEALER_RECOVER_LONG_TESTS=1");
        ExpectedFiles expected = new(size);
        ulong[] numbers = [.. expected.Numbers.Take(size == "2KiB" ? 8 : 1)];
        Ended ended = await _bench.RunAsync(_bench.Recover(Workbench.Sample(size), ["--keep-all", $"--sectors={string.Join(',', numbers)}"]));
        Assert.True(ended.Code == 0, ended.ToString());
        expected.AssertInstalled(_bench.Result, numbers, keepAll: true);
    }

    [Fact]
    public async Task Only_the_sectors_named_are_recovered()
    {
        Ended ended = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "--sectors=2,2", "5-6", "--json"));
        Assert.True(ended.Code == 0, ended.ToString());
        new ExpectedFiles("2KiB").AssertInstalled(_bench.Result, [2, 5, 6]);
        Assert.Equal([2UL, 5UL, 6UL], ended.Report["sectors"]!.AsArray().Select(sector => (ulong)sector!["sector"]!["number"]!));
        Assert.Equal(3, ended.Lines.Count(line => (string?)line["event"] == "sector_started"));
        Assert.All(ended.Lines, line => Assert.NotNull(line["time"]));
    }

    [Fact]
    public async Task A_mismatch_installs_nothing_keeps_the_evidence_and_lets_the_others_go_on()
    {
        string metadata = _bench.Metadata("2KiB", all => all["SectorInfos"]![1]!["Ticket"] = Convert.ToBase64String(new byte[32]));
        Ended ended = await _bench.RunAsync(_bench.Recover(metadata, "1-3", "--json"));
        Assert.Equal(8, ended.Code);
        new ExpectedFiles("2KiB").AssertInstalled(_bench.Result, [1, 3]);
        JsonNode failure = ended.Report["sectors"]!.AsArray()[1]!["failure"]!;
        Assert.Equal("commitment_mismatch", (string?)failure["exit_name"]);
        JsonObject evidence = failure["evidence"]!.AsObject();
        string[] facts = ["SealedCID", "computed CommR", "prover id", "sector number", "ticket", "CommD", "porep id", "replica id"];
        Assert.All(facts, fact => Assert.True(evidence.ContainsKey(fact), fact));
        Assert.NotEqual((string?)evidence["SealedCID"], (string?)evidence["computed CommR"]);
        Assert.NotEmpty(failure["likely_causes"]!.AsArray());
        Assert.Contains("64 of 64 labels of each of the", (string?)failure["excluded"]!.AsArray()[0], StringComparison.Ordinal);
        Assert.Contains("s-t01000-2", string.Join(' ', Workspaces()), StringComparison.Ordinal);
        Assert.Contains("likely cause 1", ended.Error, StringComparison.Ordinal);
        Assert.Contains("  excluded: ", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rerun_finds_the_sectors_already_there()
    {
        await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "1-2"));
        Dictionary<string, DateTime> before = Times();
        Ended ended = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "1-2", "--json"));
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.All(ended.Report["sectors"]!.AsArray(), sector => Assert.Equal("already_there", (string?)sector!["result"]));
        Assert.Equal(before, Times());
        new ExpectedFiles("2KiB").AssertInstalled(_bench.Result, [1, 2]);
    }

    [Fact]
    public async Task A_different_target_is_refused_and_moved_aside_only_with_force()
    {
        string sealedFile = Path.Combine(_bench.Result, "sealed", "s-t01000-2");
        Directory.CreateDirectory(Path.GetDirectoryName(sealedFile)!);
        byte[] precious = [.. Enumerable.Range(0, 2048).Select(i => (byte)i)];
        await File.WriteAllBytesAsync(sealedFile, precious, TestContext.Current.CancellationToken);

        Ended refused = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "2", "3"));
        Assert.Equal(11, refused.Code);
        Assert.Contains("--force", refused.Output, StringComparison.Ordinal);
        Assert.Equal(precious, await File.ReadAllBytesAsync(sealedFile, TestContext.Current.CancellationToken));
        new ExpectedFiles("2KiB").AssertSector(_bench.Result, 3);

        Ended forced = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "2", "--force"));
        Assert.True(forced.Code == 0, forced.ToString());
        new ExpectedFiles("2KiB").AssertInstalled(_bench.Result, [2, 3]);
        Assert.Contains(
            Directory.EnumerateFiles(_bench.Home, "*", SearchOption.AllDirectories),
            path => File.ReadAllBytes(path).AsSpan().SequenceEqual(precious));
    }

    [Fact]
    public async Task A_result_folder_on_another_file_system_gets_the_same_files()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "there is no second file system to write to");
        string result = Path.Combine("/dev/shm", $"sealer-recover-{Guid.NewGuid():N}");
        try
        {
            Ended ended = await _bench.RunAsync(
                "recover", "--metadata", Workbench.Sample("2KiB"), $"--sealing-result={result}", $"--sealing-temp={_bench.Temp}", "1-3");
            Assert.True(ended.Code == 0, ended.ToString());
            new ExpectedFiles("2KiB").AssertInstalled(result, [1, 2, 3]);
        }
        finally
        {
            Directory.Delete(result, recursive: true);
        }
    }

    [Fact]
    public async Task Home_folders_are_the_defaults()
    {
        Ended ended = await _bench.RunAsync("recover", "--metadata", Workbench.Sample("2KiB"), "7");
        Assert.True(ended.Code == 0, ended.ToString());
        new ExpectedFiles("2KiB").AssertInstalled(Path.Combine(_bench.Home, "sector"), [7]);
    }

    private IEnumerable<string> Workspaces() =>
        Directory.Exists(_bench.Temp) ? Directory.EnumerateDirectories(_bench.Temp).Where(path => Directory.EnumerateFileSystemEntries(path).Any()) : [];

    private Dictionary<string, DateTime> Times() =>
        Directory.EnumerateFiles(_bench.Result, "*", SearchOption.AllDirectories).ToDictionary(path => path, File.GetLastWriteTimeUtc);
}
