using System.Text.Json.Nodes;
using Filecoin.Sealing.Files;

namespace EndToEnd;

/// <summary>
/// What stands in the place of a sector's file and cannot be read, leads nowhere or is of the wrong kind: judged before any label is made, moved
/// aside by a rename or refused at once, and never in the way of a rerun.
/// </summary>
public sealed class UnusableTargets(ParentCaches caches, WholeSectors whole) : IDisposable, IClassFixture<WholeSectors>
{
    private const ulong Number = 2;
    private const string Name = "s-t01000-2";
    private const string Tree = "sc-02-data-tree-r-last.dat";
    private readonly Workbench _bench = new(caches);
    private readonly List<string> _protected = [];
    private string _size = "2KiB";

    public void Dispose()
    {
        _protected.ForEach(path => Tool.Succeeds("chattr", "-i", path));
        _bench.Dispose();
    }

    /// <summary>Where, what stands there, and the words that say so.</summary>
    public static TheoryData<string, string, string> Useless => new()
    {
        { "sealed", "dead link", "leads nowhere: No such file or directory" },
        { "sealed", "circle", "leads in a circle: Too many levels of symbolic links" },
        { "sealed", "folder", "is a folder where a file belongs" },
        { "sealed", "pipe", "is a pipe, socket or device where a file belongs" },
        { "p_aux", "dead link", "leads nowhere: No such file or directory" },
        { "p_aux", "folder", "is a folder where a file belongs" },
        { Tree, "circle", "leads in a circle: Too many levels of symbolic links" },
        { Tree, "link to folder", "a folder where a file belongs" },
        { "t_aux", "dead link", "leads nowhere: No such file or directory" },
        { "t_aux", "pipe", "is a pipe, socket or device where a file belongs" },
        { "cache", "dead link", "leads nowhere: No such file or directory" },
        { "cache", "circle", "leads in a circle: Too many levels of symbolic links" },
        { "cache", "file", "is a file where a folder belongs" },
    };

    [Theory]
    [MemberData(nameof(Useless))]
    public async Task What_is_of_no_use_is_refused_before_any_work_and_moved_aside_by_repair(string place, string what, string words)
    {
        // Each place and each kind once by default.
        Assert.SkipUnless(
            VectorFiles.LongTests || (place, what) is ("sealed", "dead link") or ("p_aux", "folder") or (Tree, "circle") or (Tree, "link to folder") or ("t_aux", "pipe") or ("cache", "file"),
            "one of many combinations; set SEALER_RECOVER_LONG_TESTS=1");
        await BringAsync("2KiB", receipt: false);
        string path = PathOf(place);
        Replace(path, what);

        Ended refused = await RecoverAsync(11);
        AssertSaid(refused, path, words);
        Assert.Contains("--force", refused.ToString(), StringComparison.Ordinal);
        AssertNothingMade(refused);
        Assert.Equal(what, What(path));

        Ended repaired = await RepairAsync(0);
        AssertNote(repaired, $"{path} ");
        AssertWhole();
        AssertKept(place, what);
        Assert.Equal("already_there", Result(await RepairAsync(0)));
    }

    [Theory]
    [InlineData("sealed", "dead link")]
    [InlineData("cache", "circle")]
    [InlineData(Tree, "folder")]
    public async Task Force_moves_it_aside_where_a_receipt_says_that_the_sector_was_good(string place, string what)
    {
        await BringAsync("2KiB", receipt: true);
        Replace(PathOf(place), what);

        await RecoverAsync(11);
        await RecoverAsync(0, "--force");

        AssertWhole();
        AssertKept(place, what);
    }

