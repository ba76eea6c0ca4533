using System.Globalization;
using Filecoin.Primitives;

namespace Filecoin.Curio;

/// <summary>A storage path as Curio knows it.</summary>
/// <param name="Id">Its storage ID, as it stands in the path's sectorstore.json.</param>
/// <param name="Urls">Where its files can be fetched; a machine's paths share one.</param>
/// <param name="Heard">When the machine last said that it is there, as PostgreSQL prints it; null if never.</param>
/// <param name="Sectors">The miner's sectors of which a replica or its cache folder stood there, in order.</param>
public sealed record CurioPath(string Id, IReadOnlyList<string> Urls, string? Heard, IReadOnlyList<ulong> Sectors);

/// <summary>A storage path of any machine of the cluster.</summary>
/// <param name="Id">Its storage ID.</param>
/// <param name="Urls">Where its files can be fetched.</param>
/// <param name="Heard">When the machine last said that it is there, as PostgreSQL prints it; null if never.</param>
/// <param name="Sectors">How many sectors of any miner have a replica or its cache folder there.</param>
public sealed record CurioStoragePath(string Id, IReadOnlyList<string> Urls, string? Heard, int Sectors);

/// <summary>A file of a sector in a storage path.</summary>
/// <param name="StorageId">The storage path.</param>
/// <param name="Sector">The sector.</param>
/// <param name="FileType">Which, one bit (<see cref="SectorFileType"/>).</param>
public sealed record CurioFile(string StorageId, SectorId Sector, int FileType);

/// <summary>What stands on which disk (sector_location, storage_path, sector_path_url_liveness). Curio deletes what it knows of a path about two hours after its last URL died (tasks/gc/storage_endpoint_gc.go).</summary>
internal sealed class CurioStorage(CurioHosts hosts, string schema)
{
    private const string Paths = "storage_path";
    private const string Locations = "sector_location";
    private const string Liveness = "sector_path_url_liveness";

    /// <summary>The kinds of <see cref="SectorFileType.OfReplica"/>, of which a row has one.</summary>
    private static readonly string Replicas = string.Create(
        CultureInfo.InvariantCulture, $"{SectorFileType.Sealed},{SectorFileType.Cache},{SectorFileType.Update},{SectorFileType.UpdateCache}");

    private const int MostPaths = 10_000;
    private const int MostSectors = 2_000_000;

    /// <summary>The paths of which a name is the storage ID or a URL, with or without what follows the host.</summary>
    /// <exception cref="OperatorException">The database could not be asked, or does not keep where files stand.</exception>
    internal Task<IReadOnlyList<CurioPath>> FindAsync(ActorId miner, string name, CancellationToken cancellation) => hosts.AskAsync(
        async (open, host) =>
        {
            OptionalTables tables = await OptionalTables.FindAsync(open, schema, [Paths, Locations, Liveness], cancellation).ConfigureAwait(false);
            if (!tables.Has(Locations, "storage_id"))
            {
                throw new OperatorException(
                    FailureKind.BadInput,
                    $"the database at {host} has no table {Locations} that may be read, so it does not tell which sectors stood on a disk",
                    $"Grant SELECT on {Locations}, {Paths} and {Liveness} to the user, or name the sectors with {Setting.Sectors}.");
            }

            Dictionary<string, (List<string> Urls, string? Heard)> paths = await PathsAsync(tables, cancellation).ConfigureAwait(false);
            List<CurioPath> found = [];
            foreach (string id in paths.Where(path => path.Key == name || path.Value.Urls.Any(url => IsUrl(url, name))).Select(path => path.Key).DefaultIfEmpty(name))
            {
                IReadOnlyList<string?[]> rows = await tables.RowsAsync(
                    Locations,
                    ["sector_num"],
                    $"t.miner_id = $1::bigint AND t.storage_id = $2 AND t.sector_filetype IN ({Replicas}) ORDER BY t.sector_num",
                    ["miner_id", "sector_num", "storage_id", "sector_filetype"],
                    MostSectors,
                    cancellation,
                    miner.Value.ToString(CultureInfo.InvariantCulture),
                    id).ConfigureAwait(false);
                ulong[] sectors = [.. rows.Select(row => OptionalTables.Whole(row[0])).OfType<long>().Where(number => number >= 0).Select(number => (ulong)number).Distinct()];

                // A path may be gone already while its files are still told.
                if (paths.TryGetValue(id, out (List<string> Urls, string? Heard) known))
                {
                    found.Add(new CurioPath(id, known.Urls, known.Heard, sectors));
                }
                else if (sectors.Length > 0)
                {
                    found.Add(new CurioPath(id, [], null, sectors));
                }
            }

            return (IReadOnlyList<CurioPath>)found;
        },
        cancellation);

