using Filecoin.Cryptography;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.PreCommit;

/// <summary>
/// Steps that were done ahead of a layer they are made from: recorded only when that layer is safe on disk, so that whatever a crash leaves,
/// no step is recorded whose source is not. Nothing is forgotten here but what was done here: what is found damaged is left for those to find
/// who come after.
/// </summary>
/// <param name="log">The steps of the sector.</param>
/// <param name="isSafe">Whether the layer is on disk.</param>
internal sealed class HeldBackSteps(IStepLog log, Func<bool> isSafe) : IStepLog
{
    private readonly Lock _gate = new();
    private readonly List<(SealStep Step, Action<IStepLog> Record)> _held = [];
    private readonly HashSet<SealStep> _own = [];

    public bool TryGet(SealStep step, out FileDigest digest) => log.TryGet(step, out digest);

    public bool TryGetValue(SealStep step, out Bytes32 value) => log.TryGetValue(step, out value);

    public void Record(SealStep step, FileDigest digest) => Hold(step, safe => safe.Record(step, digest));

    public void RecordValue(SealStep step, Bytes32 value) => Hold(step, safe => safe.RecordValue(step, value));

    public void Forget(SealStep step)
    {
        lock (_gate)
        {
            _held.RemoveAll(held => held.Step == step);
            if (_own.Remove(step))
            {
                log.Forget(step);
            }
        }
    }

    /// <summary>Records what is held, in the order it was done, if it may be.</summary>
    public void Release()
    {
        if (!isSafe())
        {
            return;
        }

        lock (_gate)
        {
            _held.ForEach(held => held.Record(log));
            _held.Clear();
        }
    }

    private void Hold(SealStep step, Action<IStepLog> record)
    {
        lock (_gate)
        {
            _held.Add((step, record));
            _own.Add(step);
        }

        Release();
    }
}
