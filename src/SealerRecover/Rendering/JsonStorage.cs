using SealerRecover.Recovery.Storage;

namespace SealerRecover.Rendering;

/// <summary>Storage paths that were found, and those that are left out.</summary>
internal sealed record JsonStorage(IReadOnlyList<JsonStorageTeller> Asked, IReadOnlyList<JsonStoragePath> Paths) : JsonLine;

/// <summary>Who was asked for them.</summary>
internal sealed record JsonStorageTeller(StorageTeller Teller, string Name, int Told, string? Failure);

/// <summary>One of them.</summary>
internal sealed record JsonStoragePath(
    string? Id,
    string? Path,
    IReadOnlyList<string> Urls,
    IReadOnlyList<StorageTeller> ToldBy,
    int? Sectors,
    StorageVerdict Verdict,
    string? Reason,
    bool? CanSeal,
    bool? CanStore,
    ulong? Weight,
    ulong? MaxStorage,
    IReadOnlyList<string>? Groups,
    IReadOnlyList<string>? AllowTypes,
    IReadOnlyList<string>? DenyTypes,
    IReadOnlyList<string>? AllowMiners,
    IReadOnlyList<string>? DenyMiners);
