using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Progress;
using Filecoin.Chain.Rpc;
using Filecoin.Primitives;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Latency;

namespace SealerRecover.Recovery.Metrics;

/// <summary>
/// The metrics of one run, added up from what happens and from what is found out. Takes both from any thread; <see cref="Read"/> tells how they
/// stand. What nobody told has no value: where no run is foretold there is no <see cref="Metric.RunLeft"/>.
/// </summary>
public sealed class RunMetrics : IRecoveryObserver
{
    private const string BugReason = "internal_error";

    private readonly Lock _gate = new();
    private readonly WorkDone _work = new();
    private readonly string _version;
    private readonly DateTimeOffset _started;
    private readonly Dictionary<SectorId, Standing> _sectors = [];
    private readonly Dictionary<string, long> _failures = Enum.GetValues<FailureKind>().Select(Metric.Word).Append(BugReason).ToDictionary(reason => reason, _ => 0L);
    private readonly HashSet<SectorId> _failed = [];
    private readonly Dictionary<SectorId, bool> _checked = [];
    private DateTimeOffset _moved;
    private RunProgressed? _forecast;
    private Sample[] _latency = [];
    private Func<IEnumerable<Sample>> _machine = () => [];
    private long _retries;
    private long _pauses;
    private (DateTimeOffset At, int ExitCode)? _end;

    /// <summary>A run begins.</summary>
    /// <param name="version">What was built.</param>
    /// <param name="started">When.</param>
    public RunMetrics(string version, DateTimeOffset started) => (_version, _started, _moved) = (version, started, started);

    /// <inheritdoc/>
    public void On(RecoveryEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        lock (_gate)
        {
            if (Take(happened))
            {
                _moved = happened.At;
            }
        }
    }

    /// <summary>Has what the machine says be told with the rest: it is asked whenever they are read.</summary>
    public void Beside(Func<IEnumerable<Sample>> machine) => _machine = machine;

