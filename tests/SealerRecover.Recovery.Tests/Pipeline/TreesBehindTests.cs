using System.Text.Json.Nodes;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metadata;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Tests.Pipeline;

/// <summary>The pipeline with the real sealing, on a machine that has cores to spare.</summary>
public sealed class TreesBehindTests(TreesBehindTests.SharedParents parents) : IClassFixture<TreesBehindTests.SharedParents>, IDisposable
{
    private readonly Run _run = new(quick: true);

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Trees_behind_the_last_layer_make_the_same_sector_and_leave_nothing_to_do()
    {
        Watched sealer = new();

        SectorOutcome outcome = Recover(sealer);

        Assert.Equal((OutcomeKind.Installed, null), (outcome.Kind, outcome.Failure));
        Assert.Equal(1, sealer.Followed);
        Assert.Equal(2, sealer.RecordedBefore);
        JsonNode expected = VectorFiles.Read("metadata/8MiB/sectors-recovery-f01000.expected.json")["1"]!;
        Assert.Equal(expected["comm_c"]!.GetValue<string>(), outcome.Commitments!.CommC.ToString());
    }

    [Fact]
    public void What_fails_behind_the_labels_is_told_and_done_after_them()
    {
        Watched sealer = new() { FollowFailure = new OperatorException(FailureKind.Storage, "the disk hiccupped", "Look.") };

        SectorOutcome outcome = Recover(sealer);

        Assert.Equal((OutcomeKind.Installed, null), (outcome.Kind, outcome.Failure));
        Assert.Equal(0, sealer.RecordedBefore);
        Assert.Contains(_run.Observer.Notices, text => text.Contains("the disk hiccupped", StringComparison.Ordinal));
    }

    [Fact]
    public void A_bug_behind_the_labels_is_not_hidden()
    {
        Watched sealer = new() { FollowFailure = new InvalidOperationException("bug") };

        SectorOutcome outcome = Recover(sealer);

        Assert.Equal(OutcomeKind.Failed, outcome.Kind);
        Assert.Equal("bug", Assert.IsType<InvalidOperationException>(outcome.Failure).Message);
    }

    [Fact]
    public void On_a_single_core_nothing_follows()
    {
        Watched sealer = new();

        Assert.Equal(OutcomeKind.Installed, Recover(sealer, threads: 1).Kind);

        Assert.Equal((0, 0), (sealer.Followed, sealer.RecordedBefore));
    }

    private SectorOutcome Recover(Watched sealer, int threads = 4)
    {
        RecoverySettings settings = _run.Settings with { Threads = threads, ParentCacheFolder = parents.Folder };
        RecoveryMetadata metadata = MetadataFile.Read(
            Path.Combine(VectorFiles.RepositoryRoot, "tests", "vectors", "metadata", "8MiB", "sectors-recovery-f01000.json"));
        RecoveryRunner runner = new(settings, TimeProvider.System, new SealingRoles(settings) { Trees = sealer }, LinuxFileSystem.Instance, new FakeProbe());
        return Assert.Single(runner.Run(
            [metadata.Sectors.Single(sector => sector.Sector.Number == 1)], _run.Observer.Sink, TestContext.Current.CancellationToken));
    }

    /// <summary>One parent cache for all tests here.</summary>
    public sealed class SharedParents : IDisposable
    {
        private readonly TestFolder _folder = new();

        public string Folder => _folder.Path;

        public void Dispose() => _folder.Dispose();
    }

    /// <summary>The real sealing, and what became of it.</summary>
    private sealed class Watched : TreeMaking
    {
        public Exception? FollowFailure { get; init; }

        public int Followed { get; private set; }

        /// <summary>Steps of trees that were recorded when the stage of trees began.</summary>
        public int RecordedBefore { get; private set; }

        public override void Follow(SealJob job, LayerWatermark lastLayer, StepContext step)
        {
            Followed++;
            if (FollowFailure is not null)
            {
                throw FollowFailure;
            }

            base.Follow(job, lastLayer, step);
        }

        public override SealedCommitments Seal(SealJob job, StepContext step)
        {
            RecordedBefore = (step.Log.TryGetValue(new SealStep(StepKind.TreeCRoot), out _) ? 1 : 0) + (step.Log.TryGet(new SealStep(StepKind.TreeRLast), out _) ? 1 : 0);
            return base.Seal(job, step);
        }
    }
}