    /// <summary>All storage paths that it knows, by ID, with how many sectors stand in each; those of all machines of the cluster.</summary>
    /// <exception cref="OperatorException">The database could not be asked, or keeps no storage paths that may be read.</exception>
    internal Task<IReadOnlyList<CurioStoragePath>> AllAsync(CancellationToken cancellation) => hosts.AskAsync(
        async (open, host) =>
        {
            OptionalTables tables = await OptionalTables.FindAsync(open, schema, [Paths, Locations, Liveness], cancellation).ConfigureAwait(false);
            if (!tables.Has(Paths, "storage_id"))
            {
                throw new OperatorException(
                    FailureKind.BadInput,
                    $"the database at {host} has no table {Paths} that may be read, so it does not tell storage paths",
                    $"Grant SELECT on {Paths} and {Liveness} to the user, or name the storage paths.");
            }

            Dictionary<string, (List<string> Urls, string? Heard)> paths = await PathsAsync(tables, cancellation).ConfigureAwait(false);
            Dictionary<string, int> sectors = new(StringComparer.Ordinal);
            foreach (string?[] row in await tables.RowsAsync(
                Locations,
                ["storage_id"],
                $"t.sector_filetype IN ({Replicas}) GROUP BY t.storage_id, t.miner_id, t.sector_num",
                ["storage_id", "miner_id", "sector_num", "sector_filetype"],
                MostSectors,
                cancellation).ConfigureAwait(false))
            {
                sectors[row[0]!] = sectors.GetValueOrDefault(row[0]!) + 1;
            }

            return (IReadOnlyList<CurioStoragePath>)[.. paths.Select(path => new CurioStoragePath(path.Key, path.Value.Urls, path.Value.Heard, sectors.GetValueOrDefault(path.Key)))];
        },
        cancellation);

    /// <summary>Every file of the miner's sectors that it believes to be in a storage path, by path and sector.</summary>
    /// <exception cref="OperatorException">The database could not be asked, or does not keep where files stand.</exception>
    internal Task<IReadOnlyList<CurioFile>> FilesAsync(ActorId miner, CancellationToken cancellation) => hosts.AskAsync(
        async (open, host) =>
        {
            OptionalTables tables = await OptionalTables.FindAsync(open, schema, [Locations], cancellation).ConfigureAwait(false);
            if (!tables.Has(Locations, "storage_id"))
            {
                throw new OperatorException(
                    FailureKind.BadInput,
                    $"the database at {host} has no table {Locations} that may be read, so it does not tell where files of sectors are",
                    $"Grant SELECT on {Locations} to the user, or leave the database out.");
            }

            IReadOnlyList<string?[]> rows = await tables.RowsAsync(
                Locations,
                ["storage_id", "sector_num", "sector_filetype"],
                "t.miner_id = $1::bigint ORDER BY t.storage_id, t.sector_num, t.sector_filetype",
                ["miner_id", "sector_num", "storage_id", "sector_filetype"],
                MostSectors,
                cancellation,
                miner.Value.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
            return (IReadOnlyList<CurioFile>)
            [
                .. from row in rows
                   where row[0] is not null && OptionalTables.Whole(row[1]) is >= 0 && OptionalTables.Whole(row[2]) is > 0 and <= int.MaxValue
                   select new CurioFile(row[0]!, new SectorId(miner, (ulong)OptionalTables.Whole(row[1])!.Value), (int)OptionalTables.Whole(row[2])!.Value),
            ];
        },
        cancellation);

    private static async Task<Dictionary<string, (List<string> Urls, string? Heard)>> PathsAsync(OptionalTables tables, CancellationToken cancellation)
    {
        Dictionary<string, (List<string> Urls, string? Heard)> paths = new(StringComparer.Ordinal);
        foreach (string?[] row in await tables.RowsAsync(
            Paths, ["storage_id", "urls", "last_heartbeat"], "true", ["storage_id"], MostPaths, cancellation).ConfigureAwait(false))
        {
            paths[row[0]!] = ([.. (row[1] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)], row[2]);
        }

        foreach (string?[] row in await tables.RowsAsync(
            Liveness, ["storage_id", "url"], "true", ["storage_id", "url"], MostPaths, cancellation).ConfigureAwait(false))
        {
            if (paths.TryGetValue(row[0]!, out (List<string> Urls, string? Heard) path) && !path.Urls.Contains(row[1]!))
            {
                path.Urls.Add(row[1]!);
            }
        }

        return paths;
    }

    /// <summary>"http://10.0.0.7:12300/remote" is meant by itself, with a slash behind, by "http://10.0.0.7:12300" and by "10.0.0.7:12300".</summary>
    internal static bool IsUrl(string url, string name)
    {
        string given = name.TrimEnd('/');
        string whole = url.TrimEnd('/');
        return given.Length > 0 && (given == whole
            || (Uri.TryCreate(url, UriKind.Absolute, out Uri? address)
                && (given == address.GetLeftPart(UriPartial.Authority) || given == address.Authority)));
    }
}
