using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Rendering;
using Xunit;

namespace SealerRecover.Tests.Rendering;

/// <summary>Metrics are written beside another view, by the clock and at the end.</summary>
public sealed class MetricsViewTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-metrics-").FullName;
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };
    private readonly TickedTime _time = new();

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public void The_plan_and_what_happens_reach_the_file_every_15_seconds_and_the_other_view_at_once()
    {
        (MetricsView view, string path) = Open();
        view.Answered(Examples.Plan());
        view.On(new PhaseProgressed(_time.GetUtcNow(), Examples.Sector2, new SealProgress(SealPhase.Label, 1, 11, 7, 100)));
        Assert.NotEmpty(_output.ToString());
        Assert.DoesNotContain("phase=\"label\"", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(15), _time.Every);
        _time.Tick();
        Assert.Contains("phase=\"label\"} 7\n", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Contains("state=\"labelling\"} 1\n", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Contains("sealer_recover_sector_begun{command=\"recover\",file=\"run\",miner=\"f01000\",sector=\"2\"} 1\n", File.ReadAllText(path), StringComparison.Ordinal);

        view.Reported(new Report
        {
            Command = "recover",
            Sectors =
            [
                SectorReport.Failed(Examples.Sector2, new InvalidOperationException("a bug")),
                new SectorReport(Examples.Sector3, SectorResult.GoodSampled, null, null, [], TimeSpan.Zero, null),
            ],
        });
        Assert.Contains("result=\"good\"} 1\n", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Contains("sealer_recover_run_exit_code{command=\"recover\",file=\"run\"} 70\n", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Contains("reason=\"internal_error\"} 1\n", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.True(_time.IsDisposed);
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_told_of_once_and_stops_nothing()
    {
        (MetricsView view, string path) = Open();
        Directory.Delete(_folder, recursive: true);
        _time.Tick();
        _time.Tick();
        view.Reported(new Report { Command = "recover" });
        string warning = Assert.Single(_error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith($"warning: metrics could not be written to {path} (", warning, StringComparison.Ordinal);
        Assert.EndsWith("); the work goes on", warning, StringComparison.Ordinal);
    }

    private (MetricsView View, string Path) Open()
    {
        string path = Path.Combine(_folder, "run.prom");
        RunMetrics metrics = new("1", _time.GetUtcNow());
        return (new MetricsView(new PlainView(_output, _error, _time, verbose: false), metrics, new MetricsFile(LinuxFileSystem.Instance, path, metrics, "recover"), _time), path);
    }

    /// <summary>A clock whose one timer fires when a test says so.</summary>
    private sealed class TickedTime : TimeProvider, ITimer
    {
        private TimerCallback? _callback;

        public TimeSpan Every { get; private set; }

        public bool IsDisposed { get; private set; }

        public void Tick() => _callback!(null);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_callback, Every) = (callback, period);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => IsDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
