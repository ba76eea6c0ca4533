using System.Globalization;
using System.Text.Json.Nodes;
using SealerRecover.Commands;
using SealerRecover.Hosting;
using Xunit;

namespace SealerRecover.Tests.Commands;

/// <summary>What scrub says of its options and of its hours.</summary>
public sealed class ScrubCommandTests : IDisposable
{
    private const int Length = 8 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("scrub-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("--hours", "--hours=6")]
    [InlineData("--hours", "--hours=1-1")]
    [InlineData("--rate", "--rate=0")]
    [InlineData("--rate", "--rate=fast")]
    [InlineData("--again-after", "--again-after=30")]
    [InlineData("--again-after", "--again-after=d")]
    [InlineData("--again-after", "--again-after=5m")]
    [InlineData("no miner", null)]
    public async Task A_mistake_is_told_before_anything_is_read(string told, string? option)
    {
        Ran ran = await InProcess.RunAsync(["scrub", $"--state={_folder}", .. option is null ? [] : new[] { "--miner=f01000", option }]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(told, ran.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task The_end_of_its_hours_is_no_failure_and_the_next_night_goes_on()
    {
        string replica = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "root", "sealed")).FullName, "s-t01000-5");
        await File.WriteAllBytesAsync(replica, new byte[Length], TestContext.Current.CancellationToken);

        // Three seconds before six, at a rate that eight seconds would suffice for.
        (int code, JsonObject told) = await ScrubAsync(new DateTimeOffset(2026, 7, 1, 5, 59, 57, TimeSpan.Zero), "--hours=1-6", "--rate=1MiB", "--threads=1");
        JsonNode night = told["night"]!;
        Assert.Equal((0, "interrupted", 1), (code, (string?)night["end"], (int)night["left"]!));
        long read = (long)night["bytes"]!;
        Assert.InRange(read, 1, Length - 1);
        Assert.Equal(read, (long)Assert.Single(told["reading"]!.AsArray())!["done"]!);
        Assert.Equal(Length - read, (long)night["left_bytes"]!);
        Assert.InRange(DateTimeOffset.Parse((string)told["complete_at"]!, CultureInfo.InvariantCulture), new DateTimeOffset(2026, 7, 2, 5, 59, 59, TimeSpan.Zero), new DateTimeOffset(2026, 7, 9, 6, 0, 0, TimeSpan.Zero));

        // Nothing of it stands but the replica, which is what is told once it was read.
        (code, told) = await ScrubAsync(new DateTimeOffset(2026, 7, 2, 1, 0, 0, TimeSpan.Zero), "--hours=1-6");
        Assert.Equal((10, "complete", Length - read), (code, (string?)told["night"]!["end"], (long)told["night"]!["bytes"]!));
        Assert.Empty(told["reading"]!.AsArray());
        Assert.Single(told["damage"]!.AsArray());
    }

    private async Task<(int Code, JsonObject Told)> ScrubAsync(DateTimeOffset now, params string[] more)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        ConsoleHost host = new()
        {
            Environment = new Dictionary<string, string> { ["HOME"] = _folder },
            SystemConfiguration = "/nowhere/config.toml",
            Output = output,
            Error = error,
            WorkingFolder = "/",
            Cores = 2,
            Time = new MovedClock(now),
        };
        string[] arguments = ["scrub", "--miner=f01000", $"--storage={Path.Combine(_folder, "root")}", $"--state={Path.Combine(_folder, "state")}", "--offline", "--json", .. more];
        int code = await new CommandLine().RunAsync(arguments, host, TestContext.Current.CancellationToken);
        Ran ran = new(code, output.ToString(), error.ToString());
        return (code, Assert.Single(ran.Lines, line => (string?)line["event"] == "scrub"));
    }

    /// <summary>A clock that begins at a time and goes on as clocks do.</summary>
    private sealed class MovedClock(DateTimeOffset start) : TimeProvider
    {
        private readonly TimeSpan _by = start - DateTimeOffset.UtcNow;

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _by;
    }
}
