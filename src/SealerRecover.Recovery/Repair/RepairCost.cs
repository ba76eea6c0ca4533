using Filecoin.Primitives;
using Filecoin.Sealing.PreCommit;
using SealerRecover.Recovery.Bench;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Repair;

/// <summary>What mending one sector by itself takes. Times are computed from measured speeds and leave out the disk.</summary>
/// <param name="Time">From start to end.</param>
/// <param name="OfFullSealing">Time as a part of that of sealing the sector from the start.</param>
/// <param name="Memory">Bytes.</param>
/// <param name="TempDisk">Bytes in the folder for work in progress.</param>
/// <param name="Labels">What of the time is that of labels.</param>
public sealed record RepairCost(TimeSpan Time, double OfFullSealing, long Memory, long TempDisk, TimeSpan Labels)
{
    /// <summary>What it adds to the time of a run.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="group">Those of one number are mended together, and lower numbers first.</param>
    /// <param name="due">By when its files have to stand; null where nothing waits for them.</param>
    public SectorTime TimeOf(SectorId sector, int group, DateTimeOffset? due) => new(sector, Labels, Time - Labels, group, due);
}

/// <summary>Computes costs of repairs. docs/performance.md states the formulas.</summary>
/// <param name="speeds">One core of this machine.</param>
/// <param name="settings">Threads, and what else decides what is needed.</param>
public sealed class RepairCosts(StepSpeeds speeds, RecoverySettings settings)
{
    private readonly SectorNeeds _needs = new(settings, new SealingRoles(settings));

    /// <summary>The cost of one repair.</summary>
    public RepairCost For(SectorRepair repair)
    {
        ArgumentNullException.ThrowIfNull(repair);
        PorepParameters porep = repair.Facts.SealProof.Porep;
        SealResources needs = _needs.For(repair.Facts, repair.Left);
        double time = Seconds(repair.Kind, porep, repair.Facts.Update is not null);
        return new RepairCost(
            TimeSpan.FromSeconds(time),
            time / Seconds(RepairKind.Everything, porep, repair.Facts.Update is not null),
            Math.Max(needs.LabelMemory, needs.TreeMemory),
            needs.TempDisk,
            TimeSpan.FromSeconds(repair.Kind is RepairKind.FromReplica or RepairKind.FromUpdate or RepairKind.FromKey ? 0 : speeds.Labels(porep)));
    }

    private double Seconds(RepairKind kind, PorepParameters porep, bool isSnapped)
    {
        double tree = speeds.Tree(porep, settings.Threads);
        double update = isSnapped ? tree : 0;
        return kind switch
        {
            RepairKind.FromReplica or RepairKind.FromUpdate or RepairKind.FromKey => tree + update,
            RepairKind.Labels => speeds.Labels(porep) + tree + update,
            _ => speeds.Sealing(porep, settings.Threads) + update,
        };
    }
}
