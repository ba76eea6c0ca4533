using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Kernels;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Trees;
using SealerRecover.Recovery.Diagnosis;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Tests.Pipeline;

public sealed class RecoveryRunnerTests : IDisposable
{
    private readonly Run _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void A_sector_ends_up_as_lotus_takes_it_and_nothing_else_is_left()
    {
        SectorOutcome outcome = Assert.Single(_run.Do(FakeSealer.Facts(2)));

        Assert.Equal(OutcomeKind.Installed, outcome.Kind);
        Assert.Null(outcome.Failure);
        Assert.Equal(FakeSealer.Facts(2).SealedCid, outcome.Commitments!.CommR);
        string[] expected =
            ["cache/s-t01000-2/p_aux", "cache/s-t01000-2/sc-02-data-tree-r-last.dat", "cache/s-t01000-2/t_aux", "sealed/s-t01000-2"];
        Assert.Equal(expected, _run.Visible().Keys);
        Assert.Equal(expected.Select(name => Path.Combine(_run.Settings.ResultFolder, name)), outcome.Files.Order(StringComparer.Ordinal));
        Assert.Empty(TestFolder.Snapshot(_run.Settings.TempFolder));
        Assert.Empty(Directory.GetDirectories(_run.Settings.TempFolder));
        Assert.True(TAuxFile.TryRead(File.ReadAllBytes(_run.Cache(2, "t_aux")), out IReadOnlyList<StoreConfig> configs));
        Assert.All(configs, config => Assert.Equal(_run.Cache(2), config.Path));
        Assert.Equal([".sealer-recover/installed/s-t01000-2"],
            TestFolder.Snapshot(_run.Settings.ResultFolder).Keys.Where(name => name.StartsWith('.')));
    }

    [Fact]
    public void Keep_all_installs_layers_and_both_trees_too()
    {
        _run.Settings = _run.Settings with { KeepAll = true };

        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);

