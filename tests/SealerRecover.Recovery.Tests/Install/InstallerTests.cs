using Filecoin.Primitives;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Tests.Install;

public sealed class InstallerTests : IDisposable
{
    private readonly Run _run = new() { Time = new StoppedClock(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero)) };

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Equal_files_of_any_origin_are_already_there()
    {
        using Run origin = new();
        origin.Do(FakeSealer.Facts(2));
        CopySector(origin);

        SectorOutcome outcome = Assert.Single(_run.Do(FakeSealer.Facts(2)));

        Assert.Equal(OutcomeKind.AlreadyThere, outcome.Kind);
        Assert.Equal(4, outcome.Files.Count);

        // Its t_aux names another folder and is kept.
        Assert.Contains(origin.Cache(2), File.ReadAllText(_run.Cache(2, "t_aux")), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_run.Settings.TempFolder));
    }

    [Fact]
    public void A_lost_sealed_file_joins_the_cache_folder_that_is_there_and_extra_files_stay()
    {
        using Run origin = new();
        origin.Do(FakeSealer.Facts(2));
        CopySector(origin);
        File.Delete(_run.Sealed(2));
        File.Delete(_run.Cache(2, "sc-02-data-tree-r-last.dat"));
        File.WriteAllText(_run.Cache(2, "syn-porep-vanilla-proofs.dat"), "somebody's");

        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);

        SortedDictionary<string, string> expected = origin.Visible();
        expected["cache/s-t01000-2/syn-porep-vanilla-proofs.dat"] = Convert.ToHexString("somebody's"u8);
        Assert.Equal(expected, _run.Visible());
    }

    [Theory]
    [InlineData("sealed")]
    [InlineData("sc-02-data-tree-r-last.dat")]
    public void A_differing_target_is_refused_after_sealing_and_force_installs_at_once_keeping_the_old(string name)
    {
        string target = name == "sealed" ? _run.Sealed(2) : _run.Cache(2, name);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        int length = name == "sealed" ? 2048 : 31;
        File.WriteAllBytes(target, new byte[length]);
        SortedDictionary<string, string> before = _run.Visible();

        OperatorException failure = Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2))));

        Assert.Equal(FailureKind.TargetExists, failure.Kind);
        Assert.Contains(target, failure.Message, StringComparison.Ordinal);
        Assert.Contains(Setting.Force, failure.Hint.Named);
        Assert.Equal(before, _run.Visible());

        _run.Sealer = new FakeSealer();
        _run.Settings = _run.Settings with { Force = true };
        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);
        Assert.Empty(_run.Sealer.Calls);
        Assert.Equal(4, _run.Visible().Count);
        string old = Path.Combine(
            _run.Settings.ResultFolder, ".sealer-recover", "replaced", "s-t01000-2-20260304T050607Z", name == "sealed" ? "sealed" : $"cache/{name}");
        Assert.Equal(new byte[length], File.ReadAllBytes(old));
    }

    [Theory]
    [InlineData(false, 2, "")]
    [InlineData(false, 3, "cache")]
    [InlineData(true, 2, "cache sealed")]
    [InlineData(true, 3, "cache")]
    [InlineData(true, 4, "")]
    [InlineData(true, 5, "cache")]
    public void The_fence_is_asked_before_each_rename_and_what_it_refuses_is_not_done(bool stands, int allowed, string standing)
    {
        if (stands)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_run.Sealed(2))!);
            Directory.CreateDirectory(_run.Cache(2));
            File.WriteAllBytes(_run.Sealed(2), new byte[2048]);
            File.WriteAllBytes(_run.Cache(2, "sc-02-data-tree-r-last.dat"), new byte[31]);
        }

        // Before layers are removed, before installing begins, and then before each rename.
        _run.Settings = _run.Settings with { Force = true, Fence = new Fence(allowed) };
        OperatorException refused = Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2))));

        Assert.Equal(FailureKind.Busy, refused.Kind);
        Assert.Equal(standing, string.Join(' ', _run.Visible().Keys.Select(name => name.Split('/')[0]).Distinct()));

        // Whoever has the sector can finish it.
        _run.Settings = _run.Settings with { Fence = null };
        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);
        Assert.Equal(4, _run.Visible().Count);
    }

    [Theory]
    [InlineData("sealed", 2047)]
    [InlineData("p_aux", 0)]
    [InlineData("p_aux", 64)]
    public void A_target_that_cannot_be_this_sector_is_refused_before_any_work(string name, int length)
    {
        string target = name == "sealed" ? _run.Sealed(2) : _run.Cache(2, name);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.WriteAllBytes(target, new byte[length]);

        Assert.Equal(FailureKind.TargetExists, Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2)))).Kind);
        Assert.Empty(_run.Sealer.Calls);
        Assert.Equal(new byte[length], File.ReadAllBytes(target));
    }

    [Fact]
    public void A_file_in_place_of_the_cache_folder_is_refused_and_moved_aside_by_force()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_run.Cache(2))!);
        File.WriteAllText(_run.Cache(2), "not a folder");

        Assert.Equal(FailureKind.TargetExists, Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2)))).Kind);

        _run.Settings = _run.Settings with { Force = true };
        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);
        Assert.True(File.Exists(_run.Cache(2, "p_aux")));
    }

    [Fact]
    public void A_dangling_link_at_the_target_is_not_replaced()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_run.Sealed(2))!);
        File.CreateSymbolicLink(_run.Sealed(2), "/nonexistent/elsewhere");

        Assert.Equal(FailureKind.TargetExists, Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2)))).Kind);
        Assert.Equal("/nonexistent/elsewhere", new FileInfo(_run.Sealed(2)).LinkTarget);
    }

    [Fact]
    public void A_result_folder_on_another_file_system_gets_copies()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "there is no second file system");
        using TestFolder other = new("/dev/shm");
        _run.Settings = _run.Settings with { ResultFolder = other.At("result") };

        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);

        Assert.Equal(4, _run.Visible().Count);
        Assert.Empty(Directory.GetFileSystemEntries(_run.Settings.TempFolder));
    }

    [Fact]
    public void A_half_finished_installation_is_only_finished_where_it_began()
    {
        // The 2nd rename into the result folder fails: one file has moved, the others have not.
        LyingFileSystem lying = new();
        using Run honest = new() { Files = lying };
        honest.Do(FakeSealer.Facts(2));
        int second = lying.Changes.Index().Where(entry => entry.Item.StartsWith("Move", StringComparison.Ordinal)).Skip(1).First().Index + 1;
        _run.Files = new LyingFileSystem(new FileFault(FaultKind.Dies, second));
        Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2))));
        _run.Files = new LyingFileSystem();
        string first = _run.Settings.ResultFolder;

        _run.Settings = _run.Settings with { ResultFolder = first + "2" };
        OperatorException failure = Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2))));
        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.Contains(first, failure.Message, StringComparison.Ordinal);

        _run.Settings = _run.Settings with { ResultFolder = first };
        _run.Sealer = new FakeSealer();
        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);
        Assert.Empty(_run.Sealer.Calls);
    }

    [Fact]
    public void Finished_files_that_were_damaged_before_they_were_installed_are_made_again()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_run.Sealed(2))!);
        File.WriteAllBytes(_run.Sealed(2), new byte[2048]);
        Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2))));
        File.Delete(_run.Sealed(2));
        File.WriteAllBytes(Path.Combine(_run.Workspace(2), "sealed"), new byte[2048]);

        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);

        Assert.NotEqual(new byte[2048], File.ReadAllBytes(_run.Sealed(2)));
        Assert.Contains(_run.Observer.Notices, text => text.Contains("made again", StringComparison.Ordinal));
    }

    private void CopySector(Run origin)
    {
        foreach ((string name, string content) in origin.Visible())
        {
            string path = Path.Combine(_run.Settings.ResultFolder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Convert.FromHexString(content));
        }
    }

    /// <summary>Lets so many through and nobody after them.</summary>
    private sealed class Fence(int allowed) : IFence
    {
        private int _left = allowed;

        public void Ask(SectorId sector, CancellationToken cancellation)
        {
            if (_left-- <= 0)
            {
                throw new OperatorException(FailureKind.Busy, $"{sector} is another's", "Wait.");
            }
        }
    }
}
