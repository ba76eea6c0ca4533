using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Recovery.Tests.Install;

/// <summary>What stands where a sector goes and cannot be read, by every word that a system has for it.</summary>
public sealed class TargetJudgeTests : IDisposable
{
    private readonly Run _run = new();

    public void Dispose() => _run.Dispose();

    public static TheoryData<int, string> Failures => new()
    {
        { 5, "Input/output error" },
        { 13, "Permission denied" },
        { 40, "Too many levels of symbolic links" },
        { 116, "Stale file handle" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_file_that_cannot_be_opened_is_refused_at_once_and_not_asked_again_once_it_is_to_be_moved(int errno, string words)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_run.Sealed(2))!);
        File.WriteAllBytes(_run.Sealed(2), new byte[2048]);
        Denying denying = new(_run.Sealed(2), errno);
        _run.Files = denying;

        OperatorException refused = Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2))));

        Assert.Equal(FailureKind.TargetExists, refused.Kind);
        Assert.Contains($"{_run.Sealed(2)} already exists and cannot be read: {words}; nothing was computed", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_run.Sealer.Calls);

        _run.Settings = _run.Settings with { Force = true };
        int asked = 0;
        _run.Sealer.BeforeLabelling = (_, _) => asked = denying.Asked;
        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);
        Assert.True(asked > 0);
        Assert.Equal(asked, denying.Asked);
        Assert.Contains(_run.Observer.Notices, text => text.Contains($"cannot be read: {words}; it is moved aside", StringComparison.Ordinal));
        Assert.NotEqual(new byte[2048], File.ReadAllBytes(_run.Sealed(2)));
    }

    [Fact]
    public void Every_sector_of_a_run_is_judged_before_the_first_is_labelled()
    {
        File.CreateSymbolicLink(Made(_run.Sealed(3)), "/nonexistent/elsewhere");
        bool late = false;
        _run.Sealer.BeforeLabelling = (_, _) => late |= !_run.Observer.Events.OfType<SectorEnded>().Any();

        IReadOnlyList<SectorOutcome> outcomes = _run.Do(FakeSealer.Facts(2), FakeSealer.Facts(3));

        Assert.False(late);
        Assert.Equal([OutcomeKind.Installed, OutcomeKind.Failed], outcomes.Select(outcome => outcome.Kind));
    }

    [Fact]
    public void A_folder_that_leads_to_another_disk_is_refused_at_once_and_one_that_leads_to_a_good_sector_is_right()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "there is no second file system");
        using TestFolder other = new("/dev/shm");
        Directory.CreateDirectory(_run.Settings.ResultFolder);
        Directory.CreateSymbolicLink(Path.Combine(_run.Settings.ResultFolder, "sealed"), other.Path);

        OperatorException refused = Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2))));

        Assert.Contains("is on another file system", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_run.Sealer.Calls);

        using Run origin = new();
        origin.Do(FakeSealer.Facts(2));
        File.Copy(origin.Sealed(2), other.At("s-t01000-2"));
        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);
        Assert.Equal(OutcomeKind.AlreadyThere, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);
    }

    [Fact]
    public void A_receipt_that_cannot_be_read_spares_nothing_and_hinders_nothing()
    {
        _run.Do(FakeSealer.Facts(2));
        _run.Files = new Denying(Path.Combine(_run.Settings.ResultFolder, ".sealer-recover", "installed", "s-t01000-2"), 5);

        Assert.Equal(OutcomeKind.AlreadyThere, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);
    }

    [Theory]
    [InlineData("result")]
    [InlineData("temp")]
    public void A_folder_of_the_run_that_leads_nowhere_is_named_with_the_words(string name)
    {
        string folder = Path.Combine(_run.Folder, name);
        File.CreateSymbolicLink(folder, "/nonexistent/elsewhere");

        OperatorException refused = Assert.Throws<OperatorException>(() => _run.Do(FakeSealer.Facts(2)));

        Assert.Equal(FailureKind.BadInput, refused.Kind);
        Assert.Contains($"{folder} is a link to /nonexistent/elsewhere that leads nowhere: No such file or directory", refused.Message, StringComparison.Ordinal);
    }

    private static string Made(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    /// <summary>A file that cannot be opened under its first name.</summary>
    private sealed class Denying(string denied, int errno) : WatchedFileSystem
    {
        private const int AccessDenied = 13;

        public int Asked { get; private set; }

        protected override T Do<T>(FileOperation operation, string path, string? to, Func<T> work)
        {
            if (operation != FileOperation.OpenToRead || path != denied)
            {
                return work();
            }

            Asked++;
            throw errno == AccessDenied
                ? new UnauthorizedAccessException($"Access to the path '{path}' is denied.")
                : new IOException($"It cannot be opened : '{path}'", errno);
        }

        protected override IOpenFile Wrap(string path, IOpenFile opened, FileOperation how) => opened;
    }
}
