using System.Collections.Concurrent;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Tests.Graph;

/// <summary>Keeps every report, at once and in order.</summary>
internal sealed class Reports(Action<SealProgress>? also = null) : IProgress<SealProgress>
{
    private readonly ConcurrentQueue<SealProgress> _all = new();

    public IReadOnlyCollection<SealProgress> All => _all;

    public void Report(SealProgress value)
    {
        _all.Enqueue(value);
        also?.Invoke(value);
    }
}

/// <summary>No time ever passes.</summary>
internal sealed class StandingTime : TimeProvider
{
    public override long GetTimestamp() => 0;
}

/// <summary>An hour passes between any two looks.</summary>
internal sealed class RacingTime : TimeProvider
{
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Add(ref _now, TimeSpan.TicksPerHour);
}