        Assert.Equal(
            [
                "p_aux", "sc-02-data-layer-1.dat", "sc-02-data-layer-2.dat", "sc-02-data-tree-c.dat", "sc-02-data-tree-d.dat",
                "sc-02-data-tree-r-last.dat", "t_aux",
            ],
            TestFolder.Snapshot(_run.Cache(2)).Keys);
    }

    [Fact]
    public void Kernels_that_were_asked_for_reach_the_sealing()
    {
        _run.Settings = _run.Settings with
        {
            Kernels = new KernelChoice { Label = "a", Many = "b", Poseidon = "c", TwoToOne = "d" },
        };
        SealJob? seen = null;
        _run.Sealer.BeforeTrees = (job, _) => seen = job;

        _run.Do(FakeSealer.Facts(2));

        Assert.NotNull(seen);
        Assert.Equal(("a", "b", "c", "d"), (seen.LabelKernel, seen.BatchLabelKernel, seen.PoseidonKernel, seen.TwoToOneKernel));
    }

    [Theory]
    [InlineData(7, false, true)]
    [InlineData(7, true, false)]
    [InlineData(7, null, false)]
    [InlineData(5, false, false)]
    public void Where_huge_pages_are_missing_and_would_matter_the_run_says_how_to_grant_them(int proof, bool? granted, bool said)
    {
        _run.Probe.Pages = granted;
        _run.Sealer.BeforeLabelling = (_, _) => throw new OperatorException(FailureKind.Storage, "enough seen", "Nothing.");

        _run.Do(FakeSealer.Facts(2, proof));

        Assert.Equal(said, _run.Observer.Notices.Any(text => text.Contains("echo madvise", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_second_run_reads_the_installed_files_and_seals_nothing()
    {
        _run.Do(FakeSealer.Facts(2));
        _run.Sealer = new FakeSealer();

        Assert.Equal(OutcomeKind.AlreadyThere, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);
        Assert.Empty(_run.Sealer.Calls);
    }

    [Fact]
    public void An_installed_file_that_was_altered_since_is_noticed_and_never_replaced_unasked()
    {
        _run.Do(FakeSealer.Facts(2));
        File.WriteAllBytes(_run.Sealed(2), new byte[2048]);

        OperatorException failure = Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2))));

        Assert.Equal(FailureKind.TargetExists, failure.Kind);
        Assert.Contains(_run.Sealed(2), failure.Message, StringComparison.Ordinal);
        Assert.Equal(new byte[2048], File.ReadAllBytes(_run.Sealed(2)));
        Assert.Contains(_run.Observer.Notices, text => text.Contains("altered", StringComparison.Ordinal));
    }

    [Fact]
    public void What_sealing_put_right_is_told_of_its_sector_and_a_machine_that_fails_again_costs_only_that_sector()
    {
        _run.Sealer.BeforeLabelling = (job, _) =>
        {
            job.Notice!($"layer 3 of {job.Inputs.Sector} is wrong at node 5; layer 3 is labelled again");
            if (job.Inputs.Sector.Number == 3)
            {
                throw new OperatorException(FailureKind.Hardware, "layer 3 is wrong twice", "Test the memory.");
            }
        };

        IReadOnlyList<SectorOutcome> outcomes = _run.Do(FakeSealer.Facts(3), FakeSealer.Facts(2));

        Assert.Equal([OutcomeKind.Failed, OutcomeKind.Installed], outcomes.Select(outcome => outcome.Kind));
        Assert.Equal(FailureKind.Hardware, Assert.IsType<OperatorException>(outcomes[0].Failure).Kind);
        Assert.False(File.Exists(_run.Sealed(3)));
        Assert.All(
            new ulong[] { 2, 3 },
            number => Assert.Single(
                _run.Observer.Events.OfType<Notice>(),
                notice => notice.Sector?.Number == number
                    && notice.Text == $"layer 3 of {FakeSealer.Facts(number).Sector} is wrong at node 5; layer 3 is labelled again"));
    }

    [Fact]
    public void A_mismatch_installs_nothing_keeps_the_evidence_and_lets_the_others_go_on()
    {
        SectorFacts wrong = FakeSealer.Facts(3) with { SealedCid = FakeSealer.Facts(4).SealedCid };

        IReadOnlyList<SectorOutcome> outcomes = _run.Do(wrong, FakeSealer.Facts(2));

        CommitmentMismatchException mismatch = Assert.IsType<CommitmentMismatchException>(outcomes[0].Failure);
        Assert.Equal(FailureKind.CommitmentMismatch, mismatch.Kind);
        Assert.Equal(wrong.SealedCid, mismatch.Expected);
        Assert.Equal(FakeSealer.Facts(3).SealedCid, mismatch.Computed.CommR);
        Assert.Contains(wrong.SealedCid.ToString(), mismatch.Message, StringComparison.Ordinal);
        Assert.Contains(mismatch.Computed.CommR.ToString(), mismatch.Message, StringComparison.Ordinal);
        string[] named = ["prover id", "sector number", "ticket", "CommD", "porep id", "replica id", "trees hashed by", "comm_c", "comm_r_last"];
        Assert.All(named, name => Assert.Single(mismatch.Evidence, item => item.Name == name && item.Value.Length > 0));
        Assert.Equal(
            CandidateCauses.All.Except([CandidateCause.OtherUpdate]).Select(CandidateCauses.Sentence), mismatch.LikelyCauses);
        Assert.Equal([UserCommand.Diagnose, Setting.Miner, Setting.TempFolder], mismatch.Hint.Named);
        Assert.StartsWith("Diagnose Miner=f01000 ", mismatch.Hint.ToString(), StringComparison.Ordinal);
        PorepParameters porep = FakeSealer.Facts(3).SealProof.Porep;
        Assert.Contains($"{LabelSample.CountFor(porep)} of {porep.Nodes} labels of each of the {porep.Layers} layers", mismatch.Excluded[0], StringComparison.Ordinal);
        Assert.Equal(3, mismatch.Excluded.Count);
        Assert.Equal(_run.Workspace(3), mismatch.EvidenceFolder);
        Assert.True(File.Exists(Path.Combine(mismatch.EvidenceFolder, "sealed")));
        Assert.False(File.Exists(_run.Sealed(3)));
        Assert.False(Directory.Exists(_run.Cache(3)));
        Assert.Equal(OutcomeKind.Installed, outcomes[1].Kind);
    }

    [Fact]
    public void One_failing_sector_does_not_stop_the_others_and_a_bug_is_reported_as_it_is()
    {
        _run.Sealer.BeforeLabelling = (job, _) =>
        {
            if (job.Inputs.Sector.Number == 2)
            {
                throw new InvalidOperationException("bug");
            }
        };

        IReadOnlyList<SectorOutcome> outcomes = _run.Do(FakeSealer.Facts(1), FakeSealer.Facts(2), FakeSealer.Facts(3));

        Assert.Equal([OutcomeKind.Installed, OutcomeKind.Failed, OutcomeKind.Installed], outcomes.Select(outcome => outcome.Kind));
        Assert.IsType<InvalidOperationException>(outcomes[1].Failure);
    }

    [Fact]
    public void Labelling_runs_as_wide_as_asked_and_trees_one_at_a_time_beside_it()
    {
        _run.Settings = _run.Settings with { Parallel = 3, Threads = 8 };
        using Barrier together = new(3);
        using ManualResetEventSlim treesBegan = new();
        _run.Sealer.BeforeLabelling = (job, cancellation) =>
        {
            if (job.Inputs.Sector.Number < 3)
            {
                Assert.True(together.SignalAndWait(TimeSpan.FromSeconds(60), cancellation), "three sectors are labelled at once");
            }
            else
            {
                Assert.True(treesBegan.Wait(TimeSpan.FromSeconds(60), cancellation), "trees of one overlap labels of others");
            }
        };
        _run.Sealer.BeforeTrees = (_, _) => treesBegan.Set();

        IReadOnlyList<SectorOutcome> outcomes = _run.Do([.. Enumerable.Range(0, 8).Select(i => FakeSealer.Facts((ulong)i))]);

        Assert.All(outcomes, outcome => Assert.Null(outcome.Failure));
        Assert.Equal(3, _run.Sealer.MostLabelling);
        Assert.Equal(1, _run.Sealer.MostBuilding);
        Assert.Equal(Enumerable.Range(0, 8).Select(i => (ulong)i), outcomes.Select(outcome => outcome.Sector.Number));
        Assert.False(_run.Observer.CalledTwiceAtOnce);
    }

    [Fact]
    public void The_parent_cache_is_opened_once_for_each_proof_and_closed_at_the_end()
    {
        _run.Settings = _run.Settings with { Parallel = 2, Threads = 8 };

        _run.Do(FakeSealer.Facts(1), FakeSealer.Facts(2, proof: 0), FakeSealer.Facts(3), FakeSealer.Facts(4, proof: 0));

        Assert.Equal(2, _run.Sealer.ParentsOpened);
        Assert.Equal(0, _run.Sealer.ParentsOpenNow);
    }

    [Fact]
    public void A_parent_cache_that_cannot_be_built_is_tried_once_and_fails_its_sectors()
    {
        _run.Sealer.ParentsFailure = () => new OperatorException(FailureKind.Storage, "no room for the parent cache", "Free some.");

        IReadOnlyList<SectorOutcome> outcomes = _run.Do(FakeSealer.Facts(1), FakeSealer.Facts(2));

        Assert.All(outcomes, outcome => Assert.Equal("no room for the parent cache", Run.Failure(outcome).Message));
        Assert.Equal(1, _run.Sealer.ParentsOpened);
    }

    [Fact]
    public async Task Cancelling_ends_the_run_at_once_and_a_rerun_carries_on()
    {
        using CancellationTokenSource stop = new();
        using ManualResetEventSlim hanging = new();
        _run.Sealer.BeforeTrees = (_, cancellation) =>
        {
            hanging.Set();
            cancellation.WaitHandle.WaitOne();
            cancellation.ThrowIfCancellationRequested();
        };
        Task<IReadOnlyList<SectorOutcome>> running = Task.Run(
            () => _run.Do(stop.Token, FakeSealer.Facts(1), FakeSealer.Facts(2)), TestContext.Current.CancellationToken);
        Assert.True(hanging.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));

        await stop.CancelAsync();
        IReadOnlyList<SectorOutcome> outcomes = await running.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.All(outcomes, outcome => Assert.Equal(OutcomeKind.Stopped, outcome.Kind));
        Assert.Equal(2, _run.Observer.Events.OfType<SectorEnded>().Count());
        Assert.Empty(_run.Visible());

        _run.Sealer = new FakeSealer();
        _run.Observer = new RecordingObserver();
        Assert.All(_run.Do(FakeSealer.Facts(1), FakeSealer.Facts(2)), outcome => Assert.Equal(OutcomeKind.Installed, outcome.Kind));
        Assert.DoesNotContain("1:label-1", _run.Sealer.Calls);
        Assert.True(_run.Observer.Events.OfType<SectorStarted>().Single(started => started.Sector.Number == 1).Resumed);
        Assert.Contains(_run.Observer.Notices, text => text.Contains("an earlier run finished 2 steps", StringComparison.Ordinal));
    }

    [Fact]
    public void A_damaged_layer_of_an_earlier_run_is_labelled_again_in_the_same_run()
    {
        _run.Sealer.BeforeTrees = (_, _) => throw new OperatorException(FailureKind.Storage, "no", "no");
        Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(1))));
        File.WriteAllBytes(Path.Combine(_run.Workspace(1), "cache", "sc-02-data-layer-2.dat"), new byte[2048]);
        _run.Sealer = new FakeSealer();

        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(1))).Kind);
        Assert.Equal(["1:label-2", "1:trees"], _run.Sealer.Calls);
    }

    [Theory]
    [InlineData("../sealed", "1:label-1")]
    [InlineData("sc-02-data-tree-r-last.dat", "1:label-1")]
    public void A_finished_file_that_changed_before_it_was_installed_is_made_again_and_never_installed(string name, string again)
    {
        int times = 0;
        _run.Sealer.AfterTrees = job =>
        {
            string path = Path.Combine(job.CacheFolder, name);
            if (times++ == 0)
            {
                File.WriteAllBytes(path, new byte[new FileInfo(path).Length]);
            }
        };

        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(1))).Kind);

        Assert.Equal(2, _run.Sealer.Calls.Count(call => call == again));
        Assert.DoesNotContain(_run.Visible().Values, content => content.All(digit => digit == '0'));
        Assert.Contains(_run.Observer.Notices, text => text.Contains("made again", StringComparison.Ordinal));
    }

    [Fact]
    public void A_disk_failure_while_trees_are_built_costs_no_finished_layer()
    {
        _run.Sealer.BeforeTrees = (_, _) => throw new OperatorException(FailureKind.Storage, "no space was left", "Free some.");
        Assert.Equal("no space was left", Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(1)))).Message);
        Assert.Equal("no space was left", Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(1)))).Message);
        Assert.Equal(["1:label-1", "1:label-2"], _run.Sealer.Calls);
    }

    [Fact]
    public void An_observer_that_throws_costs_nothing()
    {
        _run.Observer.Throws = true;

        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(1))).Kind);
        Assert.Single(_run.Observer.Events.OfType<SectorEnded>());
    }

    [Fact]
    public void A_sector_waits_for_disk_while_others_are_at_work_and_fails_alone()
    {
        _run.Settings = _run.Settings with { Parallel = 2, Threads = 8, IgnoreResources = false };
        long one = SealResources.For(SealProofs.All[5].Porep, false, false, _run.Settings.ParentWindowNodes, 1).TempDisk;
        int asked = 0;

        // Enough for two in the plan; then for one and a half.
        _run.Probe.Disks = path => new DiskSpace(
            1, path == _run.Settings.TempFolder && asked++ > 0 ? one + (one / 2) : 100 * one);
        Assert.All(_run.Do(FakeSealer.Facts(1), FakeSealer.Facts(2), FakeSealer.Facts(3)), outcome => Assert.Null(outcome.Failure));
        Assert.Equal(1, _run.Sealer.MostLabelling);
        Assert.Contains(_run.Observer.Notices, text => text.Contains("waits", StringComparison.Ordinal));

        asked = 0;
        _run.Probe.Disks = path => new DiskSpace(1, path == _run.Settings.TempFolder && asked++ > 0 ? one / 2 : 100 * one);
        Assert.Equal(FailureKind.NotEnoughResources, Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(4)))).Kind);
    }

    [Fact]
    public void Too_little_memory_refuses_the_run_unless_told_to_go_on()
    {
        _run.Probe.Memory = 1 << 20;

        OperatorException failure = Assert.Throws<OperatorException>(() => _run.Do(FakeSealer.Facts(1)));
        Assert.Equal(FailureKind.NotEnoughResources, failure.Kind);
        Assert.Contains("1.0 MiB available", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_run.Sealer.Calls);

        _run.Settings = _run.Settings with { IgnoreResources = true };
        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(1))).Kind);
        Assert.Contains(_run.Observer.Notices, text => text.Contains("memory", StringComparison.Ordinal));
    }

    [Fact]
    public void A_second_run_on_the_same_sector_is_refused_whichever_temporary_folder_it_uses()
    {
        using ManualResetEventSlim working = new();
        using ManualResetEventSlim goOn = new();
        _run.Sealer.BeforeLabelling = (_, cancellation) =>
        {
            working.Set();
            Assert.True(goOn.Wait(TimeSpan.FromSeconds(60), cancellation));
        };
        Task<IReadOnlyList<SectorOutcome>> first = Task.Run(
            () => _run.Do(FakeSealer.Facts(1)), TestContext.Current.CancellationToken);
        Assert.True(working.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));

        RecoverySettings elsewhere = _run.Settings with { TempFolder = _run.Settings.TempFolder + "2" };
        RecoverySettings otherResult = _run.Settings with { ResultFolder = _run.Settings.ResultFolder + "2" };
        foreach (RecoverySettings settings in new[] { _run.Settings, elsewhere, otherResult })
        {
            RecoveryRunner second = new(settings, TimeProvider.System, new FakeSealer().Roles, _run.Files, _run.Probe);
            OperatorException busy = Run.Failure(Assert.Single(
                second.Run([FakeSealer.Facts(1)], new RecordingObserver().Sink, CancellationToken.None)));
            Assert.Equal(FailureKind.Busy, busy.Kind);
            Assert.Contains($"process {Environment.ProcessId}", busy.Message, StringComparison.Ordinal);
        }

        goOn.Set();
