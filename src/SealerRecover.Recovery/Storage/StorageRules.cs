using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Storage;

/// <summary>Whether and where finished files of a sector may be put, by the sectorstore.json of storage paths; a folder without one takes everything.</summary>
internal static class StorageRules
{
    /// <summary>What Lotus makes by default, for folders that have no sectorstore.json.</summary>
    private const ulong DefaultWeight = 10;

    /// <summary>
    /// Why a sector's files may not be put into a folder; null if they may. What stands there already was put there by somebody who was allowed to,
    /// so a sector of which anything is there is mended there; only for kinds of files that are not there yet their kind has to be allowed.
    /// </summary>
    /// <param name="folder">A storage path, or any folder.</param>
    /// <param name="sector">The sector.</param>
    /// <param name="areas">The files that it gets.</param>
    public static string? Refusal(string folder, SectorId sector, IReadOnlyList<InstallArea> areas)
    {
        if (SectorStore.Read(folder, out string? trouble) is not { } store)
        {
            return trouble is null ? null : $"has a {SectorStore.FileName} that {trouble}";
        }

        ResultLayout layout = new(folder, sector);
        InstallArea[] absent = [.. areas.Where(area => FileLook.TryThrough(layout.Of(area)).Kind == FileKind.Missing)];
        bool isMended = Enum.GetValues<InstallArea>().Any(area => FileLook.TryThrough(layout.Of(area)).Kind != FileKind.Missing);
        return absent.Length == 0 ? null
            : isMended ? (store with { CanStore = true, AllowMiners = null, DenyMiners = null }).Refusal(sector.Miner, absent)
            : store.Refusal(sector.Miner, absent);
    }

    /// <summary>What a folder may still take of its MaxStorage, bytes; null for no limit.</summary>
    public static long? RoomLeft(string folder)
    {
        if (SectorStore.Read(folder, out _) is not { MaxStorage: > 0 } store)
        {
            return null;
        }

        ulong used = (ulong)FileLook.AllocatedBelow(folder);
        return used >= store.MaxStorage ? 0 : (long)Math.Min(store.MaxStorage - used, long.MaxValue);
    }

    /// <summary>The files that a sector gets.</summary>
    public static IReadOnlyList<InstallArea> AreasOf(SectorFacts facts, bool keepUnsealed)
    {
        InstallArea[] key = [InstallArea.Cache, InstallArea.Sealed];
        InstallArea[] update = facts.Update is null ? [] : [InstallArea.UpdateCache, InstallArea.Update];
        InstallArea[] data = keepUnsealed ? [InstallArea.Unsealed] : [];
        return [.. key, .. update, .. data];
    }

    /// <summary>
    /// The storage path for a sector of which nothing is left: of those that may take it the one with the largest product of room and weight, as
    /// Lotus chooses (storage/paths/index.go StorageBestAlloc). The first where that decides nothing, or where none may, which is then refused.
    /// </summary>
    /// <param name="storagePaths">At least one.</param>
    /// <param name="sector">The sector.</param>
    /// <param name="areas">The files that it gets.</param>
    public static string Best(ImmutableArray<string> storagePaths, SectorId sector, IReadOnlyList<InstallArea> areas)
    {
        string[] allowed = [.. storagePaths.Where(path => Refusal(path, sector, areas) is null)];
        SectorStore?[] stores = [.. allowed.Select(path => SectorStore.Read(path, out _))];
        if (allowed.Length < 2 || Array.TrueForAll(stores, store => store is null))
        {
            return allowed.FirstOrDefault() ?? storagePaths[0];
        }

        // Each disk is asked once: paths on one are not told apart by what others write meanwhile.
        Dictionary<ulong, long> free = [];
        return allowed.Zip(stores).MaxBy(path => (UInt128)(ulong)Math.Min(Free(path.First), RoomLeft(path.First) ?? long.MaxValue) * (path.Second?.Weight ?? DefaultWeight)).First;

        long Free(string path)
        {
            ulong disk = FileLook.TryThrough(path).Device;
            return free.TryGetValue(disk, out long known) ? known : free[disk] = Math.Max(0, new DriveInfo(path).AvailableFreeSpace);
        }
    }
}
