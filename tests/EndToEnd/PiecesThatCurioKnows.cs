using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>Pieces whose places only Curio's database tells: where deals had them from, where they are parked, with the headers that their servers want.</summary>
public sealed class PiecesThatCurioKnows(ParentCaches caches, Databases databases) : IAsyncDisposable
{
    private const string Secret = "s3kr1t-t0ken";
    private const string Query = "s1gnature";

    private readonly Workbench _bench = new(caches);
    private readonly KnownSector _known = KnownSector.Sealed("2KiB-v1_1-pieces");
    private FakePieceServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IEnumerable<KnownPiece> Pieces => _known.Known.Where(piece => piece.Seed is not null);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _bench.Dispose();
    }

    [Theory]
    [InlineData("parked_piece_refs")]
    [InlineData("sectors_sdr_initial_pieces")]
    [InlineData("market_mk12_deals")]
    [InlineData("market_mk20_deal")]
    public async Task They_are_listed_and_fetched_and_their_secrets_stay_secret(string table)
    {
        FakeCurio curio = await WithServerAsync();
        int number = 0;
        foreach (KnownPiece piece in Pieces)
        {
            await AddAsync(curio, table, piece, ++number);
        }

        // Other tables may be missing, as on older clusters, or not be granted.
        await curio.ExecuteAsync(
            string.Concat(new[] { "parked_piece_refs", "market_mk12_deals", "market_mk20_deal" }.Where(other => other != table).Select(other => $"DROP TABLE curio.{other};")),
            Cancellation);
        string metadata = await MetadataAsync();
        Ended listed = await _bench.RunAsync("pieces", $"--metadata={metadata}", "--json");
        Assert.True(listed.Code == 0, listed.ToString());
        JsonNode answer = listed.Lines.Single(line => (string?)line["event"] == "pieces");
        Assert.All(answer["pieces"]!.AsArray().Where(piece => !(bool)piece!["zeros"]!), piece =>
        {
            Assert.Equal("Curio's database", (string?)piece!["found"]![0]!["piece_source"]);
            Assert.Equal($"{_server.Url}/piece/{(string)piece["piece_cid"]!}", (string?)piece["found"]![0]!["where"]);
        });

        Ended recovered = await _bench.RunAsync(_bench.Recover(metadata, "--verbose"));
        Assert.True(recovered.Code == 0, recovered.ToString());
        Assert.True(File.Exists(Path.Combine(_bench.Result, "sealed", _known.FileName)));
        AssertSecret(listed, recovered);
    }

    [Fact]
    public async Task Named_places_come_first_and_a_failure_tells_no_secrets_and_what_lies_out_of_reach()
    {
        FakeCurio curio = await WithServerAsync();
        KnownPiece lost = Pieces.First();
        foreach ((KnownPiece piece, int i) in Pieces.Select((piece, i) => (piece, i + 1)))
        {
            await AddAsync(curio, "parked_piece_refs", piece, i);
        }

        await curio.ExecuteAsync(
            """
            INSERT INTO curio.storage_path (storage_id, urls) VALUES ('d4c90169', 'http://10.0.0.7:12300/remote');
            INSERT INTO curio.sector_location (miner_id, sector_num, sector_filetype, storage_id) VALUES (0, 1, 32, 'd4c90169');
            """,
            Cancellation);
        _server.Demands = KeyValuePair.Create("Authorization", "another");
        string metadata = await MetadataAsync();
        Ended listed = await _bench.RunAsync("pieces", $"--metadata={metadata}");

        // Nobody named a source, so nothing had to be found.
        Assert.True(listed.Code == 0, listed.ToString());
        Assert.Contains("piece/s-t00-1 in the storage path d4c90169 of http://10.0.0.7:12300/remote (out of reach from here)", listed.Output, StringComparison.Ordinal);
        Ended failed = await _bench.RunAsync(_bench.Recover(metadata, "--verbose"));
        Assert.True(failed.Code == 13, failed.ToString());
        Assert.Contains($"{_server.Url}/piece/{lost.Cid}", failed.Output + failed.Error, StringComparison.Ordinal);
        Assert.Contains("Curio's database says that it lies as piece/s-t00-1 in the storage path d4c90169", failed.Output + failed.Error, StringComparison.Ordinal);
        AssertSecret(listed, failed);

        // A folder that has them is asked before the servers that Curio knows.
        string folder = _known.WritePieces(Path.Combine(_bench.Home, "pieces"));
        int asked = _server.Requests.Count;
        Ended recovered = await _bench.RunAsync(_bench.Recover(metadata, $"--piece-source={folder}"));
        Assert.True(recovered.Code == 0, recovered.ToString());
        Assert.All(_server.Requests.Skip(asked), request => Assert.Equal("bytes=0-0", request.Range));
    }

    [Fact]
    public async Task A_worker_of_a_fleet_asks_it_and_the_list_keeps_none_of_its_secrets()
    {
        Assert.SkipUnless(VectorFiles.LongTests, "a worker and three commands; set SEALER_RECOVER_LONG_TESTS=1");
        FakeCurio curio = await WithServerAsync();
        foreach ((KnownPiece piece, int i) in Pieces.Select((piece, i) => (piece, i + 1)))
        {
            await AddAsync(curio, "parked_piece_refs", piece, i);
        }

        string list = _bench.Environment["SEALER_RECOVER_FLEET_DB"] = await databases.CreateEmptyAsync();
        await _bench.RunAsync(0, ["fleet", "init"]);
        await _bench.RunAsync(0, ["fleet", "submit", $"--metadata={await MetadataAsync()}"]);
        using Executable worker = _bench.Start(["fleet", "work", $"--sealing-result={_bench.Result}", $"--sealing-temp={_bench.Temp}", "--silent-after=2", "--json"]);
        await new WatchedList(list).UntilLeftAsync(0);
        await _bench.RunAsync(0, ["fleet", "drain"]);
        Ended ended = await worker.EndAsync(Cancellation);
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.True(File.Exists(Path.Combine(_bench.Result, "sealed", _known.FileName)));
        AssertSecret(ended);
        string text = await new WatchedList(list).TextAsync();
        Assert.Contains(Pieces.First().Cid, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Query, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_gone_is_only_a_source_that_has_nothing()
    {
        await WithServerAsync();
        string metadata = await MetadataAsync();
        string folder = _known.WritePieces(Path.Combine(_bench.Home, "pieces"));
        _bench.Environment["CURIO_DB_PORT"] = PostgresServer.FreePort().ToString(System.Globalization.CultureInfo.InvariantCulture);
        Ended recovered = await _bench.RunAsync(_bench.Recover(metadata, $"--piece-source={folder}"));
        Assert.True(recovered.Code == 0, recovered.ToString());
        Directory.Delete(_bench.Result, recursive: true);
        Ended failed = await _bench.RunAsync(_bench.Recover(metadata));
        Assert.True(failed.Code == 13, failed.ToString());
        Assert.Contains("Curio's database could not be asked where it is (127.0.0.1:", failed.Output + failed.Error, StringComparison.Ordinal);
    }

    /// <summary>Neither what was printed nor any file that is left has a secret in it.</summary>
    private void AssertSecret(params Ended[] runs)
    {
        Assert.Contains(_server.Requests, request => request.Path.StartsWith("/piece/", StringComparison.Ordinal));
        foreach (string secret in new[] { Secret, Query })
        {
            Assert.All(runs, run => Assert.DoesNotContain(secret, run.Output + run.Error, StringComparison.Ordinal));
            Assert.All(
                Directory.EnumerateFiles(_bench.Home, "*", SearchOption.AllDirectories),
                file => Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(secret)) < 0, $"{file} holds {secret}"));
        }
    }

    private async Task<FakeCurio> WithServerAsync()
    {
        _server = await FakePieceServer.StartAsync();
        _server.Demands = KeyValuePair.Create("Authorization", $"Bearer {Secret}");
        foreach (KnownPiece piece in Pieces)
        {
            _server.Add(VectorFiles.Stream(piece.Seed!, piece.StreamLength), piece.PaddedSize / 128 * 127, piece.Cid);
        }

        FakeCurio curio = await databases.CreateAsync();
        curio.SetVariables(_bench.Environment);
        return curio;
    }

    private async Task<string> MetadataAsync()
    {
        string path = Path.Combine(_bench.Home, "metadata.json");
        await File.WriteAllTextAsync(path, _known.Metadata(), Cancellation);
        return path;
    }

    private async Task AddAsync(FakeCurio curio, string table, KnownPiece piece, int number)
    {
        string url = $"{_server.Url}/piece/{piece.Cid}?signature={Query}";
        JsonObject headers = new() { ["Authorization"] = new JsonArray($"Bearer {Secret}"), ["Host"] = new JsonArray("elsewhere") };
        (string Table, JsonObject Row)[] rows = table switch
        {
            "parked_piece_refs" =>
            [
                ("parked_pieces", new JsonObject
                {
                    ["id"] = number, ["piece_cid"] = piece.Cid, ["piece_padded_size"] = piece.PaddedSize, ["piece_raw_size"] = piece.StreamLength, ["complete"] = true,
                    ["long_term"] = true, ["skip"] = false, ["ref_count"] = 0,
                }),
                (table, new JsonObject { ["ref_id"] = number, ["piece_id"] = number, ["data_url"] = url, ["data_headers"] = headers, ["long_term"] = true }),
            ],
            "sectors_sdr_initial_pieces" =>
            [
                ("sectors_sdr_pipeline", new JsonObject
                {
                    ["sp_id"] = 1000, ["sector_number"] = number, ["create_time"] = "2026-08-01T00:00:00Z", ["reg_seal_proof"] = 5, ["after_sdr"] = false, ["after_tree_d"] = false,
                    ["after_tree_c"] = false, ["after_tree_r"] = false, ["after_precommit_msg"] = false, ["after_precommit_msg_success"] = false, ["after_porep"] = false,
                    ["after_finalize"] = false, ["after_move_storage"] = false, ["after_commit_msg"] = false, ["after_commit_msg_success"] = false, ["failed"] = false,
                    ["failed_reason"] = "", ["failed_reason_msg"] = "", ["after_synth"] = false,
                }),
                (table, new JsonObject
                {
                    ["sp_id"] = 1000, ["sector_number"] = number, ["piece_index"] = 0, ["piece_cid"] = piece.Cid, ["piece_size"] = piece.PaddedSize, ["data_url"] = url,
                    ["data_headers"] = headers, ["data_raw_size"] = piece.StreamLength, ["data_delete_on_finalize"] = false, ["created_at"] = "2026-08-01T00:00:00Z",
                }),
            ],
            "market_mk12_deals" =>
            [
                (table, new JsonObject
                {
                    ["uuid"] = $"u{number}", ["sp_id"] = 1000, ["created_at"] = "2026-08-01T00:00:00Z", ["signed_proposal_cid"] = $"s{number}", ["proposal_signature"] = "\\x00",
                    ["proposal"] = new JsonObject(), ["offline"] = false, ["verified"] = true, ["start_epoch"] = 1, ["end_epoch"] = 2, ["client_peer_id"] = "p",
                    ["piece_cid"] = piece.Cid, ["piece_size"] = piece.PaddedSize, ["fast_retrieval"] = true, ["announce_to_ipni"] = true, ["url"] = url,
                    ["url_headers"] = headers, ["proposal_cid"] = $"c{number}",
                }),
            ],
            _ =>
            [
                (table, new JsonObject
                {
                    ["created_at"] = "2026-08-01T00:00:00Z", ["id"] = $"01{number}", ["client"] = "f1", ["ddo_v1"] = new JsonObject(), ["retrieval_v1"] = new JsonObject(), ["pdp_v1"] = new JsonObject(),
                    ["data"] = new JsonObject { ["source_http"] = new JsonObject { ["urls"] = new JsonArray(new JsonObject { ["url"] = url, ["headers"] = headers, ["priority"] = 0 }) } },
                }),
                ("market_piece_deal", new JsonObject
                {
                    ["id"] = $"01{number}", ["boost_deal"] = true, ["legacy_deal"] = false, ["chain_deal_id"] = 0, ["sp_id"] = 1000, ["sector_num"] = 1, ["piece_offset"] = 0,
                    ["piece_cid"] = piece.Cid, ["piece_length"] = piece.PaddedSize, ["raw_size"] = piece.StreamLength,
                }),
            ],
        };
        foreach ((string into, JsonObject row) in rows)
        {
            await curio.AddRowAsync(into, row.ToJsonString(), Cancellation);
        }
    }
}
