using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Latency;
using SealerRecover.Recovery.Metrics;

namespace SealerRecover.Recovery.Tests.Metrics;

/// <summary>What happens in a run, added up.</summary>
public sealed class RunMetricsTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 0, 0, TimeSpan.Zero);

    private readonly RunMetrics _metrics = new("1.2.3", Start);

    [Fact]
    public void Sectors_go_from_state_to_state_and_never_back()
    {
        _metrics.Planned([Facts(1), Facts(2), Facts(3)]);
        Assert.Equal(3, Of(Metric.Sectors, "queued"));
        Phase(1, SealPhase.Label, 1, 5);
        Phase(2, SealPhase.LoadLayer, 1, 5);
        Assert.Equal((1, 1, 1), (Of(Metric.Sectors, "queued"), Of(Metric.Sectors, "labelling"), Of(Metric.Sectors, "preparing")));

        // Trees of the last layer are built while it is labelled still.
        Phase(1, SealPhase.Trees, 1, 5);
        Phase(1, SealPhase.Label, 2, 6);
        Assert.Equal((1, 0), (Of(Metric.Sectors, "trees"), Of(Metric.Sectors, "labelling")));
        _metrics.On(new SectorEnded(Start, Outcome(1, OutcomeKind.Installed, null)));
        Phase(1, SealPhase.VanillaProofs, 1, 5);
        Assert.Equal(1, Of(Metric.Sectors, "done"));

        // One that was looked at before it was planned has not begun; one that has ended is not planned again.
        Phase(4, SealPhase.CheckReplica, 1, 5);
        Assert.Equal(1, Of(Metric.Sectors, "checking"));
        _metrics.Planned([Facts(1), Facts(4)]);
        Assert.Equal((2, 1, 0), (Of(Metric.Sectors, "queued"), Of(Metric.Sectors, "done"), Of(Metric.Sectors, "checking")));
    }

    [Fact]
    public void Nodes_and_layers_are_counted_once_whoever_tells_of_them_late()
    {
        Phase(1, SealPhase.Label, 1, 40, at: 0);
        Phase(1, SealPhase.Label, 1, 60, at: 10);
        Phase(1, SealPhase.Label, 1, 50, at: 11);
        Phase(1, SealPhase.Label, 1, 100, at: 20);
        Phase(1, SealPhase.Label, 2, 10, at: 25);
        Phase(2, SealPhase.Label, 2, 0, at: 30);
        Phase(2, SealPhase.Label, 2, 100, at: 70);
        Phase(1, SealPhase.WriteLayer, 1, 100);
        Phase(1, SealPhase.Install, 1, 100);
        Assert.DoesNotContain(Samples(Metric.PhaseNodes), sample => sample.LabelValues[0] == "write_layer");
        Assert.Equal(210, Of(Metric.PhaseNodes, "label"));
        Assert.Equal(100, Of(Metric.PhaseBytes, "install"));
        Assert.Equal((2, 60), (Of(Metric.Layers), Of(Metric.LayerSeconds)));
    }

    [Fact]
    public void Hashes_are_counted_by_the_kernel_that_made_them()
    {
        Hashed(SealPhase.Label, 1, 60, "sha-ni");
        Hashed(SealPhase.Label, 1, 100, "sha-ni");
        Hashed(SealPhase.Label, 2, 30, "avx512");
        Hashed(SealPhase.Trees, 1, 7, "opencl");
        Phase(1, SealPhase.LoadLayer, 1, 100);
        Assert.Equal((100, 30, 7), (Of(Metric.Hashes, "label", "sha-ni"), Of(Metric.Hashes, "label", "avx512"), Of(Metric.Hashes, "trees", "opencl")));
        Assert.Equal(3, Samples(Metric.Hashes).Length);
        Assert.Equal(130, Of(Metric.PhaseNodes, "label"));

        void Hashed(SealPhase phase, int step, long done, string kernel) =>
            _metrics.On(new PhaseProgressed(Start, Sector(1), new SealProgress(phase, step, 2, done, 100) { Kernel = kernel }));
    }

    [Fact]
    public void What_the_machine_says_is_told_in_its_place_and_asked_anew_each_time()
    {
        int asked = 0;
        _metrics.Beside(() => [new Sample(Metric.DiskFree, ++asked, "/temp")]);
        Assert.Equal((1, 2), (Of(Metric.DiskFree, "/temp"), Of(Metric.DiskFree, "/temp")));
        IReadOnlyList<Sample> all = _metrics.Read();
        Assert.Equal(all.Select(sample => Metric.All.IndexOf(sample.Of)).Order(), all.Select(sample => Metric.All.IndexOf(sample.Of)));
    }

    [Fact]
    public void A_failure_has_the_name_of_its_exit_code_and_counts_once()
    {
        Assert.Equal(0, Of(Metric.Failures, "commitment_mismatch"));
        _metrics.On(new SectorEnded(Start, Outcome(1, OutcomeKind.Failed, new OperatorException(FailureKind.CommitmentMismatch, "not it", "look"))));
        _metrics.On(new SectorEnded(Start, Outcome(2, OutcomeKind.Failed, new InvalidOperationException("a bug"))));
        _metrics.Ended(Sector(1), SectorStage.Failed, "commitment_mismatch");
        _metrics.Ended(Sector(3), SectorStage.Failed, "storage");
        Assert.Equal((1, 1, 1), (Of(Metric.Failures, "commitment_mismatch"), Of(Metric.Failures, "internal_error"), Of(Metric.Failures, "storage")));
        Assert.Equal(3, Of(Metric.Sectors, "failed"));
    }

    [Fact]
    public void Sectors_that_are_terminated_first_have_series_of_their_own_and_those_that_are_done_have_none()
    {
        _metrics.Planned(Enumerable.Range(0, 2500).Select(number => Facts((ulong)number, terminatedAt: 5000 - number)));
        Sample[] ends = Samples(Metric.FaultEnd);
        Assert.Equal(Metric.MostSectors, ends.Length);
        Assert.Equal("2499", ends[0].LabelValues[1]);
        Assert.Equal((Start + TimeSpan.FromSeconds(30 * (5000 - 2499 - 1000))).ToUnixTimeSeconds(), ends[0].Value);
        Assert.All(Samples(Metric.Begun), sample => Assert.Equal(0, sample.Value));

        Phase(2498, SealPhase.Label, 1, 1);
        _metrics.On(new SectorEnded(Start, Outcome(2499, OutcomeKind.Installed, null)));
        _metrics.On(new SectorEnded(Start, Outcome(2497, OutcomeKind.Stopped, null)));
        Assert.Equal(("2498", 1.0), (Samples(Metric.Begun)[0].LabelValues[1], Samples(Metric.Begun)[0].Value));

        // Stopped before its turn came.
        Assert.Equal(("2497", 0.0), (Samples(Metric.Begun)[1].LabelValues[1], Samples(Metric.Begun)[1].Value));
    }

    [Fact]
    public void Only_what_moves_on_is_progress()
    {
        Phase(1, SealPhase.Label, 1, 5, at: 10);
        Phase(1, SealPhase.Label, 1, 5, at: 700);
        _metrics.On(new RunProgressed(Start.AddSeconds(800), new RunReading(0, 2, 0.25, TimeSpan.FromHours(1), [Sector(2)])));
        _metrics.On(new LookUpReported(Start.AddSeconds(900), new Filecoin.Chain.Rpc.CallRepeated("no answer", TimeSpan.FromSeconds(1), 2)));
        Assert.Equal(Start.AddSeconds(10).ToUnixTimeSeconds(), Of(Metric.LastProgress));
        Assert.Equal((1, 0), (Of(Metric.NodeRetries), Of(Metric.NodePauses)));
        Assert.Equal((0.25, 3600, 1), (Of(Metric.RunRatio), Of(Metric.RunLeft), Of(Metric.LateSectors)));
        Assert.Equal(Start.AddSeconds(800 + 3600).ToUnixTimeSeconds(), Of(Metric.RunDone));
        Phase(1, SealPhase.Label, 1, 6, at: 1000);
        Assert.Equal(Start.AddSeconds(1000).ToUnixTimeSeconds(), Of(Metric.LastProgress));
    }

    [Fact]
    public void What_nobody_told_has_no_value()
    {
        Assert.Empty(Samples(Metric.RunLeft));
        Assert.Empty(Samples(Metric.RunExitCode));
        Assert.Empty(Samples(Metric.ReadP99));
        Assert.Equal(1, Of(Metric.Running));
        _metrics.Ended(Start.AddSeconds(5), 8);
        Assert.Equal((0, 8, Start.AddSeconds(5).ToUnixTimeSeconds()), (Of(Metric.Running), Of(Metric.RunExitCode), Of(Metric.RunEnd)));
    }

    [Fact]
    public void Times_of_storage_paths_and_what_was_found_in_them_are_told()
    {
        LatencyBook book = new(TimeSpan.FromSeconds(2), _ => "/mnt/a\"b");
        for (int i = 1; i <= 100; i++)
        {
            book.Add(Sector((ulong)i), null, [new ReadStep(1, [new TimedRead("/x", 32, TimeSpan.FromMilliseconds(30 * i), i == 1)])]);
        }

        _metrics.Timed(book);
        _metrics.Checked(Sector(1), good: false, Start);
        _metrics.Checked(Sector(2), good: true, Start);
        _metrics.Checked(Sector(1), good: true, Start.AddSeconds(3));
        Assert.Equal((2, 0), (Of(Metric.Checked, "good"), Of(Metric.Checked, "damaged")));
        _metrics.Checked(Sector(3), good: false, Start);
        _metrics.On(new SectorEnded(Start, Outcome(4, OutcomeKind.Installed, null)));
        Assert.Equal((2, 1), (Of(Metric.Checked, "good"), Of(Metric.Checked, "damaged")));
        _metrics.On(new SectorEnded(Start, Outcome(3, OutcomeKind.Installed, null)));
        Assert.Equal((3, 0), (Of(Metric.Checked, "good"), Of(Metric.Checked, "damaged")));
        Assert.Equal((1.5, 2.97, 3.0), (Of(Metric.ReadMedian, "/mnt/a\"b"), Of(Metric.ReadP99, "/mnt/a\"b"), Of(Metric.ReadWorst, "/mnt/a\"b")));
        Assert.Equal((100, 1, 3200, 34), (Of(Metric.Reads, "/mnt/a\"b"), Of(Metric.ReadsFromMemory, "/mnt/a\"b"), Of(Metric.ReadBytes, "/mnt/a\"b"), Of(Metric.Slow)));
        Assert.Contains("sealer_recover_timed_reads{command=\"verify\",storage_path=\"/mnt/a\\\"b\"} 100\n", PrometheusText.Of(_metrics.Read(), ("command", "verify")), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_sample_has_a_value_for_each_label_and_no_two_are_the_same()
    {
        _metrics.Planned([Facts(1, 100), Facts(2, 100)]);
        IReadOnlyList<Sample> all = _metrics.Read();
        Assert.All(all, sample => Assert.Equal(sample.Of.Labels.Length, sample.LabelValues.Length));
        Assert.Equal(all.Count, all.Select(sample => $"{sample.Of.Name} {string.Join(' ', sample.LabelValues)}").Distinct().Count());
        Assert.Equal(Metric.All.Length, Metric.All.Select(metric => metric.Name).Distinct().Count());
        Assert.All(Metric.All, metric => Assert.Equal(metric.Kind == MetricKind.Counter, metric.Name.EndsWith("_total", StringComparison.Ordinal)));
    }

    private static SectorId Sector(ulong number) => new(new ActorId(1000), number);

    private static SectorFacts Facts(ulong number, long? terminatedAt = null) => new()
    {
        Sector = Sector(number),
        SealProof = SealProofs.Get(RegisteredSealProof.StackedDrg32GiBV1_1),
        Ticket = new Ticket(default),
        SealedCid = new CommR(default),
        Status = new ChainStatus { State = SectorState.Proven, HeadEpoch = 1000, HeadTime = Start, FaultTerminatesAt = terminatedAt },
    };

    private static SectorOutcome Outcome(ulong number, OutcomeKind kind, Exception? failure) => new(Sector(number), kind, null, [], TimeSpan.Zero, failure);

    private void Phase(ulong number, SealPhase phase, int step, long done, double at = 0) =>
        _metrics.On(new PhaseProgressed(Start.AddSeconds(at), Sector(number), new SealProgress(phase, step, 11, done, 100)));

    private Sample[] Samples(Metric metric) => [.. _metrics.Read().Where(sample => sample.Of == metric)];

    private double Of(Metric metric, params string[] labels) => Assert.Single(Samples(metric), sample => sample.LabelValues.SequenceEqual(labels)).Value;
}
