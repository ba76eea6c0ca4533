using SealerRecover.Hosting;
using SealerRecover.Tests.Commands;
using Xunit;

namespace SealerRecover.Tests.Metrics;

/// <summary>--metrics-file, from the command line to the file.</summary>
public sealed class MetricsOptionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-metrics-").FullName;

    private string Target => Path.Combine(_folder, "survey.prom");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_survey_that_finds_damage_leaves_that_in_the_file()
    {
        for (int run = 0; run < 2; run++)
        {
            Ran ran = await InProcess.RunAsync("survey", "--miner=f01000", $"--storage={_folder}", "--sector-size=2KiB", "5-7", "9", $"--metrics-file={Target}");
            Assert.True(ran.Code == 10, ran.Output + ran.Error);
        }

        string text = await File.ReadAllTextAsync(Target, TestContext.Current.CancellationToken);
        foreach (string line in (string[])
            [
                "running{LABELS} 0", "run_exit_code{LABELS} 10", "checked_sectors{LABELS,result=\"damaged\"} 4", "checked_sectors{LABELS,result=\"good\"} 0",
                "sectors{LABELS,state=\"failed\"} 4", "sector_failures_total{LABELS,reason=\"storage\"} 4", "sector_failures_total{LABELS,reason=\"commitment_mismatch\"} 0",
                $"build_info{{LABELS,version=\"{ProgramVersion.Text}\"}} 1",
            ])
        {
            Assert.Contains($"\nsealer_recover_{line.Replace("LABELS", "command=\"survey\",file=\"survey\"", StringComparison.Ordinal)}\n", text, StringComparison.Ordinal);
        }

        Assert.Equal([Target], Directory.EnumerateFileSystemEntries(_folder));
        Promtool.Need();
        Assert.Equal((0, ""), Promtool.Run(text, "check", "metrics"));
    }

    [Theory]
    [InlineData("metrics.txt", 2, "does not end in .prom")]
    [InlineData("none/metrics.prom", 2, "does not exist")]
    [InlineData("theirs.prom", 11, "is not overwritten")]
    public async Task What_cannot_be_written_ends_the_command_before_it_begins(string name, int code, string sentence)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "theirs.prom"), "up 1\n", TestContext.Current.CancellationToken);
        Ran ran = await InProcess.RunAsync("survey", "--miner=f01000", $"--storage={_folder}", "--sector-size=2KiB", "5", $"--metrics-file={_folder}/{name}");
        Assert.True(ran.Code == code, ran.Output + ran.Error);
        Assert.Contains(sentence, ran.Error, StringComparison.Ordinal);
        Assert.Equal("up 1\n", await File.ReadAllTextAsync(Path.Combine(_folder, "theirs.prom"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_mistake_in_the_command_line_leaves_the_file_of_the_last_run()
    {
        _ = await InProcess.RunAsync("survey", "--miner=f01000", $"--storage={_folder}", "--sector-size=2KiB", "5", $"--metrics-file={Target}");
        string before = await File.ReadAllTextAsync(Target, TestContext.Current.CancellationToken);
        Ran ran = await InProcess.RunAsync("survey", "--threads=none", $"--metrics-file={Target}");
        Assert.Equal(2, ran.Code);
        Assert.Equal(before, await File.ReadAllTextAsync(Target, TestContext.Current.CancellationToken));
    }
}
