namespace Filecoin.Sealing.Steps;

/// <summary>
/// The memory of finished steps. Step names are chosen by the sealing code ("layer-3", "tree-r-last-0"); an implementation makes a
/// recorded step survive a crash before <see cref="Record"/> returns, and is safe to call from several threads.
/// </summary>
public interface IStepLog
{
    /// <summary>The digest recorded for <paramref name="step"/>; false if the step has not finished.</summary>
    bool TryGet(string step, out FileDigest digest);

    /// <summary>Records <paramref name="step"/> as finished; replaces an earlier record.</summary>
    void Record(string step, FileDigest digest);

    /// <summary>Drops the record of a step whose file turned out to be damaged.</summary>
    void Forget(string step);
}
