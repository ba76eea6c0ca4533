using System.Globalization;
using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using SealerRecover.Tests;
using Xunit;

namespace EndToEnd;

/// <summary>From the command line to the metadata file, and to recovered sectors, before a node that has forgotten how they were sealed.</summary>
public sealed class FindWhatIsForgotten(ParentCaches caches, Databases databases) : IAsyncLifetime
{
    private const ulong Miner = 1000;
    private const long TicketEpoch = 9_000;
    private static readonly SectorSize Size = SectorSize.KiB2;

    private readonly Workbench _bench = new(caches);
    private readonly List<IAsyncDisposable> _servers = [];
    private FakeChain _chain = null!;
    private FakeMiner _miner = null!;
    private FakeNode _node = null!;

    private static (PieceInfo Info, byte[] Raw)[] Pieces { get; } = [Make("a", 200, 256), Make("b", 508, 512), Make("c", 127, 128)];

    private static FakePiece[] OnChain { get; } = [.. Pieces.Select(piece => new FakePiece(piece.Info.CommP.ToCid(), (ulong)piece.Info.PaddedSize))];

    private static CommD CommD { get; } =
        PieceLayout.ComputeCommD(Size, [.. PieceLayout.Arrange(Size, Pieces.Select(piece => piece.Info)).Select(placed => placed.Piece)]);

