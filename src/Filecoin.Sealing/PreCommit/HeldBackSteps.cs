using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.PreCommit;

/// <summary>
/// Steps that were done ahead of a layer they are made from: recorded only when that layer is safe on disk, so that whatever a crash leaves,
/// no step is recorded whose source is not. Nothing is ever forgotten here: what is found damaged is left for those to find who come after.
/// </summary>
/// <param name="log">The steps of the sector.</param>
/// <param name="isSafe">Whether the layer is on disk.</param>
internal sealed class HeldBackSteps(IStepLog log, Func<bool> isSafe) : IStepLog
{
    private readonly Lock _gate = new();
    private readonly List<(string Step, FileDigest Digest)> _held = [];

    public bool TryGet(string step, out FileDigest digest) => log.TryGet(step, out digest);

    public void Record(string step, FileDigest digest)
    {
        lock (_gate)
        {
            _held.Add((step, digest));
        }

        Release();
    }

    public void Forget(string step)
    {
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
            _held.ForEach(held => log.Record(held.Step, held.Digest));
            _held.Clear();
        }
    }
}
