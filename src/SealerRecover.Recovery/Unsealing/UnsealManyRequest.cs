using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>Which data of which sectors goes into a folder. Paths are absolute.</summary>
public sealed record UnsealManyRequest
{
    /// <summary>How it is taken out.</summary>
    public required UnsealHow How { get; init; }

    /// <summary>What is wanted, each once.</summary>
    public required IReadOnlyList<WantedData> Wanted { get; init; }

    /// <summary>The sectors that may hold it, each once, all of one miner.</summary>
    public required IReadOnlyList<SectorFacts> Sectors { get; init; }

    /// <summary>Sectors of which nothing is known, with why.</summary>
    public IReadOnlyDictionary<SectorId, OperatorException> Unknown { get; init; } = ImmutableDictionary<SectorId, OperatorException>.Empty;

    /// <summary>Where files of sectors are.</summary>
    public required StorageRoots Storage { get; init; }

    /// <summary>Where pieces go; it is made if it is not there.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>Sectors labelled at once, at most; null for as many as end soonest within memory and disk.</summary>
    public int? Parallel { get; init; }
}

/// <summary>What became of something that is wanted.</summary>
public enum UnsealResult
{
    /// <summary>Its file was written.</summary>
    Written,

    /// <summary>Its file stood there, and is what it has to be.</summary>
    AlreadyThere,

    /// <summary>See the failure.</summary>
    Failed,
}

/// <summary>How something that is wanted ended.</summary>
/// <param name="Wanted">What.</param>
/// <param name="Result">How.</param>
/// <param name="From">What it came out of; null where nothing was read for it.</param>
/// <param name="Range">Which bytes they are, in one of the sectors that hold it; null where none does.</param>
/// <param name="Output">Its file; null where there is none.</param>
/// <param name="Failure">Why not; null on success.</param>
public sealed record UnsealOutcome(
    WantedData Wanted, UnsealResult Result, UnsealPlan? From, UnsealRange? Range, string? Output, OperatorException? Failure)
{
    /// <summary>Whether its bytes were compared with a commitment: its own, or those of the pieces that it lies in.</summary>
    public bool IsVerified => Failure is null && (Range?.Piece is not null || From?.Request.Within.Count > 0);
}

/// <summary>What is about to be done for one thing that is wanted.</summary>
/// <param name="Wanted">What.</param>
/// <param name="Way">What it is to come out of; null where it has ended already.</param>
/// <param name="Outcome">How it ended before anything was read for it; null where it did not.</param>
public sealed record UnsealStep(WantedData Wanted, UnsealPlan? Way, UnsealOutcome? Outcome);

/// <summary>What is about to be done.</summary>
/// <param name="Steps">For each that is wanted, in order.</param>
/// <param name="Labelled">Sectors that are labelled, each once, for all that is wanted of them.</param>
/// <param name="Cores">How cores are divided while they are; null where none is.</param>
/// <param name="Resources">What it takes against what there is.</param>
public sealed record UnsealManyPlan(
    IReadOnlyList<UnsealStep> Steps, IReadOnlyList<SectorId> Labelled, CorePlan? Cores, IReadOnlyList<ResourceLine> Resources);
