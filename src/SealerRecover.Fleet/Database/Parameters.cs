using Filecoin.Primitives;
using Npgsql;
using NpgsqlTypes;

namespace SealerRecover.Fleet.Database;

/// <summary>Values of statements that take more than a name and a value.</summary>
internal static class Parameters
{
    /// <summary>An array, whose type an empty one does not tell.</summary>
    public static NpgsqlParameter Many<T>(string name, NpgsqlDbType type, IEnumerable<T> values) => new(name, NpgsqlDbType.Array | type) { Value = values.ToArray() };

    /// <summary>A value that may be missing, whose type null does not tell.</summary>
    public static NpgsqlParameter OrNull(string name, NpgsqlDbType type, object? value) => new(name, type) { Value = value ?? DBNull.Value };

    /// <summary>Sectors, as @miners and @numbers.</summary>
    public static NpgsqlParameter[] Sectors(IReadOnlyList<SectorId> sectors) =>
    [
        Many("miners", NpgsqlDbType.Bigint, sectors.Select(sector => (long)sector.Miner.Value)),
        Many("numbers", NpgsqlDbType.Bigint, sectors.Select(sector => (long)sector.Number)),
    ];
}