    [Theory]
    [InlineData("update", "dead link")]
    [InlineData("update", "folder")]
    [InlineData("update-cache", "circle")]
    [InlineData("update-cache/p_aux", "pipe")]
    [InlineData("sealed", "circle")]
    [InlineData("unsealed", "folder")]
    public async Task Every_part_of_a_snapped_sector_is_judged(string place, string what)
    {
        DataCase known = DataCase.Get("update/2KiB-v1_1-cc");
        string pieces = Path.Combine(_bench.Home, "pieces");
        known.SavePieces(pieces);
        string[] recover = [.. _bench.Recover(_bench.Write(known.Metadata()), $"--piece-source={pieces}", "--keep-unsealed", "--json")];
        await whole.CopyAsync(_bench, "snapped", recover);
        Directory.Delete(Path.Combine(_bench.Result, ".sealer-recover"), recursive: true);
        string[] parts = place.Split('/');
        string path = Path.Combine([_bench.Result, parts[0], known.Name, .. parts[1..]]);
        Replace(path, what);

        Ended refused = await _bench.RunAsync(11, recover);
        Assert.Contains(path, refused.ToString(), StringComparison.Ordinal);
        AssertNothingMade(refused);
        await _bench.RunAsync(0, [.. recover, "--force"]);

        known.AssertInstalled(_bench.Result);
        Assert.Equal(what, What(Path.Combine(Assert.Single(Directory.GetDirectories(Replaced)), place)));
    }

