using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>What the sectors of a run take turns with.</summary>
/// <param name="Parents">Open parent caches.</param>
/// <param name="Disk">Room for temporary files.</param>
/// <param name="Cores">Cores.</param>
/// <param name="Pieces">Where pieces come from and are kept.</param>
internal sealed record SharedResources(ParentsPool Parents, DiskGate Disk, CoreBudget Cores, RunPieces Pieces);

/// <summary>What all sectors of a run know.</summary>
/// <param name="Settings">What the operator decided; once it is for one sector, for that one (<see cref="RecoverySettings.Of"/>).</param>
/// <param name="Roles">What seals.</param>
/// <param name="Files">The disk.</param>
/// <param name="Time">The clock.</param>
/// <param name="Events">The operator.</param>
/// <param name="Shared">What is there once for all.</param>
/// <param name="Cancellation">Ends the run.</param>
internal sealed record RunContext(
    RecoverySettings Settings,
    SealingRoles Roles,
    IFileSystem Files,
    TimeProvider Time,
    EventSink Events,
    SharedResources Shared,
    CancellationToken Cancellation);
