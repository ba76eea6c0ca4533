using System.Diagnostics;
using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>Files that lie where others belong are told by what they commit to, and moved; nothing of them is sealed again.</summary>
public sealed class MisplacedSectors(ParentCaches caches, WholeSectors whole) : IDisposable, IClassFixture<WholeSectors>
{
    private const string Size = "2KiB";
    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    /// <summary>What lies where: "sealed/2>sealed/9", then another, and the sectors surveyed.</summary>
    public static TheoryData<string, string> OfOneMiner => new()
    {
        // Two sectors have each other's names.
        { "sealed/2>sealed/x cache/2>cache/x sealed/3>sealed/2 cache/3>cache/2 sealed/x>sealed/3 cache/x>cache/3", "2,3" },

        // Three in a ring.
        { "sealed/1>sealed/x cache/1>cache/x sealed/2>sealed/1 cache/2>cache/1 sealed/3>sealed/2 cache/3>cache/2 sealed/x>sealed/3 cache/x>cache/3", "1-3" },

        // Under the name of a sector that is not there, and of one that is nobody's.
        { "sealed/2>sealed/4 cache/2>cache/4", "2" },
        { "sealed/2>sealed/9000 cache/2>cache/9000", "2" },

        // Where an update would be, though the sector was not snapped.
        { "sealed/2>update/2 cache/2>update-cache/2", "2" },

        // Only one of the two lies elsewhere.
        { "sealed/2>sealed/9000", "2" },
        { "sealed/2>update/2", "2" },
        { "cache/2>cache/9000", "2" },
        { "cache/2>update-cache/2", "2" },
    };

