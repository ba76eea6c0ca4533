using System.Globalization;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Npgsql;

namespace SealerRecover.Tests;

/// <summary>The database of a Curio cluster that sealed sectors of a <see cref="FakeChain"/>, and a superuser's way into it.</summary>
public sealed class FakeCurio
{
    private readonly PostgresServer _server;
    private readonly CurioSchema _schema;

    // Kept open while a test fills the database: connecting costs more than a row. Never disposed of; its connections end when they are idle.
    private readonly NpgsqlDataSource _source;

    private FakeCurio(PostgresServer server, string name, CurioSchema schema)
    {
        _server = server;
        Name = name;
        _schema = schema;
        _source = SourceOf(server, name);
    }

    /// <summary>The database's name.</summary>
    public string Name { get; }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port => _server.Port;

    /// <summary>"127.0.0.1:5433".</summary>
    public string Host => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>The folder of the server's unix socket.</summary>
    public string SocketFolder => _server.SocketFolder;

    /// <summary>PEM of the authority that answers for the server's certificate.</summary>
    public string Certificate => _server.Certificate;

    /// <summary>postgres://…, with the password.</summary>
    public string Url => $"postgres://{PostgresServer.User}:{Uri.EscapeDataString(PostgresServer.Password)}@{Host}/{Name}";

    /// <summary>Makes a database with Curio's tables: a copy of the one of that schema, which the first call makes.</summary>
    public static async Task<FakeCurio> CreateAsync(PostgresServer server, string name, CurioSchema schema, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(server);
        string template = await server.Templates.GetOrAdd(
            schema, _ => new Lazy<Task<string>>(() => MakeTemplateAsync(server, schema, CancellationToken.None))).Value.WaitAsync(cancellation);
        await MakeAsync(server, name, template, cancellation);
        return new FakeCurio(server, name, schema);
    }

    private static async Task<string> MakeTemplateAsync(PostgresServer server, CurioSchema schema, CancellationToken cancellation)
    {
        string name = $"curio_of_{schema}".ToLowerInvariant();
        await MakeAsync(server, name, "template0", cancellation);
        FakeCurio curio = new(server, name, schema);
        await curio.ExecuteAsync(CurioTableStatements.Of(schema), cancellation);
        if (schema == CurioSchema.New)
        {
            await curio.AddZerosAsync(cancellation);
        }

        // Only what nobody is connected to can be copied.
        await curio._source.DisposeAsync();
        return name;
    }

    private static async Task MakeAsync(PostgresServer server, string name, string template, CancellationToken cancellation)
    {
        await using NpgsqlDataSource source = SourceOf(server, "postgres");
        await using NpgsqlCommand command = source.CreateCommand($"CREATE DATABASE {name} TEMPLATE {template}");
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>What Curio's own variables would say.</summary>
    public void SetVariables(IDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        environment["CURIO_DB_HOST"] = "127.0.0.1";
        environment["CURIO_DB_PORT"] = Port.ToString(CultureInfo.InvariantCulture);
        environment["CURIO_DB_USER"] = PostgresServer.User;
        environment["CURIO_DB_PASSWORD"] = PostgresServer.Password;
        environment["CURIO_DB_NAME"] = Name;
    }

    /// <summary>Runs statements as the superuser.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellation, params object?[] parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        await using NpgsqlCommand command = _source.CreateCommand(sql);
        foreach (object? parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter ?? DBNull.Value });
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Writes down a sector as Curio does at its stage of life: being sealed, proven, or snapped.</summary>
    /// <param name="chain">Whose tickets.</param>
    /// <param name="miner">Its miner.</param>
    /// <param name="sector">The sector.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="isMigrated">As lotus-miner's records were taken over: with the zero pieces, that of a sector without data included.</param>
    public async Task AddAsync(FakeChain chain, FakeMiner miner, FakeSector sector, CancellationToken cancellation, bool isMigrated = false)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(miner);
        ArgumentNullException.ThrowIfNull(sector);
        string zeros = ZeroCommitments.ForPiece(miner.SectorSize).ToCid().ToString();
        string unsealed = sector.UnsealedCid?.ToString() ?? zeros;
        byte[] ticket = chain.Ticket(miner.Id, sector.SealRandEpoch).Span.ToArray();
        string? message = Sent(sent => sent.PreCommits);
        if (sector.Activation is null)
        {
            await ExecuteAsync(
                """
                INSERT INTO curio.sectors_sdr_pipeline (sp_id, sector_number, reg_seal_proof, ticket_epoch, ticket_value, tree_d_cid, tree_r_cid, precommit_msg_cid,
                    after_sdr, after_tree_d, after_tree_r, after_precommit_msg)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, true, true, true, true)
                """,
                cancellation,
                (long)miner.Id, (long)sector.Number, sector.SealProof, sector.SealRandEpoch, ticket, unsealed, sector.SealedAs.ToString(), message);
            await AddPiecesAsync("sectors_sdr_initial_pieces", miner, sector, sector.Pieces, cancellation);
            return;
        }

