using System.Globalization;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>Something that is wanted, on its way: what it can still come out of, and what became of it. Safe from several threads.</summary>
internal sealed class WantedWork
{
    private readonly Lock _gate = new();
    private readonly List<UnsealPlan> _ways;
    private readonly IReadOnlyList<SectorId> _labelled;
    private readonly List<OperatorException> _failures = [];
    private UnsealOutcome? _outcome;

    /// <summary>Something that sectors hold.</summary>
    /// <param name="wanted">What.</param>
    /// <param name="ways">What it can come out of, the cheapest first; at least one.</param>
    public WantedWork(WantedData wanted, IReadOnlyList<UnsealPlan> ways)
    {
        Wanted = wanted;
        Range = ways[0].Request.Range;
        _ways = [.. ways];
        _labelled = [.. ways.Where(NeedsLabels).Select(SectorOf).Distinct()];
    }

    /// <summary>Something that ended before anything was read for it.</summary>
    public WantedWork(UnsealOutcome outcome)
    {
        Wanted = outcome.Wanted;
        Range = outcome.Range;
        _ways = [];
        _labelled = [];
        _outcome = outcome;
    }

    /// <summary>What.</summary>
    public WantedData Wanted { get; }

    /// <summary>Which bytes, in one of the sectors; null where none holds it.</summary>
    public UnsealRange? Range { get; }

    /// <summary>How it ended; null as long as it has not.</summary>
    public UnsealOutcome? Outcome
    {
        get
        {
            lock (_gate)
            {
                return _outcome;
            }
        }
    }

    /// <summary>What it can still come out of, the cheapest first; nothing once it has ended.</summary>
    public IReadOnlyList<UnsealPlan> Ways
    {
        get
        {
            lock (_gate)
            {
                return _outcome is null ? [.. _ways] : [];
            }
        }
    }

    /// <summary>Whether something comes out of labels.</summary>
    public static bool NeedsLabels(UnsealPlan way) => way.LabelFolder is not null;

    /// <summary>The sector that something comes out of.</summary>
    public static SectorId SectorOf(UnsealPlan way) => way.Request.Facts.Sector;

    /// <summary>Whether labels of a sector may still be of use for it: it has not come out, and could out of them, in this run or the next.</summary>
    public bool Awaits(SectorId labels) => _labelled.Contains(labels) && Outcome is null or { Result: UnsealResult.Failed };

    /// <summary>What it can still come out of by the labels of a sector.</summary>
    public IReadOnlyList<UnsealPlan> WaysBy(SectorId labels) => [.. Ways.Where(way => NeedsLabels(way) && SectorOf(way) == labels)];

    /// <summary>It came out.</summary>
    public void Done(UnsealPlan way, string output) => End(new UnsealOutcome(Wanted, UnsealResult.Written, way, way.Request.Range, output, null));

    /// <summary>It can come out of nothing, whatever is tried.</summary>
    public void Fail(OperatorException failure) => End(new UnsealOutcome(Wanted, UnsealResult.Failed, null, Range, null, failure));

    /// <summary>It does not come out of this; with nothing left that is how it ends.</summary>
    /// <returns>Whether something else is left.</returns>
    public bool Drop(UnsealPlan way, OperatorException failure)
    {
        lock (_gate)
        {
            _ways.Remove(way);
            _failures.Add(failure);
            if (_ways.Count > 0)
            {
                return true;
            }
        }

        Fail(_failures.Count == 1 ? _failures[0] : new OperatorException(
            _failures[0].Kind,
            string.Create(CultureInfo.InvariantCulture, $"{_failures[0].Message} (and out of {_failures.Count - 1} others it does not come either)"),
            _failures[0].Hint));
        return false;
    }

    private void End(UnsealOutcome outcome)
    {
        lock (_gate)
        {
            _outcome ??= outcome;
        }
    }
}
