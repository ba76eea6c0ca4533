using Filecoin.Chain.Progress;
using Filecoin.Primitives;
using Filecoin.Sealing.Steps;

namespace SealerRecover.Recovery.Events;

/// <summary>
/// The one stream of what happens: takes progress of every kind from any thread and hands it to the observer as events, one at a time, with the
/// time. Which of them are shown is the observer's business. An observer that throws against its contract loses that event and nothing else: a
/// display must not cost anyone hours of sealing.
/// </summary>
/// <param name="observer">Shows them.</param>
/// <param name="time">The clock.</param>
public sealed class EventSink(IRecoveryObserver observer, TimeProvider time)
{
    /// <summary>What is shorter needs no progress, where nothing else is told of the work.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private RunForecast? _forecast;

    /// <summary>Progress of looking up.</summary>
    public IProgress<LookupReport> LookUps => Told<LookupReport>((at, report) => new LookUpReported(at, report));

    /// <summary>A sector's work starts.</summary>
    public void Started(SectorId sector, bool resumed) => Send(at => new SectorStarted(at, sector, resumed));

    /// <summary>A sector ended.</summary>
    public void Ended(SectorOutcome outcome) => Send(at => new SectorEnded(at, outcome));

    /// <summary>A sentence.</summary>
    public void Notice(string text) => Notice(null, text);

    /// <summary>A sentence about a sector; null for what sectors share.</summary>
    public void Notice(SectorId? sector, string text) => Send(at => new Notice(at, sector, text));

    /// <summary>What is told of a sector; null for what sectors share.</summary>
    public SectorSink Of(SectorId? sector) => new(this, sector, () => true);

    /// <summary>As <see cref="Of"/>, with progress of work that is told of only once it has taken two seconds.</summary>
    public SectorSink LongOf(SectorId? sector) => new(this, sector, Later());

    /// <summary>Adds up bytes of a phase of no sector that is told of only once it has taken two seconds.</summary>
    /// <param name="phase">What is done.</param>
    /// <param name="total">All the bytes; null where nobody knows.</param>
    public IProgress<long> BytesOf(SealPhase phase, long? total)
    {
        Func<bool> isLong = Later();
        long done = 0;
        return Told<long>((at, bytes) =>
        {
            done += bytes;
            return !isLong() ? null
                : total is { } all ? new PhaseProgressed(at, null, new SealProgress(phase, 1, 1, Math.Min(done, all), all))
                : new BytesRead(at, done);
        });
    }

    /// <summary>
    /// Has a forecast take what happens, and tells what it has to say, until the result is disposed. Where one is followed already, which knows of
    /// more sectors, it stays and this one is not.
    /// </summary>
    public IDisposable Follow(RunForecast forecast)
    {
        ArgumentNullException.ThrowIfNull(forecast);
        lock (_gate)
        {
            if (_forecast is not null)
            {
                return new Following(null);
            }

            _forecast = forecast;
        }

        Send(forecast.Begin);
        return new Following(this);
    }

    internal IProgress<T> Told<T>(Func<DateTimeOffset, T, RecoveryEvent?> make) => new Adapter<T>(this, make);

    private Func<bool> Later()
    {
        long started = time.GetTimestamp();
        return () => time.GetElapsedTime(started) >= Grace;
    }

    internal void Send(Func<DateTimeOffset, RecoveryEvent?> make) => Send(at =>
        make(at) is { } happened ? (_forecast?.After(happened) ?? []).Prepend(happened) : []);

    private void Send(Func<DateTimeOffset, IEnumerable<RecoveryEvent>> make)
    {
        lock (_gate)
        {
            try
            {
                foreach (RecoveryEvent happened in make(time.GetUtcNow()))
                {
                    observer.On(happened);
                }
            }
#pragma warning disable CA1031 // See the class: what an observer may throw is not known, and none of it is this run's failure.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }
    }

    private sealed class Following(EventSink? sink) : IDisposable
    {
        public void Dispose()
        {
            if (sink is not null)
            {
                lock (sink._gate)
                {
                    sink._forecast = null;
                }
            }
        }
    }

    private sealed class Adapter<T>(EventSink sink, Func<DateTimeOffset, T, RecoveryEvent?> make) : IProgress<T>
    {
        public void Report(T value) => sink.Send(at => make(at, value));
    }
}
