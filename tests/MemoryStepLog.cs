using System.Collections.Concurrent;
using Filecoin.Cryptography;
using Filecoin.Sealing.Steps;

namespace SealerRecover.Tests;

/// <summary>A step log that survives nothing, as tests and benchmarks need it; steps may be named as they are written.</summary>
internal sealed class MemoryStepLog : IStepLog
{
    private readonly ConcurrentDictionary<SealStep, FileDigest> _files = new();
    private readonly ConcurrentDictionary<SealStep, Bytes32> _values = new();

    /// <summary>Names of the finished steps.</summary>
    public IEnumerable<string> Steps => _files.Keys.Concat(_values.Keys).Select(step => step.ToString());

    public bool TryGet(SealStep step, out FileDigest digest) => _files.TryGetValue(step, out digest);

    public bool TryGet(string step, out FileDigest digest) => TryGet(SealStep.Parse(step), out digest);

    public bool TryGetValue(SealStep step, out Bytes32 value) => _values.TryGetValue(step, out value);

    public void Record(SealStep step, FileDigest digest) => _files[step] = digest;

    public void Record(string step, FileDigest digest) => Record(SealStep.Parse(step), digest);

    public void RecordValue(SealStep step, Bytes32 value) => _values[step] = value;

    public void Forget(SealStep step)
    {
        _files.TryRemove(step, out _);
        _values.TryRemove(step, out _);
    }

    public void Forget(string step) => Forget(SealStep.Parse(step));
}
