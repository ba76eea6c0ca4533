namespace SealerRecover.Recovery.Diagnosis;

/// <summary>What can have made a CommR that is not the chain's. The one list of causes: for the mismatch itself, its diagnosis, and the check before sealing.</summary>
public enum CandidateCause
{
    /// <summary>The ticket was drawn from the tipset on the wrong side of a null round.</summary>
    OtherNullRoundRule,

    /// <summary>The ticket was drawn with another address of the miner than its number.</summary>
    OtherAddressForm,

    /// <summary>The ticket is of another epoch, or from somewhere else altogether.</summary>
    OtherTicket,

    /// <summary>The seal proof is another one of the same size.</summary>
    OtherSealProof,

    /// <summary>CommD is another: pieces are missing, stand in another order, or zeros were taken where there is data.</summary>
    OtherData,

    /// <summary>The SealedCID compared with is the update's, not the key's.</summary>
    SealedCidOfUpdate,

    /// <summary>Miner or sector number is another, or the SealedCID compared with is another sector's.</summary>
    OtherSector,

    /// <summary>What a snapped sector was updated with is not what its update on chain holds.</summary>
    OtherUpdate,

    /// <summary>Replica, tree_r_last and p_aux are not each other's: one of them is damaged.</summary>
    ReplicaOrTrees,

    /// <summary>The parent cache was damaged, so that labels were made of other parents.</summary>
    ParentCache,

    /// <summary>Memory, processor or disk flipped a bit, or a kernel computes wrongly on this machine.</summary>
    Machine,
}

/// <summary>The causes in words: one list for the mismatch itself, the check before sealing and the diagnosis.</summary>
public static class CandidateCauses
{
    /// <summary>All, likeliest first.</summary>
    public static IReadOnlyList<CandidateCause> All { get; } = Enum.GetValues<CandidateCause>();

    /// <summary>What a sector's sealing can have gone wrong by, or, if its key is right, its update; likeliest first.</summary>
    /// <param name="ofUpdate">Whether the key is right and the update is not.</param>
    public static IEnumerable<CandidateCause> Of(bool ofUpdate) => All.Where(cause => cause is CandidateCause.ReplicaOrTrees or CandidateCause.Machine
        || ofUpdate == cause is CandidateCause.OtherUpdate);

    /// <summary>The cause as a sentence.</summary>
    public static string Sentence(CandidateCause cause) => cause switch
    {
        CandidateCause.OtherNullRoundRule =>
            "The ticket was drawn by the other null-round rule: from the tipset before the epoch instead of the one after it, or the other way round.",
        CandidateCause.OtherAddressForm => "The ticket was drawn with the miner's address in another form than f0.",
        CandidateCause.OtherTicket => "The ticket is of another epoch, or from somewhere else.",
        CandidateCause.OtherSealProof => "The seal proof is another of the same size: its number is part of the porep id and gives other bytes.",
        CandidateCause.OtherData =>
            "CommD is wrong: the sector holds data where zeros were taken, or its pieces are not complete, or they stand in another order.",
        CandidateCause.SealedCidOfUpdate => "The sector was upgraded by SnapDeals, and the SealedCID is the update's instead of its key's (SectorKeyCID).",
        CandidateCause.OtherSector => "The miner ID or the sector number is wrong, or the SealedCID is another sector's.",
        CandidateCause.OtherUpdate =>
            "The update holds other data: its pieces are not complete or stand in another order, or it was made by another message than they were read from.",
        CandidateCause.ReplicaOrTrees => "The replica, tree_r_last and p_aux do not belong to each other: one of them is damaged.",
        CandidateCause.ParentCache => "The parent cache was damaged while labels were made of it.",
        CandidateCause.Machine => "Memory, processor or disk flipped a bit, or a kernel computes wrongly on this machine: check dmesg for machine-check and I/O errors.",
        _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, "a cause without words"),
    };
}
