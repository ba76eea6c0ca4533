using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>Whatever is damaged: the command that survey prints makes the sector whole, to the byte.</summary>
public sealed class SurveyThenRepair(ParentCaches caches, WholeSectors whole) : IDisposable, IClassFixture<WholeSectors>
{
    private const string Tree = "sc-02-data-tree-r-last.dat";
    private readonly Workbench _bench = new(caches);
    private ulong _number;
    private string _name = "";

    public void Dispose() => _bench.Dispose();

    public static TheoryData<string, string, bool> Damages
    {
        get
        {
            TheoryData<string, string, bool> data = [];
            foreach (string size in new[] { "2KiB", "8MiB", "512MiB" })
            {
                foreach (string file in new[] { "sealed", "p_aux", "t_aux", Tree })
                {
                    data.Add(size, file, true);
                }

                foreach (string file in new[] { "sealed", "p_aux", "t_aux", Tree })
                {
                    data.Add(size, file, false);
                }

                data.Add(size, "cache", true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task What_survey_recommends_makes_the_sector_whole(string size, string file, bool isLost)
    {
        Assert.SkipUnless(
            VectorFiles.LongTests || size == "2KiB" || (size == "8MiB" && !isLost && file is "sealed" or Tree), "takes minutes in all; set SEALER_RECOVER_LONG_TESTS=1");
        string metadata = await RecoverAsync(size);
        await _bench.RunAsync(0, Survey(metadata));
        string path = Path.Combine(_bench.Result, PathOf(file));
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else if (isLost)
        {
            File.Delete(path);
        }
        else
        {
            Flip(path);
        }

        bool stillProves = file == "t_aux";
        Ended found = await _bench.RunAsync(stillProves ? 0 : 10, Survey(metadata));
        string command = stillProves
            ? $"sealer-recover repair --metadata={metadata} --storage={_bench.Result} {_number}"
            : (string)found.Report["next"]!.AsArray().Single()!["commands"]!.AsArray().Single()!;
        Assert.StartsWith("sealer-recover repair ", command, StringComparison.Ordinal);
        await _bench.RunAsync(0, [.. command.Split(' ')[1..], $"--sealing-temp={_bench.Temp}", "--json"]);

        AssertWhole(size, _bench.Result);
        await _bench.RunAsync(0, Survey(metadata));
    }

    [Theory]
    [InlineData("2KiB", "sealed")]
    [InlineData("8MiB", "sealed")]
    [InlineData("8MiB", Tree)]
    [InlineData("8MiB", "p_aux")]
    public async Task A_damaged_file_whose_good_copy_is_in_another_storage_path_is_copied_and_not_made_again(string size, string file)
    {
        string metadata = await RecoverAsync(size);
        string other = Path.Combine(_bench.Home, "other");
        WholeSectors.Copy(_bench.Result, other);
        string damaged = Flip(Path.Combine(_bench.Result, PathOf(file)));

        Ended found = await _bench.RunAsync(10, [.. Survey(metadata), $"--storage={other}"]);
        Assert.Equal("copy_good", (string?)found.Lines.Single(line => (string?)line["event"] == "survey")["repairs"]!.AsArray().Single()!["repair"]);
        string command = (string)found.Report["next"]!.AsArray().Single()!["commands"]!.AsArray().Single()!;
        Ended repaired = await _bench.RunAsync(0, [.. command.Split(' ')[1..], $"--sealing-temp={_bench.Temp}", "--json"]);

        Assert.DoesNotContain(repaired.Lines, line => (string?)line["phase"] == "label");
        AssertWhole(size, _bench.Result);
        AssertWhole(size, other);
        AssertKept(_bench.Result, damaged);
        await _bench.RunAsync(0, [.. Survey(metadata), $"--storage={other}"]);
    }

    [Theory]
    [InlineData("2KiB", "sealed")]
    [InlineData("8MiB", "sealed")]
    [InlineData("8MiB", Tree)]
    [InlineData("8MiB", "t_aux")]
    public async Task A_bad_copy_in_another_storage_path_is_brought_into_line(string size, string file)
    {
        string metadata = await RecoverAsync(size);
        string other = Path.Combine(_bench.Home, "other");
        WholeSectors.Copy(_bench.Result, other);
        string damaged = Flip(Path.Combine(other, PathOf(file)));
        File.Delete(Path.Combine(other, PathOf("p_aux")));

        Ended found = await _bench.RunAsync(10, [.. Survey(metadata), $"--storage={other}"]);
        string command = (string)found.Report["next"]!.AsArray().Single()!["commands"]!.AsArray().Single()!;
        Ended repaired = await _bench.RunAsync(0, [.. command.Split(' ')[1..], $"--sealing-temp={_bench.Temp}", "--json"]);

        Assert.Contains(repaired.Lines, line => (string?)line["event"] == "note" && ((string?)line["text"])!.Contains($"in {other} was damaged", StringComparison.Ordinal));
        AssertWhole(size, _bench.Result);
        AssertWhole(size, other);
        AssertKept(other, damaged);
        await _bench.RunAsync(0, [.. Survey(metadata), $"--storage={other}"]);
    }

    [Fact]
    public async Task Where_no_copy_is_good_labels_are_made_and_every_copy_is_right_afterwards()
    {
        string metadata = await RecoverAsync("8MiB");
        string other = Path.Combine(_bench.Home, "other");
        WholeSectors.Copy(_bench.Result, other);
        string damaged = Flip(Path.Combine(_bench.Result, PathOf("sealed")));
        Flip(Path.Combine(other, PathOf("sealed")));

        Ended repaired = await _bench.RunAsync(
            0,
            ["repair", $"--metadata={metadata}", $"--storage={_bench.Result}", $"--storage={other}", $"--sealing-temp={_bench.Temp}", "--json", $"{_number}"]);

        Assert.Contains(repaired.Lines, line => (string?)line["phase"] == "label");
        AssertWhole("8MiB", _bench.Result);
        AssertWhole("8MiB", other);
        AssertKept(_bench.Result, damaged);
        AssertKept(other, damaged);
    }

    [Fact]
    public async Task A_replica_whose_damage_a_few_stretches_show_is_not_read_as_a_whole()
    {
        string metadata = await RecoverAsync("8MiB");
        using (FileStream file = File.OpenWrite(Path.Combine(_bench.Result, PathOf("sealed"))))
        {
            file.Position = 2 << 20;
            file.Write(new byte[4 << 20]);
        }

        Ended repaired = await _bench.RunAsync(
            0, ["repair", $"--metadata={metadata}", $"--storage={_bench.Result}", $"--sealing-temp={_bench.Temp}", "--json", $"{_number}"]);

        AssertNeverReadWhole(repaired);
        AssertWhole("8MiB", _bench.Result);
    }

    [Fact]
    public async Task What_a_survey_found_is_handed_over_and_not_found_again()
    {
        string metadata = await RecoverAsync("8MiB");
        string damaged = Flip(Path.Combine(_bench.Result, PathOf("sealed")));
        string found = Path.Combine(_bench.Home, "survey.json");
        await File.WriteAllTextAsync(found, (await _bench.RunAsync(10, Survey(metadata))).Output, TestContext.Current.CancellationToken);
        string[] repair =
            ["repair", $"--metadata={metadata}", $"--storage={_bench.Result}", $"--sealing-temp={_bench.Temp}", "--json", $"--survey={found}", $"{_number}"];

        AssertNeverReadWhole(await _bench.RunAsync(0, repair));
        AssertWhole("8MiB", _bench.Result);
        AssertKept(_bench.Result, damaged);

        // The good one stands there now: nothing that was said of the other holds.
        Ended again = await _bench.RunAsync(0, repair);
        Assert.Contains(again.Lines, line => ((string?)line["text"])?.Contains("has changed since the survey", StringComparison.Ordinal) == true);
        Assert.DoesNotContain(again.Lines, line => (string?)line["phase"] == "label");
        AssertWhole("8MiB", _bench.Result);

        await File.WriteAllTextAsync(found, "{}", TestContext.Current.CancellationToken);
        Assert.Contains("line 1 is not what survey --json prints", (await _bench.RunAsync(2, repair)).ToString(), StringComparison.Ordinal);
    }

    /// <summary>The estimate is that of labels, and nothing but these is made: no tree of the replica that stands there before.</summary>
    private static void AssertNeverReadWhole(Ended repaired)
    {
        JsonNode estimate = repaired.Lines.Single(line => (string?)line["event"] == "repairs")["sectors"]!.AsArray().Single()!;
        Assert.Equal("labels", (string?)estimate["kind"]);
        string[] phases = [.. repaired.Lines.Where(line => (string?)line["event"] == "progress").Select(line => (string)line["phase"]!)];
        Assert.Contains("label", phases);
        Assert.DoesNotContain("trees", phases.TakeWhile(phase => phase != "label"));
        Assert.Contains(repaired.Lines, line => ((string?)line["text"])?.Contains("is damaged, as a survey found", StringComparison.Ordinal) == true);
        Assert.DoesNotContain(repaired.Lines, line => ((string?)line["text"])?.Contains("it has another CommR", StringComparison.Ordinal) == true);
    }

    private async Task<string> RecoverAsync(string size)
    {
        ExpectedFiles expected = new(size);
        _number = expected.Numbers[^1];
        _name = $"s-t0{expected.Miner}-{_number}";
        string metadata = Workbench.Sample(size);
        await whole.CopyAsync(_bench, size, [.. _bench.Recover(metadata, $"--sectors={_number}", "--json")]);
        return metadata;
    }

    private void AssertWhole(string size, string root) =>
        new ExpectedFiles(size).AssertSector(root, _number, anyPathInTAux: true);

    private string PathOf(string file) => file is "sealed" or "cache" ? Path.Combine(file, _name) : Path.Combine("cache", _name, file);

    /// <summary>Flips a bit of a file; the digest that it then has.</summary>
    private static string Flip(string path)
    {
        // Most of t_aux is paths, which do not matter; it begins with the number of layers.
        byte[] content = File.ReadAllBytes(path);
        content[Path.GetFileName(path) == "t_aux" ? 0 : content.Length / 2] ^= 8;
        File.WriteAllBytes(path, content);
        return VectorFiles.Sha256OfFile(path);
    }

    private static void AssertKept(string root, string sha256) => Assert.Contains(
        Directory.GetFiles(Path.Combine(root, ".sealer-recover", "replaced"), "*", SearchOption.AllDirectories),
        path => VectorFiles.Sha256OfFile(path) == sha256);

    private IEnumerable<string> Survey(string metadata) =>
        ["survey", $"--metadata={metadata}", $"--storage={_bench.Result}", "--deep", "--json", $"{_number}"];
}
