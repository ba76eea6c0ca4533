using System.Text.Json.Nodes;
using Filecoin.Chain.Progress;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Events;
using SealerRecover.Rendering;
using Xunit;

namespace SealerRecover.Tests.Rendering;

/// <summary>Progress of searches that send a node through days of the chain.</summary>
public sealed class SearchTests : IDisposable
{
    private readonly FixedTime _time = new();
    private readonly StringWriter _output = new() { NewLine = "\n" };

    public void Dispose() => _output.Dispose();

    [Theory]
    [InlineData(
        SearchKind.PreCommitMessages, 0, false, 12, "searching messages to f01000 for the pre-commit of sector 2: epoch 4,100,320, 12 of up to 120 blocks of six hours (1.2 blocks/s, at most 1 min 30 s left)")]
    [InlineData(
        SearchKind.PreCommitMessages, 1, true, 0, "searching messages to f01000 for the pre-commits of sector 2 and another on the archive node: epoch 4,100,320, 0 of up to 120 blocks of six hours")]
    [InlineData(
        SearchKind.PreCommitEvents, 15, false, 1, "searching events of f01000 for the pre-commits of sector 2 and 15 others: epoch 4,100,320, 1 of up to 120 blocks of a day (0.1 blocks/s, at most 19 min 50 s left)")]
    [InlineData(
        SearchKind.UpdateStates, 0, false, 60, "searching states of f01000 for the update of sector 2: epoch 4,100,320, 60 of up to 120 states (6.0 states/s, at most 10 s left)")]
    public void It_is_one_sentence(SearchKind kind, int others, bool ofArchive, int done, string words) =>
        Assert.Equal(words, LookUpText.Of(Search(done, 10) with { Kind = kind, Others = others, OfArchive = ofArchive }));

    [Fact]
    public void What_takes_more_than_ten_seconds_each_is_counted_by_the_minute() => Assert.EndsWith(
        "1 of 120 sectors looked up (1.5 sectors/min, 1 h 19 min left)",
        LookUpText.Of(new LookupCount(LookupTask.LookUp, 1, 120, 0, TimeSpan.FromSeconds(40))),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(LookupTask.Connect, "connect", "answers", "0 of 3 answers of the chain node are there")]
    [InlineData(LookupTask.List, "list_sectors", "deadlines", "0 of 3 deadlines asked for their sectors")]
    [InlineData(LookupTask.Order, "order_sectors", "sectors", "0 of 3 sectors asked when they end")]
    [InlineData(LookupTask.LookUp, "look_up", "sectors", "0 of 3 sectors looked up")]
    public void Before_anything_is_done_there_is_neither_rate_nor_an_end(LookupTask task, string phase, string unit, string words)
    {
        LookupCount count = new(task, 0, 3, 0, TimeSpan.FromSeconds(2));
        Assert.Equal((phase, unit, words), (Words.Of(count.Task), Words.Of(LookUpText.UnitOf(count.Task)), LookUpText.Of(count)));

        new JsonView(_output, TextWriter.Null, _time, verbose: false).On(new LookUpReported(_time.Now, count));
        JsonObject line = JsonNode.Parse(_output.ToString())!.AsObject();
        Assert.Equal(["event", "time", "phase", "step", "steps", "done", "total", "unit"], line.Select(field => field.Key));
    }

    [Fact]
    public void Without_a_terminal_it_is_a_line_at_first_and_then_every_half_minute_or_tenth()
    {
        PlainView view = new(_output, TextWriter.Null, _time, verbose: false);
        for (int quarter = 8; quarter < 240; quarter++)
        {
            // One block in eight seconds.
            view.On(new LookUpReported(_time.Now.AddSeconds(quarter / 4.0), Search(quarter / 32, quarter / 4.0)));
        }

        view.On(new LookUpReported(_time.Now.AddSeconds(60), Search(7, 60) with { IsOver = true }));
        Assert.Equal(
            [
                "2026-01-02 03:04:07Z searching messages to f01000 for the pre-commit of sector 2: epoch 4,100,320, 0 of up to 120 blocks of six hours",
                "2026-01-02 03:04:37Z searching messages to f01000 for the pre-commit of sector 2: epoch 4,100,320, 4 of up to 120 blocks of six hours (0.1 blocks/s, at most 15 min 28 s left)",
            ],
            _output.ToString().TrimEnd().Split('\n'));
    }

    [Fact]
    public void In_json_it_is_a_phase_of_the_sector_with_its_epoch_about_once_a_second()
    {
        JsonView view = new(_output, TextWriter.Null, _time, verbose: false);
        for (int quarter = 8; quarter < 48; quarter++)
        {
            view.On(new LookUpReported(_time.Now.AddSeconds(quarter / 4.0), Search(quarter / 8, quarter / 4.0) with { Others = 3 }));
        }

        view.On(new LookUpReported(_time.Now.AddSeconds(20), Search(7, 20) with { IsOver = true }));
        JsonObject[] lines = [.. _output.ToString().TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!.AsObject())];
        Assert.Equal(10, lines.Length);
        Assert.Equal(
            """{"event":"progress","time":"2026-01-02T03:04:09.000Z","sector":{"miner":"f01000","number":2},"phase":"search_messages","step":1,"steps":1,"done":2,"total":120,"unit":"blocks","rate":0.5,"seconds_left":236,"epoch":4100320,"other_sectors":3,"archive_node":false}""",
            lines[2].ToJsonString());
    }

    [Fact]
    public void On_a_terminal_each_display_has_lines_of_its_own()
    {
        TerminalView view = new(
            new ConsoleHost
            {
                Environment = new Dictionary<string, string>(),
                Output = _output,
                Error = TextWriter.Null,
                WorkingFolder = "/",
                Time = _time,
            },
            verbose: false);
        foreach (int done in (int[])[11, 12])
        {
            view.Live(() =>
            {
                view.On(new LookUpReported(_time.Now, new LookupCount(LookupTask.LookUp, 0, 70 + done, 0, TimeSpan.FromSeconds(3))));
                view.On(new LookUpReported(_time.Now, Search(done, 10)));
                Thread.Sleep(300);
                view.On(new LookUpReported(_time.Now, Search(done, 10) with { IsOver = true }));
                return done;
            });
        }

        // Lines are cut to the terminal's width, so only how they begin is looked for.
        foreach (string words in (string[])["0 of 81 sectors looked up", "0 of 82 sectors looked up", "searching messages to f01000"])
        {
            Assert.Contains(words, _output.ToString(), StringComparison.Ordinal);
        }

        // Beside a display nothing moves.
        int length = _output.ToString().Length;
        view.On(new LookUpReported(_time.Now, Search(1, 10)));
        Assert.Equal(length, _output.ToString().Length);
    }

    private static LookupSearch Search(int done, double seconds) => new(
        SearchKind.PreCommitMessages, Examples.Sector2, 0, false, 4_100_320, done, 120, TimeSpan.FromSeconds(seconds));
}
