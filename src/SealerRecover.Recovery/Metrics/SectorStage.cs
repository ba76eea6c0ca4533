using Filecoin.Sealing.Steps;

namespace SealerRecover.Recovery.Metrics;

/// <summary>Where a sector of a run stands. What is worked on goes on in this order.</summary>
public enum SectorStage
{
    /// <summary>Nothing was done of it.</summary>
    Queued,

    /// <summary>Its files are looked at.</summary>
    Checking,

    /// <summary>It has begun: pieces, parent caches, layers of an earlier run.</summary>
    Preparing,

    /// <summary>PreCommit1.</summary>
    Labelling,

    /// <summary>PreCommit2, and proofs of what it made.</summary>
    Trees,

    /// <summary>Its data is taken out.</summary>
    Unsealing,

    /// <summary>Its files go to their place.</summary>
    Installing,

    /// <summary>What was asked for is done: its files are in place, its data is out, or it was looked at and is good.</summary>
    Done,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It was stopped on request.</summary>
    Stopped,
}

/// <summary>What phases mean for where a sector stands.</summary>
internal static class SectorStages
{
    /// <summary>Where a sector stands in a phase.</summary>
    public static SectorStage Of(SealPhase phase) => phase switch
    {
        SealPhase.Label or SealPhase.WriteLayer => SectorStage.Labelling,
        SealPhase.Trees or SealPhase.TreeD or SealPhase.GatherLabels or SealPhase.SyntheticProofs or SealPhase.CheckOpenings => SectorStage.Trees,
        SealPhase.Install => SectorStage.Installing,
        SealPhase.Unseal => SectorStage.Unsealing,
        SealPhase.CheckTrees or SealPhase.CheckReplica or SealPhase.CheckData or SealPhase.TimeReads or SealPhase.VanillaProofs => SectorStage.Checking,
        _ => SectorStage.Preparing,
    };

    /// <summary>Whether a sector is worked on now.</summary>
    public static bool IsAtWork(this SectorStage stage) => stage > SectorStage.Queued && !stage.HasEnded();

    /// <summary>Whether nothing more is done of a sector.</summary>
    public static bool HasEnded(this SectorStage stage) => stage >= SectorStage.Done;

    /// <summary>Whether a phase counts bytes and not nodes.</summary>
    public static bool CountsBytes(SealPhase phase) => phase is SealPhase.Install or SealPhase.HashPiece or SealPhase.Unseal;
}
