using Filecoin.Primitives;
using Filecoin.Sealing.Steps;

namespace SealerRecover.Recovery.Events;

/// <summary>How far a phase is, with its recent rate.</summary>
/// <param name="Sector">The sector; null for a parent cache.</param>
/// <param name="Progress">As reported.</param>
/// <param name="Fraction">Of the whole phase, all its steps together, 0 to 1.</param>
/// <param name="Rate">Units a second, lately; null while unknown.</param>
/// <param name="Left">Until the phase ends, by that rate; null while unknown.</param>
public readonly record struct PhaseReading(SectorId? Sector, SealProgress Progress, double Fraction, double? Rate, TimeSpan? Left);

/// <summary>
/// Remembers the progress of every sector and works out rates. Only time between two reports of the same step counts, so writing a layer
/// between two labellings does not slow the labelling rate. Not safe for several threads: observers are called one at a time.
/// </summary>
public sealed class ProgressBook
{
    // Weight of older measurements halves about every 40 s: steady for hours-long layers, quick enough when other sectors start or end.
    private const double MemorySeconds = 60;

    private readonly Dictionary<(SectorId? Sector, SealPhase Phase), Meter> _meters = [];

    /// <summary>Takes a report.</summary>
    public PhaseReading Read(PhaseProgressed happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        SealProgress progress = happened.Progress;
        (SectorId? Sector, SealPhase Phase) key = (happened.Sector, progress.Phase);
        if (!_meters.TryGetValue(key, out Meter? meter))
        {
            _meters[key] = meter = new Meter();
        }

        meter.Take(happened.At, progress);
        double total = Math.Max(1, progress.Total);
        double steps = Math.Max(1, progress.Steps);
        double fraction = Math.Clamp((progress.Step - 1 + (progress.Done / total)) / steps, 0, 1);
        double? rate = meter.Rate;
        double left = (1 - fraction) * steps * total;
        return new PhaseReading(
            happened.Sector,
            progress,
            fraction,
            rate,
            rate is > 0 && left / rate.Value < TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(left / rate.Value) : null);
    }

    /// <summary>Forgets a sector that ended.</summary>
    public void Forget(SectorId sector)
    {
        foreach (SealPhase phase in Enum.GetValues<SealPhase>())
        {
            _meters.Remove((sector, phase));
        }
    }

    private sealed class Meter
    {
        private DateTimeOffset _last;
        private int _step;
        private long _done;
        private double _units;
        private double _seconds;

        public double? Rate => _seconds > 0.2 ? _units / _seconds : null;

        public void Take(DateTimeOffset at, SealProgress progress)
        {
            double seconds = (at - _last).TotalSeconds;
            if (_step == progress.Step && progress.Done >= _done && seconds > 0)
            {
                double keep = Math.Exp(-seconds / MemorySeconds);
                _units = (_units * keep) + (progress.Done - _done);
                _seconds = (_seconds * keep) + seconds;
            }

            if (_step != progress.Step || seconds > 0)
            {
                _last = at;
                _done = progress.Done;
            }

            _step = progress.Step;
        }
    }
}
