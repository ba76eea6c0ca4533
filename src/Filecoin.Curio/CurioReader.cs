using System.Globalization;
using Filecoin.Chain.Rules;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Filecoin.Curio;

/// <summary>
/// Reads rows about sectors: one connection, one read-only transaction of one snapshot, few round trips for however many sectors.
/// One snapshot, since a sector moves between tables while it is sealed. No text or bytes longer than what can be a fact leave the server.
/// </summary>
/// <param name="connection">Where.</param>
/// <param name="hosts">Its hosts.</param>
/// <param name="log">Told of every reading.</param>
internal sealed class CurioReader(CurioConnection connection, CurioHosts hosts, ILogger log)
{
    private CurioTables? _tables;

    /// <summary>What is there of some sectors of one miner; a sector without rows is not in it.</summary>
    /// <exception cref="OperatorException">NodeUnreachable or BadInput, naming the host or all of them.</exception>
    internal async Task<IReadOnlyDictionary<ulong, SectorRows>> ReadAsync(ActorId miner, IReadOnlyCollection<ulong> sectors, CancellationToken cancellation)
    {
        return await hosts.AskAsync(
            async (open, host) =>
            {
                _tables ??= await TablesAsync(open, host, cancellation).ConfigureAwait(false);
                Dictionary<ulong, SectorRows> rows = await RowsAsync(open, _tables, miner, sectors, cancellation).ConfigureAwait(false);
                log.LogDebug("{Host} has {Count} of {Asked} sectors", host, rows.Count, sectors.Count);
                return rows;
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Learns once what tables there are.</summary>
    private async Task<CurioTables> TablesAsync(NpgsqlConnection open, DatabaseHost host, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = open.CreateCommand();
        command.CommandText = CurioTables.Columns;
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = connection.Schema });
        List<(string, string, string)> columns = [];
        SortedSet<string> denied = new(StringComparer.Ordinal);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            (string table, string column) = (reader.GetString(0), reader.GetString(1));
            columns.Add((table, column, reader.GetString(2)));
            if (!reader.GetBoolean(3) && CurioTables.IsRead(table, column))
            {
                denied.Add(table);
            }
        }

        if (denied.Count > 0)
        {
            throw CurioFailures.Denied(connection, host, denied);
        }

        return new CurioTables(connection, host, columns);
    }

    private static async Task<Dictionary<ulong, SectorRows>> RowsAsync(
        NpgsqlConnection open, CurioTables tables, ActorId miner, IReadOnlyCollection<ulong> sectors, CancellationToken cancellation)
    {
        string numbers = string.Join(',', sectors.Select(sector => sector.ToString(CultureInfo.InvariantCulture)));
        await using NpgsqlBatch batch = open.CreateBatch();
        foreach (Table table in tables.Found)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(tables.Query(table))
            {
                Parameters =
                {
                    new NpgsqlParameter<long> { TypedValue = checked((long)miner.Value) },
                    new NpgsqlParameter<string> { TypedValue = numbers, NpgsqlDbType = NpgsqlDbType.Text },
                },
            });
        }

        Dictionary<ulong, SectorRows> rows = [];
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        foreach (Table table in tables.Found)
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                ulong number = (ulong)reader.GetInt64(0);
                SectorRows about = rows.TryGetValue(number, out SectorRows? known) ? known : rows[number] = new SectorRows();
                Add(about, table, reader);
            }

            await reader.NextResultAsync(cancellation).ConfigureAwait(false);
        }

        return rows;
    }

    private static void Add(SectorRows about, Table table, NpgsqlDataReader reader)
    {
        int next = 1;
        if (table == Table.Sealed)
        {
            about.Add(new SealedRow
            {
                SealProof = Whole(),
                TicketEpoch = Whole(),
                Ticket = Bytes(),
                SealedCid = Text(),
                UnsealedCid = Text(),
                CurrentSealedCid = Text(),
                CurrentUnsealedCid = Text(),
                PreCommitMessage = Text(),
                CommitMessage = Text(),
                UpdateMessage = Text(),
                IsCommittedCapacity = Switch(),
                HasSectorKey = Switch(),
            });
        }
        else if (table == Table.Sealing)
        {
            about.Add(new SealingRow
            {
                SealProof = Whole(),
                TicketEpoch = Whole(),
                Ticket = Bytes(),
                SealedCid = Text(),
                UnsealedCid = Text(),
                PreCommitMessage = Text(),
                IsLabeled = Switch(),
                HasTreeD = Switch(),
                HasTreeR = Switch(),
            });
        }
        else if (table == Table.Snapping)
        {
            about.Add(new SnappingRow { SealedCid = Text(), UnsealedCid = Text(), Message = Text(), HasFailed = Switch() });
        }
        else
        {
            next++;
            List<PieceRow> pieces = table == Table.SealedPieces ? about.SealedPieces
                : table == Table.SealingPieces ? about.SealingPieces
                : about.SnappingPieces;
            if (pieces.Count <= PieceSizes.MostPieces)
            {
                pieces.Add(new PieceRow(Text(), Whole()));
            }
        }

        long? Whole() => reader.IsDBNull(next++) ? null : reader.GetInt64(next - 1);

        string? Text() => reader.IsDBNull(next++) ? null : reader.GetString(next - 1);

        byte[]? Bytes() => reader.IsDBNull(next++) ? null : reader.GetFieldValue<byte[]>(next - 1);

        bool? Switch() => reader.IsDBNull(next++) ? null : reader.GetBoolean(next - 1);
    }
}
