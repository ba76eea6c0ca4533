using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>Survey and verify say how much they read and what that is worth; only what was read as a whole is called good without more.</summary>
public sealed class HowFarItWasLooked(ParentCaches caches, WholeSectors whole) : IDisposable, IClassFixture<WholeSectors>
{
    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_deep_survey_of_two_sectors_finds_one_byte()
    {
        // With no rows discarded each replica has 32768 stretches, far more than any sample of before.
        string metadata = Workbench.Sample("8MiB");
        await whole.CopyAsync(_bench, "8MiB", [.. _bench.Recover(metadata, "1-2", "--rows-to-discard=0", "--json")]);
        string[] survey = ["survey", $"--metadata={metadata}", $"--storage={_bench.Result}", "--rows-to-discard=0", "1-2", "--deep"];
        Ended good = await _bench.RunAsync(0, survey);
        Assert.Contains("every byte was read", good.Output, StringComparison.Ordinal);
        Assert.Contains("2 good in ", good.Output, StringComparison.Ordinal);

        const long place = (8 << 20) - 4321;
        Workbench.Flip(Path.Combine(_bench.Result, "sealed", "s-t01000-2"), place);
        Ended damaged = await _bench.RunAsync(10, [.. survey, "--json"]);
        JsonNode range = Surveys(damaged)[1]["files"]!.AsArray().Single(file => (string?)file!["state"] == "damaged")!["ranges"]!.AsArray().Single()!;
        Assert.InRange(place, (long)range["offset"]!, (long)range["offset"]! + (long)range["length"]! - 1);
        Assert.Equal(["good", "failed"], Results(damaged));

        // A sample that misses it says that it may have: 1000 stretches of 256 bytes lie in at most 1000 of 2048 blocks.
        Ended sampled = await _bench.RunAsync([.. survey, "--sample=1000", "--json"]);
        JsonNode sample = Surveys(sampled)[0]["files"]!.AsArray().Single(file => (string?)file!["file"] == "sealed")!["sample"]!;
        Assert.Equal(
            (1000L, 32768L, 256L, 4096),
            ((long)sample["read"]!, (long)sample["of"]!, (long)sample["stretch_bytes"]!, (int)sample["block_bytes"]!));
        Assert.InRange((double)sample["block_chance"]!, 600 / 2048.0, 1000 / 2048.0);
        Assert.Equal("good_sampled", Results(sampled)[0]);
    }

    [Theory]
    [InlineData("--deep", "good", "whole", 2048, "every byte was read")]
    [InlineData("--deep --sample=3", "good_sampled", "sampled", 3, "of sealed 3 of 32768 stretches of 256 B")]
    [InlineData("", "good_unread", "unread", 0, "of sealed nothing but its length")]
    [InlineData("--quick", "good_unread", "unread", 0, "of sealed nothing but its length")]
    public async Task The_words_and_numbers_of_a_survey(string options, string result, string read, int mostBlocks, string words)
    {
        string metadata = Workbench.Sample("8MiB");
        await whole.CopyAsync(_bench, "8MiB", [.. _bench.Recover(metadata, "1-2", "--rows-to-discard=0", "--json")]);
        string[] survey =
        [
            "survey", $"--metadata={metadata}", $"--storage={_bench.Result}", "--rows-to-discard=0", "1-2", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ];
        Ended json = await _bench.RunAsync(0, [.. survey, "--json"]);
        Assert.Equal([result, result], Results(json));
        Assert.All(Surveys(json), found => Assert.Equal(read, (string)found["read"]!));

        // Of 2048 blocks; stretches of one block count once.
        double least = read == "sampled" ? 1 : mostBlocks;
        Assert.All(Surveys(json), found => Assert.InRange((double)found["block_chance"]! * 2048, least, mostBlocks));
        Assert.Equal(
            Surveys(json).Select(found => (double)found["block_chance"]!),
            json.Report["sectors"]!.AsArray().Select(sector => (double)sector!["block_chance"]!));

        Ended text = await _bench.RunAsync(0, survey);
        Assert.Equal(4, text.Output.Split(words).Length - 1);
        Assert.Equal(read == "whole", text.Output.Contains("every byte", StringComparison.Ordinal));
        Assert.Equal(read == "whole", text.Output.Contains("and nothing speaks against it.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_proof_says_of_how_many_nodes()
    {
        string metadata = Workbench.Sample("8MiB");
        await whole.CopyAsync(_bench, "8MiB", [.. _bench.Recover(metadata, "1-2", "--rows-to-discard=0", "--json")]);
        string[] verify = ["verify", $"--metadata={metadata}", $"--storage={_bench.Result}", "--rows-to-discard=0", "1"];
        Ended json = await _bench.RunAsync(0, [.. verify, "--json"]);
        JsonNode found = json.Lines.Single(line => (string?)line["event"] == "verification");
        Assert.Equal((100, 262144L), ((int)found["proven_nodes"]!, (long)found["nodes"]!));
        Assert.Equal(32768, (long)found["sample"]!["of"]!);
        Assert.InRange((double)found["block_chance"]!, 80 / 2048.0, 100 / 2048.0);
        Assert.Equal((double)found["block_chance"]!, (double)json.Report["sectors"]![0]!["block_chance"]!);

        Ended text = await _bench.RunAsync(0, verify);
        Assert.Contains("100 challenges of 262144 nodes, which read ", text.Output, StringComparison.Ordinal);
        Assert.Contains("damage of one block of 4.0 KiB is met with a chance of 4.", text.Output, StringComparison.Ordinal);

        Ended full = await _bench.RunAsync(0, [.. verify, "--full", "--json"]);
        Assert.Equal(1, (double)full.Lines.Single(line => (string?)line["event"] == "verification")["block_chance"]!);
        Assert.Contains("and every byte was read", (await _bench.RunAsync(0, [.. verify, "--full"])).Output, StringComparison.Ordinal);

        // Compared with nothing but themselves, files are good as far as they were read.
        string[] offline = ["verify", "--miner=f01000", "--offline", $"--storage={_bench.Result}", "--rows-to-discard=0", "1", "--json"];
        Assert.Equal(["good_sampled"], Results(await _bench.RunAsync(0, offline)));
        Assert.Equal(["good"], Results(await _bench.RunAsync(0, [.. offline, "--full"])));
    }

    private static List<JsonObject> Surveys(Ended ended) => [.. ended.Lines.Where(line => (string?)line["event"] == "survey")];

    private static string[] Results(Ended ended) => [.. ended.Report["sectors"]!.AsArray().Select(sector => (string)sector!["result"]!)];
}
