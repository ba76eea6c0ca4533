using System.CommandLine;
using SealerRecover.Commands;
using Xunit;

namespace SealerRecover.Tests.Commands;

public sealed class LatencyOptionsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-latency-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("2s", 2000)]
    [InlineData("2", 2000)]
    [InlineData("0.5s", 500)]
    [InlineData("500ms", 500)]
    [InlineData("1min", 60_000)]
    [InlineData("60min", 3_600_000)]
    public void A_limit_is_a_time(string text, double milliseconds)
    {
        LatencyOptions options = new();
        Command command = new("verify") { options.Slow };
        ParseResult parsed = command.Parse([$"--slow={text}"]);
        Assert.Empty(parsed.Errors);
        Assert.Equal(milliseconds, parsed.GetValue(options.Slow)!.Value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1s")]
    [InlineData("soon")]
    [InlineData("s")]
    [InlineData("2h")]
    [InlineData("1e3s")]
    [InlineData("61min")]
    [InlineData("NaN")]
    public async Task What_is_no_time_is_one_sentence(string text)
    {
        Ran ran = await InProcess.RunAsync("verify", "--miner=f01000", $"--storage={_folder}", "--sector-size=2KiB", $"--slow={text}", "5");
        Assert.Equal(2, ran.Code);
        Assert.Contains($"--slow is \"{text}\", not a time from 1ms to 60min", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("survey")]
    public async Task A_page_is_written_also_of_sectors_that_are_not_there_and_nothing_is_overwritten(string command)
    {
        string page = Path.Combine(_folder, "page.html");
        string[] line = [command, "--miner=f01000", $"--storage={_folder}", "--sector-size=2KiB", $"--report={page}", "5-7"];
        Ran ran = await InProcess.RunAsync(line);
        Assert.True(ran.Code == 10, ran.Output + ran.Error);
        Assert.Contains($"the page is in {page}", ran.Output, StringComparison.Ordinal);
        string written = await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken);
        Assert.All(new[] { 5, 6, 7 }, number => Assert.Contains($"id=\"s-t01000-{number}\"", written, StringComparison.Ordinal));
        Assert.Equal([page], Directory.EnumerateFileSystemEntries(_folder));

        Ran again = await InProcess.RunAsync(line);
        Assert.Equal(11, again.Code);
        Assert.Contains($"{page} exists already and is not overwritten", again.Error, StringComparison.Ordinal);
        Assert.Equal(written, await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken));

        Ran nowhere = await InProcess.RunAsync([.. line[..^2], $"--report={_folder}/none/page.html", "5"]);
        Assert.Equal(2, nowhere.Code);
        Assert.Contains("does not exist", nowhere.Error, StringComparison.Ordinal);
    }
}
