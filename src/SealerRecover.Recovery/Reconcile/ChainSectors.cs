using Filecoin.Chain.Facts;

namespace SealerRecover.Recovery.Reconcile;

/// <summary>What the chain has of a miner's sectors.</summary>
/// <param name="Live">Those that are proven and have not ended.</param>
/// <param name="Known">What sectors commit to, by number: those of which storage paths have something and the chain knows, and live ones, but for those that others hold.</param>
public sealed record ChainSectors(IReadOnlySet<ulong> Live, IReadOnlyDictionary<ulong, SectorCommitments> Known);
