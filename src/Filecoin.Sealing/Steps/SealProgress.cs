namespace Filecoin.Sealing.Steps;

/// <summary>A phase of sealing, for progress.</summary>
public enum SealPhase
{
    /// <summary>Building the parent cache; nodes.</summary>
    BuildParents,

    /// <summary>Checking the parent cache against its digest; nodes.</summary>
    VerifyParents,

    /// <summary>Reading back and checking a layer that an earlier run finished; nodes.</summary>
    LoadLayer,

    /// <summary>Labelling one layer (PreCommit1); nodes.</summary>
    Label,

    /// <summary>Writing one layer to disk; nodes.</summary>
    WriteLayer,

    /// <summary>Hashing columns and building tree_c and tree_r_last (PreCommit2); nodes.</summary>
    Trees,

    /// <summary>Building tree_d (only when kept or when there is data); nodes.</summary>
    TreeD,

    /// <summary>Comparing, copying or renaming finished files; bytes.</summary>
    Install,

    /// <summary>Computing the commitment of data; raw bytes.</summary>
    HashPiece,

    /// <summary>Taking data out of a sealed or updated sector; raw bytes.</summary>
    Unseal,

    /// <summary>Proving challenged nodes (Commit 1), or looking at some nodes of a replica; nodes.</summary>
    VanillaProofs,

    /// <summary>Reading all layers for the labels that synthetic proofs open; nodes of all layers.</summary>
    GatherLabels,

    /// <summary>Opening all synthetic challenges; nodes.</summary>
    SyntheticProofs,

    /// <summary>Checking openings of what a sector that is not proven keeps for Commit 1; nodes.</summary>
    CheckOpenings,

    /// <summary>Checking the rows of tree_r_last files against each other; nodes.</summary>
    CheckTrees,

    /// <summary>Reading a replica to compare it with tree_r_last; nodes.</summary>
    CheckReplica,

    /// <summary>Computing the commitment of an unsealed copy; nodes.</summary>
    CheckData,

    /// <summary>Timing what a proof reads of a sector; challenged nodes.</summary>
    TimeReads,
}

/// <summary>How far a phase is. Reported from any thread, a few times a second at most, and once at its end.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Step">1-based: layer or base tree within the phase; 1 where there is only one.</param>
/// <param name="Steps">How many of them there are.</param>
/// <param name="Done">Units done within this step.</param>
/// <param name="Total">Units in this step; nodes of 32 bytes unless the phase says otherwise.</param>
public readonly record struct SealProgress(SealPhase Phase, int Step, int Steps, long Done, long Total)
{
    /// <summary>Name of the kernel that hashes what is counted; null where nothing is hashed, or nobody said.</summary>
    public string? Kernel { get; init; }

    /// <summary>Of trees, what they belong to.</summary>
    public StepsOf Of { get; init; }
}
