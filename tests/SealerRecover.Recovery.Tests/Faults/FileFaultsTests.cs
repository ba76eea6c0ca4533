using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Tests.Faults;

/// <summary>The disks that the fault tests are done on lie as they say.</summary>
public sealed class FileFaultsTests : IDisposable
{
    private readonly TestFolder _folder = new(Directory.Exists("/dev/shm") ? "/dev/shm" : null);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void After_a_power_cut_there_is_what_was_flushed_and_of_the_rest_what_survives()
    {
        _folder.Write("old", "0");
        RecordingFileSystem files = new(_folder.Path);
        files.Write(_folder.At("new.tmp"), "12345"u8.ToArray());
        files.Replace(_folder.At("new.tmp"), _folder.At("new"));
        int renamed = files.Operations;
        files.SyncFolder(_folder.Path);
        using (IOpenFile file = files.Create(_folder.At("late")))
        {
            file.Write(0, "late"u8);
        }

        files.DeleteFile(_folder.At("old"));

        Assert.Equal(["old"], After(files, renamed, Survival.Nothing).Keys);
        Assert.Equal(["new", "old"], After(files, renamed + 1, Survival.Nothing).Keys);
        Assert.Equal("12345"u8.ToArray(), After(files, renamed, Survival.Names)["new"]);
        SortedDictionary<string, byte[]?> names = After(files, files.Operations, Survival.Names);
        Assert.Equal(["late", "new"], names.Keys);
        Assert.Empty(names["late"]!);
        Assert.Equal(["new", "old"], After(files, files.Operations, Survival.Bytes).Keys);
        Assert.Equal(FolderImage.Of(_folder.Path).Entries.Keys, files.At(files.Operations).Entries.Keys);
    }

    [Fact]
    public void Any_sector_of_an_unflushed_write_may_be_missing_and_none_of_a_flushed_one()
    {
        RecordingFileSystem files = new(_folder.Path);
        using IOpenFile file = files.Create(_folder.At("f"));
        file.Write(0, Enumerable.Repeat((byte)1, 4096).ToArray());
        file.Flush();
        files.SyncFolder(_folder.Path);
        int flushed = files.Operations;
        file.Write(0, Enumerable.Repeat((byte)2, 4096).ToArray());

        HashSet<int> survived = [];
        for (int seed = 0; seed < 50; seed++)
        {
            byte[] content = files.After(new PowerCut(files.Operations, Survival.AnySectors, seed)).Entries["f"]!;
            Assert.All(content.Chunk(512), sector => Assert.Single(sector.Distinct()));
            survived.Add(content.Count(value => value == 2) / 512);
            Assert.All(files.After(new PowerCut(flushed, Survival.AnySectors, seed)).Entries["f"]!, value => Assert.Equal(1, value));
        }

        Assert.True(survived.Count > 3, "seeds choose");
    }

    [Fact]
    public void A_folder_that_was_renamed_takes_its_content_with_it_once_its_new_parent_is_flushed()
    {
        RecordingFileSystem files = new(_folder.Path);
        files.CreateFolder(_folder.At("a"));
        files.CreateFolder(_folder.At("b"));
        files.Write(_folder.At("a", "x"), "x"u8.ToArray());
        files.SyncFolder(_folder.At("a"));
        files.Move(_folder.At("a"), _folder.At("b", "a"));
        int moved = files.Operations;
        files.SyncFolder(_folder.At("b"));

        Assert.Equal(["a", "a/x", "b"], After(files, moved, Survival.Nothing).Keys);
        Assert.Equal(["b", "b/a", "b/a/x"], After(files, moved + 1, Survival.Nothing).Keys);
    }

    [Fact]
    public void Each_fault_happens_at_its_operation_and_only_some_go_on()
    {
        foreach (FaultKind kind in FileFault.Kinds)
        {
            LyingFileSystem files = new(new FileFault(kind, 2));
            Exception?[] ends = [.. Enumerable.Range(0, 4).Select(i => Record.Exception(() => WriteAndRead(files, $"{kind}-{i}")))];
            Assert.NotNull(files.Happened);
            bool goesOn = kind is FaultKind.DiskFull or FaultKind.TurnsReadOnly or FaultKind.Dies or FaultKind.DiesAfter or FaultKind.DiesWriting;
            Assert.Equal(goesOn, ends[3] is not null);
            Assert.Contains(ends, end => end is not null);
        }
    }

    [Fact]
    public void Power_cuts_on_a_disk_that_ignores_flushes_are_found_out()
    {
        using FaultStage stage = new(FaultScenario.All[0]);
        stage.Reset();
        RecordingFileSystem recording = stage.Watch(new RecordingFileSystem(stage.Root) { IgnoresFlushes = true });
        FaultEnd end = stage.Recover(recording);
        Assert.True(end.IsGood, string.Join('\n', end.Failures));

        IEnumerable<string> complaints = Enumerable.Range(0, recording.Operations)
            .SelectMany(at => stage.Wrong(recording.After(new PowerCut(at, Survival.Names, 0))));

        Assert.Contains(complaints, complaint => complaint.StartsWith("sealed/", StringComparison.Ordinal) && complaint.Contains("wrong (0 bytes)", StringComparison.Ordinal));
    }

    private static void AssertEqual(byte[] expected, byte[] found)
    {
        if (!expected.AsSpan().SequenceEqual(found))
        {
            throw new IOException("other bytes");
        }
    }

    private void WriteAndRead(LyingFileSystem files, string name)
    {
        byte[] content = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        files.Write(_folder.At(name), content);
        AssertEqual(content, files.ReadAll(_folder.At(name)));
    }

    private static SortedDictionary<string, byte[]?> After(RecordingFileSystem files, int at, Survival survival) =>
        new(files.After(new PowerCut(at, survival, 0)).Entries.ToDictionary(), StringComparer.Ordinal);
}
