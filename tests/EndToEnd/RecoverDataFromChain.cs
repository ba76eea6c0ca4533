using System.Text.Json.Nodes;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;

namespace EndToEnd;

/// <summary>Sectors with data recovered from chain lookups and piece sources alone, for each way of finding their pieces.</summary>
public sealed class RecoverDataFromChain(ParentCaches caches) : IAsyncLifetime
{
    private const ulong Miner = 1000;
    private const long TicketEpoch = 9_000;
    private const long UpdateEpoch = 16_000;
    private const RegisteredSealProof Proof = RegisteredSealProof.StackedDrg2KiBV1_1;
    private static readonly SectorSize Size = SectorSize.KiB2;

    private readonly Workbench _bench = new(caches);
    private readonly FakeChain _chain = new();
    private readonly List<(PieceInfo Info, byte[] Raw)> _pieces = [Make("a", 200, 256), Make("b", 508, 512), Make("c", 127, 128)];
    private FakeNode _node = null!;
    private FakeMiner _miner = null!;

    private string Store => Path.Combine(_bench.Home, "store");

    private FakePiece[] OnChain => [.. _pieces.Select(piece => new FakePiece(piece.Info.CommP.ToCid(), (ulong)piece.Info.PaddedSize))];

    private CommD CommD => PieceLayout.ComputeCommD(Size, [.. PieceLayout.Arrange(Size, _pieces.Select(piece => piece.Info)).Select(placed => placed.Piece)]);

