using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>t_aux holds nothing but a sector's shape, and no proof reads it: without it, or with a broken one, a sector is whole.</summary>
public sealed class SectorsWithoutTAux(ParentCaches caches, WholeSectors whole) : IDisposable, IClassFixture<WholeSectors>
{
    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    private string Cache => Path.Combine(_bench.Result, "cache", "s-t01000-2");

    [Theory]
    [InlineData("missing", "missing")]
    [InlineData("empty", "damaged")]
    [InlineData("broken", "damaged")]
    [InlineData("folder", "unreadable")]
    [InlineData("dead link", "unreadable")]
    public async Task It_is_a_remark(string how, string state)
    {
        string metadata = await RecoverAsync();
        Spoil(Path.Combine(Cache, "t_aux"), how);

        string[] places = [$"--metadata={metadata}", $"--storage={_bench.Result}", "2"];
        Ended found = await _bench.RunAsync(0, ["survey", .. places, "--deep", "--json"]);
        JsonObject survey = found.Lines.Single(line => (string?)line["event"] == "survey");
        Assert.True((bool)survey["whole"]!);
        Assert.Equal(state, (string?)survey["files"]!.AsArray().Single(file => (string?)file!["file"] == "t_aux")!["state"]);
        JsonNode repair = survey["repairs"]!.AsArray().Single()!;
        Assert.Equal(("write_t_aux", false), ((string?)repair["repair"], (bool)repair["needed"]!));
        Assert.Equal("good", (string?)found.Report["sectors"]![0]!["result"]);
        Assert.Empty(found.Report["next"]!.AsArray());
        Assert.Contains("possible: write t_aux", (await _bench.RunAsync(0, ["survey", .. places])).Output, StringComparison.Ordinal);
        await _bench.RunAsync(0, ["verify", .. places]);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("empty")]
    [InlineData("broken")]
    [InlineData("folder")]
    public async Task Repair_writes_it(string how)
    {
        string metadata = await RecoverAsync();
        Spoil(Path.Combine(Cache, "t_aux"), how);
        Ended repaired = await _bench.RunAsync(
            0, ["repair", $"--metadata={metadata}", $"--storage={_bench.Result}", "2", $"--sealing-temp={_bench.Temp}", "--json"]);
        Assert.DoesNotContain(repaired.Lines, line => (string?)line["phase"] == "label");
        new ExpectedFiles("2KiB").AssertSector(_bench.Result, 2, anyPathInTAux: true);
    }

    [Fact]
    public async Task Another_storage_path_needs_none_either_and_one_that_holds_nothing_else_holds_nothing()
    {
        string metadata = await RecoverAsync();
        string other = Path.Combine(_bench.Home, "other");
        WholeSectors.Copy(_bench.Result, other);
        File.Delete(Path.Combine(other, "cache", "s-t01000-2", "t_aux"));
        string third = Directory.CreateDirectory(Path.Combine(_bench.Home, "third", "cache", "s-t01000-2")).FullName;
        File.Copy(Path.Combine(Cache, "t_aux"), Path.Combine(third, "t_aux"));

        string[] survey =
        [
            "survey", $"--metadata={metadata}", $"--storage={_bench.Result}", $"--storage={other}", $"--storage={Path.Combine(_bench.Home, "third")}", "2", "--deep", "--json",
        ];
        Ended found = await _bench.RunAsync(0, survey);
        JsonNode repair = found.Lines.Single(line => (string?)line["event"] == "survey")["repairs"]!.AsArray().Single()!;
        Assert.Equal(("copy_good", false), ((string?)repair["repair"], (bool)repair["needed"]!));
        Assert.Single(repair["copies"]!.AsArray());

        // Nowhere a t_aux: that hides no damage of anything else.
        File.Delete(Path.Combine(Cache, "t_aux"));
        File.Delete(Path.Combine(third, "t_aux"));
        Workbench.Flip(Path.Combine(other, "cache", "s-t01000-2", "p_aux"), 40);
        await _bench.RunAsync(10, survey);
    }

    private async Task<string> RecoverAsync()
    {
        string metadata = Workbench.Sample("2KiB");
        await whole.CopyAsync(_bench, "2KiB", [.. _bench.Recover(metadata, "2", "--json")]);
        return metadata;
    }

    private static void Spoil(string path, string how)
    {
        byte[] content = File.ReadAllBytes(path);
        File.Delete(path);
        switch (how)
        {
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "broken":
                content[0] ^= 8;
                File.WriteAllBytes(path, content);
                break;
            case "folder":
                Directory.CreateDirectory(path);
                break;
            case "dead link":
                File.CreateSymbolicLink(path, "/nowhere/t_aux");
                break;
            default:
                break;
        }
    }
}
