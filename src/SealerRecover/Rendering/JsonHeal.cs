using SealerRecover.Recovery.Repair;

namespace SealerRecover.Rendering;

/// <summary>What heal is about to do, in its order.</summary>
internal sealed record JsonHealPlan(IReadOnlyList<JsonHealStep> Sectors, double Seconds) : JsonLine;

/// <summary>One sector of it.</summary>
internal sealed record JsonHealStep(
    JsonSector Sector, string StoragePath, RepairKind Kind, string? Due, string Done, bool Late, double Seconds, long Memory, long TempDisk);

/// <summary>What lotus-miner was told.</summary>
internal sealed record JsonDeclared(IReadOnlyList<JsonDeclaredPath> Paths, IReadOnlyList<ulong> Recoveries, IReadOnlyList<string> Messages, string? Failure) : JsonLine;

/// <summary>A storage path that it read again, or why it did not.</summary>
internal sealed record JsonDeclaredPath(string StoragePath, string? StorageId, IReadOnlyList<ulong> SectorNumbers, string? Failure);
