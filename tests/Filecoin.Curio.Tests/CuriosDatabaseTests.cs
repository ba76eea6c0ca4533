using System.Net;
using System.Net.Sockets;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Sources;
using Filecoin.Cryptography;
using Filecoin.Curio;
using Filecoin.Primitives;
using SealerRecover.Tests.Chain;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
[assembly: AssemblyFixture(typeof(SealerRecover.Tests.Databases))]

namespace SealerRecover.Tests.Curio;

/// <summary>A real server with Curio's tables.</summary>
public sealed class CuriosDatabaseTests(Databases databases)
{
    private static readonly SectorSize Size = SectorSize.KiB2;
    private static readonly Cid CommD = CommitmentCid.FromUnsealed(Blake2b.Hash256([7]).ClearTopTwoBits());
    private static readonly FakePiece[] Pieces = [Piece(1, 256), Piece(2, 512), Piece(3, 128)];

    private readonly FakeChain _chain = new();
    private readonly KeptLog _log = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<CurioSchema, string, bool> Kinds
    {
        get
        {
            TheoryData<CurioSchema, string, bool> kinds = [];
            foreach (CurioSchema schema in new[] { CurioSchema.Old, CurioSchema.New })
            {
                foreach (string kind in new[] { "CC", "data", "NI", "snapped", "sealing CC", "sealing data" })
                {
                    kinds.Add(schema, kind, false);
                }

                kinds.Add(schema, "CC", true);
                kinds.Add(schema, "data", true);
                kinds.Add(schema, "snapped", true);
            }

            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_kind_of_sector_is_told_by_old_and_new_schemas(CurioSchema schema, string kind, bool isMigrated)
    {
        FakeCurio curio = await databases.CreateAsync(schema);
        FakeMiner miner = _chain.AddMiner(1000, Size);
        FakeSector sector = miner.Add(Sector(kind, 9));
        await curio.AddAsync(_chain, miner, sector, Cancellation, isMigrated);
        await curio.AddAsync(_chain, _chain.AddMiner(1001, Size), Sector("CC", 9) with { SealedCid = CommR(77) }, Cancellation);

        SectorStatement said = (await AskAsync(Open(curio), sector)).Statement!;

        Assert.Equal("Curio's database", said.Source);
        Assert.Equal(sector.SealProof, (int)said.SealProof!.Proof);
        Assert.Equal(sector.SealRandEpoch, said.TicketEpoch);
        Assert.Equal(_chain.Ticket(1000, sector.SealRandEpoch), said.Ticket!.Value.Value);
        Assert.Equal(sector.SealedAs, said.SealedCid!.Value.ToCid());
        Assert.Equal(sector.UnsealedCid ?? ZeroCommitments.ForSector(Size).ToCid(), said.CommD!.Value.ToCid());
        Assert.Equal(kind == "snapped" ? sector.SealedCid : null, said.UpdateSealedCid?.ToCid());
        Assert.Equal(kind == "snapped" ? CommD : null, said.UpdateCommD?.ToCid());
        Assert.Equal(kind == "snapped", said.UpdateMessage is not null);
        Assert.Equal(sector.Activation is null, said.CommitMessage is null);
        Assert.Equal(kind == "NI", said.PreCommitMessage is null);
        SectorData? data = kind == "snapped" ? said.UpdateData : said.Data;
        Assert.Null(kind == "snapped" ? said.Data : said.UpdateData);
        Assert.Equal(
            sector.Pieces.Length > 0 || kind == "snapped" ? Pieces.Select(piece => piece.Cid) : null,
            data?.Pieces.Where(piece => piece.CommP != ZeroCommitments.ForPiece(piece.PaddedSize)).Select(piece => piece.CommP.ToCid()));

        // Zero pieces come as they were written down: 256 behind the first, 896 behind the last.
        Assert.Equal(isMigrated && data is not null ? [256L, 256, 512, 128, 128, 256, 512] : data is null ? null : [256L, 512, 128], data?.Pieces.Select(piece => piece.PaddedSize));
    }

    [Fact]
    public async Task Sectors_that_are_expected_are_read_hundreds_at_a_time()
    {
        FakeCurio curio = await databases.CreateAsync();
        FakeMiner miner = _chain.AddMiner(1000, Size);
        FakeSector first = miner.Add(Sector("data", 0));
        await curio.AddAsync(_chain, miner, first, Cancellation);
        await curio.ExecuteAsync(
            """
            INSERT INTO curio.sectors_meta SELECT sp_id, n, reg_seal_proof, ticket_epoch + n, ticket_value, orig_sealed_cid, orig_unsealed_cid, cur_sealed_cid,
                cur_unsealed_cid, msg_cid_precommit, msg_cid_commit, msg_cid_update, seed_epoch, seed_value
            FROM curio.sectors_meta, generate_series(1, 1200) n
            """,
            Cancellation);
        CuriosDatabase database = Open(curio);
        SectorId[] sectors = [.. Enumerable.Range(0, 1100).Select(number => new SectorId(new ActorId(1000), (ulong)number))];
        database.Expect(sectors);
        Assert.Empty(_log.Lines);

        SourceAnswer[] answers = await Task.WhenAll(sectors.Select(sector => database.AskAsync(new SourceQuestion(sector, Size), Cancellation)));

        Assert.Equal(sectors.Select(sector => first.SealRandEpoch + (long)sector.Number), answers.Select(answer => answer.Statement!.TicketEpoch!.Value));
        Assert.Equal(
            [$"{curio.Host} has 100 of 100 sectors", $"{curio.Host} has 500 of 500 sectors", $"{curio.Host} has 500 of 500 sectors"],
            _log.Lines.Select(line => line.Text).Order());

        // One that was not expected, and one asked about again, are read alone.
        Assert.NotNull((await database.AskAsync(new SourceQuestion(new SectorId(new ActorId(1000), 1200), Size), Cancellation)).Statement);
        Assert.NotNull((await database.AskAsync(new SourceQuestion(sectors[0], Size), Cancellation)).Statement);
        Assert.Equal("it does not hold the sector", (await database.AskAsync(new SourceQuestion(new SectorId(new ActorId(1000), 1201), Size), Cancellation)).Why);
        Assert.Equal(6, _log.Lines.Count);
    }

    [Fact]
    public async Task The_pipeline_of_updates_is_read_too()
    {
        FakeCurio curio = await databases.CreateAsync();
        FakeMiner miner = _chain.AddMiner(1000, Size);
        FakeSector key = miner.Add(Sector("CC", 9));
        await curio.AddAsync(_chain, miner, key, Cancellation);
        await curio.AddUpdateAsync(miner, key, CommR(2), new FakeUpdate(16_000) { Pieces = Pieces, UnsealedCid = CommD }, isSent: true, Cancellation);

        SourceAnswer before = await AskAsync(Open(curio), key);
        Assert.Contains("has sent an update", before.Note, StringComparison.Ordinal);
        Assert.Null(before.Statement!.UpdateData);

        // On chain, before Curio moved it to sectors_meta.
        SourceAnswer after = await AskAsync(Open(curio), key with { SectorKeyCid = key.SealedCid, SealedCid = CommR(2) });
        Assert.Equal(Pieces.Select(piece => piece.Cid), after.Statement!.UpdateData!.Pieces.Select(piece => piece.CommP.ToCid()));
        Assert.Equal(CommD, after.Statement.UpdateCommD!.Value.ToCid());
        Assert.Null(after.Note);
    }

    [Fact]
    public async Task A_user_who_may_only_read_is_enough_over_a_unix_socket_too()
    {
        FakeCurio curio = await WithSectorAsync();
        await curio.ExecuteAsync(
            $"CREATE ROLE reader_{curio.Name} LOGIN PASSWORD 'r'; GRANT USAGE ON SCHEMA curio TO reader_{curio.Name}; GRANT SELECT ON ALL TABLES IN SCHEMA curio TO reader_{curio.Name}",
            Cancellation);
        foreach (string host in new[] { "127.0.0.1", curio.SocketFolder })
        {
            CuriosDatabase database = Open(curio, parts => parts with { Hosts = [new DatabaseHost(host, null)], User = $"reader_{curio.Name}", Password = "r" });
            Assert.NotNull((await AskAsync(database, Sector("CC", 9))).Statement);
        }
    }

    [Theory]
    [InlineData(TlsMode.Disable, false)]
    [InlineData(TlsMode.Prefer, true)]
    [InlineData(TlsMode.Require, true)]
    [InlineData(TlsMode.VerifyCa, true)]
    [InlineData(TlsMode.VerifyFull, true)]
    public async Task The_connection_is_secured_as_asked(TlsMode mode, bool isSecured)
    {
        FakeCurio curio = await WithSectorAsync();

        // A sector that is there only for who came by TLS.
        await curio.ExecuteAsync(
            """
            ALTER TABLE curio.sectors_meta RENAME TO sectors_meta_hidden;
            CREATE VIEW curio.sectors_meta AS SELECT * FROM curio.sectors_meta_hidden WHERE (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid());
            """,
            Cancellation);
        SourceAnswer answer = await AskAsync(
            Open(curio, parts => parts with
            {
                Hosts = [new DatabaseHost("localhost", null)],
                Tls = mode,
                RootCertificate = mode >= TlsMode.VerifyCa ? curio.Certificate : null,
            }),
            Sector("CC", 9));
        Assert.Equal(isSecured, answer.Statement is not null);
    }

    [Fact]
    public async Task A_server_whose_bytes_are_damaged_on_the_way_is_read_or_refused_and_nothing_else()
    {
        FakeCurio curio = await WithSectorAsync();
        int times = VectorFiles.LongTests ? 2_000 : 30;
        int seed = Environment.TickCount;
        int refusals = 0;
        await Parallel.ForAsync(0, times, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation }, async (i, token) =>
        {
            await using DamagingRelay relay = new(curio.Port, new Random(seed + i));
            CuriosDatabase database = Open(curio, parts => parts with { Port = relay.Port }, patience: 1);
            try
            {
                await AskAsync(database, Sector("CC", 9));
            }
            catch (OperatorException refused)
            {
                Interlocked.Increment(ref refusals);
                Assert.InRange(refused.Message.Length, 10, 400);
                Assert.DoesNotContain(refused.Message, character => char.IsControl(character));
            }
            catch (Exception error) when (error is not OperatorException)
            {
                Assert.Fail($"seed {seed}, input {i}: {error}");
            }
        });
        Assert.InRange(refusals, times / 10, times);
    }

    [Fact]
    public async Task A_server_without_TLS_is_not_sent_a_password_where_TLS_was_asked_for()
    {
        using TcpListener plain = new(IPAddress.Loopback, 0);
        plain.Start();
        DatabaseHost host = new("127.0.0.1", ((IPEndPoint)plain.LocalEndpoint).Port);
        Task<int> answering = Task.Run(
            async () =>
            {
                using TcpClient client = await plain.AcceptTcpClientAsync(Cancellation);
                byte[] request = new byte[1024];
                await client.GetStream().ReadExactlyAsync(request.AsMemory(0, 8), Cancellation);
                await client.GetStream().WriteAsync("N"u8.ToArray(), Cancellation);
                return await client.GetStream().ReadAtLeastAsync(request, 1, throwOnEndOfStream: false, Cancellation);
            },
            Cancellation);
        SourceMisconfiguredException refused = await RefusedAsync<SourceMisconfiguredException>(new CuriosDatabase(
            new CurioConnection(new ConnectionParts { Hosts = [host], Tls = TlsMode.Require }), TimeSpan.FromSeconds(5), _log));
        Assert.Equal(0, await answering);
        Assert.StartsWith($"{host} offers no TLS, which the sslmode that was given demands (SSL connection requested", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_ever_written_even_if_reading_would_write()
    {
        FakeCurio curio = await WithSectorAsync();
        await curio.ExecuteAsync(
            """
            CREATE TABLE curio.trace (n int);
            CREATE FUNCTION curio.traced() RETURNS int LANGUAGE sql VOLATILE AS 'INSERT INTO curio.trace VALUES (1) RETURNING n';
            ALTER TABLE curio.sectors_meta RENAME TO sectors_meta_hidden;
            CREATE VIEW curio.sectors_meta AS SELECT *, curio.traced() FROM curio.sectors_meta_hidden;
            """,
            Cancellation);
        OperatorException refused = await RefusedAsync(Open(curio));
        Assert.Equal(FailureKind.BadInput, refused.Kind);
        Assert.Equal($"{curio.Host} refuses to answer (cannot execute INSERT in a read-only transaction, 25006)", refused.Message);
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_ended_by_the_server()
    {
        FakeCurio curio = await WithSectorAsync();
        await curio.ExecuteAsync(
            """
            ALTER TABLE curio.sectors_meta RENAME TO sectors_meta_hidden;
            CREATE VIEW curio.sectors_meta AS SELECT * FROM curio.sectors_meta_hidden WHERE pg_sleep(30) IS NOT NULL;
            """,
            Cancellation);
        OperatorException refused = await RefusedAsync(Open(curio, patience: 1));
        Assert.Equal(FailureKind.NodeUnreachable, refused.Kind);
        Assert.Equal($"{curio.Host} did not answer a query within 1 s", refused.Message);
        Assert.Contains(Setting.NodeTimeout, refused.Hint.Named);
    }

    [Theory]
    [InlineData("password", "does not let the user yugabyte in (password authentication failed for user \"yugabyte\")", FailureKind.BadInput)]
    [InlineData("user", "does not let the user nobody in (password authentication failed for user \"nobody\")", FailureKind.BadInput)]
    [InlineData("database", "has no database elsewhere", FailureKind.BadInput)]
    [InlineData("schema", "has no table of Curio's in the schema other", FailureKind.BadInput)]
    [InlineData("rights", "does not let the user poor read sectors_meta, sectors_meta_pieces, sectors_sdr_initial_pieces, ", FailureKind.BadInput)]
    [InlineData("tls", "offers no TLS that can be trusted", FailureKind.NodeUnreachable)]
    public async Task A_way_in_that_does_not_exist_is_one_sentence_naming_the_host(string wrong, string sentence, FailureKind kind)
    {
        FakeCurio curio = await WithSectorAsync();
        await curio.ExecuteAsync("DROP ROLE IF EXISTS poor; CREATE ROLE poor LOGIN PASSWORD 'r'", Cancellation);
        CuriosDatabase database = Open(curio, parts => wrong switch
        {
            "password" => parts with { Password = "wr0ng" },
            "user" => parts with { User = "nobody", Password = "wr0ng" },
            "database" => parts with { Database = "elsewhere" },
            "schema" => parts with { Schema = "other" },
            "rights" => parts with { User = "poor", Password = "r" },
            _ => parts with { Tls = TlsMode.VerifyCa },
        });
        OperatorException refused = kind == FailureKind.BadInput ? await RefusedAsync<SourceMisconfiguredException>(database) : await RefusedAsync(database);
        Assert.Equal(kind, refused.Kind);
        Assert.Contains(curio.Host, refused.Message, StringComparison.Ordinal);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, refused + _log.All, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", refused + _log.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ALTER TABLE curio.sectors_meta ALTER ticket_epoch TYPE text", "the column sectors_meta.ticket_epoch is text, not bigint")]
    [InlineData("ALTER TABLE curio.sectors_meta ALTER ticket_value TYPE text USING 'x'", "the column sectors_meta.ticket_value is text, not bytea")]
    [InlineData("ALTER TABLE curio.sectors_meta_pieces ALTER piece_size TYPE numeric", "the column sectors_meta_pieces.piece_size is numeric, not bigint")]
    public async Task A_schema_of_other_types_is_refused_by_the_column_s_name(string change, string sentence)
    {
        FakeCurio curio = await WithSectorAsync();
        await curio.ExecuteAsync(change, Cancellation);
        SourceMisconfiguredException refused = await RefusedAsync<SourceMisconfiguredException>(Open(curio));
        Assert.Equal(FailureKind.BadInput, refused.Kind);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.Contains(curio.Host, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ALTER TABLE curio.sectors_meta DROP msg_cid_precommit, DROP is_cc")]
    [InlineData("DROP TABLE curio.sectors_meta_pieces, curio.sectors_snap_initial_pieces, curio.sectors_snap_pipeline, curio.sectors_sdr_initial_pieces, curio.sectors_sdr_pipeline")]
    [InlineData("ALTER TABLE curio.sectors_meta ALTER reg_seal_proof TYPE smallint, ALTER orig_sealed_cid TYPE varchar(300)")]
    public async Task What_a_schema_does_not_have_is_not_said_and_no_failure(string change)
    {
        FakeCurio curio = await WithSectorAsync();
        await curio.ExecuteAsync(change, Cancellation);
        SectorStatement said = (await AskAsync(Open(curio), Sector("CC", 9))).Statement!;
        Assert.Equal(9_009, said.TicketEpoch);
        Assert.NotNull(said.Ticket);
    }

    [Theory]
    [InlineData("orig_sealed_cid = repeat('b', 50000000)", "where a CID has to be")]
    [InlineData("orig_unsealed_cid = E'\\x1b[2J\\n'", "where a CID has to be")]
    [InlineData("ticket_value = decode(repeat('00', 20000000), 'hex')", "a ticket of 33 bytes where it must be 32")]
    [InlineData("ticket_epoch = -9223372036854775808", "the epoch -9223372036854775808")]
    [InlineData("reg_seal_proof = 77", "the seal proof 77")]
    public async Task Huge_and_hostile_content_is_one_short_sentence(string change, string sentence)
    {
        FakeCurio curio = await WithSectorAsync();
        await curio.ExecuteAsync($"UPDATE curio.sectors_meta SET {change}", Cancellation);
        SourceAnswer answer = await AskAsync(Open(curio), Sector("CC", 9));
        Assert.NotNull(answer.Statement);
        string unusable = Assert.Single(answer.Unusable);
        Assert.StartsWith("Curio's database has ", unusable, StringComparison.Ordinal);
        Assert.Contains(sentence, unusable, StringComparison.Ordinal);
        Assert.InRange(unusable.Length, 20, 250);
        Assert.DoesNotContain('\u001b', unusable);
    }

    [Fact]
    public async Task More_pieces_than_any_sector_has_are_refused_however_many_there_are()
    {
        FakeCurio curio = await databases.CreateAsync();
        FakeMiner miner = _chain.AddMiner(1000, Size);
        await curio.AddAsync(_chain, miner, miner.Add(Sector("data", 9)), Cancellation);
        await curio.ExecuteAsync(
            """
            INSERT INTO curio.sectors_meta_pieces (sp_id, sector_num, piece_num, piece_cid, piece_size, requested_keep_data)
            SELECT sp_id, sector_num, 10 + n, piece_cid, 128, true FROM curio.sectors_meta_pieces, generate_series(1, 200000) n WHERE piece_num = 0
            """,
            Cancellation);
        SourceAnswer answer = await AskAsync(Open(curio), Sector("data", 9));
        Assert.Null(answer.Statement!.Data);
        Assert.StartsWith("Curio's database has 4097 pieces, more than any sector has", Assert.Single(answer.Unusable), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_is_asked_as_long_as_one_of_its_hosts_answers()
    {
        FakeCurio curio = await WithSectorAsync();
        DatabaseHost gone = new("127.0.0.1", PostgresServer.FreePort());
        DatabaseHost unknown = new("no-such-host.invalid", null);
        DatabaseHost there = new("127.0.0.1", curio.Port);
        Assert.NotNull((await AskAsync(Open(curio, parts => parts with { Hosts = [gone, there] }), Sector("CC", 9))).Statement);

        // Curio itself knows only the first without balancing.
        OperatorException first = await RefusedAsync(Open(curio, parts => parts with { Hosts = [gone, there], LoadBalance = false }));
        Assert.Equal((FailureKind.NodeUnreachable, $"{gone} is not reachable (Connection refused)"), (first.Kind, first.Message));

        OperatorException all = await RefusedAsync(Open(curio, parts => parts with { Hosts = [gone, unknown] }));
        Assert.Contains($"{gone} is not reachable", all.Message, StringComparison.Ordinal);
        Assert.Contains("no-such-host.invalid:", all.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_accepts_and_never_answers_costs_its_timeout_once()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        int port = ((IPEndPoint)silent.LocalEndpoint).Port;
        CuriosDatabase database = new(
            new CurioConnection(new ConnectionParts { Hosts = [new DatabaseHost("127.0.0.1", port)] }), TimeSpan.FromSeconds(1), _log);
        OperatorException first = await RefusedAsync(database);
        Assert.Equal((FailureKind.NodeUnreachable, $"127.0.0.1:{port} is not reachable (it did not answer in time)"), (first.Kind, first.Message));
        Assert.Same(first, await RefusedAsync(database));
    }

    [Fact]
    public async Task Something_else_than_a_database_is_not_reachable()
    {
        using TcpListener web = new(IPAddress.Loopback, 0);
        web.Start();
        DatabaseHost host = new("127.0.0.1", ((IPEndPoint)web.LocalEndpoint).Port);
        Task answering = Task.Run(
            async () =>
            {
                using TcpClient client = await web.AcceptTcpClientAsync(Cancellation);
                await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), Cancellation);
            },
            Cancellation);
        OperatorException refused = await RefusedAsync(new CuriosDatabase(
            new CurioConnection(new ConnectionParts { Hosts = [host] }), TimeSpan.FromSeconds(5), _log));
        await answering;
        Assert.Contains(host.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.InRange(refused.Message.Length, 20, 300);
    }

    private async Task<FakeCurio> WithSectorAsync()
    {
        FakeCurio curio = await databases.CreateAsync();
        FakeMiner miner = _chain.AddMiner(1000, Size);
        await curio.AddAsync(_chain, miner, miner.Add(Sector("CC", 9)), Cancellation);
        return curio;
    }

    private CuriosDatabase Open(FakeCurio curio, Func<ConnectionParts, ConnectionParts>? change = null, int patience = 60)
    {
        ConnectionParts parts = ConnectionText.Parse(curio.Url, "--curio-db") with { Hosts = [new DatabaseHost("127.0.0.1", null)], Port = curio.Port };
        return new CuriosDatabase(new CurioConnection(change is null ? parts : change(parts)), TimeSpan.FromSeconds(patience), _log);
    }

    private static Task<OperatorException> RefusedAsync(CuriosDatabase database) => RefusedAsync<OperatorException>(database);

    /// <summary>What exactly was thrown.</summary>
    private static Task<T> RefusedAsync<T>(CuriosDatabase database)
        where T : OperatorException => Assert.ThrowsAsync<T>(() => AskAsync(database, Sector("CC", 9)));

    private static Task<SourceAnswer> AskAsync(CuriosDatabase database, FakeSector sector) => database.AskAsync(
        new SourceQuestion(new SectorId(new ActorId(1000), sector.Number), Size)
        {
            Activation = sector.Activation,
            IsSnapped = sector.SectorKeyCid is not null,
            UpdateSealedCid = sector.SectorKeyCid is not null && CommitmentCid.TryGetCommR(sector.SealedCid, out CommR commR) ? commR : null,
        },
        Cancellation);

    private static FakeSector Sector(string kind, ulong number)
    {
        FakeSector sector = new()
        {
            Number = number,
            SealProof = (int)(kind == "NI" ? RegisteredSealProof.StackedDrg2KiBNonInteractive : RegisteredSealProof.StackedDrg2KiBV1_1),
            SealedCid = CommR(1),
            SealRandEpoch = 9_000 + (long)number,
            PreCommitEpoch = kind == "NI" ? null : 9_900,
            Activation = kind.StartsWith("sealing", StringComparison.Ordinal) ? null : 10_200,
        };
        return kind switch
        {
            "data" or "sealing data" => sector with { UnsealedCid = CommD, Pieces = Pieces },
            "snapped" => sector with { SectorKeyCid = CommR(5), Update = new FakeUpdate(16_000) { Pieces = Pieces, UnsealedCid = CommD } },
            _ => sector,
        };
    }

    private static FakePiece Piece(byte i, ulong size) => new(CommitmentCid.FromUnsealed(Blake2b.Hash256([100, i]).ClearTopTwoBits()), size);

    private static Cid CommR(byte i) => CommitmentCid.FromSealed(Blake2b.Hash256([i]).ClearTopTwoBits());
}
