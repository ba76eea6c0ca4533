using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Tests;

/// <summary>Reports at once, on the reporting thread, one at a time; System.Progress would do so later.</summary>
internal sealed class Progress(Action<SealProgress> sink) : IProgress<SealProgress>
{
    private readonly Lock _lock = new();

    public void Report(SealProgress value)
    {
        lock (_lock)
        {
            sink(value);
        }
    }
}
