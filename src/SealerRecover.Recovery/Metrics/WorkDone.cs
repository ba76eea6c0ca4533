using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Recovery.Metrics;

/// <summary>
/// Adds up what a run does, from how far each phase of each sector says that it is. Reports of one step may overtake each other; what falls
/// back counts nothing until it comes past where it was. Not safe for several threads.
/// </summary>
internal sealed class WorkDone
{
    private readonly Dictionary<(SectorId? Sector, SealPhase Phase), (int Step, long Done, DateTimeOffset Since)> _phases = [];
    private readonly Dictionary<(SectorId Sector, string Piece, PieceActivity Activity), long> _pieces = [];
    private readonly SortedDictionary<SealPhase, long> _units = [];
    private readonly SortedDictionary<(SealPhase Phase, string Kernel), long> _hashes = [];
    private readonly SortedDictionary<PieceActivity, long> _bytes = [];
    private long _layers;
    private TimeSpan _layerTime;

    /// <summary>Takes how far a phase is.</summary>
    /// <returns>Whether it is farther than before.</returns>
    public bool Take(PhaseProgressed happened)
    {
        SealProgress progress = happened.Progress;
        bool isKnown = _phases.TryGetValue((happened.Sector, progress.Phase), out (int Step, long Done, DateTimeOffset Since) before);
        bool isSameStep = isKnown && before.Step == progress.Step;
        long more = progress.Done - (isSameStep ? before.Done : 0);
        if (isSameStep && more <= 0)
        {
            return false;
        }

        DateTimeOffset since = isSameStep ? before.Since : happened.At;
        _phases[(happened.Sector, progress.Phase)] = (progress.Step, progress.Done, since);
        if (progress.Phase != SealPhase.WriteLayer)
        {
            // Writing is told of only where labelling waits for it, which is no count of what was written.
            _units[progress.Phase] = _units.GetValueOrDefault(progress.Phase) + more;
        }

        if (progress.Kernel is { } kernel && !SectorStages.CountsBytes(progress.Phase))
        {
            _hashes[(progress.Phase, kernel)] = _hashes.GetValueOrDefault((progress.Phase, kernel)) + more;
        }

        if (progress.Phase == SealPhase.Label && progress.Done == progress.Total)
        {
            _layers++;
            _layerTime += happened.At - since;
        }

        return true;
    }

    /// <summary>Takes how far a piece is. What an earlier run had of it, which the first report tells, is not this run's.</summary>
    /// <returns>Whether it is farther than before.</returns>
    public bool Take(PieceProgressed happened)
    {
        PieceProgress progress = happened.Progress;
        (SectorId, string, PieceActivity) key = (happened.Sector, progress.Piece.CommP.ToString(), progress.Activity);
        bool isKnown = _pieces.TryGetValue(key, out long before);
        _pieces[key] = progress.Done;
        if (isKnown && progress.Done > before)
        {
            _bytes[progress.Activity] = _bytes.GetValueOrDefault(progress.Activity) + progress.Done - before;
        }

        return progress.Activity != PieceActivity.Waiting && (!isKnown || progress.Done != before);
    }

    /// <summary>What was done.</summary>
    public IEnumerable<Sample> Samples() =>
    [
        .. _units.Select(phase => new Sample(SectorStages.CountsBytes(phase.Key) ? Metric.PhaseBytes : Metric.PhaseNodes, phase.Value, Metric.Word(phase.Key))),
        new Sample(Metric.Layers, _layers),
        new Sample(Metric.LayerSeconds, _layerTime.TotalSeconds),
        .. _hashes.Select(hashed => new Sample(Metric.Hashes, hashed.Value, Metric.Word(hashed.Key.Phase), hashed.Key.Kernel)),
        .. _bytes.Select(activity => new Sample(Metric.PieceBytes, activity.Value, Metric.Word(activity.Key))),
    ];
}
