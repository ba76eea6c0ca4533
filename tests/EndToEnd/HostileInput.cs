using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>Whatever is wrong with the input or the folders ends as one clear sentence and a documented code, with nothing lost.</summary>
public sealed class HostileInput(ParentCaches caches) : IDisposable
{
    private readonly Workbench _bench = new(caches);

    public static TheoryData<string> Metadata =>
    [
        "",
        "not json",
        "[]",
        "null",
        "{\"Miner\":\"f01000\"",
        "{}",
        "{\"Miner\":\"f01000\",\"SectorSize\":2048}",
        "{\"Miner\":1000,\"SectorSize\":2048,\"SectorInfos\":[]}",
        "{\"Miner\":\"../../etc\",\"SectorSize\":2048,\"SectorInfos\":[]}",
        "{\"Miner\":\"f01000\",\"SectorSize\":2047,\"SectorInfos\":[]}",
        "{\"Miner\":\"f01000\",\"SectorSize\":1e999,\"SectorInfos\":[]}",
        "{\"Miner\":\"f01000\",\"SectorSize\":2048,\"SectorInfos\":{}}",
        "{\"Miner\":\"f01000\",\"SectorSize\":2048,\"SectorInfos\":[null]}",
        new string('[', 100_000),
        "{\"Miner\":\"f01000\u001b[2J\",\"SectorSize\":2048,\"SectorInfos\":[]}",
    ];

    public static TheoryData<string, string> Fields => new()
    {
        { "SectorNumber", "-1" },
        { "SectorNumber", "\"../1\"" },
        { "SectorNumber", new string('9', 100_000) },
        { "SectorNumber", "1.5" },
        { "SectorNumber", "2" },
        { "Ticket", "\"AAAA\"" },
        { "Ticket", "\"!!!!\"" },
        { "Ticket", "null" },
        { "SealProof", "8" },
        { "SealProof", "99" },
        { "SealProof", "-1" },
        { "SealedCID", "{\"/\":\"baga6ea4seaqpy7usqklokfx2vxuynmupslkeutzexe2uqurdg5vhtebhxqmpqmy\"}" },
        { "SealedCID", "{\"/\":\"../../../etc/passwd\"}" },
        { "SealedCID", "\"bagboea\"" },
    };

    public void Dispose() => _bench.Dispose();

    [Theory]
    [MemberData(nameof(Metadata))]
    public async Task A_file_that_is_no_metadata_is_refused(string content) => await Refused(_bench.Write(content));

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task A_field_that_is_wrong_is_refused_with_nothing_started(string field, string value)
    {
        string sample = await File.ReadAllTextAsync(Workbench.Sample("2KiB"), TestContext.Current.CancellationToken);
        JsonObject first = JsonNode.Parse(sample)!["SectorInfos"]![0]!.AsObject();
        string text = "{\"Miner\":\"f01000\",\"SectorSize\":2048,\"SectorInfos\":["
            + string.Join(',', Entry(first, field, value), JsonNode.Parse(sample)!["SectorInfos"]![1]!.ToJsonString()) + "]}";
        await Refused(_bench.Write(text));
    }

    [Fact]
    public async Task A_missing_file_and_a_folder_are_refused()
    {
        await Refused(Path.Combine(_bench.Home, "nothing.json"));
        await Refused(_bench.Home);
    }

    [Fact]
    public async Task A_sector_that_the_file_lacks_is_refused()
    {
        Ended ended = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "1", "77"));
        Assert.Equal(2, ended.Code);
        Assert.Contains("77", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("result")]
    [InlineData("temp")]
    public async Task A_folder_that_cannot_be_written_is_named(string which)
    {
        string folder = which == "result" ? _bench.Result : _bench.Temp;
        await File.WriteAllTextAsync(folder, "a file where a folder should be", TestContext.Current.CancellationToken);
        Ended ended = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "1"));
        Assert.Contains(ended.Code, (int[])[2, 10]);
        Assert.Contains(folder, ended.Output + ended.Error, StringComparison.Ordinal);
        AssertCalm(ended);
        Assert.Equal("a file where a folder should be", await File.ReadAllTextAsync(folder, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_read_only_result_folder_is_a_sentence()
    {
        Assert.SkipWhen(Environment.UserName == "root", "root may write anywhere");
        Directory.CreateDirectory(_bench.Result);
        File.SetUnixFileMode(_bench.Result, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Ended ended = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "1"));
        Assert.Equal(10, ended.Code);
        AssertCalm(ended);
    }

    [Fact]
    public async Task Damaged_work_in_progress_is_never_trusted()
    {
        // A run whose result cannot be installed leaves its work behind; every byte of it is then spoiled.
        string target = Path.Combine(_bench.Result, "sealed", "s-t01000-2");
        Directory.CreateDirectory(target);
        await File.WriteAllTextAsync(Path.Combine(target, "note"), "in the way", TestContext.Current.CancellationToken);
        Ended blocked = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "2"));
        Assert.NotEqual(0, blocked.Code);
        AssertCalm(blocked);
        foreach (string path in Directory.EnumerateFiles(_bench.Temp, "*", SearchOption.AllDirectories))
        {
            byte[] content = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
            for (int i = 0; i < content.Length; i += 97)
            {
                content[i] ^= 0x40;
            }

            await File.WriteAllBytesAsync(path, content, TestContext.Current.CancellationToken);
        }

        Directory.Delete(target, recursive: true);
        Ended ended = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "2"));
        Assert.True(ended.Code == 0, ended.ToString());
        new ExpectedFiles("2KiB").AssertInstalled(_bench.Result, [2]);
    }

    private static string Entry(JsonObject sector, string field, string value) =>
        "{" + string.Join(',', sector.Select(entry => $"\"{entry.Key}\":{(entry.Key == field ? value : entry.Value!.ToJsonString())}")) + "}";

    private static void AssertCalm(Ended ended)
    {
        string said = ended.Output + ended.Error;
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', said);
        Assert.Contains("hint: ", said, StringComparison.Ordinal);
    }

    private async Task Refused(string metadata)
    {
        Ended ended = await _bench.RunAsync(_bench.Recover(metadata));
        Assert.True(ended.Code == 2, ended.ToString());
        Assert.Empty(ended.Output);
        Assert.Equal(2, ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        AssertCalm(ended);
        Assert.InRange(ended.Error.Length, 20, 2000);
        Assert.False(Directory.Exists(_bench.Result));
    }
}
