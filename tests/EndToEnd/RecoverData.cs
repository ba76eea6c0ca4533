using System.Text.Json.Nodes;
using SealerRecover.Recovery.Site;

namespace EndToEnd;

/// <summary>Sectors with data and snapped ones from metadata files, with pieces from folders and servers.</summary>
public sealed class RecoverData(ParentCaches caches) : IDisposable
{
    private const long KiB2 = 2 << 10;
    private const long MiB8 = 8 << 20;
    private const long MiB512 = 512L << 20;

    private readonly Workbench _bench = new(caches);

    public static TheoryData<string> Small => [.. DataCase.Names(KiB2, KiB2)];

    public static TheoryData<string> Middle => [.. DataCase.Names(MiB8, MiB8)];

    public static TheoryData<string> Large => [.. DataCase.Names(MiB512, MiB512)];

    private string Store => Path.Combine(_bench.Home, "store");

    public void Dispose() => _bench.Dispose();

    [Theory]
    [MemberData(nameof(Small))]
    [MemberData(nameof(Middle))]
    public async Task Every_case_comes_out_byte_for_byte_with_pieces_of_a_folder(string name) => await FromFolder(name);

    [Theory]
    [MemberData(nameof(Small))]
    [MemberData(nameof(Middle))]
    public async Task Every_case_comes_out_byte_for_byte_with_pieces_of_servers_that_fail(string name)
    {
        Assert.SkipUnless(
            VectorFiles.LongTests || !name.Contains("8MiB", StringComparison.Ordinal), "larger sectors come from a folder; set SEALER_RECOVER_LONG_TESTS=1");
        await FromServers(name);
    }

    [Theory]
    [MemberData(nameof(Large))]
    public async Task Large_cases_come_out_byte_for_byte(string name)
    {
        Assert.SkipUnless(VectorFiles.LongTests, "takes many minutes; set SEALER_RECOVER_LONG_TESTS=1");
        await FromFolder(name);
    }

    [Fact]
    public async Task A_missing_piece_is_shown_before_work_and_named_after_it_and_a_rerun_with_a_source_goes_on()
    {
        DataCase data = DataCase.Get("update/2KiB-v1_1-cc");
        string metadata = _bench.Write(data.Metadata());
        Ended missing = await _bench.RunAsync(_bench.Recover(metadata));
        Assert.True(missing.Code == 13, missing.ToString());
        Assert.Contains("NOWHERE", missing.Output, StringComparison.Ordinal);
        Assert.Contains("no piece source was given", missing.Output, StringComparison.Ordinal);
        Assert.All(data.Pieces, piece => Assert.Contains(piece.Info.CommP.ToString(), missing.Output, StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(_bench.Result, "sealed")));

        data.SavePieces(Store);
        Ended found = await _bench.RunAsync([.. _bench.Recover(metadata), $"--piece-source={Store}", "--json"]);
        Assert.True(found.Code == 0, found.ToString());
        data.AssertInstalled(_bench.Result);
        Assert.DoesNotContain(found.Lines, line => (string?)line["event"] == "progress" && (string?)line["phase"] == "label");
        JsonObject plan = found.Lines.Single(line => (string?)line["event"] == "plan");
        Assert.All(plan["pieces"]!.AsArray(), piece => Assert.False((bool)piece!["missing"]!));
        Assert.Contains(found.Lines, line => (string?)line["event"] == "piece_progress" && (string?)line["activity"] == "verifying");

        // Whoever watches saw the trees of the update by themselves.
        SiteStep trees = Assert.Single(RunFile.Read(_bench.Temp)!.Details.Single().Steps, step => step.Name == "update_trees");
        Assert.True(trees is { Fraction: 1, Seconds: not null }, trees.ToString());
    }