        FakeUpdate? update = sector.SectorKeyCid is null ? null : sector.Update;
        await ExecuteAsync(
            """
            INSERT INTO curio.sectors_meta (sp_id, sector_num, reg_seal_proof, ticket_epoch, ticket_value, orig_sealed_cid, orig_unsealed_cid,
                cur_sealed_cid, cur_unsealed_cid, msg_cid_precommit, msg_cid_commit, msg_cid_update, seed_epoch, seed_value)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, '')
            """,
            cancellation,
            (long)miner.Id,
            (long)sector.Number,
            sector.SealProof,
            sector.SealRandEpoch,
            ticket,
            sector.SealedAs.ToString(),
            unsealed,
            sector.SealedCid.ToString(),
            update?.UnsealedCid?.ToString() ?? unsealed,
            message,
            Sent(sent => sent.Proves) ?? AnyMessage(sector, 1),
            update is null ? null : Sent(sent => sent.Updates) ?? AnyMessage(sector, 2));
        if (_schema == CurioSchema.New)
        {
            await ExecuteAsync(
                "UPDATE curio.sectors_meta SET has_sector_key = $3, expiration_epoch = 5000000 WHERE sp_id = $1 AND sector_num = $2",
                cancellation, (long)miner.Id, (long)sector.Number, update is not null);
        }

        FakePiece[] pieces = update?.Pieces ?? sector.Pieces;
        await AddPiecesAsync("sectors_meta_pieces", miner, sector, isMigrated ? WithZeros(pieces, miner.SectorSize) : pieces, cancellation);

