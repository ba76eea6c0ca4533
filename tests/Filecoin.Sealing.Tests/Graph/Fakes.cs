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
