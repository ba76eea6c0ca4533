using SealerRecover.Tests;
using Xunit;

namespace EndToEnd;

/// <summary>Whatever is damaged: the command that survey prints makes the sector whole, to the byte.</summary>
public sealed class SurveyThenRepair(ParentCaches caches) : IDisposable
{
    private const string Tree = "sc-02-data-tree-r-last.dat";
    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    public static TheoryData<string, string, bool> Damages
    {
        get
        {
            TheoryData<string, string, bool> data = [];
            foreach (string size in new[] { "2KiB", "8MiB" })
            {
                foreach (string file in new[] { "sealed", "p_aux", "t_aux", Tree })
                {
                    data.Add(size, file, true);
                }

                // Most of t_aux is paths, which do not matter.
                foreach (string file in new[] { "sealed", "p_aux", Tree })
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
        const ulong sector = 3;
        string metadata = Workbench.Sample(size);
        await RunAsync(0, [.. _bench.Recover(metadata), $"--sectors={sector}"]);
        await RunAsync(0, Survey(metadata, sector));
        string cache = Path.Combine(_bench.Result, "cache", $"s-t01000-{sector}");
        string path = file switch
        {
            "sealed" => Path.Combine(_bench.Result, "sealed", $"s-t01000-{sector}"),
            "cache" => cache,
            _ => Path.Combine(cache, file),
        };
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
            byte[] content = File.ReadAllBytes(path);
            content[content.Length / 2] ^= 8;
            File.WriteAllBytes(path, content);
        }

        Ended found = await RunAsync(10, Survey(metadata, sector));
        string command = (string)found.Report["next"]!.AsArray().Single()!["commands"]!.AsArray().Single()!;
        Assert.StartsWith("sealer-recover repair ", command, StringComparison.Ordinal);
        await RunAsync(0, [.. command.Split(' ')[1..], $"--sealing-temp={_bench.Temp}", "--json"]);

        new ExpectedFiles(size).AssertInstalled(_bench.Result, [sector]);
        await RunAsync(0, Survey(metadata, sector));
    }

    private IEnumerable<string> Survey(string metadata, ulong sector) =>
        ["survey", $"--metadata={metadata}", $"--storage={_bench.Result}", "--deep", "--json", $"{sector}"];

    private async Task<Ended> RunAsync(int code, IEnumerable<string> arguments)
    {
        Ended ended = await _bench.RunAsync(arguments);
        Assert.True(ended.Code == code, ended.ToString());
        return ended;
    }
}
