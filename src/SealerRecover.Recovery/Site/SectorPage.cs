using Filecoin.Chain.Facts;
using Filecoin.Chain.Worth;
using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Recovery.Site;

/// <summary>One sector in the book of a run. Not safe for several threads.</summary>
/// <param name="sector">Which.</param>
internal sealed class SectorPage(SectorId sector)
{
    private const int MostEvents = 50;

    private readonly List<Growing> _steps = [];
    private readonly LinkedList<SiteEvent> _events = [];
    private SiteSector _now = new() { Sector = sector, Stage = SectorStage.Queued };
    private SectorFacts? _facts;
    private SiteFailure? _failure;
    private bool? _good;
    private DateTimeOffset? _last;

    /// <summary>Which.</summary>
    public SectorId Sector => sector;

    /// <summary>Where it stands.</summary>
    public SectorStage Stage => _now.Stage;

    /// <summary>Its size and shape; null before it is planned.</summary>
    public PorepParameters? Porep => _facts?.SealProof.Porep;

    /// <summary>What it is worth, by what was looked up of the network anyway.</summary>
    public SectorWorth Worth { get; private set; } = SectorWorth.Of(null, null);

    /// <summary>It is to be worked on.</summary>
    public void Plan(SectorFacts facts, DateTimeOffset now)
    {
        _facts = facts;
        Worth = SectorWorth.Of(facts.Status, facts.Debt?.Economics);
        bool isChecked = _now.Stage == SectorStage.Checking;
        _now = _now with
        {
            Stage = isChecked ? SectorStage.Queued : _now.Stage,
            Since = isChecked || _now.Since is null ? now : _now.Since,
            Deadline = facts.Status?.Deadline,
            Partition = facts.Status?.Partition,
            Due = Due.Of(facts.Status, now),
            FaultEnd = facts.Status is { FaultTerminatesAt: > 0 and { } epoch } status ? status.TimeOf(epoch) : null,
            Phase = isChecked ? null : _now.Phase,
            Fraction = isChecked ? null : _now.Fraction,
        };
        if (_steps.Count == 0)
        {
            PorepParameters porep = facts.SealProof.Porep;
            _steps.AddRange(Enumerable.Range(1, porep.Layers).Select(layer => new Growing(SiteSteps.Layer(layer))));
            _steps.AddRange(SiteSteps.Trees(porep.Shape.BaseTrees).Select(tree => new Growing(tree)));
            _steps.Add(new Growing(SiteSteps.Install));
        }
    }

    /// <summary>Others are to be worked on, and it is not, unless it was found damaged: then it waits.</summary>
    public void LeaveAsItIs(DateTimeOffset now)
    {
        if (_now.Stage is SectorStage.Checking && _good != false)
        {
            End(SectorStage.Done, "good", null, now);
        }
    }

    /// <summary>Its files were looked at.</summary>
    public void Check(bool good, DateTimeOffset now)
    {
        _good = good;
        Enter(SectorStage.Checking, now);
        Note(now, good ? "its files were looked at, and nothing speaks against them" : "its files were looked at, and something is missing or damaged");
    }

    /// <summary>Work on it begins.</summary>
    public void Start(SectorStarted started)
    {
        Enter(SectorStage.Preparing, started.At);
        Note(started.At, started.Resumed ? "goes on from an earlier run" : "starts");
    }

    /// <summary>A phase of it moved on.</summary>
    public void Move(PhaseReading reading, DateTimeOffset at)
    {
        SealProgress progress = reading.Progress;
        Grow(progress, reading.Fraction, at);
        SectorStage stage = SectorStages.Of(progress.Phase);
        if (stage >= _now.Stage)
        {
            Enter(stage, at);
            Show(progress, reading.Rate);
        }

        _last = at;
    }

    /// <summary>Bytes of a piece of it are on their way.</summary>
    public void Move(PieceProgressed piece)
    {
        PieceProgress progress = piece.Progress;
        if (_now.Stage <= SectorStage.Preparing)
        {
            Enter(SectorStage.Preparing, piece.At);
            _now = _now with
            {
                Phase = Metric.Word(progress.Activity),
                Step = null,
                Steps = null,
                Fraction = progress.Total > 0 ? Math.Clamp(progress.Done / (double)progress.Total, 0, 1) : null,
                Rate = null,
                Unit = "bytes",
            };
        }

        _last = piece.At;
    }

    /// <summary>It ended, or its end was judged anew.</summary>
    public void End(SectorStage stage, string outcome, SiteFailure? failure, DateTimeOffset now)
    {
        bool isNew = _now.Stage != stage;
        _failure = failure ?? (stage == SectorStage.Failed ? _failure : null);
        _now = _now with
        {
            Stage = stage,
            Since = isNew ? now : _now.Since,
            Outcome = outcome,
            ExitCode = _failure?.ExitCode,
            Message = _failure?.Message,
            Phase = null,
            Step = null,
            Steps = null,
            Fraction = null,
            Rate = null,
            Unit = null,
        };
        if (stage == SectorStage.Done)
        {
            // What was not made was not needed.
            _steps.RemoveAll(step => step.Fraction == 0 && outcome != "installed");
            _steps.ForEach(step => step.Finish(now));
        }

        if (isNew)
        {
            Note(now, _failure?.Message ?? outcome.Replace('_', ' '));
        }
    }

