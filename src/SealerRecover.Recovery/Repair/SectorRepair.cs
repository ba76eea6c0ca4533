using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Storage;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Repair;

/// <summary>What a sector is mended from, cheapest first.</summary>
public enum RepairKind
{
    /// <summary>The replica and its p_aux stand: the replica is read and checked, and what is missing or damaged beside it made.</summary>
    FromReplica,

    /// <summary>Of a snapped sector, the update is left and a p_aux: the key is made of it and of the pieces.</summary>
    FromUpdate,

    /// <summary>Of a snapped sector, the key is left and a p_aux: the update is made of it and of the pieces.</summary>
    FromKey,

    /// <summary>A p_aux tells comm_c: labels, the replica and tree_r_last are made, no columns.</summary>
    Labels,

    /// <summary>Nothing is left that spares work.</summary>
    Everything,
}

/// <summary>How one sector is mended, by what is there and how long it is; whether it is intact shows while it is used.</summary>
/// <param name="Facts">The sector.</param>
/// <param name="StoragePath">Where most of it is; what is made goes there.</param>
/// <param name="Kind">What it is mended from. If that proves damaged, the next dearer way is gone.</param>
public sealed record SectorRepair(SectorFacts Facts, string StoragePath, RepairKind Kind)
{
    /// <summary>What is left of it and spares work; null for nothing.</summary>
    internal Survivors? Left { get; private init; }

    /// <summary>Chooses place and way by names, lengths and p_aux alone: no replica is read.</summary>
    /// <param name="facts">The sector.</param>
    /// <param name="storagePaths">Storage paths, as Lotus and Curio lay them out; what has no other place goes where their sectorstore.json lets it, or into the first.</param>
    /// <param name="settings">Kernels, and whether all is kept, which leaves nothing to spare.</param>
    public static SectorRepair Choose(SectorFacts facts, ImmutableArray<string> storagePaths, RecoverySettings settings)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(settings);
        long size = facts.SealProof.SectorSize.Bytes;
        ResultLayout[] layouts = [.. storagePaths.Select(path => new ResultLayout(path, facts.Sector))];

        // A snapped sector is proven by its update: where that stands the rest belongs.
        string path = (layouts.FirstOrDefault(layout => facts.Update is not null && FileLook.TryThrough(layout.UpdateFile).IsFileOf(size))
            ?? layouts.FirstOrDefault(layout => FileLook.TryThrough(layout.SealedFile).IsFileOf(size))
            ?? layouts.FirstOrDefault(layout => FileLook.TryThrough(layout.CacheFolder).Kind == FileKind.Folder)
            ?? new ResultLayout(StorageRules.Best(storagePaths, facts.Sector, StorageRules.AreasOf(facts, settings.KeepUnsealed)), facts.Sector)).Root;
        RecoverySettings there = settings with { ResultFolder = path, StoragePaths = storagePaths };
        Survivors? left = Survivors.FindSparing(LinuxFileSystem.Instance, facts, there, new Proving(settings).CommROf);
        return new SectorRepair(facts, path, (left, IsSnapped: facts.Update is not null) switch
        {
            (null, _) => RepairKind.Everything,
            ({ Updates.Count: > 0, Sealed.Count: 0 }, _) => RepairKind.FromUpdate,
            ({ Updates.Count: 0, Sealed.Count: > 0 }, true) => RepairKind.FromKey,
            ({ HasReplica: true }, _) => RepairKind.FromReplica,
            _ => RepairKind.Labels,
        })
        {
            Left = left,
        };
    }
}