    [Fact]
    public async Task Sources_can_stand_in_the_environment_and_an_unsealed_copy_is_itself_a_source()
    {
        DataCase data = DataCase.Get("seal/2KiB-v1_1-pieces");
        data.SavePieces(Store);
        string metadata = _bench.Write(data.Metadata());
        _bench.Environment["SEALER_RECOVER_PIECE_SOURCES"] = $"{_bench.Home}, {Store}";
        Ended first = await _bench.RunAsync([.. _bench.Recover(metadata), "--keep-unsealed"]);
        Assert.True(first.Code == 0, first.ToString());
        data.AssertInstalled(_bench.Result);
        string unsealed = Path.Combine(_bench.Result, "unsealed");
        Assert.True(new FileInfo(Directory.GetFiles(unsealed).Single()).Length > 2048);

        string kept = Path.Combine(_bench.Home, "kept");
        Directory.CreateDirectory(kept);
        Directory.Move(unsealed, Path.Combine(kept, "unsealed"));
        Directory.Delete(_bench.Result, recursive: true);
        Ended second = await _bench.RunAsync([.. _bench.Recover(metadata), $"--piece-source={kept}"]);
        Assert.True(second.Code == 0, second.ToString());
        data.AssertInstalled(_bench.Result);
        Assert.False(Directory.Exists(unsealed));
    }

    [Fact]
    public async Task A_killed_run_is_finished_by_the_same_command_wherever_it_died()
    {
        DataCase data = DataCase.Get("update/2KiB-v1_1-cc");
        await using FakePieceServer server = await FakePieceServer.StartAsync();
        data.Serve(server);
        string[] arguments = [.. _bench.Recover(_bench.Write(data.Metadata()), $"--piece-source={server.Url}", "--json")];
        Ended whole = await _bench.RunAsync(arguments);
        Assert.True(whole.Code == 0, whole.ToString());
        for (int line = 2; line < whole.Lines.Count; line += 3)
        {
            Directory.Delete(_bench.Result, recursive: true);
            int left = line;
            TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
            using (Executable executable = _bench.Start(arguments, _ =>
            {
                if (Interlocked.Decrement(ref left) == 0)
                {
                    reached.TrySetResult();
                }
            }))
            {
                Task<Ended> ended = executable.EndAsync(TestContext.Current.CancellationToken);
                await Task.WhenAny(reached.Task, ended);
                executable.Kill();
                await ended;
            }

            Ended rerun = await _bench.RunAsync(arguments);
            Assert.True(rerun.Code == 0, $"killed after line {line}: {rerun}");
            data.AssertInstalled(_bench.Result);
            Assert.Empty(_bench.LeftInTemp);
        }
    }

    private async Task FromFolder(string name)
    {
        DataCase data = DataCase.Get(name);
        data.SavePieces(Store);
        Ended ended = await _bench.RunAsync(_bench.Recover(_bench.Write(data.Metadata()), $"--piece-source={Store}"));
        Assert.True(ended.Code == 0, ended.ToString());
        data.AssertInstalled(_bench.Result);
        Assert.Empty(_bench.LeftInTemp);
    }

    private async Task FromServers(string name)
    {
        DataCase data = DataCase.Get(name);
        await using FakePieceServer pages = await FakePieceServer.StartAsync();
        pages.Inject(PieceFault.Page("<html>welcome</html>"));
        await using FakePieceServer server = await FakePieceServer.StartAsync(name.Contains("8MiB", StringComparison.Ordinal) ? PieceDialect.Boost : PieceDialect.Curio);
        data.Serve(server);
        server.Inject(PieceFault.Status(503), times: 1);
        server.Inject(PieceFault.BreakOff(100), times: 1);
        server.Inject(PieceFault.IgnoreRanges, times: 1);
        Ended ended = await _bench.RunAsync(
            _bench.Recover(_bench.Write(data.Metadata()), $"--piece-source={pages.Url}", $"--piece-source={server.Url}/piece/"));
        Assert.True(ended.Code == 0, ended.ToString());
        data.AssertInstalled(_bench.Result);
        Assert.Empty(_bench.LeftInTemp);
    }
}
