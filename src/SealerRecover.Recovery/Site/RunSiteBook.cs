using System.Collections.Immutable;
using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Worth;
using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metrics;

namespace SealerRecover.Recovery.Site;

/// <summary>Why a sector failed, as whoever watches is told.</summary>
/// <param name="ExitCode">The exit code.</param>
/// <param name="Message">What happened, and what to do.</param>
/// <param name="Diagnosis">Likely causes and what was compared; null for nothing more.</param>
public sealed record SiteFailure(int ExitCode, string Message, string? Diagnosis);

/// <summary>
/// One machine's run as something to watch, added up from what happens and from what is found out. Takes both from any thread; <see cref="Read"/>
/// tells how it stands.
/// </summary>
public sealed class RunSiteBook : IRecoveryObserver
{
    private readonly Lock _gate = new();
    private readonly ProgressBook _progress = new();
    private readonly List<SectorPage> _order = [];
    private readonly Dictionary<SectorId, SectorPage> _pages = [];
    private readonly Func<Exception, SiteFailure> _failureOf;
    private readonly SiteState _empty;
    private RunProgressed? _forecast;
    private string? _shared;
    private ImmutableArray<SectorTime> _times = [];

    /// <summary>A run begins.</summary>
    /// <param name="command">The command.</param>
    /// <param name="source">Where, for people.</param>
    /// <param name="version">What was built.</param>
    /// <param name="started">When.</param>
    /// <param name="failureOf">What is told of a failure.</param>
    public RunSiteBook(string command, string source, string version, DateTimeOffset started, Func<Exception, SiteFailure> failureOf)
    {
        _failureOf = failureOf;
        _empty = new SiteState
        {
            At = started,
            Source = source,
            IsFleet = false,
            Version = version,
            Run = new SiteRun { Command = command, Started = started },
        };
        Run = _empty.Run;
    }

    /// <summary>Counts what changed.</summary>
    public long Changes { get; private set; }

