using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Recovery.Events;

/// <summary>
/// Hands events to the observer one at a time, with the time. An observer that throws against its contract loses that event and
/// nothing else: a display must not cost anyone hours of sealing.
/// </summary>
internal sealed class EventSink(IRecoveryObserver observer, TimeProvider time)
{
    private readonly Lock _gate = new();

    public void Started(SectorId sector, bool resumed) => Send(at => new SectorStarted(at, sector, resumed));

    public void Ended(SectorOutcome outcome) => Send(at => new SectorEnded(at, outcome));

    public void Notice(SectorId? sector, string text) => Send(at => new Notice(at, sector, text));

    /// <summary>Progress of a sector; null for what sectors share.</summary>
    public IProgress<SealProgress> ProgressOf(SectorId? sector) => new Progress(this, sector);

    /// <summary>Progress of a sector's pieces.</summary>
    public IProgress<PieceProgress> PiecesOf(SectorId sector) => new PiecesProgress(this, sector);

    private void Send(Func<DateTimeOffset, RecoveryEvent> make)
    {
        lock (_gate)
        {
            try
            {
                observer.On(make(time.GetUtcNow()));
            }
#pragma warning disable CA1031 // See the class: what an observer may throw is not known, and none of it is this run's failure.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }
    }

    private sealed class PiecesProgress(EventSink sink, SectorId sector) : IProgress<PieceProgress>
    {
        public void Report(PieceProgress value) => sink.Send(at => new PieceProgressed(at, sector, value));
    }

    private sealed class Progress(EventSink sink, SectorId? sector) : IProgress<SealProgress>
    {
        public void Report(SealProgress value) => sink.Send(at => new PhaseProgressed(at, sector, value));
    }
}
