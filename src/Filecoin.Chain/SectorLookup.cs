using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>What was found out about one sector: facts, or why there are none.</summary>
/// <param name="Sector">The sector asked for.</param>
/// <param name="Facts">The facts; null on failure.</param>
/// <param name="Failure">Why not; null on success.</param>
public sealed record SectorLookupResult(SectorId Sector, SectorFacts? Facts, OperatorException? Failure);

/// <summary>Finds what the chain says about the sectors of one miner; CC sectors only, everything else is refused by name.</summary>
public sealed class SectorLookup
{
    /// <summary>The miner in ID form.</summary>
    public ActorId Miner { get; private init; }

    /// <summary>Size of all the miner's sectors.</summary>
    public SectorSize SectorSize { get; private init; }

    /// <summary>The network's name as the node tells it: "mainnet", "calibrationnet", …</summary>
    public string NetworkName { get; private init; } = "";

    /// <summary>Asks for the miner and the head of the chain.</summary>
    /// <exception cref="OperatorException">NotOnChain if the miner is unknown; NodeUnreachable if no endpoint answers.</exception>
    public static Task<SectorLookup> OpenAsync(FullNode node, Address miner, TimeProvider time, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>The facts about one sector.</summary>
    /// <exception cref="OperatorException">NotOnChain, NotSupported (snapped, or with data), StatePruned, SourcesDisagree, NodeUnreachable.</exception>
    public Task<SectorFacts> FindAsync(ulong sectorNumber, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The facts about many, at most <paramref name="concurrency"/> at once; results in the order asked.</summary>
    public Task<IReadOnlyList<SectorLookupResult>> FindAllAsync(
        IEnumerable<ulong> sectorNumbers, int concurrency, CancellationToken cancellation) => throw new NotImplementedException();
}