#pragma warning disable xUnit1031 // The run blocks its own thread; the test has nothing else to do.
        Assert.Equal(OutcomeKind.Installed, Assert.Single(first.Result).Kind);
#pragma warning restore xUnit1031
    }

    [Fact]
    public void Folders_that_get_in_each_others_way_are_refused()
    {
        (string Temp, string Result)[] bad =
        [
            ("/same", "/same"), ("/result/cache", "/result"), ("/result/sealed/x", "/result"), ("/temp", "/temp/s-t01000-1"),
            ("/result/.sealer-recover", "/result"),
        ];
        foreach ((string temp, string result) in bad)
        {
            Directory.CreateDirectory(_run.Folder + result + "/cache");
            Directory.CreateDirectory(_run.Folder + result + "/sealed");
            _run.Settings = _run.Settings with { TempFolder = _run.Folder + temp, ResultFolder = _run.Folder + result };
            Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => _run.Do(FakeSealer.Facts(9))).Kind);
        }

        _run.Settings = _run.Settings with { TempFolder = "temp" };
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => _run.Do(FakeSealer.Facts(9))).Kind);
    }

    [Fact]
    public void A_sector_listed_twice_is_refused()
    {
        OperatorException failure = Assert.Throws<OperatorException>(() => _run.Do(FakeSealer.Facts(9), FakeSealer.Facts(9)));

        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.Contains("f01000 sector 9", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_folder_under_a_file_is_one_sentence()
    {
        File.WriteAllText(Path.Combine(_run.Folder, "file"), "x");
        _run.Settings = _run.Settings with { ResultFolder = Path.Combine(_run.Folder, "file", "result") };

        OperatorException failure = Assert.Throws<OperatorException>(() => _run.Do(FakeSealer.Facts(9)));

        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(_run.Settings.ResultFolder, failure.Message, StringComparison.Ordinal);
    }
}
