using Filecoin.Primitives;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Bench;

/// <summary>What the time of a run hangs on.</summary>
public enum Bound
{
    /// <summary>One label waits for the one before; more cores do not help.</summary>
    Labels,

    /// <summary>All cores are busy all the time.</summary>
    Cores,

    /// <summary>Layers are written and read all the time.</summary>
    Disk,
}

/// <summary>What recovering a number of sectors is expected to take. Times are computed from measured speeds, not measured.</summary>
public sealed record SectorEstimate
{
    /// <summary>Size of each sector.</summary>
    public required SectorSize Size { get; init; }

    /// <summary>How many sectors.</summary>
    public required int Sectors { get; init; }

    /// <summary>How the cores are divided; what a run with as many sectors and <c>--parallel</c> of <see cref="AtOnce"/> chooses, too.</summary>
    public required CorePlan Cores { get; init; }

    /// <summary>Sectors labelled at once, as memory and cores allow.</summary>
    public int AtOnce => Cores.AtOnce;

    /// <summary>PreCommit1 of the sectors that are labelled at once.</summary>
    public required TimeSpan PreCommit1 { get; init; }

    /// <summary>PreCommit2 of one sector on all cores.</summary>
    public required TimeSpan PreCommit2 { get; init; }

    /// <summary>What of it is left when a sector's labels are there, because free cores have hashed columns behind its last layer.</summary>
    public required TimeSpan PreCommit2After { get; init; }

    /// <summary>Everything, from start to installed files, with a parent cache that is there and only has to be checked.</summary>
    public required TimeSpan Total { get; init; }

    /// <summary>Building the parent cache on all cores, once for all sectors of a seal proof.</summary>
    public required TimeSpan ParentCache { get; init; }

    /// <summary>What <see cref="Total"/> hangs on.</summary>
    public required Bound Bound { get; init; }

    /// <summary>Bytes of memory taken at most.</summary>
    public required long Memory { get; init; }

    /// <summary>Whether that is there; null when the system does not tell.</summary>
    public required bool? MemorySuffices { get; init; }

    /// <summary>Bytes that work in progress takes at most.</summary>
    public required long TempDisk { get; init; }

    /// <summary>Bytes of the installed files.</summary>
    public required long ResultDisk { get; init; }

    /// <summary>Bytes of the parent cache.</summary>
    public required long ParentCacheDisk { get; init; }
}
