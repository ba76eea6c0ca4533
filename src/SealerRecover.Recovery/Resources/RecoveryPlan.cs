using System.Collections.Immutable;
using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Recovery.Resources;

/// <summary>One line of the table printed before a run starts.</summary>
/// <param name="What">What is needed, e.g. "memory", "disk for temporary files (/temp)", "open files".</param>
/// <param name="Needed">How much, in bytes (or a count for open files).</param>
/// <param name="Available">How much there is; null when the system does not tell.</param>
/// <param name="IsBytes">Whether the numbers are bytes.</param>
public sealed record ResourceLine(string What, long Needed, long? Available, bool IsBytes = true)
{
    /// <summary>Whether it suffices.</summary>
    public bool Suffices => Available is null || Available >= Needed;

    /// <summary>A number of this line's unit, to be read by people.</summary>
    internal string Amount(long amount) => IsBytes ? ByteCount.Text(amount) : amount.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What a run is about to take.</summary>
/// <param name="Resources">What it needs against what there is; empty if all sectors seem to be installed.</param>
/// <param name="Cores">How it divides the cores; null if all sectors seem to be installed.</param>
/// <param name="Asked">Sectors in PreCommit1 at once as the operator asked, at most as many as there are.</param>
/// <param name="Limit">What does not suffice for that many, where fewer go at once for its sake; null where nothing does.</param>
public sealed record RecoveryPlan(IReadOnlyList<ResourceLine> Resources, CorePlan? Cores, int Asked, ResourceLine? Limit)
{
    /// <summary>The pieces that sectors with data need, without those of zeros.</summary>
    public ImmutableArray<PlannedPiece> Pieces { get; init; } = [];

    /// <summary>What each sector adds to the time that the run is expected to take, disks left out; without when it is due.</summary>
    public ImmutableArray<SectorTime> Times { get; init; } = [];

    /// <summary>There is nothing to do.</summary>
    public static RecoveryPlan Nothing { get; } = new([], null, 0, null);

    /// <summary>How the cores are divided and why, in one line; null if all sectors seem to be installed.</summary>
    public string? CoresInWords => Cores is null ? null : Limit is null ? Cores.ToString() : string.Create(
        CultureInfo.InvariantCulture,
        $"{Cores}; {Cores.AtOnce} of {Asked} sectors at once because of {Limit.What}: {Asked} need {Limit.Amount(Limit.Needed)}, there are {Limit.Amount(Limit.Available ?? 0)}");
}
