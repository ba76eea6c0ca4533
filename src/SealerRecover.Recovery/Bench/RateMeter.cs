namespace SealerRecover.Recovery.Bench;

/// <summary>How fast something ran, in units a second.</summary>
/// <param name="PerSecond">The best sample: what the hardware can do when nothing disturbs it.</param>
/// <param name="MedianPerSecond">The median sample. Far below the best one, the machine was doing something else, too.</param>
public readonly record struct Speed(double PerSecond, double MedianPerSecond)
{
    /// <summary>Best nanoseconds for one unit.</summary>
    public double Nanoseconds => 1e9 / PerSecond;
}

/// <summary>Measures how often a piece of work can be done in a second, on the calling thread.</summary>
/// <param name="time">The clock.</param>
/// <param name="duration">How long one measurement takes; the work itself is not interrupted.</param>
/// <param name="cancellation">Stops between samples.</param>
public sealed class RateMeter(TimeProvider time, TimeSpan duration, CancellationToken cancellation)
{
    private const int LeastSamples = 3;

    /// <summary>Long against the clock's resolution, short against the time slices in which others take the core away.</summary>
    private static readonly TimeSpan SampleTime = TimeSpan.FromMilliseconds(5);

    /// <summary>Repeats <paramref name="work"/> until the time is over; at least four times.</summary>
    /// <param name="unitsInWork">Units done by one call.</param>
    /// <param name="work">What is measured.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Speed Measure(long unitsInWork, Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        long repeats = WarmUp(work);
        List<double> rates = [];
        long started = time.GetTimestamp();
        while (rates.Count < LeastSamples || time.GetElapsedTime(started) < duration)
        {
            cancellation.ThrowIfCancellationRequested();
            long before = time.GetTimestamp();
            for (long i = 0; i < repeats; i++)
            {
                work();
            }

            TimeSpan taken = time.GetElapsedTime(before);
            rates.Add(repeats * unitsInWork / Math.Max(taken.TotalSeconds, 1e-9));
        }

        rates.Sort();
        return new Speed(rates[^1], rates[rates.Count / 2]);
    }

    /// <summary>
    /// Runs the work for a fifth of the time, so that compiled code is at its best and caches hold what they will hold, and returns how many
    /// calls make a sample.
    /// </summary>
    private long WarmUp(Action work)
    {
        long started = time.GetTimestamp();
        long calls = 0;
        TimeSpan taken;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            work();
            calls++;
            taken = time.GetElapsedTime(started);
        }
        while (taken < duration / 5);

        double oneCall = Math.Max(taken.TotalSeconds / calls, 1e-9);
        return Math.Max(1, (long)Math.Ceiling(SampleTime.TotalSeconds / oneCall));
    }
}
