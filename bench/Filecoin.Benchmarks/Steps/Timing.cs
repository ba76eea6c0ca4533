using System.Diagnostics;
using System.Globalization;

namespace Filecoin.Benchmarks.Steps;

/// <summary>Wall and processor time of this process.</summary>
internal sealed class Timing
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly TimeSpan _processorBefore = Process.GetCurrentProcess().TotalProcessorTime;

    public TimeSpan Wall { get; private set; }

    public TimeSpan Processor { get; private set; }

    public static Timing Better(Timing? best, Timing candidate) => best is null || candidate.Wall < best.Wall ? candidate : best;

    public Timing Stop()
    {
        Wall = Stopwatch.GetElapsedTime(_started);
        Processor = Process.GetCurrentProcess().TotalProcessorTime - _processorBefore;
        return this;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Wall.TotalSeconds:0.00} s wall, {Processor.TotalSeconds:0.00} s cpu");
}
