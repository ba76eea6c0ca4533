using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using SealerRecover.Fleet.Claims;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Site;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Fleet.Work;

/// <summary>
/// The sectors that a worker has at work: how far each is, as the run tells, and whether it is still this worker's, as the list tells. Asked by
/// the run before it installs. From any thread.
/// </summary>
/// <param name="table">The list.</param>
/// <param name="shown">Whom the run's events go to beside this.</param>
/// <param name="endOf">How the outcome of a claim is told to the list; null where it is not to be told yet.</param>
/// <param name="time">Measures how old an answer is, whatever the time of day is said to be.</param>
/// <param name="freshness">How old an answer may be that is acted on: by far less than it takes to count as gone.</param>
/// <param name="leavesLayers">Whether what is made of them here is lost where another takes them.</param>
internal sealed class HeldClaims(ClaimTable table, IRecoveryObserver shown, Func<Claim, SectorOutcome, ClaimEnd?> endOf, TimeProvider time, TimeSpan freshness, bool leavesLayers = true)
    : IRecoveryObserver, IFence
{
    private static readonly string Labelling = SitePhase.Word(SealPhase.Label);

    /// <summary>Between two tries to reach a database that does not answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>What is said of a sector that another has by now, or nobody.</summary>
    public const string NoLonger = "is no longer this worker's: it was not heard of for too long, or the sector was taken off the list; what was made of it here stays as it is";

    private readonly Lock _gate = new();

    /// <summary>One at a time tells, so that what ended is told once, and a sector that is taken again is not let go of with its old claim.</summary>
    private readonly Lock _telling = new();
    private readonly Dictionary<SectorId, Held> _held = [];
    private readonly HashSet<SectorId> _resumed = [];
    private readonly ProgressBook _rates = new();

    /// <summary>Whether none of them is this worker's any more that is still at work.</summary>
    public bool AllVoid
    {
        get
        {
            lock (_gate)
            {
                return _held.Count > 0 && _held.Values.All(held => held.IsVoid);
            }
        }
    }

    /// <summary>Labels a second over all sectors that are labelled now; null where none is.</summary>
    public double? LabelRate
    {
        get
        {
            lock (_gate)
            {
                double[] rates = [.. _held.Values.Where(held => held is { End: null, Progress.Rate: not null } && held.Progress.Phase == Labelling).Select(held => held.Progress.Rate!.Value)];
                return rates.Length == 0 ? null : rates.Sum();
            }
        }
    }

    /// <summary>Sectors at work that an earlier run had begun.</summary>
    public IReadOnlySet<SectorId> Resumed
    {
        get
        {
            lock (_gate)
            {
                return _resumed.ToHashSet();
            }
        }
    }

    /// <summary>The failure of a sector that is no longer this worker's.</summary>
    public static OperatorException Refusal(SectorId sector) => new(
        FailureKind.Busy, $"{sector} {NoLonger}", "Nothing needs to be done where another worker has it.");

    /// <summary>Whether it has a sector, or has not told yet how that ended.</summary>
    public bool Has(SectorId sector)
    {
        lock (_gate)
        {
            return _held.ContainsKey(sector);
        }
    }

    /// <summary>Takes up a claim.</summary>
    public void Add(Claim claim)
    {
        lock (_gate)
        {
            _held[claim.Sector] = new Held(claim);
            _resumed.Remove(claim.Sector);
            _rates.Forget(claim.Sector);
        }
    }

    /// <inheritdoc/>
    public void On(RecoveryEvent happened)
    {
        lock (_gate)
        {
            if (SectorOf(happened) is { } of && _held.TryGetValue(of, out Held? told))
            {
                told.Diary.Take(happened);
            }

            switch (happened)
            {
                case SectorStarted { Resumed: true } started when _held.TryGetValue(started.Sector, out Held? held):
                    held.Progress = held.Progress with { Placed = true };
                    _resumed.Add(started.Sector);
                    break;
                case PhaseProgressed { Sector: { } sector, Progress: var progress } phase when _held.TryGetValue(sector, out Held? held):
                    held.Progress = new ClaimProgress(
                        held.Progress.Placed || (leavesLayers && IsBehindALayer(progress)),
                        SitePhase.Word(progress.Phase),
                        progress.Step,
                        progress.Steps,
                        progress.Total > 0 ? Math.Clamp((double)progress.Done / progress.Total, 0, 1) : 0,
                        _rates.Read(phase).Rate,
                        SitePhase.Unit(progress.Phase));
                    break;
                case SectorEnded { Outcome: var outcome } when _held.TryGetValue(outcome.Sector, out Held? held):
                    held.End = endOf(held.Claim, outcome);
                    break;
                default:
                    break;
            }
        }

        shown.On(happened);
    }

    /// <summary>Has the list told how a sector ended.</summary>
    public void End(SectorId sector, ClaimEnd end)
    {
        lock (_gate)
        {
            if (_held.TryGetValue(sector, out Held? held))
            {
                held.End = end;
            }
        }
    }

    /// <summary>Has those that have not ended given back.</summary>
    public void GiveBack(ClaimEnd end)
    {
        lock (_gate)
        {
            foreach (Held held in _held.Values)
            {
                held.End ??= end;
            }
        }
    }

    /// <inheritdoc/>
    public void Ask(SectorId sector, CancellationToken cancellation)
    {
        Held held;
        lock (_gate)
        {
            held = _held[sector];
        }

        while (true)
        {
            try
            {
                long asked = time.GetTimestamp();
                if (held.IsVoid || !table.Holds(held.Claim))
                {
                    held.IsVoid = true;
                    throw Refusal(sector);
                }

                // From when it was asked the sector is nobody else's for as long as it takes to count as gone.
                if (time.GetElapsedTime(asked) <= freshness)
                {
                    return;
                }
            }
            catch (OperatorException failure) when (failure.Kind == FailureKind.NodeUnreachable)
            {
                if (cancellation.WaitHandle.WaitOne(Patience))
                {
                    throw new OperationCanceledException(cancellation);
                }
            }
        }
    }

    /// <summary>Tells the list what there is to tell, and hears which sectors are still this worker's.</summary>
    /// <returns>Those that no longer are, each once.</returns>
    /// <exception cref="OperatorException">The database does not answer; the next call tells it.</exception>
    public IReadOnlyList<SectorId> Tell()
    {
        lock (_telling)
        {
            return TellAll();
        }
    }

    private SectorId[] TellAll()
    {
        Held[] all;
        lock (_gate)
        {
            all = [.. _held.Values];
        }

        foreach (Held ended in all.Where(held => held.End is not null))
        {
            // False where it is somebody else's by now, whose word counts.
            table.End(ended.Claim, ended.End!, ended.Progress.Placed, UntoldOf(ended));
            lock (_gate)
            {
                if (_held.GetValueOrDefault(ended.Claim.Sector) == ended)
                {
                    _held.Remove(ended.Claim.Sector);
                }
            }
        }

        Held[] open = [.. all.Where(held => held.End is null && !held.IsVoid)];
        (Held Held, IReadOnlyList<ClaimEvent> Events)[] told = [.. open.Select(held => (held, UntoldOf(held)))];
        IReadOnlySet<long> still = table.Renew([.. told.Select(one => (one.Held.Claim, one.Held.Progress, one.Events))]);
        lock (_gate)
        {
            Array.ForEach(told, one => one.Held.Diary.Told(one.Events));
        }

        Held[] lost = [.. open.Where(held => !still.Contains(held.Claim.Id))];
        Array.ForEach(lost, held => held.IsVoid = true);
        return [.. lost.Select(held => held.Claim.Sector)];
    }

    private IReadOnlyList<ClaimEvent> UntoldOf(Held held)
    {
        lock (_gate)
        {
            return held.Diary.Untold;
        }
    }

    private static SectorId? SectorOf(RecoveryEvent happened) => happened switch
    {
        PhaseProgressed phase => phase.Sector,
        SectorStarted started => started.Sector,
        Notice notice => notice.Sector,
        _ => null,
    };

    /// <summary>Whether a sector's first layer is on record by the time this is reported of it.</summary>
    private static bool IsBehindALayer(SealProgress progress) => progress.Phase switch
    {
        SealPhase.BuildParents or SealPhase.VerifyParents or SealPhase.HashPiece => false,
        SealPhase.WriteLayer => progress.Step > 1,

        // A layer is written while the next is labelled, and is on record before the one behind that is begun.
        SealPhase.Label => progress.Step > 2,
        _ => true,
    };

    private sealed class Held(Claim claim)
    {
        private volatile bool _isVoid;

        public Claim Claim { get; } = claim;

        public ClaimProgress Progress { get; set; }

        public SectorDiary Diary { get; } = new();

        public ClaimEnd? End { get; set; }

        public bool IsVoid
        {
            get => _isVoid;
            set => _isVoid = value;
        }
    }
}
