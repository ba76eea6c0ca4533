using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Tests.Workspace;

public sealed class SectorWorkspaceTests : IDisposable
{
    private readonly Run _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Work_for_other_inputs_is_set_aside_and_comes_back_when_they_are_asked_for()
    {
        SectorFacts right = FakeSealer.Facts(2);
        SectorFacts wrong = FakeSealer.Facts(2, ticket: 99);
        _run.Sealer.BeforeTrees = (_, _) => throw new OperatorException(FailureKind.Storage, "stop", "stop");
        Run.Failure(Assert.Single(_run.Do(right)));
        Run.Failure(Assert.Single(_run.Do(wrong)));
        Assert.Equal(2, Directory.GetDirectories(_run.Settings.TempFolder).Length);
        Assert.Contains(_run.Observer.Notices, text => text.Contains("another ticket, SealedCID", StringComparison.Ordinal));
        _run.Sealer = new FakeSealer();

        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(right)).Kind);

        Assert.Equal(["2:trees"], _run.Sealer.Calls);
        string left = Assert.Single(Directory.GetDirectories(_run.Settings.TempFolder));
        Assert.StartsWith(_run.Workspace(2) + ".", left, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_somebody_else_is_refused_and_untouched()
    {
        Directory.CreateDirectory(_run.Workspace(2));
        File.WriteAllText(Path.Combine(_run.Workspace(2), "p_aux"), "a real cache folder");

        OperatorException failure = Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2))));

        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.Contains(_run.Workspace(2), failure.Message, StringComparison.Ordinal);
        Assert.Equal(["p_aux"], TestFolder.Snapshot(_run.Workspace(2)).Keys);
    }

    [Fact]
    public void A_link_in_place_of_the_folder_is_refused()
    {
        string elsewhere = Directory.CreateDirectory(Path.Combine(_run.Folder, "elsewhere")).FullName;
        Directory.CreateDirectory(_run.Settings.TempFolder);
        Directory.CreateSymbolicLink(_run.Workspace(2), elsewhere);

        Assert.Equal(FailureKind.BadInput, Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2)))).Kind);
        Assert.Empty(Directory.GetFileSystemEntries(elsewhere));
    }

    [Fact]
    public void Files_and_links_this_tool_did_not_make_are_left_and_named()
    {
        string precious = Path.Combine(_run.Folder, "precious");
        File.WriteAllText(precious, "x");
        _run.Sealer.BeforeTrees = (job, _) =>
        {
            File.WriteAllText(Path.Combine(_run.Workspace(2), "notes.txt"), "mine");
            File.CreateSymbolicLink(Path.Combine(job.CacheFolder, "sc-02-data-link"), precious);
        };

        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);

        Assert.Equal("mine", File.ReadAllText(Path.Combine(_run.Workspace(2), "notes.txt")));
        Assert.Equal("x", File.ReadAllText(precious));
        Assert.Contains(_run.Observer.Notices, text => text.Contains("notes.txt was left", StringComparison.Ordinal));
        Assert.Contains(_run.Observer.Notices, text => text.Contains("sc-02-data-link was left", StringComparison.Ordinal));
        Assert.Equal(OutcomeKind.AlreadyThere, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);
    }

    [Fact]
    public void A_damaged_journal_starts_afresh_and_says_so()
    {
        _run.Sealer.BeforeTrees = (_, _) => throw new OperatorException(FailureKind.Storage, "stop", "stop");
        Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2))));
        File.WriteAllText(Path.Combine(_run.Workspace(2), Journal.FileName), "garbage");
        _run.Sealer = new FakeSealer();

        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);

        Assert.Contains("2:label-1", _run.Sealer.Calls);
        Assert.Contains(_run.Observer.Notices, text => text.Contains("is damaged", StringComparison.Ordinal));
    }
}