        string? Sent(Func<FakeMessage, bool> isIt) =>
            FakeMessage.OfSector(miner, sector.Number).LastOrDefault(sent => sent.ExitCode == 0 && isIt(sent))?.Cid.ToString();
    }

    /// <summary>Writes down an update of a proven sector that is in Curio's pipeline.</summary>
    public async Task AddUpdateAsync(FakeMiner miner, FakeSector sector, Cid sealedCid, FakeUpdate update, bool isSent, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(miner);
        ArgumentNullException.ThrowIfNull(sector);
        ArgumentNullException.ThrowIfNull(sealedCid);
        ArgumentNullException.ThrowIfNull(update);
        await ExecuteAsync(
            """
            INSERT INTO curio.sectors_snap_pipeline (sp_id, sector_number, upgrade_proof, update_unsealed_cid, update_sealed_cid, prove_msg_cid)
            VALUES ($1, $2, 0, $3, $4, $5)
            """,
            cancellation,
            (long)miner.Id, (long)sector.Number, update.UnsealedCid?.ToString(), sealedCid.ToString(), isSent ? AnyMessage(sector, 2) : null);
        await AddPiecesAsync("sectors_snap_initial_pieces", miner, sector, update.Pieces, cancellation);
    }

    /// <summary>Adds a row as Curio has it, by the names of its columns.</summary>
    /// <param name="table">The table.</param>
    /// <param name="row">JSON; bytes as "\\x…".</param>
    /// <param name="cancellation">Ends it.</param>
    public Task AddRowAsync(string table, string row, CancellationToken cancellation) => ExecuteAsync(
        $"INSERT INTO curio.{table} SELECT * FROM jsonb_populate_record(NULL::curio.{table}, $1::jsonb)", cancellation, row);

    /// <summary>The CommD of zeros of each seal proof that Curio knows one of: 0 to 14.</summary>
    private async Task AddZerosAsync(CancellationToken cancellation)
    {
        foreach (SealProofInfo proof in SealProofs.All.Where(proof => (int)proof.Proof <= 14))
        {
            await ExecuteAsync(
                "INSERT INTO curio.sectors_cc_values VALUES ($1, $2)",
                cancellation,
                (int)proof.Proof, ZeroCommitments.ForSector(proof.SectorSize).ToCid().ToString());
        }
    }

    private async Task AddPiecesAsync(string table, FakeMiner miner, FakeSector sector, FakePiece[] pieces, CancellationToken cancellation)
    {
        bool ofMeta = table == "sectors_meta_pieces";
        bool ofSnap = table == "sectors_snap_initial_pieces";
        string columns = ofMeta ? "sector_num, piece_num" : "sector_number, piece_index";
        string more = ofMeta ? "requested_keep_data, raw_data_size" : "data_delete_on_finalize, data_raw_size, data_url" + (ofSnap ? ", created_at" : "");
        string values = ofMeta ? "true, NULL" : "false, 1, 'pieceref:1'" + (ofSnap ? ", current_timestamp" : "");

        // Written backwards: rows come in no order but the one that is asked for.
        for (int i = pieces.Length - 1; i >= 0; i--)
        {
            await ExecuteAsync(
                $"INSERT INTO curio.{table} (sp_id, {columns}, piece_cid, piece_size, {more}) VALUES ($1, $2, $3, $4, $5, {values})",
                cancellation,
                (long)miner.Id, (long)sector.Number, (long)i, pieces[i].Cid.ToString(), (long)pieces[i].Size);
        }
    }

    /// <summary>The zero pieces between and behind: before a piece up to a multiple of its size, smallest first; behind the last likewise.</summary>
    private static FakePiece[] WithZeros(FakePiece[] pieces, long sectorSize)
    {
        List<FakePiece> all = [];
        long offset = 0;
        foreach (FakePiece piece in pieces)
        {
            Fill((long)piece.Size);
            all.Add(piece);
            offset += (long)piece.Size;
        }

        Fill(sectorSize);
        return [.. all];

        void Fill(long multiple)
        {
            while (offset % multiple != 0 || (offset == 0 && multiple == sectorSize))
            {
                long size = offset == 0 ? sectorSize : offset & -offset;
                all.Add(new FakePiece(ZeroCommitments.ForPiece(size).ToCid(), (ulong)size));
                offset += size;
            }
        }
    }

    private static string AnyMessage(FakeSector sector, byte kind) => Cid.Create(0x71, 0xb220, Blake2b.Hash256([(byte)sector.Number, kind]).Span).ToString();

    /// <summary>How many rows of a table fulfil a condition.</summary>
    public async Task<long> CountAsync(string table, string condition, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = _source.CreateCommand($"SELECT count(*) FROM curio.{table} WHERE {condition}");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static NpgsqlDataSource SourceOf(PostgresServer server, string database)
    {
        NpgsqlConnectionStringBuilder settings = new()
        {
            Host = "127.0.0.1",
            Port = server.Port,
            Username = PostgresServer.User,
            Password = PostgresServer.Password,
            Database = database,
            MaxPoolSize = 2,

            // Seconds; a machine that does much else is no failure.
            Timeout = 300,
            CommandTimeout = 300,
            ConnectionIdleLifetime = 2,
            ConnectionPruningInterval = 1,
        };
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
