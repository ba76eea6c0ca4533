using Filecoin.Cryptography;

namespace Filecoin.Sealing.Steps;

/// <summary>
/// The memory of finished steps. An implementation makes a recorded step survive a crash before <see cref="Record"/>
/// returns, and is safe to call from several threads.
/// </summary>
public interface IStepLog
{
    /// <summary>The digest of the file that <paramref name="step"/> made; false if the step has not finished.</summary>
    bool TryGet(SealStep step, out FileDigest digest);

    /// <summary>The value on record for a step that makes none (<see cref="SealStep.IsValue"/>); false if the step has not finished.</summary>
    bool TryGetValue(SealStep step, out Bytes32 value);

    /// <summary>Records <paramref name="step"/> as finished; replaces an earlier record.</summary>
    void Record(SealStep step, FileDigest digest);

    /// <summary>Records what came out of a step that makes no file; replaces an earlier record.</summary>
    void RecordValue(SealStep step, Bytes32 value);

    /// <summary>Drops the record of a step whose file turned out to be damaged.</summary>
    void Forget(SealStep step);
}
