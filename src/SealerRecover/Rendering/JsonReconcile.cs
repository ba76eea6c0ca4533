using SealerRecover.Recovery.Reconcile;

namespace SealerRecover.Rendering;

/// <summary>Where chain, index and storage paths disagree.</summary>
internal sealed record JsonReconciliation(
    string Miner, int? SectorsOnChain, int SectorsInStorage, IReadOnlyList<string> Indexes, IReadOnlyList<JsonDiscrepancy> Discrepancies) : JsonLine;

/// <summary>One thing about which they do.</summary>
internal sealed record JsonDiscrepancy(DiscrepancyKind Kind, JsonSector? Sector, string? File, string? Path, string? StorageId, string Why);
