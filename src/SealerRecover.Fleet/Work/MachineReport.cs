using Filecoin.Primitives;
using SealerRecover.Fleet.Claims;
using SealerRecover.Recovery.Bench;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Fleet.Work;

/// <summary>
/// What a worker tells of its machine: what it has, and how fast it is beside what its plan says. Told of a batch and its end by one thread, read
/// by another.
/// </summary>
/// <param name="settings">What is known of it without looking.</param>
internal sealed class MachineReport(WorkerSettings settings)
{
    private readonly Lock _gate = new();
    private readonly MachineProbe _probe = new(settings.Recover.TempFolder);
    private double? _expectedRate;
    private double? _pace;
    private double? _labelShare;
    private bool _isMeasured;
    private long _began;

    /// <summary>A batch begins.</summary>
    public void Begin(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Dictionary<SectorId, PorepParameters> poreps = batch.Offers.ToDictionary(offer => offer.Candidate.Sector, offer => offer.Job.Facts.SealProof.Porep);
        SectorTime[] times = [.. batch.Times.Where(time => poreps.ContainsKey(time.Sector))];
        double bytes = times.Sum(time => (double)poreps[time.Sector].SectorSize.Bytes);
        lock (_gate)
        {
            _began = TimeProvider.System.GetTimestamp();
            (double ofLabels, double all) = (times.Sum(time => time.Labels.TotalSeconds), times.Sum(time => time.Time.TotalSeconds));
            _expectedRate = SectorTime.LabelRate(times, poreps);
            _labelShare = Ratio(ofLabels, all);
            _pace = _isMeasured ? _pace : Ratio(bytes, all);
        }
    }

    /// <summary>A batch ended.</summary>
    /// <param name="offers">Its sectors, with those that joined it.</param>
    /// <param name="outcomes">How they did.</param>
    /// <param name="resumed">Of those, which an earlier run had begun: they say nothing of this machine's pace.</param>
    public void End(IReadOnlyList<Offer> offers, IReadOnlyList<SectorOutcome> outcomes, IReadOnlySet<SectorId> resumed)
    {
        HashSet<SectorId> installed = [.. outcomes.Where(outcome => outcome.Kind == OutcomeKind.Installed).Select(outcome => outcome.Sector)];
        double bytes = offers.Where(offer => installed.Contains(offer.Candidate.Sector)).Sum(offer => (double)offer.Job.Facts.SealProof.SectorSize.Bytes);
        lock (_gate)
        {
            if (installed.Count == offers.Count && !installed.Overlaps(resumed) && Ratio(bytes, TimeProvider.System.GetElapsedTime(_began).TotalSeconds) is { } pace)
            {
                (_pace, _isMeasured) = (pace, true);
            }

            _expectedRate = null;
        }
    }

    /// <summary>As it is now.</summary>
    /// <param name="labelRate">Labels a second over all its sectors; null where it labels none.</param>
    public MachineAbout Read(double? labelRate)
    {
        lock (_gate)
        {
            return new MachineAbout(_probe.Read())
            {
                Version = settings.Version,
                Gpus = settings.Gpus.IsDefaultOrEmpty ? null : settings.Gpus,
                LabelRate = labelRate,
                LabelRateExpected = labelRate is null ? null : _expectedRate,
                Pace = _pace,
                PaceMeasured = _pace is null ? null : _isMeasured,
                LabelShare = _labelShare,
                Url = settings.Url,
            };
        }
    }

    private static double? Ratio(double amount, double seconds) => amount > 0 && seconds > 0 ? amount / seconds : null;
}