    [Theory]
    [MemberData(nameof(OfOneMiner))]
    public async Task Survey_says_what_they_are_and_its_commands_move_them(string moves, string numbers)
    {
        string metadata = await RecoverAsync();
        Move(moves);

        Ended found = await _bench.RunAsync(10, [.. Survey(metadata, numbers), "--json"]);
        Assert.All(Surveys(found), survey => Assert.Equal("move", (string?)Assert.Single(survey["repairs"]!.AsArray())!["repair"]));

        // Each has a place to go to; in a ring that may be told with its owner only.
        Assert.All(
            Surveys(found).SelectMany(survey => survey["misplaced"]!.AsArray()).GroupBy(file => (string)file!["from"]!),
            told => Assert.Contains(told, file => file!["to"] is not null));
        Ended words = await _bench.RunAsync(10, Survey(metadata, numbers));
        Assert.Contains("misplaced: ", words.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("seal the sector again", words.Output, StringComparison.Ordinal);

        foreach (string command in found.Report["next"]![0]!["commands"]!.AsArray().Select(command => (string)command!))
        {
            Assert.Matches("^(mkdir -p|mv -nT) ", command);
            await ShellAsync(command);
        }

        AssertWhole();
        await _bench.RunAsync(0, [.. Survey(metadata, "1-3"), "--deep"]);
    }

    [Theory]
    [MemberData(nameof(OfOneMiner))]
    public async Task Repair_moves_them_and_makes_nothing(string moves, string numbers)
    {
        string metadata = await RecoverAsync();
        Move(moves);
        string[] before = Digests();

        Ended dry = await _bench.RunAsync(0, Repair(metadata, numbers, "--dry-run"));
        Assert.Contains(dry.Lines, line => (string?)line["event"] == "note" && ((string?)line["text"])!.Contains("would be moved to", StringComparison.Ordinal));
        Assert.Equal(before, Digests());

        Ended repaired = await _bench.RunAsync(0, Repair(metadata, numbers));
        Assert.DoesNotContain(repaired.Lines, line => (string?)line["phase"] is "label" or "trees");
        Assert.Contains(repaired.Lines, line => (string?)line["event"] == "note" && ((string?)line["text"])!.Contains("where it belongs", StringComparison.Ordinal));
        AssertWhole();
        await _bench.RunAsync(0, [.. Survey(metadata, "1-3"), "--deep"]);
    }

    [Fact]
    public async Task What_stands_in_the_way_goes_aside_and_a_copy_whose_owner_is_whole_stays()
    {
        string metadata = await RecoverAsync();
        Move("sealed/2>sealed/9000 cache/2>cache/9000");
        string other = Path.Combine(_bench.Home, "other");
        WholeSectors.Copy(Path.Combine(_bench.Result, "cache", Name("3")), Path.Combine(other, "cache", Name("1")));
        string junk = Path.Combine(_bench.Result, "sealed", Name("2"));
        await File.WriteAllTextAsync(junk, "somebody's", TestContext.Current.CancellationToken);

        Ended found = await _bench.RunAsync(10, [.. Survey(metadata, "1-3"), $"--storage={other}", "--json"]);
        JsonNode copy = Assert.Single(Surveys(found)[0]["misplaced"]!.AsArray())!;
        Assert.Equal((3, null), ((int)copy["owner"]!["number"]!, (string?)copy["to"]));
        Assert.DoesNotContain(Surveys(found)[2]["repairs"]!.AsArray(), repair => (bool)repair!["needed"]!);

        await _bench.RunAsync(0, Repair(metadata, "2"));
        AssertWhole();
        Assert.Contains(
            Directory.GetFiles(Path.Combine(_bench.Result, ".sealer-recover", "replaced"), "*", SearchOption.AllDirectories),
            path => File.ReadAllText(path) == "somebody's");
    }

    [Fact]
    public async Task A_damaged_one_is_not_called_right()
    {
        string metadata = await RecoverAsync();
        Move("sealed/2>sealed/9000 cache/2>cache/9000");
        Workbench.Flip(Path.Combine(_bench.Result, "sealed", Name("9000")), 1234);

        Ended found = await _bench.RunAsync(10, [.. Survey(metadata, "2"), "--json"]);
        JsonNode folder = Assert.Single(Surveys(found)[0]["misplaced"]!.AsArray())!;
        Assert.True((bool)folder["folder"]!);
        Assert.Equal(["move", "relabel_replica"], Surveys(found)[0]["repairs"]!.AsArray().Select(repair => (string?)repair!["repair"]));

        await _bench.RunAsync(0, Repair(metadata, "2"));
        new ExpectedFiles(Size).AssertSector(_bench.Result, 2, anyPathInTAux: true);
    }

    [Fact]
    public async Task Whose_files_they_are_is_asked_of_the_node()
    {
        await RecoverAsync();
        Move("sealed/2>sealed/4 cache/2>cache/4");
        FakeChain chain = new();
        FakeMiner miner = chain.AddMiner(1000, SectorSize.KiB2);
        foreach (JsonNode? sample in JsonNode.Parse(await File.ReadAllTextAsync(Workbench.Sample(Size), TestContext.Current.CancellationToken))!["SectorInfos"]!.AsArray())
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
                Early = number == 2 ? 30_000 : 0,
            });
        }

        await using FakeNode node = await FakeNode.StartAsync(chain);
        _bench.Environment["FULLNODE_API_INFO"] = node.ApiInfo;
        Ended found = await _bench.RunAsync(10, ["survey", "--miner=f01000", $"--storage={_bench.Result}", "4", "--json"]);
        Assert.All(Surveys(found)[0]["misplaced"]!.AsArray(), file => Assert.Equal(2, (int)file!["owner"]!["number"]!));
        Assert.Equal(
            new[] { "sealed", "cache" }.Select(area => $"mv -nT {_bench.Result}/{area}/s-t01000-4 {_bench.Result}/{area}/s-t01000-2").Order(StringComparer.Ordinal),
            found.Report["next"]![0]!["commands"]!.AsArray().Select(command => (string)command!).Order(StringComparer.Ordinal));
    }

    /// <summary>What lies where of a snapped sector, and what is then still to be made.</summary>
    public static TheoryData<string, string[]> Snapped => new()
    {
        // The update stands where its key was; the key is gone, as Lotus and Curio delete it.
        { "-sealed -cache update>sealed update-cache>cache", ["move", "rebuild_key"] },

        // The key stands where the update belongs, and that is gone.
        { "-update -update-cache sealed>update cache>update-cache", ["move", "rebuild_update"] },

        // Each in the other's place.
        { "update>x update-cache>x-cache sealed>update cache>update-cache x>sealed x-cache>cache", ["move"] },
        { "update-cache>x-cache cache>update-cache x-cache>cache", ["move"] },
    };

    [Theory]
    [MemberData(nameof(Snapped))]
    public async Task Key_and_update_are_told_apart(string moves, string[] repairs)
    {
        DataCase known = DataCase.Get("update/2KiB-v1_1-cc");
        string pieces = Path.Combine(_bench.Home, "pieces");
        known.SavePieces(pieces);
        string metadata = _bench.Write(known.Metadata());
        await whole.CopyAsync(_bench, "snapped", [.. _bench.Recover(metadata, $"--piece-source={pieces}", "--json")]);
        foreach (string move in moves.Split(' '))
        {
            string[] ends = move.TrimStart('-').Split('>');
            string from = Path.Combine(_bench.Result, ends[0], known.Name);
            if (move[0] == '-')
            {
                (Directory.Exists(from) ? () => Directory.Delete(from, recursive: true) : (Action)(() => File.Delete(from)))();
            }
            else
            {
                Rename(from, Path.Combine(_bench.Result, ends[1], known.Name));
            }
        }

        Ended found = await _bench.RunAsync(10, ["survey", $"--metadata={metadata}", $"--storage={_bench.Result}", "--json"]);
        Assert.Equal(repairs, Surveys(found)[0]["repairs"]!.AsArray().Select(repair => (string?)repair!["repair"]));

        Ended repaired = await _bench.RunAsync(0, ["repair", $"--metadata={metadata}", $"--storage={_bench.Result}", $"--sealing-temp={_bench.Temp}", $"--piece-source={pieces}", "--json"]);
        Assert.DoesNotContain(repaired.Lines, line => (string?)line["phase"] == "label");
        Assert.False(Directory.Exists(Path.Combine(_bench.Result, ".sealer-recover", "replaced")));
        Ended again = await _bench.RunAsync(0, ["survey", $"--metadata={metadata}", $"--storage={_bench.Result}", "--deep", "--json"]);
        Assert.Equal(repairs.Contains("rebuild_key") ? "rebuild_key" : "nothing", (string?)Assert.Single(Surveys(again)[0]["repairs"]!.AsArray())!["repair"]);
    }

    [Theory]
    [InlineData("survey", "result/sealed", "--storage={0}/result")]
    [InlineData("survey", "result/cache/s-t01000-2", "--storage={0}/result")]
    [InlineData("survey", "result/sealed/s-t01000-2", "--storage={0}/result")]
    [InlineData("survey", ".", "--storage={0}/result --storage={0}/second")]
    [InlineData("verify", "result/cache", "--storage={0}/result")]
    [InlineData("verify", ".", "--storage={0}/result --storage={0}/second")]
    [InlineData("repair", "result/sealed/", "--storage={0}/result")]
    [InlineData("repair", "second/update", "--storage={0}/second")]
    [InlineData("repair", "..", "--storage={0}/result --storage={0}/second")]
    public async Task A_part_of_a_storage_path_is_not_taken_for_one_and_the_right_ones_are_named(string command, string given, string meant)
    {
        string metadata = await RecoverAsync();
        string second = Directory.CreateDirectory(Path.Combine(_bench.Home, "second", "update")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(second, Name("7")), new byte[2048], TestContext.Current.CancellationToken);
        string home = _bench.Home;
        if (given == "..")
        {
            // Two levels above, in a folder that holds nothing else.
            string disks = Directory.CreateDirectory(Path.Combine(_bench.Home, "mnt", "disks")).FullName;
            Directory.Move(_bench.Result, Path.Combine(disks, "result"));
            Directory.Move(Path.Combine(_bench.Home, "second"), Path.Combine(disks, "second"));
            (home, given) = (disks, "mnt");
        }

        Ended ended = await _bench.RunAsync(2, [command, $"--metadata={metadata}", $"--storage={Path.Combine(_bench.Home, given)}", "2", "--json"]);
        string hint = (string)ended.Report["failure"]!["hint"]!;
        Assert.EndsWith(string.Format(System.Globalization.CultureInfo.InvariantCulture, meant, home), hint.TrimEnd('.'), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_bench.Result, "sealed", "sealed")));
    }

    [Theory]
    [InlineData("sealed")]
    [InlineData("cache")]
    public async Task Nothing_is_sealed_into_a_folder_of_a_storage_path(string given)
    {
        string metadata = await RecoverAsync();
        Ended ended = await _bench.RunAsync(
            2, ["recover", $"--metadata={metadata}", $"--sealing-result={Path.Combine(_bench.Result, given)}", $"--sealing-temp={_bench.Temp}", "2", "--json"]);
        Assert.EndsWith($"--sealing-result={_bench.Result}", ((string)ended.Report["failure"]!["hint"]!).TrimEnd('.'), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_bench.Result, given, "sealed")));
    }

    private async Task<string> RecoverAsync()
    {
        string metadata = Workbench.Sample(Size);
        await whole.CopyAsync(_bench, Size, [.. _bench.Recover(metadata, "1-3", "--json")]);
        return metadata;
    }

    /// <summary>Sectors 1 to 3 are where they belong, and nothing else is there.</summary>
    private void AssertWhole()
    {
        Assert.All(new[] { "sealed", "cache" }, area => Assert.Equal(
            [Name("1"), Name("2"), Name("3")],
            Directory.EnumerateFileSystemEntries(Path.Combine(_bench.Result, area)).Select(Path.GetFileName).Order(StringComparer.Ordinal)));
        Assert.All(new ulong[] { 1, 2, 3 }, number => new ExpectedFiles(Size).AssertSector(_bench.Result, number, anyPathInTAux: true));
    }

    private static string Name(string number) => $"s-t01000-{number}";

    private void Move(string moves)
    {
        foreach (string[] ends in moves.Split(' ').Select(move => move.Split('>')))
        {
            Rename(Place(ends[0]), Place(ends[1]));
        }

        string Place(string place) => Path.Combine(_bench.Result, Path.GetDirectoryName(place)!, Name(Path.GetFileName(place)));
    }

    private static void Rename(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        Directory.Move(from, to);
    }

    private string[] Digests() =>
        [.. Directory.EnumerateFiles(_bench.Result, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => path + VectorFiles.Sha256OfFile(path))];

    private IEnumerable<string> Survey(string metadata, string numbers) =>
        ["survey", $"--metadata={metadata}", $"--storage={_bench.Result}", numbers];

    private IEnumerable<string> Repair(string metadata, string numbers, params string[] more) =>
        ["repair", $"--metadata={metadata}", $"--storage={_bench.Result}", $"--sealing-temp={_bench.Temp}", numbers, "--json", .. more];

    private static async Task ShellAsync(string command)
    {
        using Process shell = Process.Start("/bin/sh", ["-e", "-c", command]);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, shell.ExitCode);
    }

    private static List<JsonObject> Surveys(Ended ended) => [.. ended.Lines.Where(line => (string?)line["event"] == "survey")];
}
