using Filecoin.Chain.Progress;
using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Recovery.Events;

/// <summary>Something worth showing that happened during a run.</summary>
/// <param name="At">When.</param>
public abstract record RecoveryEvent(DateTimeOffset At);

/// <summary>A phase of a sector moved on. Parent caches are shared: <paramref name="Sector"/> is null for them.</summary>
public sealed record PhaseProgressed(DateTimeOffset At, SectorId? Sector, SealProgress Progress) : RecoveryEvent(At);

/// <summary>The bytes of a piece are on their way.</summary>
public sealed record PieceProgressed(DateTimeOffset At, SectorId Sector, PieceProgress Progress) : RecoveryEvent(At);

/// <summary>How far all sectors of a run are together.</summary>
public sealed record RunProgressed(DateTimeOffset At, RunReading Reading) : RecoveryEvent(At);

/// <summary>Bytes of something whose length nobody knows were read, so many by now.</summary>
public sealed record BytesRead(DateTimeOffset At, long Bytes) : RecoveryEvent(At);

/// <summary>How far asking nodes is, or what it waits for.</summary>
public sealed record LookUpReported(DateTimeOffset At, LookupReport Report) : RecoveryEvent(At);

/// <summary>A sector's work starts; <paramref name="Resumed"/> when an earlier run left finished steps.</summary>
public sealed record SectorStarted(DateTimeOffset At, SectorId Sector, bool Resumed) : RecoveryEvent(At);

/// <summary>A sector ended, well or not.</summary>
public sealed record SectorEnded(DateTimeOffset At, SectorOutcome Outcome) : RecoveryEvent(At);

/// <summary>One sentence for the operator that is neither progress nor an end.</summary>
public sealed record Notice(DateTimeOffset At, SectorId? Sector, string Text) : RecoveryEvent(At);

/// <summary>Receives events, from any thread, one at a time; returns quickly and does not throw.</summary>
public interface IRecoveryObserver
{
    /// <summary>Takes an event.</summary>
    void On(RecoveryEvent happened);
}

/// <summary>How a sector ended.</summary>
public enum OutcomeKind
{
    /// <summary>CommR equals the SealedCID and the files are in the result folder.</summary>
    Installed,

    /// <summary>The result folder already held exactly these files.</summary>
    AlreadyThere,

    /// <summary>See <see cref="SectorOutcome.Failure"/>; nothing was installed.</summary>
    Failed,

    /// <summary>Stopped on request; a rerun carries on.</summary>
    Stopped,
}

/// <summary>The end of one sector.</summary>
/// <param name="Sector">Which.</param>
/// <param name="Kind">How.</param>
/// <param name="Commitments">What was computed, where it came that far; for a snapped sector of its update, if it came as far as that.</param>
/// <param name="Files">Full paths of the installed (or found) files.</param>
/// <param name="Elapsed">Time spent on it in this run.</param>
/// <param name="Failure">Why it failed; an <see cref="OperatorException"/> for everything the operator can act on.</param>
public sealed record SectorOutcome(
    SectorId Sector,
    OutcomeKind Kind,
    SealedCommitments? Commitments,
    IReadOnlyList<string> Files,
    TimeSpan Elapsed,
    Exception? Failure)
{
    /// <summary>Nodes that were proven as window PoSt does before the files were installed; null where nothing was installed.</summary>
    public int? ProvenNodes { get; init; }
}
