using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Commands;

/// <summary>
/// Shows how far work on bytes is, a few times a second, once it has taken two seconds: what is shorter needs no progress. From any thread.
/// </summary>
/// <param name="context">The command's surroundings.</param>
/// <param name="phase">What is done.</param>
/// <param name="sector">The sector it is done for; null for none.</param>
/// <param name="total">All the bytes; null where nobody knows, which is then told as a sentence now and again.</param>
internal sealed class ByteProgress(CommandContext context, SealPhase phase, SectorId? sector, long? total) : IProgress<long>
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SentenceInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly long _started = context.Host.Time.GetTimestamp();
    private long _done;
    private long? _shown;

    /// <summary>So many bytes more are done.</summary>
    public void Report(long value)
    {
        // Views are told one thing at a time.
        lock (_lock)
        {
            _done += value;
            bool due = _shown is { } shown
                ? _done == total || context.Host.Time.GetElapsedTime(shown) >= (total is null ? SentenceInterval : Interval)
                : context.Host.Time.GetElapsedTime(_started) >= Grace;
            if (due)
            {
                _shown = context.Host.Time.GetTimestamp();
                context.View.On(Event(context.Host.Time.GetUtcNow()));
            }
        }
    }

    private RecoveryEvent Event(DateTimeOffset now) => total is { } all
        ? new PhaseProgressed(now, sector, new SealProgress(phase, 1, 1, Math.Min(_done, all), all))
        : new Notice(now, sector, $"{ByteCount.Text(_done)} read");
}