    /// <summary>Whether nothing is known of any sector.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _order.Count == 0;
            }
        }
    }

    private SiteRun Run { get; set; }

    /// <inheritdoc/>
    public void On(RecoveryEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        lock (_gate)
        {
            Take(happened);
            Changes++;
        }
    }

    /// <summary>Sectors that are to be worked on, in their order. Those that were looked at, found good and are not among them are done.</summary>
    /// <param name="sectors">The sectors.</param>
    /// <param name="now">The time.</param>
    public void Planned(IEnumerable<SectorFacts> sectors, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        lock (_gate)
        {
            HashSet<SectorPage> planned = [];
            foreach (SectorFacts facts in sectors)
            {
                SectorPage page = PageOf(facts.Sector);
                page.Plan(facts, now);
                planned.Add(page);
            }

            foreach (SectorPage page in _order.Where(page => !planned.Contains(page)))
            {
                page.LeaveAsItIs(now);
            }

            // What goes first first; what is not worked on behind it.
            SectorPage[] behind = [.. _order.Where(page => !planned.Contains(page))];
            _order.Clear();
            _order.AddRange(planned);
            _order.AddRange(behind);
            Changes++;
        }
    }

    /// <summary>How long it should take.</summary>
    /// <param name="times">Of the sectors that are to be worked on.</param>
    public void Expected(IEnumerable<SectorTime> times)
    {
        lock (_gate)
        {
            _times = [.. times];
            Changes++;
        }
    }

    /// <summary>The files of a sector were looked at.</summary>
    /// <param name="sector">Which.</param>
    /// <param name="good">Whether nothing speaks against them.</param>
    /// <param name="now">The time.</param>
    public void Checked(SectorId sector, bool good, DateTimeOffset now)
    {
        lock (_gate)
        {
            PageOf(sector).Check(good, now);
            Changes++;
        }
    }

    /// <summary>A sector ended, or its end was judged anew: one that was installed may fail the proof that follows.</summary>
    /// <param name="sector">Which.</param>
    /// <param name="stage">With what; one of those that are ends.</param>
    /// <param name="outcome">In the run's word.</param>
    /// <param name="failure">Of one that failed.</param>
    /// <param name="now">The time.</param>
    public void Ended(SectorId sector, SectorStage stage, string outcome, SiteFailure? failure, DateTimeOffset now)
    {
        lock (_gate)
        {
            PageOf(sector).End(stage, outcome, failure, now);
            Changes++;
        }
    }

    /// <summary>The run ended.</summary>
    /// <param name="at">When.</param>
    /// <param name="exitCode">The exit code.</param>
    public void Ended(DateTimeOffset at, int exitCode)
    {
        lock (_gate)
        {
            Run = Run with { Ended = at, ExitCode = exitCode };
            Changes++;
        }
    }

    /// <summary>How it stands.</summary>
    /// <param name="process">Which process is at work.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="now">The time.</param>
    public RunRecord Read(RunProcess process, SiteMachine machine, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(machine);
        lock (_gate)
        {
            HashSet<SectorId> late = [.. _forecast?.Reading.Late ?? []];
            ImmutableArray<SiteSectorDetail> details = [.. _order.Select(page => page.Read(machine.Name, late.Contains(page.Sector)))];
            ImmutableArray<SiteSector> sectors = [.. details.Select(detail => detail.Sector)];
            double labels = sectors.Where(sector => sector.Phase == SitePhase.Word(SealPhase.Label) && !sector.Stage.HasEnded()).Sum(sector => sector.Rate ?? 0);
            return new RunRecord
            {
                Process = process,
                Details = details,
                State = _empty with
                {
                    At = now,
                    Run = Whole(sectors),
                    Sectors = sectors,
                    Machines =
                    [
                        machine with
                        {
                            Note = _shared ?? machine.Note,
                            LabelRate = labels > 0 ? labels : null,
                            LabelRateExpected = labels > 0 ? ExpectedLabelRate(sectors) : null,
                            Since = Run.Started,
                            Ended = Run.Ended is not null,
                        },
                    ],
                },
            };
        }
    }

    /// <summary>Of the sectors that go side by side with those that are labelled now.</summary>
    private double? ExpectedLabelRate(ImmutableArray<SiteSector> sectors)
    {
        HashSet<SectorId> labelled = [.. sectors.Where(sector => sector.Stage == SectorStage.Labelling).Select(sector => sector.Sector)];
        HashSet<int> groups = [.. _times.Where(time => labelled.Contains(time.Sector)).Select(time => time.Group)];
        return SectorTime.LabelRate(
            _times.Where(time => groups.Contains(time.Group)), _order.Where(page => page.Porep is not null).ToDictionary(page => page.Sector, page => page.Porep!));
    }

    private SiteRun Whole(ImmutableArray<SiteSector> sectors)
    {
        bool isOver = Run.Ended is not null;
        double? ended = sectors.IsEmpty ? null : sectors.Count(sector => sector.Stage == SectorStage.Done) / (double)sectors.Length;
        return Run with
        {
            Fraction = isOver ? ended : _forecast?.Reading.Fraction ?? ended,
            DoneAt = isOver || _forecast is null ? null : _forecast.At + _forecast.Reading.Left,
            LostPerDay = Sum(areBack: false, worth => worth.LossPerDay),
            SavedPerDay = Sum(areBack: true, worth => worth.LossPerDay),
            SavedTerminations = Sum(areBack: true, worth => worth.LossAtEnd),
            NextDue = sectors.Where(sector => sector.Stage != SectorStage.Done).Min(sector => sector.Due),
        };
    }

    /// <summary>attoFIL over the sectors that are back, or over the others; null where nobody looked it up for any.</summary>
    private string? Sum(bool areBack, Func<SectorWorth, Fil?> of) => _order.Exists(page => of(page.Worth) is not null)
        ? _order.Where(page => page.Stage == SectorStage.Done == areBack).Aggregate(Fil.Zero, (sum, page) => sum + (of(page.Worth) ?? Fil.Zero)).Atto.ToString(CultureInfo.InvariantCulture)
        : null;

    private SectorPage PageOf(SectorId sector)
    {
        if (!_pages.TryGetValue(sector, out SectorPage? page))
        {
            _pages[sector] = page = new SectorPage(sector);
            _order.Add(page);
        }

        return page;
    }

    private void Take(RecoveryEvent happened)
    {
        switch (happened)
        {
            case PhaseProgressed { Sector: { } sector } phase:
                PageOf(sector).Move(_progress.Read(phase), phase.At);
                break;
            case PhaseProgressed shared:
                SealProgress progress = shared.Progress;
                _shared = progress.Total > 0 && progress.Done < progress.Total
                    ? string.Create(CultureInfo.InvariantCulture, $"{SitePhase.Word(progress.Phase)} {100 * progress.Done / progress.Total} %") : null;
                break;
            case PieceProgressed piece:
                PageOf(piece.Sector).Move(piece);
                break;
            case RunProgressed forecast:
                _forecast = forecast;
                break;
            case SectorStarted started:
                PageOf(started.Sector).Start(started);
                break;
            case SectorEnded { Outcome: var outcome }:
                _progress.Forget(outcome.Sector);
                PageOf(outcome.Sector).End(
                    outcome.Kind switch
                    {
                        OutcomeKind.Failed => SectorStage.Failed,
                        OutcomeKind.Stopped => SectorStage.Stopped,
                        _ => SectorStage.Done,
                    },
                    Metric.Word(outcome.Kind),
                    outcome is { Kind: OutcomeKind.Failed, Failure: { } failure } ? _failureOf(failure) : null,
                    happened.At);
                break;
            case Notice { Sector: { } sector } notice:
                PageOf(sector).Note(notice.At, notice.Text);
                break;
            default:
                // Of no sector.
                break;
        }
    }
}