    [Theory]
    [InlineData("2KiB", "sealed")]
    [InlineData("2KiB", "p_aux")]
    [InlineData("2KiB", Tree)]
    [InlineData("2KiB", "t_aux")]
    [InlineData("8MiB", Tree)]
    public async Task A_file_with_a_bad_block_is_replaced_and_kept(string size, string place)
    {
        await BringAsync(size, receipt: false);
        string sha256 = VectorFiles.Sha256OfFile(PathOf(place));
        ulong inode = FileLook.At(PathOf(place)).Inode;
        BadBlocks.In(_bench, PathOf(place));

        // Of t_aux, which no proof reads, a survey only says it.
        Ended found = await SurveyAsync(place == "t_aux" ? 0 : 10);
        AssertSaid(found, PathOf(place), "Input/output error");
        Ended refused = await RecoverAsync(11);
        AssertSaid(refused, PathOf(place), "Input/output error");
        Assert.Equal(inode, FileLook.At(PathOf(place)).Inode);
        await RepairAsync(0);

        AssertWhole();
        string kept = Assert.Single(Directory.GetFiles(Replaced, "*", SearchOption.AllDirectories), kept => FileLook.At(kept).Inode == inode);
        Assert.Equal(sha256, VectorFiles.Sha256OfFile(kept));
        Assert.Equal("already_there", Result(await RepairAsync(0)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_bad_block_that_only_comparing_meets_ends_no_run(bool receipt)
    {
        await BringAsync("8MiB", receipt);
        File.Delete(PathOf("p_aux"));
        BadBlocks.In(_bench, PathOf("sealed"));

        await RecoverAsync(11);
        Ended repaired = await RepairAsync(0);

        Assert.Contains(repaired.Lines, line => (string?)line["event"] == "note" && ((string?)line["text"])!.Contains("was moved to", StringComparison.Ordinal));
        AssertWhole();
    }

    [Fact]
    public async Task A_copy_with_a_bad_block_is_passed_over_for_a_good_one_and_brought_into_line()
    {
        await BringAsync("8MiB", receipt: false);
        string second = CopyTo("second");
        string third = CopyTo("third");
        Replace(PathOf("sealed"), "circle");
        Replace(Path.Combine(third, "sealed", Name), "dead link");
        Replace(Path.Combine(third, "cache", Name), "file");
        BadBlocks.In(_bench, Path.Combine(second, "cache", Name, Tree));

        Ended repaired = await RepairAsync(0, $"--storage={second}", $"--storage={third}");

        AssertNothingMade(repaired);
        foreach (string root in new[] { _bench.Result, second, third })
        {
            new ExpectedFiles(_size).AssertSector(root, Number, anyPathInTAux: true);
        }
    }

    [Theory]
    [InlineData("sealed", "dead link", "leads nowhere: No such file or directory")]
    [InlineData("cache", "circle", "leads in a circle: Too many levels of symbolic links")]
    [InlineData("sealed", "file", "is a file where a folder belongs")]
    [InlineData(".sealer-recover", "dead link", "leads nowhere: No such file or directory")]
    public async Task A_folder_of_all_sectors_that_leads_nowhere_is_refused_at_once_and_left(string folder, string what, string words)
    {
        await BringAsync("2KiB", receipt: false);
        string path = Path.Combine(_bench.Result, folder);
        Replace(path, what);

        foreach (Ended refused in new[] { await RecoverAsync(11), await RecoverAsync(11, "--force"), await RepairAsync(11) })
        {
            AssertSaid(refused, path, words);
            AssertNothingMade(refused);
        }

        Assert.Equal(what, What(path));
        if (folder != ".sealer-recover")
        {
            AssertSaid(await _bench.RunAsync("survey", $"--metadata={Workbench.Sample(_size)}", $"--storage={_bench.Result}", "--json", "2"), path, words);
        }

        // As the hint says.
        Assert.True(Tool.Succeeds("mv", path, path + ".old"));
        await RepairAsync(0);
        new ExpectedFiles(_size).AssertSector(_bench.Result, Number, anyPathInTAux: true);
    }

    [Fact]
    public async Task A_link_to_what_is_good_stays_as_it_is()
    {
        await BringAsync("2KiB", receipt: false);
        string elsewhere = Directory.CreateDirectory(Path.Combine(_bench.Home, "elsewhere")).FullName;
        Directory.Move(Path.Combine(_bench.Result, "sealed"), Path.Combine(elsewhere, "sealed"));
        Directory.CreateSymbolicLink(Path.Combine(_bench.Result, "sealed"), Path.Combine(elsewhere, "sealed"));
        Directory.Move(PathOf("cache"), Path.Combine(elsewhere, "cache"));
        Directory.CreateSymbolicLink(PathOf("cache"), Path.Combine(elsewhere, "cache"));
        File.Move(PathOf(Tree), Path.Combine(elsewhere, "tree"));
        File.CreateSymbolicLink(PathOf(Tree), Path.Combine(elsewhere, "tree"));

        Assert.Equal("already_there", Result(await RepairAsync(0)));

        Assert.All(new[] { Path.Combine(_bench.Result, "sealed"), PathOf("cache"), PathOf(Tree) }, path => Assert.Equal(FileKind.Link, FileLook.At(path).Kind));
        Assert.False(Directory.Exists(Replaced));
    }

    [Theory]
    [InlineData("sealed", "file of another length")]
    [InlineData("sealed", "damaged file")]
    [InlineData("sealed/", "dead link")]
    [InlineData("cache/", "dead link")]
    public async Task What_is_immutable_and_in_the_way_is_refused_before_any_label_is_made(string place, string what)
    {
        await BringAsync("2KiB", receipt: false);
        string path = PathOf(place.TrimEnd('/'));
        if (what == "damaged file")
        {
            Workbench.Flip(path, 100);
        }
        else
        {
            Replace(path, what);
        }

        string held = place.EndsWith('/') ? Path.GetDirectoryName(path)! : path;
        Protect(held);
        Ended refused = await RepairAsync(10);
        AssertSaid(refused, held, "Operation not permitted");
        Assert.Contains("lsattr", refused.ToString(), StringComparison.Ordinal);
        AssertNothingMade(refused);

        Assert.True(Tool.Succeeds("chattr", "-i", held));
        await RepairAsync(0);
        AssertWhole();
    }

    [Fact]
    public async Task A_cache_folder_that_takes_no_file_is_refused_before_any_label_is_made_and_a_good_immutable_file_is_no_matter()
    {
        await BringAsync("2KiB", receipt: false);
        Protect(PathOf("sealed"));
        Assert.Equal("already_there", Result(await RepairAsync(0)));

        File.Delete(PathOf("t_aux"));
        Protect(PathOf("cache"));
        Ended refused = await RepairAsync(10);

        AssertSaid(refused, PathOf("t_aux"), "cannot be made: Operation not permitted");
        AssertNothingMade(refused);
    }

    private string Replaced => Path.Combine(_bench.Result, ".sealer-recover", "replaced");

    private string PathOf(string place) =>
        place is "sealed" or "cache" ? Path.Combine(_bench.Result, place, Name) : Path.Combine(_bench.Result, "cache", Name, place);

    private async Task BringAsync(string size, bool receipt)
    {
        _size = size;
        await whole.CopyAsync(_bench, size, [.. _bench.Recover(Workbench.Sample(size), $"--sectors={Number}", "--json")]);
        if (!receipt)
        {
            Directory.Delete(Path.Combine(_bench.Result, ".sealer-recover"), recursive: true);
        }
    }

    private string CopyTo(string name)
    {
        string copy = Path.Combine(_bench.Home, name);
        WholeSectors.Copy(_bench.Result, copy);
        return copy;
    }

    private Task<Ended> RepairAsync(int code, params string[] more) => _bench.RunAsync(
        code,
        ["repair", $"--metadata={Workbench.Sample(_size)}", $"--storage={_bench.Result}", $"--sealing-temp={_bench.Temp}", "--json", .. more, $"{Number}"]);

    private Task<Ended> RecoverAsync(int code, params string[] more) =>
        _bench.RunAsync(code, _bench.Recover(Workbench.Sample(_size), [$"{Number}", "--json", .. more]));

    private Task<Ended> SurveyAsync(int code) => _bench.RunAsync(
        code, ["survey", $"--metadata={Workbench.Sample(_size)}", $"--storage={_bench.Result}", "--deep", "--json", $"{Number}"]);

    private void Protect(string path)
    {
        Assert.SkipUnless(Tool.Succeeds("chattr", "+i", path), "chattr +i takes root and a file system that knows it");
        _protected.Add(path);
    }

    private static string Result(Ended ended) => (string)ended.Report["sectors"]!.AsArray().Single()!["result"]!;

    private static void AssertSaid(Ended ended, string path, string words) => Assert.True(
        ended.Lines.Any(line => Strings(line).Any(text => text.Contains(words, StringComparison.Ordinal)) && Strings(line).Any(text => text.Contains(path, StringComparison.Ordinal))),
        $"\"{words}\" of {path} is not said: {ended}");

    private static void AssertNote(Ended ended, string words) => Assert.Contains(
        ended.Lines, line => (string?)line["event"] == "note" && ((string?)line["text"])!.Contains(words, StringComparison.Ordinal));

    private static IEnumerable<string> Strings(JsonNode? node) => node switch
    {
        JsonObject entries => entries.SelectMany(entry => Strings(entry.Value)),
        JsonArray items => items.SelectMany(Strings),
        JsonValue value when value.TryGetValue(out string? text) => [text],
        _ => [],
    };

    /// <summary>Neither parents nor labels.</summary>
    private static void AssertNothingMade(Ended ended) =>
        Assert.DoesNotContain(ended.Lines, line => (string?)line["phase"] is "build_parents" or "verify_parents" or "load_layer" or "label" or "write_layer");

    private void AssertWhole()
    {
        Assert.Equal([Name], Directory.EnumerateFileSystemEntries(Path.Combine(_bench.Result, "sealed")).Select(path => Path.GetFileName(path)));
        Assert.Equal([Name], Directory.EnumerateFileSystemEntries(Path.Combine(_bench.Result, "cache")).Select(path => Path.GetFileName(path)));
        new ExpectedFiles(_size).AssertSector(_bench.Result, Number, anyPathInTAux: true);
    }

    private void AssertKept(string place, string what)
    {
        string kept = Path.Combine(Assert.Single(Directory.GetDirectories(Replaced)), place is "sealed" or "cache" ? place : $"cache/{place}");
        Assert.Equal(what, What(kept));
    }

    /// <summary>Puts something else in the place of a file or folder.</summary>
    private void Replace(string path, string what)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        File.Delete(path);
        switch (what)
        {
            case "dead link":
                File.CreateSymbolicLink(path, Path.Combine(_bench.Home, "gone", "away"));
                break;
            case "circle":
                File.CreateSymbolicLink(path, Path.GetFileName(path));
                break;
            case "folder":
                Directory.CreateDirectory(path);
                break;
            case "link to folder":
                Directory.CreateSymbolicLink(path, Directory.CreateDirectory(Path.Combine(_bench.Home, "folder")).FullName);
                break;
            case "pipe":
                Assert.True(Tool.Succeeds("mkfifo", path));
                break;
            default:
                File.WriteAllText(path, "no sector's file");
                break;
        }
    }

    private static string What(string path) => FileLook.At(path).Kind switch
    {
        FileKind.Folder => "folder",
        FileKind.File => "file",
        FileKind.Other => "pipe",
        FileKind.Link => new FileInfo(path).LinkTarget switch
        {
            { } target when target.EndsWith("/gone/away", StringComparison.Ordinal) => "dead link",
            { } target when !target.Contains('/', StringComparison.Ordinal) => "circle",
            _ => "link to folder",
        },
        _ => "nothing",
    };
}