    /// <summary>Sectors that are to be worked on, unless they have ended.</summary>
    public void Planned(IEnumerable<SectorFacts> sectors)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        lock (_gate)
        {
            foreach (SectorFacts facts in sectors)
            {
                Standing before = _sectors.GetValueOrDefault(facts.Sector);
                _sectors[facts.Sector] = before with
                {
                    Stage = before.Stage == SectorStage.Checking ? SectorStage.Queued : before.Stage,
                    FaultEnd = facts.Status is { FaultTerminatesAt: > 0 and { } epoch } status ? status.TimeOf(epoch) : null,
                };
            }
        }
    }

    /// <summary>The files of a sector were looked at.</summary>
    /// <param name="sector">Which.</param>
    /// <param name="good">Whether nothing speaks against them.</param>
    /// <param name="at">When.</param>
    public void Checked(SectorId sector, bool good, DateTimeOffset at)
    {
        lock (_gate)
        {
            _checked[sector] = good;
            _moved = at;
        }
    }

    /// <summary>How long storage paths took to read from. Its book is read now and not later.</summary>
    public void Timed(LatencyBook book)
    {
        ArgumentNullException.ThrowIfNull(book);
        Sample[] told =
        [
            new(Metric.Slow, book.Slow.Count),
            new(Metric.LatePartitions, book.Partitions.Count(partition => partition.IsLate)),
            .. book.Paths.Take(Metric.MostStoragePaths).SelectMany(path => new Sample[]
            {
                new(Metric.ReadMedian, path.Times.Median.TotalSeconds, path.StoragePath),
                new(Metric.ReadP99, path.Times.P99.TotalSeconds, path.StoragePath),
                new(Metric.ReadWorst, path.Times.Worst.TotalSeconds, path.StoragePath),
                new(Metric.Reads, path.Reads, path.StoragePath),
                new(Metric.ReadsFromMemory, path.FromMemory, path.StoragePath),
                new(Metric.ReadBytes, path.Bytes, path.StoragePath),
                new(Metric.SlowOfPath, path.SlowSectors, path.StoragePath),
            }),
        ];
        lock (_gate)
        {
            _latency = told;
        }
    }

    /// <summary>A sector ended, or its end was judged anew: one that was installed may fail the proof that follows.</summary>
    /// <param name="sector">Which.</param>
    /// <param name="stage">With what; one of those that are ends.</param>
    /// <param name="reason">Of one that failed: the name of the exit code.</param>
    public void Ended(SectorId sector, SectorStage stage, string? reason)
    {
        lock (_gate)
        {
            End(sector, stage, reason);
        }
    }

    /// <summary>The run ended.</summary>
    /// <param name="at">When.</param>
    /// <param name="exitCode">The exit code.</param>
    public void Ended(DateTimeOffset at, int exitCode)
    {
        lock (_gate)
        {
            _end = (at, exitCode);
        }
    }

    /// <summary>How they stand, in the order of <see cref="Metric.All"/>.</summary>
    public IReadOnlyList<Sample> Read()
    {
        // A disk that does not answer keeps nobody from telling what happens.
        Sample[] machine = [.. _machine()];
        lock (_gate)
        {
            return Metric.InOrder(Samples().Concat(machine));
        }
    }

    /// <summary>Whether that means that the work moves on.</summary>
    private bool Take(RecoveryEvent happened)
    {
        switch (happened)
        {
            case PhaseProgressed phase:
                if (phase.Sector is { } sector)
                {
                    Move(sector, SectorStages.Of(phase.Progress.Phase));
                }

                return _work.Take(phase);
            case PieceProgressed piece:
                Move(piece.Sector, SectorStage.Preparing);
                return _work.Take(piece);
            case RunProgressed forecast:
                _forecast = forecast;
                return false;
            case SectorStarted begun:
                Move(begun.Sector, SectorStage.Preparing);
                return true;
            case SectorEnded ended:
                SectorOutcome outcome = ended.Outcome;
                End(
                    outcome.Sector,
                    outcome.Kind switch
                    {
                        OutcomeKind.Failed => SectorStage.Failed,
                        OutcomeKind.Stopped => SectorStage.Stopped,
                        _ => SectorStage.Done,
                    },
                    outcome.Failure is OperatorException known ? Metric.Word(known.Kind) : BugReason);
                return true;
            case LookUpReported { Report: CallRepeated }:
                _retries++;
                return false;
            case LookUpReported { Report: EndpointPaused }:
                _pauses++;
                return false;
            case LookUpReported { Report: LookupCount or LookupSearch }:
            case BytesRead:
            case Notice:
                return true;
            default:
                return false;
        }
    }

    private void Move(SectorId sector, SectorStage stage)
    {
        Standing before = _sectors.GetValueOrDefault(sector);
        _sectors[sector] = before with
        {
            Stage = stage > before.Stage && !before.Stage.HasEnded() ? stage : before.Stage,
            HasBegun = before.HasBegun || stage > SectorStage.Checking,
        };
    }

    private void End(SectorId sector, SectorStage stage, string? reason)
    {
        _sectors[sector] = _sectors.GetValueOrDefault(sector) with { Stage = stage };
        if (stage == SectorStage.Done && _checked.ContainsKey(sector))
        {
            // What was damaged is mended.
            _checked[sector] = true;
        }

        if (stage == SectorStage.Failed && _failed.Add(sector))
        {
            string known = reason is not null && _failures.ContainsKey(reason) ? reason : BugReason;
            _failures[known]++;
        }
    }

    private IEnumerable<Sample> Samples()
    {
        yield return new Sample(Metric.BuildInfo, 1, _version);
        yield return new Sample(Metric.Running, _end is null ? 1 : 0);
        yield return new Sample(Metric.RunStart, Metric.Seconds(_started));
        yield return new Sample(Metric.LastProgress, Metric.Seconds(_moved));
        if (_end is { } end)
        {
            yield return new Sample(Metric.RunEnd, Metric.Seconds(end.At));
            yield return new Sample(Metric.RunExitCode, end.ExitCode);
        }

        if (_forecast is { } forecast)
        {
            yield return new Sample(Metric.RunRatio, forecast.Reading.Fraction);
            yield return new Sample(Metric.RunLeft, forecast.Reading.Left.TotalSeconds);
            yield return new Sample(Metric.RunDone, Metric.Seconds(forecast.At) + forecast.Reading.Left.TotalSeconds);
            yield return new Sample(Metric.LateSectors, forecast.Reading.Late.Length);
        }

        ILookup<SectorStage, SectorId> stages = _sectors.ToLookup(sector => sector.Value.Stage, sector => sector.Key);
        foreach (SectorStage stage in Enum.GetValues<SectorStage>())
        {
            yield return new Sample(Metric.Sectors, stages[stage].Count(), Metric.Word(stage));
        }

        foreach ((string reason, long count) in _failures.OrderBy(failure => failure.Key, StringComparer.Ordinal))
        {
            yield return new Sample(Metric.Failures, count, reason);
        }

        foreach ((SectorId sector, Standing standing) in _sectors
            .Where(sector => sector.Value.FaultEnd is not null && sector.Value.Stage != SectorStage.Done)
            .OrderBy(sector => sector.Value.FaultEnd).ThenBy(sector => sector.Key.Number).Take(Metric.MostSectors))
        {
            string number = sector.Number.ToString(CultureInfo.InvariantCulture);
            yield return new Sample(Metric.FaultEnd, Metric.Seconds(standing.FaultEnd!.Value), sector.Miner.ToString(), number);
            yield return new Sample(Metric.Begun, standing.HasBegun ? 1 : 0, sector.Miner.ToString(), number);
        }

        yield return new Sample(Metric.NodeRetries, _retries);
        yield return new Sample(Metric.NodePauses, _pauses);
        yield return new Sample(Metric.Checked, _checked.Values.Count(good => good), "good");
        yield return new Sample(Metric.Checked, _checked.Values.Count(good => !good), "damaged");
        foreach (Sample sample in _work.Samples().Concat(_latency))
        {
            yield return sample;
        }
    }

    private readonly record struct Standing(SectorStage Stage, DateTimeOffset? FaultEnd, bool HasBegun);
}
