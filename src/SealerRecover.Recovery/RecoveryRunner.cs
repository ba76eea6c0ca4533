using Filecoin.Chain;

namespace SealerRecover.Recovery;

/// <summary>One line of the table printed before a run starts.</summary>
/// <param name="What">What is needed, e.g. "memory", "disk for temporary files (/temp)", "open files".</param>
/// <param name="Needed">How much, in bytes (or a count for open files).</param>
/// <param name="Available">How much there is; null when the system does not tell.</param>
/// <param name="IsBytes">Whether the numbers are bytes.</param>
public sealed record ResourceLine(string What, long Needed, long? Available, bool IsBytes = true)
{
    /// <summary>Whether it suffices.</summary>
    public bool Suffices => Available is null || Available >= Needed;
}

/// <summary>Recovers sectors: plan, PreCommit1, PreCommit2, compare, install.</summary>
public sealed class RecoveryRunner(RecoverySettings settings, TimeProvider time)
{
    /// <summary>What the run needs against what there is. Changes nothing.</summary>
    public IReadOnlyList<ResourceLine> Plan(IReadOnlyList<SectorFacts> sectors) => throw new NotImplementedException($"{settings}{time}");

    /// <summary>
    /// Recovers all sectors; one that fails does not stop the others. Blocks until all have ended.
    /// </summary>
    /// <exception cref="Filecoin.Primitives.OperatorException">The run as a whole cannot start (folders, resources).</exception>
    public IReadOnlyList<SectorOutcome> Run(
        IReadOnlyList<SectorFacts> sectors, IRecoveryObserver observer, CancellationToken cancellation) =>
        throw new NotImplementedException();
}
