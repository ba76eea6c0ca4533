using System.Collections.Concurrent;
using Filecoin.Sealing.Steps;

namespace Filecoin.Benchmarks.Steps;

/// <summary>A step log that survives nothing, as a benchmark needs it.</summary>
internal sealed class MemoryStepLog : IStepLog
{
    private readonly ConcurrentDictionary<string, FileDigest> _steps = new();

    public bool TryGet(string step, out FileDigest digest) => _steps.TryGetValue(step, out digest);

    public void Record(string step, FileDigest digest) => _steps[step] = digest;

    public void Forget(string step) => _steps.TryRemove(step, out _);
}
