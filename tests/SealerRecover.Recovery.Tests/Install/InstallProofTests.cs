using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Proofs;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metadata;
using SealerRecover.Recovery.Roles;

namespace SealerRecover.Recovery.Tests.Install;

/// <summary>Before a sector is installed, its files are proven as they lie on disk: what would not pass is made again or not installed.</summary>
public sealed class InstallProofTests : IDisposable
{
    private const string Tree = "sc-02-data-tree-r-last.dat";
    private readonly Run _run = new(quick: true);

    public void Dispose() => _run.Dispose();

    [Fact]
    public void What_is_installed_was_proven_where_it_lay()
    {
        SectorOutcome outcome = Assert.Single(_run.Do(FakeSealer.Facts(2)));

        Assert.Equal((OutcomeKind.Installed, 100), (outcome.Kind, outcome.ProvenNodes));
        Assert.All(Assert.Single(_run.Sealer.Proven).All, path => Assert.StartsWith(_run.Workspace(2), path, StringComparison.Ordinal));
        Assert.Null(Assert.Single(_run.Do(FakeSealer.Facts(2))).ProvenNodes);
    }

    [Fact]
    public void What_is_not_proven_is_made_again_once()
    {
        int times = 0;
        _run.Sealer.Unproven = _ => times++ == 0 ? WrongNode : null;

        SectorOutcome outcome = Assert.Single(_run.Do(FakeSealer.Facts(2)));

        Assert.Equal((OutcomeKind.Installed, 100), (outcome.Kind, outcome.ProvenNodes));
        Assert.Equal(2, _run.Sealer.Calls.Count(call => call == "2:trees"));
        Assert.Contains(_run.Observer.Notices, text => text.Contains("would not pass window PoSt", StringComparison.Ordinal)
            && text.Contains("made again", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_never_proven_is_never_installed()
    {
        _run.Sealer.Unproven = _ => WrongNode;

        OperatorException failure = Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2))));

        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains("nothing was installed: a node is wrong", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, _run.Sealer.Proven.Count);
        Assert.Empty(_run.Visible());
    }

    [Fact]
    public void An_interrupted_installation_is_proven_again_with_what_stands_already()
    {
        StopBeforeTheSealedFile();
        Assert.True(File.Exists(_run.Cache(2, "p_aux")));
        _run.Sealer = new FakeSealer();

        Assert.Equal((OutcomeKind.Installed, 100), Ended());

        ReplicaFiles proven = Assert.Single(_run.Sealer.Proven);
        Assert.Equal(_run.Cache(2, "p_aux"), proven.PAux);
        Assert.DoesNotContain(_run.Sealed(2), proven.All);
        Assert.Empty(_run.Sealer.Calls);
    }

    [Fact]
    public void An_interrupted_installation_that_is_not_proven_is_not_finished()
    {
        StopBeforeTheSealedFile();
        _run.Sealer = new FakeSealer { Unproven = _ => WrongNode };

        Assert.Contains("would not pass", Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2)))).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_run.Sealed(2)));
    }

    [Theory]
    [InlineData("../sealed", 1500)]
    [InlineData(Tree, 3)]
    public void A_file_that_was_written_wrong_with_a_right_digest_of_it_is_made_again(string name, int place)
    {
        Miswriting sealer = new(name, place);
        RecoveryMetadata metadata = MetadataFile.Read(Path.Combine(VectorFiles.RepositoryRoot, "samples", "2KiB", "sectors-recovery-f01000.json"));
        RecoveryRunner runner = new(_run.Settings, TimeProvider.System, new SealingRoles(_run.Settings) { Trees = sealer }, LinuxFileSystem.Instance, new FakeProbe());

        SectorOutcome outcome = Assert.Single(runner.Run(
            [metadata.Sectors.Single(sector => sector.Sector.Number == 2)], _run.Observer.Sink, TestContext.Current.CancellationToken));

        Assert.Equal((OutcomeKind.Installed, null, 100), (outcome.Kind, outcome.Failure, outcome.ProvenNodes));
        Assert.Equal(2, sealer.Times);
        Assert.Contains(_run.Observer.Notices, text => text.Contains("would not pass window PoSt", StringComparison.Ordinal));
        string sealedSha = VectorFiles.Read("metadata/2KiB/sectors-recovery-f01000.expected.json")["2"]!["sealed"]!["sha256"]!.GetValue<string>();
        Assert.Equal(sealedSha, VectorFiles.Sha256OfFile(_run.Sealed(2)));
    }

    /// <summary>Leaves the cache folder in the result folder and the sealed file in staging.</summary>
    private void StopBeforeTheSealedFile()
    {
        LyingFileSystem honest = new();
        using (Run whole = new(quick: true) { Files = honest })
        {
            Assert.Equal(OutcomeKind.Installed, Assert.Single(whole.Do(FakeSealer.Facts(2))).Kind);
        }

        int last = honest.Changes.Index().First(change => change.Item.StartsWith("Move ", StringComparison.Ordinal)
            && change.Item.EndsWith("/result/sealed/s-t01000-2", StringComparison.Ordinal)).Index;
        _run.Files = new LyingFileSystem(new FileFault(FaultKind.Dies, last + 1));
        Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2))));
        _run.Files = LinuxFileSystem.Instance;
    }

    private static ProofFault WrongNode => new(ProofFaultKind.Replica, 1, "a node is wrong");

    private (OutcomeKind Kind, int? ProvenNodes) Ended() =>
        Assert.Single(_run.Do(FakeSealer.Facts(2))) is var outcome ? (outcome.Kind, outcome.ProvenNodes) : default;

    /// <summary>The real sealing, the first time with a bit flipped in memory just before a file and its digest were written.</summary>
    private sealed class Miswriting(string name, int place) : TreeMaking
    {
        public int Times { get; private set; }

        public override SealedCommitments Seal(SealJob job, StepContext step)
        {
            SealedCommitments made = base.Seal(job, step);
            if (Times++ == 0)
            {
                string path = Path.Combine(job.CacheFolder, name);
                byte[] content = File.ReadAllBytes(path);
                content[place] ^= 1;
                File.WriteAllBytes(path, content);
                step.Log.Record(name == Tree ? new SealStep(StepKind.TreeRLast) : new SealStep(StepKind.Layer, Number: job.Inputs.Porep.Layers), SegmentDigests.OfFile(LinuxFileSystem.Instance, path, new Progress<long>(), step.Cancellation));
            }

            return made;
        }
    }
}