    public async ValueTask InitializeAsync()
    {
        _miner = _chain.AddMiner(Miner, Size);
        _node = await FakeNode.StartAsync(_chain);
        _bench.Environment["FULLNODE_API_INFO"] = _node.ApiInfo;
        Directory.CreateDirectory(Store);
        foreach ((PieceInfo info, byte[] raw) in _pieces)
        {
            await File.WriteAllBytesAsync(Path.Combine(Store, info.CommP.ToString()), raw);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _bench.Dispose();
    }

    [Theory]
    [InlineData("deals", "the deals that its pre-commit names")]
    [InlineData("message", "ProveCommitSectors3 message")]
    [InlineData("event", "the event sector-activated")]
    [InlineData("claims", "in no order")]
    public async Task A_sector_with_data_is_recovered_from_what_the_chain_says(string way, string source)
    {
        FakeSector sector = Proven(2, Seal(2, snapped: false).Sealed) with { UnsealedCid = CommD.ToCid(), Pieces = OnChain };
        _miner.Add(way switch
        {
            "deals" => sector with { DealIds = AddDeals() },
            "message" => sector with { ProvedWithPieces = true },
            _ => sector,
        });
        _node.KeepsEvents = way == "event";
        if (way == "claims")
        {
            foreach (FakePiece piece in OnChain.Reverse())
            {
                _miner.Claims.Add(new FakeClaim(2, piece) { From = TicketEpoch + 1_201 });
            }
        }

        Ended ended = await Recover();

        Assert.True(ended.Code == 0, ended.ToString());
        JsonObject found = ended.Lines.Single(line => (string?)line["event"] == "sector_found");
        Assert.Contains(source, (string?)found["pieces_from"], StringComparison.Ordinal);
        Assert.Equal((3, CommD.ToString()), ((int)found["piece_count"]!, (string?)found["comm_d"]));
        AssertInstalled(2, "sealed", "cache");
    }

    [Theory]
    [InlineData(27, "ProveReplicaUpdates message")]
    [InlineData(29, "ProveReplicaUpdates2 message")]
    [InlineData(35, "ProveReplicaUpdates3 message")]
    [InlineData(9, "the event sector-updated")]
    public async Task A_snapped_sector_is_recovered_from_what_the_chain_says(int method, string source)
    {
        (Cid key, Cid? update) = Seal(2, snapped: true);
        _miner.Add(Proven(2, update!) with
        {
            SectorKeyCid = key,
            Update = new FakeUpdate(UpdateEpoch) { Method = method, Pieces = OnChain, UnsealedCid = CommD.ToCid(), DealIds = AddDeals() },
        });
        _node.KeepsEvents = method == 9;

        Ended ended = await Recover();

        Assert.True(ended.Code == 0, ended.ToString());
        JsonObject found = ended.Lines.Single(line => (string?)line["event"] == "sector_found");
        Assert.Contains(source, (string?)found["pieces_from"], StringComparison.Ordinal);
        Assert.Equal((key.ToString(), update!.ToString()), ((string?)found["sector_key_cid"], (string?)found["sealed_cid"]));
        AssertInstalled(2, "sealed", "cache", "update", "update-cache");
        JsonNode sector = ended.Report["sectors"]!.AsArray().Single()!;
        Assert.Equal((string?)sector["sealed_cid"], (string?)sector["comm_r"]);
    }

    [Fact]
    public async Task Sectors_of_all_kinds_go_together_and_one_whose_pieces_have_another_CommD_fails_alone_before_work()
    {
        (Cid key, Cid? update) = Seal(4, snapped: true);
        _miner.Add(Proven(1, SealedByHand.SealedCid(caches, _chain, Miner, 1, Proof, TicketEpoch)));
        _miner.Add(Proven(2, Seal(2, snapped: false).Sealed) with { UnsealedCid = CommD.ToCid(), Pieces = OnChain, ProvedWithPieces = true });
        _miner.Add(Proven(3, key) with { UnsealedCid = OnChain[0].Cid, Pieces = OnChain, ProvedWithPieces = true });
        _miner.Add(Proven(4, update!) with { SectorKeyCid = key, Update = new FakeUpdate(UpdateEpoch) { Pieces = OnChain } });

        Ended ended = await Recover("1-4");

        Assert.True(ended.Code == 7, ended.ToString());
        Assert.Equal(
            ["installed", "installed", "failed", "installed"],
            ended.Report["sectors"]!.AsArray().Select(sector => (string?)sector!["result"]));
        Assert.Contains("in no order do they give CommD", (string?)ended.Report["sectors"]![2]!["failure"]!["message"], StringComparison.Ordinal);
        Assert.Empty(_bench.LeftInTemp);
    }

    [Fact]
    public async Task Export_writes_the_pieces_and_recover_needs_no_node_for_them()
    {
        (Cid key, Cid? update) = Seal(3, snapped: true);
        _miner.Add(Proven(2, Seal(2, snapped: false).Sealed) with { UnsealedCid = CommD.ToCid(), Pieces = OnChain, ProvedWithPieces = true });
        _miner.Add(Proven(3, update!) with { SectorKeyCid = key, Update = new FakeUpdate(UpdateEpoch) { Pieces = OnChain } });
        Ended exported = await _bench.RunAsync("export", "--miner=f01000", "2-3");
        Assert.True(exported.Code == 0, exported.ToString());
        await _node.DisposeAsync();

        string metadata = Path.Combine(_bench.Home, "sectors-recovery-f01000.json");
        JsonArray sectors = JsonNode.Parse(await File.ReadAllTextAsync(metadata, TestContext.Current.CancellationToken))!["SectorInfos"]!.AsArray();
        Assert.Equal(CommD.ToString(), (string?)sectors[0]![nameof(CommD)]!["/"]);
        Assert.Equal(3, sectors[1]!["Update"]!["Pieces"]!.AsArray().Count);
        _bench.Environment.Remove("FULLNODE_API_INFO");
        Ended ended = await _bench.RunAsync(_bench.Recover(metadata, $"--piece-source={Store}"));
        Assert.True(ended.Code == 0, ended.ToString());
        AssertInstalled(3, "sealed", "cache", "update", "update-cache");
    }

    [Fact]
    public async Task Pieces_come_out_again_of_the_sector_that_gives_them_most_cheaply_whoever_holds_them()
    {
        (Cid key, Cid? update) = Seal(3, snapped: true);
        _miner.Add(Proven(2, Seal(2, snapped: false).Sealed) with { UnsealedCid = CommD.ToCid(), Pieces = OnChain, ProvedWithPieces = true });
        _miner.Add(Proven(3, update!) with { SectorKeyCid = key, Update = new FakeUpdate(UpdateEpoch) { Pieces = OnChain } });
        Ended recovered = await Recover("2-3");
        Assert.True(recovered.Code == 0, recovered.ToString());
        string output = Path.Combine(_bench.Home, "pieces");
        string list = _bench.Write(string.Join('\n', _pieces.Select(piece => piece.Info.CommP)));
        string[] unseal = ["unseal", "--miner=f01000", $"--storage={_bench.Result}", $"--pieces={list}", $"--out={output}", $"--sealing-temp={_bench.Temp}", "--json"];

        // The snapped sector has its key beside it; the other one would have to be labelled.
        await UnsealAsync("sealed_file", 3);

        // Labelled for all three: its key, which is gone, or the other sector, where no copy of the data is left elsewhere.
        File.Move(Path.Combine(_bench.Result, "sealed", "s-t01000-2"), Path.Combine(_bench.Home, "two"));
        File.Delete(Path.Combine(_bench.Result, "sealed", "s-t01000-3"));
        Directory.Delete(output, recursive: true);
        await UnsealAsync("labelling", 3);
        File.Move(Path.Combine(_bench.Home, "two"), Path.Combine(_bench.Result, "sealed", "s-t01000-2"));
        File.Delete(Path.Combine(_bench.Result, "update", "s-t01000-3"));
        Directory.Delete(output, recursive: true);
        Ended labelled = await UnsealAsync("labelling", 2);
        Assert.Equal([2], labelled.Lines.Single(line => (string?)line["event"] == "unseal_pieces")["labelled"]!.AsArray().Select(sector => (int)sector!["number"]!));
        Assert.Empty(_bench.LeftInTemp);

        async Task<Ended> UnsealAsync(string by, int sector)
        {
            Ended ended = await _bench.RunAsync(0, unseal);
            JsonObject[] pieces = [.. ended.Lines.Single(line => (string?)line["event"] == "unsealed_pieces")["pieces"]!.AsArray().Select(piece => piece!.AsObject())];
            Assert.All(pieces, piece => Assert.Equal(
                ("written", by, sector), ((string?)piece["result"], (string?)piece["key"], (int)piece["sector"]!["number"]!)));
            Assert.All(_pieces, piece => Assert.Equal(
                piece.Raw, File.ReadAllBytes(Path.Combine(output, piece.Info.CommP.ToString()))[..piece.Raw.Length]));
            return ended;
        }
    }

    private Task<Ended> Recover(string numbers = "2") => _bench.RunAsync(
        "--miner=f01000",
        $"--sectors={numbers}",
        $"--sealing-result={_bench.Result}",
        $"--sealing-temp={_bench.Temp}",
        $"--piece-source={Store}",
        "--json");

    private void AssertInstalled(ulong number, params string[] areas) => Assert.All(
        areas, area => Assert.True(Path.Exists(Path.Combine(_bench.Result, area, $"s-t01000-{number}")), area));

    private ulong[] AddDeals()
    {
        for (int i = 0; i < _pieces.Count; i++)
        {
            _chain.Deals[(ulong)i + 1] = new FakeDeal(OnChain[i], Address.FromActorId(new ActorId(Miner)));
        }

        return [1, 2, 3];
    }

    private static FakeSector Proven(ulong number, Cid sealedCid) => new()
    {
        Number = number,
        SealProof = (int)Proof,
        SealedCid = sealedCid,
        SealRandEpoch = TicketEpoch,
        PreCommitEpoch = TicketEpoch + 900,
        Activation = TicketEpoch + 1_200,
        Early = 100_000,
    };

    private (Cid Sealed, Cid? Update) Seal(ulong number, bool snapped)
    {
        using SectorData data = SectorData.OfPieces(
            Size,
            PieceLayout.Arrange(Size, _pieces.Select(piece => piece.Info)),
            placed => _pieces.Where(piece => piece.Info == placed.Piece)
                .Select(piece => new PieceFile(Path.Combine(Store, piece.Info.CommP.ToString()), piece.Raw.Length)).Single());
        return SealedByHand.Seal(
            caches, _chain, Miner, number, Proof, TicketEpoch, snapped ? null : (CommD, data), snapped ? (CommD, data) : null);
    }

    private static (PieceInfo Info, byte[] Raw) Make(string seed, int length, long padded)
    {
        byte[] raw = VectorFiles.Stream(seed, length);
        return (PieceCommitment.Compute(new MemoryStream(raw), padded, 1, CancellationToken.None), raw);
    }
}
