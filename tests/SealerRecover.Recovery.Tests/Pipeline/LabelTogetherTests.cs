using Filecoin.Primitives;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Recovery.Tests.Pipeline;

/// <summary>More sectors than cores: they are labelled side by side, and one that fails does not take the others with it.</summary>
public sealed class LabelTogetherTests : IDisposable
{
    private readonly Run _run = new();

    public LabelTogetherTests() => _run.Settings = _run.Settings with { Parallel = 6, Threads = 2 };

    public void Dispose() => _run.Dispose();

    [Fact]
    public void On_two_cores_no_more_than_planned_go_together()
    {
        IReadOnlyList<SectorOutcome> outcomes = Recover(6);

        // Which thread gets how many depends on their speed; a sector left alone is labelled alone.
        Assert.All(outcomes, outcome => Assert.Equal(OutcomeKind.Installed, outcome.Kind));
        Assert.All(_run.Sealer.GroupSizes, size => Assert.InRange(size, 2, 3));
    }

    [Fact]
    public void On_one_core_sectors_go_as_many_together_as_asked()
    {
        _run.Settings = _run.Settings with { Parallel = 3, Threads = 1 };

        IReadOnlyList<SectorOutcome> outcomes = Recover(7);

        Assert.All(outcomes, outcome => Assert.Equal(OutcomeKind.Installed, outcome.Kind));
        Assert.Equal([3, 3], _run.Sealer.GroupSizes);
    }

    [Fact]
    public void Only_sectors_of_one_seal_proof_go_together()
    {
        _run.Settings = _run.Settings with { Threads = 1, Parallel = 3 };

        IReadOnlyList<SectorOutcome> outcomes = _run.Do(
            [.. Enumerable.Range(1, 6).Select(i => FakeSealer.Facts((ulong)i, proof: i % 2 == 0 ? 0 : 5))]);

        Assert.All(outcomes, outcome => Assert.Equal(OutcomeKind.Installed, outcome.Kind));
        Assert.Equal([3, 3], _run.Sealer.GroupSizes);
    }

    [Fact]
    public void A_failure_among_them_is_the_failing_sectors_alone()
    {
        _run.Settings = _run.Settings with { Threads = 1 };
        _run.Sealer.TogetherFailure = () => new OperatorException(FailureKind.Storage, "the disk of sector 2 failed", "Look.");
        _run.Sealer.BeforeLabelling = (job, _) =>
        {
            if (job.Inputs.Sector.Number == 2)
            {
                throw new OperatorException(FailureKind.Storage, "the disk of sector 2 failed", "Look.");
            }
        };

        IReadOnlyList<SectorOutcome> outcomes = Recover(4);

        Assert.Equal(
            [OutcomeKind.Installed, OutcomeKind.Failed, OutcomeKind.Installed, OutcomeKind.Installed], outcomes.Select(outcome => outcome.Kind));
        Assert.Equal([4], _run.Sealer.GroupSizes);
        Assert.Contains(_run.Observer.Notices, text => text.Contains("one by one", StringComparison.Ordinal));
    }

    [Fact]
    public void A_sector_that_is_installed_already_does_not_take_a_place()
    {
        _run.Settings = _run.Settings with { Threads = 1 };
        _run.Do(FakeSealer.Facts(1));
        _run.Sealer = new FakeSealer();

        IReadOnlyList<SectorOutcome> outcomes = Recover(6);

        Assert.Equal(OutcomeKind.AlreadyThere, outcomes[0].Kind);
        Assert.All(outcomes.Skip(1), outcome => Assert.Equal(OutcomeKind.Installed, outcome.Kind));
        Assert.Equal([5], _run.Sealer.GroupSizes);
    }

    [Fact]
    public void Cancelling_a_group_stops_all_of_it_and_a_rerun_carries_on()
    {
        using CancellationTokenSource stop = new();
        _run.Sealer.BeforeLabelling = (job, _) =>
        {
            if (job.Inputs.Sector.Number == 2)
            {
                stop.Cancel();
            }
        };
        IReadOnlyList<SectorOutcome> stopped = _run.Do(stop.Token, [.. Enumerable.Range(1, 4).Select(i => FakeSealer.Facts((ulong)i))]);
        Assert.Contains(stopped, outcome => outcome.Kind == OutcomeKind.Stopped);
        Assert.DoesNotContain(stopped, outcome => outcome.Kind == OutcomeKind.Failed);

        _run.Sealer = new FakeSealer();
        Assert.All(Recover(4), outcome => Assert.True(outcome.Failure is null));
        Assert.Empty(TestFolder.Snapshot(_run.Settings.TempFolder));
    }

    private IReadOnlyList<SectorOutcome> Recover(int sectors) =>
        _run.Do([.. Enumerable.Range(1, sectors).Select(i => FakeSealer.Facts((ulong)i))]);
}
