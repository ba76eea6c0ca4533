namespace SealerRecover.Recovery.Survey;

/// <summary>How much of what proves a sector was read: of replicas and tree_r_last, in all copies that nothing speaks against.</summary>
public enum ReadExtent
{
    /// <summary>Every byte.</summary>
    Whole,

    /// <summary>Replicas in part.</summary>
    Sampled,

    /// <summary>Of a replica nothing but its length.</summary>
    Unread,
}