    private string Metadata => Path.Combine(_bench.Home, "sectors-recovery-f01000.json");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable server in _servers)
        {
            await server.DisposeAsync();
        }

        _bench.Dispose();
    }

    [Theory]
    [InlineData("state", "mainnet", 'f', "f01000")]
    [InlineData("state", "calibrationnet", 't', "robust")]
    [InlineData("messages", "mainnet", 'f', "robust")]
    [InlineData("messages", "calibrationnet", 't', "t01000")]
    [InlineData("events", "mainnet", 'f', "f01000")]
    [InlineData("events", "calibrationnet", 't', "t01000")]
    [InlineData("archive", "mainnet", 'f', "robust")]
    [InlineData("archive", "calibrationnet", 't', "t01000")]
    [InlineData("lotus-miner", "mainnet", 'f', "f01000")]
    [InlineData("lotus-miner", "calibrationnet", 't', "robust")]
    [InlineData("damocles", "mainnet", 'f', "f01000")]
    [InlineData("damocles", "calibrationnet", 't', "t01000")]
    [InlineData("curio", "mainnet", 'f', "f01000")]
    [InlineData("curio", "calibrationnet", 't', "robust")]
    [InlineData("lotus-miner and curio", "mainnet", 'f', "robust")]
    [InlineData("state and curio", "calibrationnet", 't', "t01000")]
    [InlineData("lotus-miner and archive", "mainnet", 'f', "f01000")]
    [InlineData("lotus-miner and damocles", "calibrationnet", 't', "t01000")]
    [InlineData("state and lotus-miner", "mainnet", 'f', "f01000")]
    public async Task Every_source_alone_and_useful_pairs_tell_sectors_of_every_kind(string sources, string network, char prefix, string miner)
    {
        await StartAsync(network, prefix);
        FakeSector[] sectors = [.. Kinds()];
        Array.ForEach(sectors, sector => _miner.Add(sector));
        if (sources is not ("messages" or "events") && !sources.Contains("state", StringComparison.Ordinal))
        {
            _node.KeepHeadersOnly();
        }

        List<string> options = [];
        foreach (string source in sources.Split(" and "))
        {
            await AddAsync(source, options, sectors, prefix);
        }

        Ended ended = await _bench.RunAsync(
            ["export", $"--miner={(miner == "robust" ? _miner.RobustAddress.ToString(prefix) : miner)}", .. options, "1-7", "--json"]);

        Assert.True(ended.Code == 0, ended.ToString());
        JsonArray written = JsonNode.Parse(await File.ReadAllTextAsync(Metadata, TestContext.Current.CancellationToken))!["SectorInfos"]!.AsArray();
        foreach ((FakeSector sector, JsonNode? entry) in sectors.Zip(written))
        {
            AssertWritten(sector, entry!);
            AssertOrigins(sources, sector, entry!["Facts"]!.AsArray());
        }

        // What a program reads is what the file has.
        Assert.All(ended.Lines.Where(line => (string?)line["event"] == "sector_found"), line =>
        {
            JsonArray told = line["facts"]!.AsArray();
            JsonArray kept = written.Single(entry => (ulong)entry!["SectorNumber"]! == (ulong)line["sector"]!["number"]!)!["Facts"]!.AsArray();
            Assert.Equal(kept.Select(fact => (string)fact!["Fact"]!), told.Select(fact => (string)fact!["fact"]!));
            Assert.Equal(kept.Select(fact => (bool)fact!["Verified"]!), told.Select(fact => (bool)fact!["verified"]!));
            Assert.All(told, fact => Assert.NotEmpty(fact!["told_by"]!.AsArray()));
        });
    }

    [Theory]
    [InlineData("lotus-miner", "lotus-miner")]
    [InlineData("curio", "Curio's database")]
    public async Task A_node_with_nothing_but_headers_and_one_that_sealed_recover_sectors_with_and_without_data(string sealer, string name)
    {
        await StartAsync("localnet", 'f');
        _node.KeepHeadersOnly();
        string store = Directory.CreateDirectory(Path.Combine(_bench.Home, "store")).FullName;
        foreach ((PieceInfo info, byte[] raw) in Pieces)
        {
            await File.WriteAllBytesAsync(Path.Combine(store, info.CommP.ToString()), raw, TestContext.Current.CancellationToken);
        }

        using SectorData content = SectorData.OfPieces(
            Size,
            PieceLayout.Arrange(Size, Pieces.Select(piece => piece.Info)),
            placed => Pieces.Where(piece => piece.Info == placed.Piece)
                .Select(piece => new PieceFile(Path.Combine(store, piece.Info.CommP.ToString()), piece.Raw.Length)).Single());
        (CommD, ISectorData) data = (CommD, content);
        _miner.Add(Proven(1, RegisteredSealProof.StackedDrg2KiBV1_1) with { SealedCid = Seal(1, null, null).Sealed });
        _miner.Add(Proven(2, RegisteredSealProof.StackedDrg2KiBV1_1) with { SealedCid = Seal(2, data, null).Sealed, UnsealedCid = CommD.ToCid(), Pieces = OnChain });
        (Cid key, Cid? update) = Seal(3, null, data);
        _miner.Add(Proven(3, RegisteredSealProof.StackedDrg2KiBV1_1) with
        {
            SealedCid = update!,
            SectorKeyCid = key,
            Update = new FakeUpdate(16_000) { Pieces = OnChain, UnsealedCid = CommD.ToCid() },
        });
        if (sealer == "curio")
        {
            // As taken over from lotus-miner, with the zero pieces.
            (await CurioAsync([.. _miner.Sectors.Values], isMigrated: true)).SetVariables(_bench.Environment);
        }
        else
        {
            await AddAsync(sealer, [], [.. _miner.Sectors.Values], 'f');
        }

        Ended exported = await _bench.RunAsync("export", "--miner=f01000", "1-3");
        Assert.True(exported.Code == 0, exported.ToString());
        Assert.Contains($"TicketEpoch: {name} (the ticket that {name} has is that of the block headers)", exported.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not verified", exported.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("miner-token", exported.Output + exported.Error, StringComparison.Ordinal);

        Ended recovered = await _bench.RunAsync(
            "--miner=f01000", "--sectors=1-3", $"--sealing-result={_bench.Result}", $"--sealing-temp={_bench.Temp}", $"--piece-source={store}", "--json");
        Assert.True(recovered.Code == 0, recovered.ToString());
        Assert.All(recovered.Report["sectors"]!.AsArray(), sector => Assert.Equal("installed", (string?)sector!["result"]));
        Assert.True(File.Exists(Path.Combine(_bench.Result, "update", "s-t01000-3")));

        // And from the file alone, as on the machine that seals.
        Ended again = await _bench.RunAsync(_bench.Recover(Metadata, $"--piece-source={store}", "--json"));
        Assert.True(again.Code == 0, again.ToString());
        Assert.All(again.Report["sectors"]!.AsArray(), sector => Assert.Equal("already_there", (string?)sector!["result"]));
    }

    [Fact]
    public async Task Contradicting_sources_stop_that_sector_with_a_sentence_naming_both()
    {
        await StartAsync("localnet", 'f');
        FakeSector[] sectors = [.. Kinds()];
        Array.ForEach(sectors, sector => _miner.Add(sector));
        FakeLotusMiner lotusMiner = Keep(await FakeLotusMiner.StartAsync(_chain, _miner));
        lotusMiner.Change = (sector, status) =>
        {
            if (sector.Number == 1)
            {
                status["Ticket"]!["Epoch"] = TicketEpoch + 5;
            }
        };

        Ended ended = await _bench.RunAsync("export", "--miner=f01000", $"--miner-api-info={lotusMiner.ApiInfo}", "1", "2");

        Assert.True(ended.Code == 7, ended.ToString());
        Assert.Contains(
            "error: f01000 sector 1: the ticket's epoch is 9001 by the state at epoch 10200, but 9005 by lotus-miner", ended.Output, StringComparison.Ordinal);
        Assert.Equal([2UL], await WrittenNumbers());
    }

    [Fact]
    public async Task Curio_s_database_contradicting_the_chain_or_another_source_stops_that_sector_alone()
    {
        await StartAsync("localnet", 'f');
        FakeSector[] sectors = [.. Kinds()];
        Array.ForEach(sectors, sector => _miner.Add(sector));
        FakeCurio curio = await CurioAsync(sectors);
        await curio.ExecuteAsync("UPDATE curio.sectors_meta SET ticket_epoch = ticket_epoch + 5 WHERE sector_num = 1", TestContext.Current.CancellationToken);
        await curio.ExecuteAsync(
            "UPDATE curio.sectors_meta_pieces SET piece_num = 9 - piece_num WHERE sector_num = 3", TestContext.Current.CancellationToken);

        Ended chain = await _bench.RunAsync("export", "--miner=f01000", $"--curio-db={curio.Url}", "1-3", "--verbose");
        Assert.True(chain.Code == 7, chain.ToString());
        Assert.Contains(
            "error: f01000 sector 1: the ticket's epoch is 9001 by the state at epoch 10200, but 9006 by Curio's database", chain.Output, StringComparison.Ordinal);
        Assert.Contains("error: f01000 sector 3: the list of pieces is ", chain.Output, StringComparison.Ordinal);
        Assert.Equal([2UL], await WrittenNumbers());
        Assert.DoesNotContain(PostgresServer.Password, chain.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Uri.EscapeDataString(PostgresServer.Password), chain.ToString(), StringComparison.Ordinal);

        // With a node that remembers nothing, another source contradicts it just as well.
        _node.KeepHeadersOnly();
        FakeLotusMiner lotusMiner = Keep(await FakeLotusMiner.StartAsync(_chain, _miner));
        Ended other = await _bench.RunAsync("export", "--miner=f01000", $"--curio-db={curio.Url}", $"--miner-api-info={lotusMiner.ApiInfo}", "1");
        Assert.True(other.Code == 7, other.ToString());
        Assert.Contains("the ticket's epoch is 9001 by lotus-miner, but 9006 by Curio's database", other.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_cannot_be_asked_is_told_and_stops_only_what_nobody_else_knows()
    {
        await StartAsync("localnet", 'f');
        _miner.Add(Kinds().First());
        FakeCurio curio = await CurioAsync([]);
        curio.SetVariables(_bench.Environment);
        _bench.Environment["CURIO_DB_PASSWORD"] = "wr0ng";

        Ended known = await _bench.RunAsync("export", "--miner=f01000", "1");
        Assert.True(known.Code == 0, known.ToString());
        string sentence = $"{curio.Host} does not let the user yugabyte in (password authentication failed for user \"yugabyte\")";
        Assert.Contains($"Curio's database could not be asked ({sentence})", known.Output + known.Error, StringComparison.Ordinal);

        _node.KeepHeadersOnly();
        Ended forgotten = await _bench.RunAsync("export", "--miner=f01000", "1", "--anew", "--verbose");
        Assert.True(forgotten.Code == 6, forgotten.ToString());
        Assert.Contains($"Curio's database: {curio.Host} does not let the user yugabyte in", forgotten.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", forgotten.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Facts_by_hand_fill_what_is_missing_and_are_marked_where_nothing_speaks_for_them()
    {
        await StartAsync("localnet", 'f');
        _node.KeepHeadersOnly();
        FakeSector sector = _miner.Add(Kinds().First());
        string ticket = _chain.Ticket(Miner, sector.SealRandEpoch).ToString();

        Ended epoch = await _bench.RunAsync("export", "--miner=f01000", "--ticket-epoch=9001", "1");
        Assert.True(epoch.Code == 0, epoch.ToString());
        Assert.Contains("TicketEpoch: the command line (alone, not verified)", epoch.Output, StringComparison.Ordinal);
        JsonNode written = JsonNode.Parse(await File.ReadAllTextAsync(Metadata, TestContext.Current.CancellationToken))!["SectorInfos"]![0]!;
        Assert.Equal(Convert.ToBase64String(Bytes32.FromHex(ticket).ToArray()), (string?)written["Ticket"]);
        Assert.False((bool)written["Facts"]!.AsArray().Single(fact => (string?)fact!["Fact"] == "TicketEpoch")!["Verified"]!);

        Ended all = await _bench.RunAsync(
            "export", "--miner=f01000", "--ticket-epoch=9001", $"--ticket={ticket}", "--seal-proof=StackedDrg2KiBV1_1", $"--sealed-cid={sector.SealedCid}", "--sectors=1");
        Assert.True(all.Code == 0, all.ToString());
        Assert.Contains("TicketEpoch: the command line (the ticket that the command line has is that of the block headers)", all.Output, StringComparison.Ordinal);

        // The file of the first export says it again, and then two agree.
        Ended kept = await _bench.RunAsync("export", "--miner=f01000", $"--metadata={Metadata}", "1");
        Assert.True(kept.Code == 0, kept.ToString());
        Assert.Contains("TicketEpoch: the metadata file ", kept.Output, StringComparison.Ordinal);

        Ended wrong = await _bench.RunAsync("export", "--miner=f01000", "--ticket-epoch=9002", $"--metadata={Metadata}", "1");
        Assert.True(wrong.Code == 7, wrong.ToString());
        Assert.Contains("the ticket's epoch is 9001 by the metadata file ", wrong.Output, StringComparison.Ordinal);
        Assert.Contains("but 9002 by the command line", wrong.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_sectors_and_faulty_ones_are_exported_without_naming_them()
    {
        await StartAsync("localnet", 'f');
        FakeSector first = Kinds().First();
        foreach (ulong number in (ulong[])[5, 1, 9])
        {
            _miner.Add(first with { Number = number, Early = number == 5 ? 100_000 : 0, Deadline = (int)number });
        }

        Ended faulty = await _bench.RunAsync("export", "--miner=f01000", "--faulty");
        Assert.True(faulty.Code == 0, faulty.ToString());
        Assert.Equal([5UL], await WrittenNumbers());
        Ended all = await _bench.RunAsync("export", "--miner=f01000", "--all");
        Assert.True(all.Code == 0, all.ToString());
        Assert.Equal([5UL, 1UL, 9UL], await WrittenNumbers());

        Ended none = await _bench.RunAsync("export", "--miner=f01000");
        Assert.True(none.Code == 2, none.ToString());
        _miner.Sectors.Clear();
        Ended empty = await _bench.RunAsync("export", "--miner=f01000", "--faulty");
        Assert.True(empty.Code == 4, empty.ToString());
    }

    [Theory]
    [InlineData("401")]
    [InlineData("garbage")]
    [InlineData("reset")]
    public async Task A_lotus_miner_that_makes_no_sense_is_told_beside_what_the_node_has_pruned(string fault)
    {
        await StartAsync("localnet", 'f');
        _node.KeepHeadersOnly();
        _miner.Add(Kinds().First());
        FakeLotusMiner lotusMiner = Keep(await FakeLotusMiner.StartAsync(_chain, _miner, token: "s3cr3t"));
        lotusMiner.Inject("*", fault switch { "401" => Fault.Status(401), "garbage" => Fault.Garbage, _ => Fault.Reset });

        Ended ended = await _bench.RunAsync("export", "--miner=f01000", $"--miner-api-info={lotusMiner.ApiInfo}", "1", "--node-timeout=2", "--verbose");

        Assert.True(ended.Code == 6, ended.ToString());
        Assert.Contains("nothing tells which ticket it was sealed with", ended.Output, StringComparison.Ordinal);
        Assert.Contains("lotus-miner: ", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", ended.Output + ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Metadata));
    }

    /// <summary>1 CC, 2 with deals, 3 onboarded directly, 4 non-interactive, 5 snapped, 6 CC and pre-committed, 7 with deals and pre-committed.</summary>
    private IEnumerable<FakeSector> Kinds()
    {
        ulong[] deals = [1, 2, 3];
        foreach (ulong deal in deals)
        {
            _chain.Deals[deal] = new FakeDeal(OnChain[(int)deal - 1], Address.FromActorId(new ActorId(Miner)));
        }

        yield return Proven(1, RegisteredSealProof.StackedDrg2KiBV1_1);
        yield return Proven(2, RegisteredSealProof.StackedDrg2KiBV1_1) with { UnsealedCid = CommD.ToCid(), Pieces = OnChain, DealIds = deals };
        yield return Proven(3, RegisteredSealProof.StackedDrg2KiBSynthetic) with { UnsealedCid = CommD.ToCid(), Pieces = OnChain, ProvedWithPieces = true };
        yield return Proven(4, RegisteredSealProof.StackedDrg2KiBNonInteractive) with { PreCommitEpoch = null };
        yield return Proven(5, RegisteredSealProof.StackedDrg2KiBV1_1) with
        {
            SectorKeyCid = CommR(50),
            Update = new FakeUpdate(16_000) { Pieces = OnChain, UnsealedCid = CommD.ToCid() },
        };
        yield return Proven(6, RegisteredSealProof.StackedDrg2KiBV1_1) with { Activation = null };
        yield return Proven(7, RegisteredSealProof.StackedDrg2KiBV1_1) with { Activation = null, UnsealedCid = CommD.ToCid(), Pieces = OnChain, DealIds = deals };
    }

    private static FakeSector Proven(ulong number, RegisteredSealProof proof) => new()
    {
        Number = number,
        SealProof = (int)proof,
        SealedCid = CommR((int)number),
        SealRandEpoch = TicketEpoch + (long)number,
        PreCommitEpoch = TicketEpoch + 900,
        Activation = TicketEpoch + 1_200,
    };

    private async Task StartAsync(string network, char prefix)
    {
        _chain = new FakeChain(network);
        _miner = _chain.AddMiner(Miner, Size);
        _node = Keep(await FakeNode.StartAsync(_chain));
        _node.AddressPrefix = prefix;
        _bench.Environment["FULLNODE_API_INFO"] = _node.ApiInfo;
    }

    private async Task AddAsync(string source, List<string> options, FakeSector[] sectors, char prefix)
    {
        switch (source)
        {
            case "state":
                return;
            case "messages" or "events":
                _node.MissingMethods.Add("StateSectorPreCommitInfo");
                _node.KeepsEvents = source == "events";
                if (source == "events")
                {
                    _node.MissingMethods.Add("StateListMessages");
                }

                // Pre-commits at the head only the state tells.
                _miner.Sectors.TryRemove(6, out _);
                _miner.Sectors.TryRemove(7, out _);
                _miner.Add(sectors[5] = sectors[0] with { Number = 6 });
                _miner.Add(sectors[6] = sectors[1] with { Number = 7 });
                return;
            case "archive":
                FakeNode archive = Keep(await FakeNode.StartAsync(_chain, token: "archive-token"));
                archive.AddressPrefix = prefix;
                options.Add($"--archive-node={archive.ApiInfo}");
                break;
            case "lotus-miner":
                FakeLotusMiner lotusMiner = Keep(await FakeLotusMiner.StartAsync(_chain, _miner, token: "miner-token"));
                lotusMiner.AddressPrefix = prefix;
                _bench.Environment["MINER_API_INFO"] = lotusMiner.ApiInfo;
                break;
            case "curio":
                (await CurioAsync(sectors)).SetVariables(_bench.Environment);
                break;
            default:
                string file = Path.Combine(_bench.Home, "damocles.json");
                JsonArray states = [.. sectors.Select(sector => FakeDamocles.State(_chain, Miner, sector))];
                await File.WriteAllTextAsync(file, states.ToJsonString(), TestContext.Current.CancellationToken);
                options.Add($"--damocles-state={file}");
                break;
        }
    }

    /// <summary>A Curio that sealed the sectors.</summary>
    private async Task<FakeCurio> CurioAsync(FakeSector[] sectors, bool isMigrated = false)
    {
        FakeCurio curio = await databases.CreateAsync();
        foreach (FakeSector sector in sectors)
        {
            await curio.AddAsync(_chain, _miner, sector, TestContext.Current.CancellationToken, isMigrated);
        }

        return curio;
    }

    private void AssertWritten(FakeSector sector, JsonNode entry)
    {
        Assert.Equal(sector.Number, (ulong)entry["SectorNumber"]!);
        Assert.Equal(sector.SealRandEpoch, (long)entry["TicketEpoch"]!);
        Assert.Equal(Convert.ToBase64String(_chain.Ticket(Miner, sector.SealRandEpoch).Span), (string?)entry["Ticket"]);
        Assert.Equal(sector.SealProof, (int)entry["SealProof"]!);
        Assert.Equal((sector.SectorKeyCid ?? sector.SealedCid).ToString(), (string?)entry["SealedCID"]!["/"]);
        JsonNode? holder = sector.SectorKeyCid is null ? entry : entry["Update"]!;
        bool holdsData = sector.Pieces.Length > 0 || sector.Update is not null;
        Assert.Equal(
            holdsData ? OnChain.Select(piece => piece.Cid.ToString()) : null,
            holder[nameof(Pieces)]?.AsArray().Select(piece => (string)piece!["PieceCID"]!["/"]!));
        if (sector.Pieces.Length > 0)
        {
            Assert.Equal(CommD.ToString(), (string?)holder[nameof(CommD)]!["/"]);
        }
    }

    /// <summary>Every fact says who told it; nothing is left unverified but the pieces of an update whose CommD nobody knows.</summary>
    private static void AssertOrigins(string sources, FakeSector sector, JsonArray facts)
    {
        Assert.All(facts, fact => Assert.NotEmpty(fact!["ToldBy"]!.AsArray()));
        Assert.Contains(facts, fact => (string?)fact!["Fact"] == "Ticket" && fact["ToldBy"]!.AsArray().Any(by => ((string)by!).StartsWith("the block headers of epoch ", StringComparison.Ordinal)));
        Assert.All(facts, fact => Assert.True((bool)fact!["Verified"]!, $"{sources}, sector {sector.Number}: {fact}"));
        string told = string.Join(", ", facts.Single(fact => (string?)fact!["Fact"] == "TicketEpoch")!["ToldBy"]!.AsArray().Select(by => (string)by!));
        string expected = (sources, sector) switch
        {
            (_, { Activation: null }) => "the newest state",
            ("messages" or "state", { SealProof: 15 }) => "the ProveCommitSectorsNI message at epoch 10200",
            ("messages", _) => "the PreCommitSectorBatch2 message bafy",
            ("events", { SealProof: not 15 }) => "which an event names",
            ("archive", _) => "of the archive node",
            ("damocles", _) => "damocles.json",
            ("curio", _) => "Curio's database",
            ("lotus-miner and curio", _) => "lotus-miner, Curio's database",
            ("state and curio", { SealProof: not 15 }) => "the state at epoch 10200, Curio's database",
            ("lotus-miner and damocles", _) => "lotus-miner, the damocles state in ",
            ("state and lotus-miner", { SealProof: not 15 }) => "the state at epoch 10200, lotus-miner",
            ("lotus-miner" or "lotus-miner and archive", _) => "lotus-miner",
            _ => "epoch 10200",
        };
        Assert.Contains(expected, told, StringComparison.Ordinal);
    }

    private async Task<IEnumerable<ulong>> WrittenNumbers() =>
        JsonNode.Parse(await File.ReadAllTextAsync(Metadata, TestContext.Current.CancellationToken))!["SectorInfos"]!.AsArray()
            .Select(entry => (ulong)entry!["SectorNumber"]!);

    private (Cid Sealed, Cid? Update) Seal(ulong number, (CommD CommD, ISectorData Data)? over, (CommD CommD, ISectorData Data)? update) =>
        SealedByHand.Seal(caches, _chain, Miner, number, RegisteredSealProof.StackedDrg2KiBV1_1, TicketEpoch + (long)number, over, update);

    private T Keep<T>(T server)
        where T : IAsyncDisposable
    {
        _servers.Add(server);
        return server;
    }

    private static Cid CommR(int i) => CommitmentCid.FromSealed(Blake2b.Hash256([(byte)i]).ClearTopTwoBits());

    private static (PieceInfo Info, byte[] Raw) Make(string seed, int length, long padded)
    {
        byte[] raw = VectorFiles.Stream(seed, length);
        return (PieceCommitment.Compute(new MemoryStream(raw), padded, 1, CancellationToken.None), raw);
    }
}
