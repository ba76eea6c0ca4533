using System.Collections.Immutable;
using Filecoin.Primitives;
using Filecoin.Sealing.Steps;

namespace SealerRecover.Recovery.Events;

/// <summary>What one sector adds to the time that a run is expected to take. All of them together are that time.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Labels">Of its labels (PreCommit1).</param>
/// <param name="Trees">Of all the rest.</param>
/// <param name="Group">Sectors of one number are worked on together, and lower numbers first.</param>
/// <param name="Due">By when its files have to stand; null where nothing waits for them.</param>
public sealed record SectorTime(SectorId Sector, TimeSpan Labels, TimeSpan Trees, int Group = 0, DateTimeOffset? Due = null)
{
    /// <summary>All of it.</summary>
    public TimeSpan Time => Labels + Trees;

    /// <summary>Labels a second that the labelling of some sectors should come to; null where none of them is labelled.</summary>
    /// <param name="times">Their times.</param>
    /// <param name="poreps">Their sizes and shapes; those that are missing do not count.</param>
    public static double? LabelRate(IEnumerable<SectorTime> times, IReadOnlyDictionary<SectorId, PorepParameters> poreps)
    {
        (double Labels, double Seconds)[] labelled =
        [
            .. times.Where(time => time.Labels > TimeSpan.Zero && poreps.ContainsKey(time.Sector))
                .Select(time => ((double)poreps[time.Sector].Nodes * poreps[time.Sector].Layers, time.Labels.TotalSeconds)),
        ];
        return labelled.Length == 0 ? null : labelled.Sum(one => one.Labels) / labelled.Sum(one => one.Seconds);
    }
}

/// <summary>How far a run is.</summary>
/// <param name="Ended">Sectors that ended, well or not.</param>
/// <param name="Sectors">All sectors.</param>
/// <param name="Fraction">Of the whole work, 0 to 1; what earlier runs have done counts.</param>
/// <param name="Left">Until the last sector has ended.</param>
/// <param name="Late">Sectors that by this come after they are due.</param>
public sealed record RunReading(int Ended, int Sectors, double Fraction, TimeSpan Left, ImmutableArray<SectorId> Late);

/// <summary>
/// Foretells when a whole run has ended, and which of its sectors come too late: from what it was expected to take before it began, and from how
/// the work that was done since compares with that. What was expected weighs as much as a fiftieth of the run, so that soon only what was seen
/// decides. Not safe for several threads.
/// </summary>
public sealed class RunForecast
{
    private const double WeightOfExpectation = 0.02;

    /// <summary>A part of the run so small that nothing is concluded from it.</summary>
    private const double Nothing = 0.001;

    /// <summary>What comes so close to when it is due, as a part of the time left, does not change sides.</summary>
    private const double Undecided = 0.1;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Dictionary<SectorId, Work> _work;
    private readonly double _expected;
    private readonly HashSet<SectorId> _late = [];
    private DateTimeOffset? _began;
    private DateTimeOffset? _told;

    /// <summary>Nothing has been done.</summary>
    /// <param name="times">The sectors.</param>
    public RunForecast(IEnumerable<SectorTime> times)
    {
        _work = times.ToDictionary(time => time.Sector, time => new Work(time));
        _expected = _work.Values.Sum(work => work.All);
    }

    /// <summary>Takes what happened.</summary>
    /// <returns>What to tell of the run now: how far it is, at most every ten seconds, and which sectors have become late or are no longer.</returns>
    public IEnumerable<RecoveryEvent> After(RecoveryEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        switch (happened)
        {
            case PhaseProgressed { Sector: { } sector } progressed when _work.TryGetValue(sector, out Work? work):
                if (work.Take(progressed.Progress))
                {
                    _began ??= happened.At;
                }

                return Tell(happened.At, always: false);
            case SectorEnded ended when _work.TryGetValue(ended.Outcome.Sector, out Work? work):
                work.End(ended.Outcome.Kind);
                return Tell(happened.At, always: true);
            default:
                return [];
        }
    }

    /// <summary>What is to be told before anything is done.</summary>
    /// <param name="now">The time.</param>
    public IEnumerable<RecoveryEvent> Begin(DateTimeOffset now) => Tell(now, always: true);

    /// <summary>How far the run is.</summary>
    /// <param name="now">The time.</param>
    public RunReading Read(DateTimeOffset now)
    {
        double pace = Pace(now);
        TimeSpan left = Span(pace * _work.Values.Sum(work => work.Left));
        double ahead = 0;
        foreach (IGrouping<int, Work> group in _work.Values.GroupBy(work => work.Of.Group).OrderBy(group => group.Key))
        {
            ahead += group.Sum(work => work.Left);
            TimeSpan until = Span(pace * ahead);
            foreach (Work work in group)
            {
                Judge(work, now + until, until * Undecided);
            }
        }

        return new RunReading(
            _work.Values.Count(work => work.HasEnded),
            _work.Count,
            _expected > 0 ? Math.Clamp(1 - (_work.Values.Sum(work => work.Left) / _expected), 0, 1) : 1,
            left,
            [.. _late.OrderBy(sector => sector.Number)]);
    }

