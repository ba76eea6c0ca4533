using SealerRecover.Recovery.Bench;

namespace Filecoin.Benchmarks;

/// <summary>What all ratios are taken against: the platform's SHA-256 over 16 KiB, measured beside the subject.</summary>
internal static class Yardstick
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);

    /// <summary>Nanoseconds for a 64-byte block, at its best.</summary>
    public static double Nanoseconds() =>
        MachineBench.Yardstick(new RateMeter(TimeProvider.System, Duration, CancellationToken.None)).Nanoseconds;
}
