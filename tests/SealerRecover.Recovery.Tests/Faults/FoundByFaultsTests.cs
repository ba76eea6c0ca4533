using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.PieceSources;
using SealerRecover.Recovery.Tests.PieceSources;

namespace SealerRecover.Recovery.Tests.Faults;

/// <summary>What was wrong before there were fault tests, each by its name.</summary>
public sealed class FoundByFaultsTests
{
    public static TheoryData<string, string, bool> Misread => new()
    {
        // A layer of which other steps had been recorded since was forgotten, but not labelled again, ever.
        { "--keep-all", "layer-1.dat", true },
        { "--keep-all", "layer-1.dat.segments", true },

        // A layer shorter than a segment was read twice and checked once.
        { "committed capacity", "layer-1.dat", true },
        { "p_aux left", "layer-2.dat", true },

        // What was copied was not compared with what was read before.
        { "two disks", "temp/s-t01000-4/sealed", false },
        { "data on two disks, --keep-unsealed", "store/", false },
        { "snapped, --keep-all, --keep-unsealed", "cache/t_aux", false },
        { "snapped, --keep-all, --keep-unsealed", "layer-2.dat", false },

        // An update of a misread key was recorded, and found to be wrong again and again.
        { "snapped, its update lost", "result/sealed/", false },
        { "snapped", "sealed", false },
    };

    [Theory]
    [MemberData(nameof(Misread))]
    public void A_byte_misread_once_is_never_installed_and_costs_at_most_a_rerun(string scenario, string file, bool inOneRun)
    {
        using FaultStage stage = new(FaultScenario.All.Single(known => known.Name == scenario));
        stage.Reset();
        LyingFileSystem honest = stage.Watch(new LyingFileSystem(of: file));
        stage.Recover(honest);
        int misread = 0;
        for (int at = 1; at <= honest.Count(FaultKind.BitFlips); at++)
        {
            stage.Reset();
            LyingFileSystem lying = stage.Watch(new LyingFileSystem(new FileFault(FaultKind.BitFlips, at), file));
            FaultEnd end = stage.Recover(lying);
            if (lying.Happened is null)
            {
                continue; // Threads took other turns than when reads were counted.
            }

            misread++;
            Assert.Empty(stage.Wrong(FolderImage.Of(stage.Root)));
            Assert.True(end.IsGood || !inOneRun, $"{lying.Happened}: {end}");
            FaultEnd again = stage.Recover(stage.Watch(new LyingFileSystem()));
            Assert.True(again.IsGood, $"{lying.Happened}: {end}; then {again}");
            Assert.Empty(stage.Unlike(FolderImage.Of(stage.Root)));
        }

        Assert.True(misread > 0, $"nothing reads {file}");
    }

    [Fact]
    public void A_journal_that_cannot_be_written_while_sectors_are_labelled_together_does_not_end_the_process()
    {
        using FaultStage stage = new(FaultScenario.All.Single(known => known.Name.StartsWith("several", StringComparison.Ordinal)));
        stage.Reset();
        LyingFileSystem honest = stage.Watch(new LyingFileSystem());
        Assert.True(stage.Recover(honest).IsGood);
        int layer = honest.Changes.Index().First(change => change.Item.StartsWith("Replace", StringComparison.Ordinal)
            && change.Item.EndsWith("layer-1.dat", StringComparison.Ordinal)).Index;
        int journal = layer + honest.Changes.Skip(layer).Index().First(change => change.Item.EndsWith("journal.new", StringComparison.Ordinal)).Index + 1;

        stage.Reset();
        LyingFileSystem lying = stage.Watch(new LyingFileSystem(new FileFault(FaultKind.ChangeFails, journal)));
        FaultEnd end = stage.Recover(lying);

        Assert.EndsWith("journal.new", lying.Happened, StringComparison.Ordinal);
        Assert.Contains(end.Observer.Notices, notice => notice.Contains("going on one by one", StringComparison.Ordinal));
        Assert.True(end.IsGood, end.ToString());
    }

    [Fact]
    public void A_lock_whose_file_cannot_be_deleted_is_let_go_of_all_the_same()
    {
        using TestFolder folder = new();
        string path = folder.At("lock");
        FolderLock held = FolderLock.Take(LinuxFileSystem.Instance, path, "sector");

        Assert.Throws<IOException>(() => held.Remove(new LyingFileSystem(new FileFault(FaultKind.ChangeFails, 1))));

        FolderLock.Take(LinuxFileSystem.Instance, path, "sector").Dispose();
    }

    [Fact]
    public void Pieces_that_cannot_be_deleted_are_not_locked_afterwards()
    {
        using TestFolder folder = new();
        TestPiece piece = TestPiece.Make(1000);
        SectorId sector = new(new ActorId(1000), 2);
        PieceStore store = new(folder.Path);
        store.Hold(sector, [piece.Info]);
        File.WriteAllBytes(store.FileOf(piece.Info), piece.Raw);
        LyingFileSystem honest = new();
        new PieceStore(folder.Path, honest).Release(sector);
        for (int at = 1; at <= honest.Count(FaultKind.ChangeFails); at++)
        {
            store.Hold(sector, [piece.Info]);
            File.WriteAllBytes(store.FileOf(piece.Info), piece.Raw);
            PieceStore lying = new(folder.Path, new LyingFileSystem(new FileFault(FaultKind.ChangeFails, at)));
            _ = Record.Exception(() => lying.Release(sector));
            store.Release(sector);
            Assert.False(Directory.Exists(store.Folder), $"a failure at {at} left what another release could not delete");
        }
    }

    [Fact]
    public void A_failure_to_tidy_up_does_not_hide_what_failed()
    {
        using TestFolder folder = new();
        LyingFileSystem readOnly = new(new FileFault(FaultKind.TurnsReadOnly, 2));

        OperatorException failure = Assert.Throws<OperatorException>(
            () => new PAuxFile(default, default).Write(readOnly, folder.At("p_aux")));

        Assert.StartsWith("Write", readOnly.Happened, StringComparison.Ordinal);
        Assert.Contains($"writing {folder.At("p_aux")}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("write permission", failure.Hint.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_power_cut_while_a_sector_is_tidied_up_leaves_nothing_that_the_next_run_does_not_know()
    {
        using FaultStage stage = new(FaultScenario.All.Single(known => known.Name == "data on two disks, --keep-unsealed"));
        stage.Reset();
        RecordingFileSystem recording = stage.Watch(new RecordingFileSystem(stage.Root));
        Assert.True(stage.Recover(recording).IsGood);
        int receipt = Enumerable.Range(1, recording.Operations)
            .Last(at => recording.Describe(at).StartsWith("Replace result/.sealer-recover/installed", StringComparison.Ordinal));
        for (int at = receipt; at <= recording.Operations; at++)
        {
            foreach (Survival survival in Enum.GetValues<Survival>())
            {
                recording.After(new PowerCut(at, survival, Seed: at)).Restore(stage.Root);
                Assert.True(stage.Recover(stage.Watch(new LyingFileSystem())).IsGood, recording.Describe(at));
                Assert.Empty(stage.Unlike(FolderImage.Of(stage.Root)));
            }
        }
    }
}
