using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.PieceSources;
using SealerRecover.Recovery.Tests.PieceSources;

namespace SealerRecover.Recovery.Tests.Faults;

/// <summary>A clock that jumps by a year, forward and back, changes no file and loses none.</summary>
public sealed class ClockTests
{
    [Fact]
    public void Every_kind_of_recovery_ends_as_ever_with_a_clock_that_jumps_before_and_after_a_kill()
    {
        foreach (FaultScenario scenario in FaultScenario.All)
        {
            using FaultStage stage = new(scenario);
            stage.Reset();
            LyingFileSystem honest = stage.Watch(new LyingFileSystem());
            Assert.True(stage.Recover(honest, new JumpingClock()).IsGood, scenario.Name);
            Assert.Empty(stage.Unlike(FolderImage.Of(stage.Root)));

            stage.Reset();
            stage.Recover(stage.Watch(new LyingFileSystem(new FileFault(FaultKind.Dies, honest.Count(FaultKind.Dies) / 2))), new JumpingClock());
            FaultEnd again = stage.Recover(stage.Watch(new LyingFileSystem()), new JumpingClock());

            Assert.True(again.IsGood, $"{scenario}: {again}");
            Assert.Empty(stage.Unlike(FolderImage.Of(stage.Root)));
        }
    }

    [Fact]
    public void Files_moved_aside_keep_apart_when_the_clock_goes_back_to_a_time_it_had_before()
    {
        using Run run = new() { Time = new StoppedClock(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero)) };
        run.Settings = run.Settings with { Force = true };
        for (byte i = 1; i <= 3; i++)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(run.Sealed(2))!);
            File.WriteAllBytes(run.Sealed(2), Enumerable.Repeat(i, 2048).ToArray());
            run.Sealer = new FakeSealer();
            Assert.Equal(OutcomeKind.Installed, Assert.Single(run.Do(FakeSealer.Facts(2))).Kind);
        }

        string replaced = Path.Combine(run.Settings.ResultFolder, ".sealer-recover", "replaced");
        Assert.Equal(
            [1, 2, 3], Directory.EnumerateFiles(replaced, "sealed", SearchOption.AllDirectories).Select(path => (int)File.ReadAllBytes(path)[0]).Order());
    }

    [Fact]
    public async Task A_download_that_breaks_off_goes_on_with_a_clock_that_jumps()
    {
        TestPiece piece = TestPiece.Make(1_000_000);
        await using FakePieceServer server = await FakePieceServer.StartAsync();
        piece.AddTo(server);
        server.Inject(PieceFault.BreakOff(10_000), times: 2);
        using SourceBench bench = new() { Time = new JumpingClock() };

        VerifiedPiece found = await bench.FetchAsync(piece, server.Url);

        SourceBench.AssertHolds(found, piece);
        Assert.Equal([piece.V1], Directory.EnumerateFileSystemEntries(bench.Store.Folder).Select(path => Path.GetFileName(path)));
    }
}