    /// <summary>
    /// Seconds that a second of what was expected takes: between one and what was seen, as factors, by their weights. What was seen weighs as much
    /// of the run as was done, or as should have been in that time, so that a run that stands still is noticed.
    /// </summary>
    private double Pace(DateTimeOffset now)
    {
        if (_expected <= 0 || _began is not { } began)
        {
            return 1;
        }

        double elapsed = Math.Max(0, (now - began).TotalSeconds) / _expected;
        double done = _work.Values.Sum(work => work.DoneNow) / _expected;
        double weight = Math.Max(elapsed, done);
        return Math.Pow((elapsed + Nothing) / (done + Nothing), weight / (weight + WeightOfExpectation));
    }

    private void Judge(Work work, DateTimeOffset done, TimeSpan undecided)
    {
        SectorId sector = work.Of.Sector;
        if (work.HasEnded || work.Of.Due is not { } due)
        {
            // One that failed is told of as that.
            _late.Remove(sector);
        }
        else if (done > due)
        {
            _late.Add(sector);
        }
        else if (done + undecided < due)
        {
            _late.Remove(sector);
        }
    }

    private List<RecoveryEvent> Tell(DateTimeOffset now, bool always)
    {
        if (!always && now - _told < Interval)
        {
            return [];
        }

        HashSet<SectorId> before = [.. _late];
        HashSet<SectorId> open = [.. _work.Values.Where(work => !work.HasEnded).Select(work => work.Of.Sector)];
        RunReading reading = Read(now);
        _told = now;
        List<RecoveryEvent> told = [];
        if (Pace(now) * _expected >= Interval.TotalSeconds)
        {
            told.Add(new RunProgressed(now, reading));
        }

        SectorId[] late = [.. reading.Late.Where(sector => !before.Contains(sector))];
        SectorId[] again = [.. before.Where(sector => open.Contains(sector) && !_late.Contains(sector)).OrderBy(sector => sector.Number)];
        if (late.Length > 0)
        {
            told.Add(new Notice(now, null, $"{Sectors(late)} going to be done too late for the next deadline"));
        }

        if (again.Length > 0)
        {
            told.Add(new Notice(now, null, $"{Sectors(again)} going to be done in time after all"));
        }

        return told;
    }

    private static TimeSpan Span(double seconds) => TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 4));

    private static string Sectors(SectorId[] sectors) => $"{SectorId.Names(sectors)} {(sectors.Length == 1 ? "is" : "are")}";

    /// <summary>One sector's part, in seconds of what was expected.</summary>
    private sealed class Work(SectorTime time)
    {
        private double _labels;
        private double _trees;
        private double _before;
        private bool _hasBegun;

        public SectorTime Of => time;

        public double All => time.Time.TotalSeconds;

        public bool HasEnded { get; private set; }

        public double Left => HasEnded ? 0 : Math.Max(0, All - Done);

        /// <summary>What this run has done of it.</summary>
        public double DoneNow => Math.Max(0, Done - _before);

        private double Done => (_labels * time.Labels.TotalSeconds) + (_trees * time.Trees.TotalSeconds);

        /// <summary>Whether that was work that counts.</summary>
        public bool Take(SealProgress progress)
        {
            if (HasEnded || progress.Phase is not (SealPhase.LoadLayer or SealPhase.Label or SealPhase.Trees))
            {
                return false;
            }

            double steps = Math.Max(1, progress.Steps);
            double within = progress.Total > 0 ? Math.Clamp((double)progress.Done / progress.Total, 0, 1) : 0;
            double fraction = Math.Clamp((progress.Step - 1 + within) / steps, 0, 1);
            if (!_hasBegun)
            {
                // Where an earlier run got as far as that.
                _hasBegun = true;
                _labels = progress.Phase switch
                {
                    SealPhase.LoadLayer => progress.Step / steps,
                    SealPhase.Label => (progress.Step - 1) / steps,
                    _ => 1,
                };
                _before = Done;
            }

            if (progress.Phase == SealPhase.Label)
            {
                _labels = Math.Max(_labels, fraction);
            }
            else if (progress.Phase == SealPhase.Trees)
            {
                _trees = Math.Max(_trees, fraction);
            }

            return true;
        }

        public void End(OutcomeKind kind)
        {
            HasEnded = true;
            if (kind == OutcomeKind.Installed)
            {
                (_labels, _trees) = (1, 1);
            }
        }
    }
}
