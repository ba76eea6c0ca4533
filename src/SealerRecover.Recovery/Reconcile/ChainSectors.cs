using Filecoin.Chain.Facts;

namespace SealerRecover.Recovery.Reconcile;

/// <summary>What the chain has of a miner's sectors.</summary>
/// <param name="Live">Those that are proven and have not ended.</param>
/// <param name="Known">What those commit to, and others that storage paths have something of and the chain knows, by number.</param>
public sealed record ChainSectors(IReadOnlySet<ulong> Live, IReadOnlyDictionary<ulong, SectorCommitments> Known);
