namespace EndToEnd;

/// <summary>Whatever is damaged of a snapped sector: the command that survey prints makes it whole, to the byte.</summary>
public sealed class SurveyThenRepairSnapped(ParentCaches caches, WholeSectors whole) : IDisposable, IClassFixture<WholeSectors>
{
    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    /// <summary>What is deleted ("-") or gets a flipped bit ("~"), and whether the sector still proves without it.</summary>
    public static TheoryData<string, string, bool> Damages
    {
        get
        {
            TheoryData<string, string, bool> data = [];
            foreach (string size in new[] { "2KiB", "8MiB", "512MiB" })
            {
                data.Add(size, "-update", false);
                data.Add(size, "~update", false);
                data.Add(size, "-update-cache/p_aux", false);
                data.Add(size, "~update-cache/p_aux", false);
                data.Add(size, "-update-cache/t_aux", true);
                data.Add(size, "~update-cache/t_aux", true);
                data.Add(size, "-update-cache/tree", false);
                data.Add(size, "~update-cache/tree", false);
                data.Add(size, "-update-cache", false);
                data.Add(size, "-sealed", true);
                data.Add(size, "~sealed", false);
                data.Add(size, "-cache", true);
                data.Add(size, "~cache/tree", false);
                data.Add(size, "-update -update-cache", false);
                data.Add(size, "-sealed -cache", true);
                data.Add(size, "-sealed -cache -update-cache/tree", false);
                data.Add(size, "-sealed -update", false);
                data.Add(size, "~sealed ~update", false);
                data.Add(size, "-sealed -cache -update -update-cache", false);
            }

            return data;
        }
    }

    /// <summary>What needs no run of its own by default: what is flipped beside what is gone, and what two others say together.</summary>
    private static readonly string[] Twins =
        ["~update-cache/p_aux", "~update-cache/t_aux", "-update-cache/tree", "-sealed -cache", "-sealed -update"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task What_survey_recommends_makes_a_snapped_sector_whole(string size, string damages, bool stillProves)
    {
        // Whole chunks and rows that are not kept make no difference to what is advised: of 8MiB a few stand for all.
        Assert.SkipUnless(
            VectorFiles.LongTests || (size == "2KiB" && !Twins.Contains(damages)) || (size == "8MiB" && damages is "-update" or "~cache/tree" or "-sealed -cache -update -update-cache"),
            "takes minutes in all; set SEALER_RECOVER_LONG_TESTS=1");
        (DataCase known, string metadata) = await RecoverAsync(size);
        Directory.Delete(Path.Combine(_bench.Result, "unsealed"), recursive: true);
        foreach (string damage in damages.Split(' '))
        {
            Damage(known, damage[1..], isLost: damage[0] == '-');
        }

        Ended found = await _bench.RunAsync(stillProves ? 0 : 10, Survey(metadata));
        string command = stillProves
            ? $"sealer-recover repair --metadata={metadata} --storage={_bench.Result}"
            : (string)found.Report["next"]!.AsArray().Single()!["commands"]!.AsArray().Single()!;
        Assert.StartsWith("sealer-recover repair ", command, StringComparison.Ordinal);
        await _bench.RunAsync(0, [.. command.Split(' ')[1..], $"--piece-source={Pieces}", $"--sealing-temp={_bench.Temp}", "--json"]);

        known.AssertInstalled(_bench.Result);
        await _bench.RunAsync(0, Survey(metadata));
    }

    [Theory]
    [InlineData("2KiB")]
    [InlineData("8MiB")]
    public async Task With_only_the_unsealed_copy_left_everything_is_made_of_it(string size)
    {
        (DataCase known, string metadata) = await RecoverAsync(size);
        Damage(known, "sealed", isLost: true);
        Damage(known, "update", isLost: true);
        Damage(known, "cache", isLost: true);
        Damage(known, "update-cache", isLost: true);
        Directory.Delete(Pieces, recursive: true);

        Ended found = await _bench.RunAsync(10, Survey(metadata));
        string command = (string)found.Report["next"]!.AsArray().Single()!["commands"]!.AsArray().Single()!;
        await _bench.RunAsync(0, [.. command.Split(' ')[1..], $"--sealing-temp={_bench.Temp}", "--json"]);

        known.AssertInstalled(_bench.Result);
    }

    private string Pieces => Path.Combine(_bench.Home, "pieces");

    private async Task<(DataCase Known, string Metadata)> RecoverAsync(string size)
    {
        DataCase known = DataCase.Get($"update/{size}-v1_1-cc");
        known.SavePieces(Pieces);
        string metadata = _bench.Write(known.Metadata());
        await whole.CopyAsync(_bench, size, [.. _bench.Recover(metadata, $"--piece-source={Pieces}", "--keep-unsealed", "--json")]);
        known.AssertInstalled(_bench.Result);
        return (known, metadata);
    }

    private void Damage(DataCase known, string what, bool isLost)
    {
        string[] parts = what.Split('/');
        string path = Path.Combine(_bench.Result, parts[0], known.Name, parts.Length == 1 ? "" : parts[1] == "tree" ? "sc-02-data-tree-r-last.dat" : parts[1])
            .TrimEnd('/');
        if (!isLost)
        {
            // Most of t_aux is paths, which do not matter; it begins with the number of layers.
            byte[] content = File.ReadAllBytes(path);
            content[parts[^1] == "t_aux" ? 0 : content.Length / 2] ^= 8;
            File.WriteAllBytes(path, content);
        }
        else if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }

    private IEnumerable<string> Survey(string metadata) => ["survey", $"--metadata={metadata}", $"--storage={_bench.Result}", "--deep", "--json"];
}