    /// <summary>Something happened to it.</summary>
    public void Note(DateTimeOffset at, string text)
    {
        _events.AddFirst(new SiteEvent(at, null, text));
        if (_events.Count > MostEvents)
        {
            _events.RemoveLast();
        }

        _last = at;
    }

    /// <summary>It in full.</summary>
    /// <param name="machine">Which has it.</param>
    /// <param name="isLate">Whether it comes too late.</param>
    public SiteSectorDetail Read(string machine, bool isLate) => new()
    {
        Sector = _now with { Machine = _now.Stage == SectorStage.Queued ? null : machine, Late = isLate, Moved = _last },
        Facts = _facts is null ? [] : [.. SiteFacts.Of(_facts)],
        Steps = [.. _steps.Select(step => step.Read())],
        Events = [.. _events],
        Diagnosis = _failure?.Diagnosis,
    };

    private void Enter(SectorStage stage, DateTimeOffset at)
    {
        if (!_now.Stage.HasEnded() && stage >= _now.Stage)
        {
            _now = _now with { Stage = stage, Since = stage > _now.Stage ? at : _now.Since ?? at };
        }
    }

    private void Show(SealProgress progress, double? rate)
    {
        if (!_now.Stage.HasEnded())
        {
            _now = _now with
            {
                Phase = SitePhase.Word(progress.Phase),
                Step = progress.Step,
                Steps = progress.Steps,
                Fraction = progress.Total > 0 ? Math.Clamp(progress.Done / (double)progress.Total, 0, 1) : null,
                Rate = rate,
                Unit = SitePhase.Unit(progress.Phase),
            };
        }
    }

    private void Grow(SealProgress progress, double fraction, DateTimeOffset at)
    {
        double within = progress.Total > 0 ? Math.Clamp(progress.Done / (double)progress.Total, 0, 1) : 0;
        switch (progress.Phase)
        {
            case SealPhase.Label:
                StepOf(progress).Grow(within, _last ?? at, at);
                break;
            case SealPhase.LoadLayer:
                // An earlier run made it, and those before it.
                WereDone(Layers().Take(progress.Step));
                break;
            case SealPhase.WriteLayer:
                break;
            case SealPhase.Trees:
                // An earlier run made the trees before it, and the layers it is made of.
                StepOf(progress).Grow(within, _last ?? at, at);
                WereDone(SiteSteps.Trees(progress.Steps, progress.Of).Take(progress.Step - 1));
                WereDone(progress.Of == StepsOf.Sealing ? Layers() : []);
                break;
            default:
                StepOf(progress).Grow(fraction, _last ?? at, at);
                break;
        }
    }

    private IEnumerable<string> Layers() => Enumerable.Range(1, Porep?.Layers ?? 0).Select(SiteSteps.Layer);

    private void WereDone(IEnumerable<string> names)
    {
        HashSet<string> done = [.. names];
        foreach (Growing step in _steps.Where(step => step.Fraction < 1 && done.Contains(step.Name)))
        {
            step.WasDone();
        }
    }

    /// <summary>The step that is told of; one that nobody planned comes where it is made.</summary>
    private Growing StepOf(SealProgress progress)
    {
        string name = SiteSteps.Of(progress);
        if (_steps.Find(known => known.Name == name) is { } step)
        {
            return step;
        }

        string[] made = progress.Phase == SealPhase.Trees ? [.. SiteSteps.Trees(progress.Steps, progress.Of)] : [name];

        // tree_d is made before the trees over the replica, and everything before files are installed.
        string[] behind = progress.Phase == SealPhase.TreeD ? [.. SiteSteps.Trees(Porep?.Shape.BaseTrees ?? 1, progress.Of), SiteSteps.Install] : [SiteSteps.Install];
        int place = _steps.FindIndex(known => behind.Contains(known.Name));
        _steps.InsertRange(place < 0 ? _steps.Count : place, made.Where(one => _steps.TrueForAll(known => known.Name != one)).Select(one => new Growing(one)).ToArray());
        return _steps.Find(known => known.Name == name)!;
    }

    /// <summary>A step as it grows.</summary>
    private sealed class Growing(string name)
    {
        private DateTimeOffset? _began;
        private DateTimeOffset? _ended;

        public string Name => name;

        public double Fraction { get; private set; }

        public void Grow(double fraction, DateTimeOffset before, DateTimeOffset at)
        {
            _began ??= before;
            Fraction = Math.Max(Fraction, fraction);
            _ended = Fraction >= 1 ? _ended ?? at : null;
        }

        /// <summary>An earlier run did it, in a time that is not known.</summary>
        public void WasDone() => Fraction = 1;

        /// <summary>What came after it is done.</summary>
        public void Finish(DateTimeOffset at)
        {
            Fraction = 1;
            _ended ??= at;
        }

        public SiteStep Read() => new(name, Math.Round(Fraction, 4), _began is { } began && _ended is { } ended ? Math.Round((ended - began).TotalSeconds, 3) : null);
    }
}
