using SealerRecover.Fleet.Claims;

namespace SealerRecover.Rendering;

/// <summary>The list of a fleet and its workers.</summary>
internal sealed record JsonFleet(IReadOnlyList<JsonFleetSector> Sectors, IReadOnlyList<JsonFleetWorker> Workers) : JsonLine;

/// <summary>A sector of a fleet.</summary>
internal sealed record JsonFleetSector(
    JsonSector Sector,
    ClaimState State,
    bool Paused,
    int Priority,
    string? Due,
    long Generation,
    string? Worker,
    string Since,
    string? Heard,
    bool Placed,
    string? Phase,
    int? Step,
    int? Steps,
    double? Fraction,
    string? Outcome,
    int? ExitCode,
    string? Message);

/// <summary>A machine of a fleet.</summary>
internal sealed record JsonFleetWorker(string Worker, string Since, double HeardSecondsAgo, bool Draining, bool Ended, string? Note);
