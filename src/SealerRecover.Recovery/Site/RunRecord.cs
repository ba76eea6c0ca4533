using System.Collections.Immutable;

namespace SealerRecover.Recovery.Site;

/// <summary>What a run says of itself in the file in its temporary folder.</summary>
public sealed record RunRecord
{
    /// <summary>The version of the file that this code writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The version of the file.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Which process is at work.</summary>
    public required RunProcess Process { get; init; }

    /// <summary>How it stands; <see cref="SiteState.At"/> is when that was written.</summary>
    public required SiteState State { get; init; }

    /// <summary>Its sectors in full, in their order.</summary>
    public required ImmutableArray<SiteSectorDetail> Details { get; init; }
}
