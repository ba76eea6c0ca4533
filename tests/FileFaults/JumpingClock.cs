namespace SealerRecover.Tests;

/// <summary>
/// A clock whose time of day jumps at every look, a year ahead or back, as after a dead battery or a wrong time server. What it measures
/// (timestamps, timers) goes on as ever, as the system's monotonic clock does.
/// </summary>
public sealed class JumpingClock : TimeProvider
{
    private static readonly TimeSpan[] Jumps = [TimeSpan.Zero, TimeSpan.FromDays(365), TimeSpan.FromDays(-365), TimeSpan.FromSeconds(-1)];
    private int _looks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Jumps[Interlocked.Increment(ref _looks) % Jumps.Length];
}
