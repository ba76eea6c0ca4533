using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;

namespace EndToEnd;

/// <summary>
/// Each cause of a mismatch made real: first stopped by the comparison with the chain, then sealed all the same without a node, and diagnosed
/// with and without one. Nothing is asserted that the executable does not say.
/// </summary>
public sealed class DiagnoseMismatches(ParentCaches caches) : IAsyncLifetime
{
    private const ulong Miner = 1000;
    private const long TicketEpoch = 8_000;
    private const long OtherEpoch = 7_000;
    private const RegisteredSealProof Proof = RegisteredSealProof.StackedDrg2KiBV1_1;
    private static readonly SectorSize Size = SectorSize.KiB2;
    private static readonly Address Id = Address.FromActorId(new ActorId(Miner));

    private readonly Workbench _bench = new(caches);
    private readonly FakeChain _chain = new();
    private readonly List<(PieceInfo Info, byte[] Raw)> _pieces = [Piece("a", 508, 512), Piece("b", 508, 512)];
    private FakeNode _node = null!;
    private FakeMiner _miner = null!;

    /// <summary>Which mistake, the cause it has to be found as, and a word of the sentence that refuses it.</summary>
    public static TheoryData<string, string, string> Mistakes => new()
    {
        { "other round", "other_null_round_rule", "the other null-round rule" },
        { "f2 entropy", "other_address_form", "drawn with the address f2" },
        { "other epoch", "other_ticket", "is that of epoch" },
        { "zero ticket", "other_ticket", "is not the sector's" },
        { "other proof", "other_seal_proof", "but on chain it is" },
        { "update's SealedCID", "sealed_cid_of_update", "is that of its update" },
        { "other sector", "other_sector", "the sector of this miner and number has" },
        { "zeros for data", "other_data", "was sealed over" },
        { "other order", "other_data", "was sealed over CommD" },
    };

    public async ValueTask InitializeAsync()
    {
        _miner = _chain.AddMiner(Miner, Size);
        _chain.NullRounds.UnionWith([TicketEpoch, TicketEpoch + 1]);
        _node = await FakeNode.StartAsync(_chain);
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

    private string Store => Path.Combine(_bench.Home, "store");

    private string Workspace => Path.Combine(_bench.Temp, "s-t01000-2");

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_refused_before_sealing_and_certain_after_it_and_never_excluded_offline(string mistake, string cause, string refusal)
    {
        string metadata = Make(mistake);

        WithNode();
        Ended refused = await _bench.RunAsync(Recover(metadata, "--json"));
        Assert.True(refused.Code == 7, refused.ToString());
        Assert.Contains(refusal, (string?)refused.Report["sectors"]![0]!["failure"]!["message"], StringComparison.Ordinal);
        Assert.False(Directory.Exists(Workspace));

        WithoutNode();
        Ended mismatched = await _bench.RunAsync(Recover(metadata, "--json"));
        Assert.True(mismatched.Code == 8, mismatched.ToString());
        Assert.Contains("sealer-recover diagnose", (string?)mismatched.Report["sectors"]![0]!["failure"]!["hint"], StringComparison.Ordinal);

        Dictionary<string, DateTime> before = Times();
        Ended offline = await Diagnose();
        Assert.True(offline.Code == 8, offline.ToString());
        Assert.Equal("possible", Verdicts(offline)[cause]);
        Assert.Equal("excluded", Verdicts(offline)["replica_or_trees"]);
        Assert.NotEmpty(Cause(offline, cause)["settlement"]!["commands"]!.AsArray());

        WithNode();
        Ended told = await Diagnose();
        Assert.True(told.Code == 0, told.ToString());
        Assert.Equal("certain", Verdicts(told)[cause]);
        string[] open = ["machine", cause];
        Assert.All(Verdicts(told).Where(verdict => !open.Contains(verdict.Key)), verdict => Assert.Equal((verdict.Key, "excluded"), (verdict.Key, verdict.Value)));
        Assert.Equal("explained", (string?)told.Report["sectors"]![0]!["result"]);
        Assert.NotEmpty(told.Report["next"]!.AsArray());
        Assert.Equal(before, Times());
    }

    [Fact]
    public async Task A_pruned_node_still_tells_tickets_of_the_epoch_that_the_file_names()
    {
        string metadata = Make("other round");
        _node.StateKeptFrom = 19_000;
        WithNode();
        Ended refused = await _bench.RunAsync(Recover(metadata, "--json"));
        Assert.True(refused.Code == 7, refused.ToString());
        Assert.Contains("not all of it could be compared with the chain", refused.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("silent")]
    [InlineData("pruned")]
    [InlineData("unknown sector")]
    public async Task A_node_that_does_not_tell_costs_a_notice_and_the_run_goes_on(string trouble)
    {
        string metadata = Make("none");
        WithNode();
        switch (trouble)
        {
            case "silent": _node.Inject("*", Fault.Status(500)); break;
            case "pruned": _node.StateKeptFrom = 19_000; break;
            default: _miner.Sectors.Clear(); break;
        }

        Ended ended = await _bench.RunAsync(Recover(metadata, "--json"));

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Contains("compared with the chain", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_agrees_with_the_chain_is_said_to_and_diagnosing_without_a_mismatch_says_so()
    {
        string metadata = Make("none");
        WithNode();
        Ended ended = await _bench.RunAsync(Recover(metadata, "--json"));
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Contains("agree with it", ended.Output, StringComparison.Ordinal);

        Ended diagnosed = await Diagnose(Installed);
        Assert.True(diagnosed.Code == 0, diagnosed.ToString());
        Assert.Equal("good", (string?)diagnosed.Report["sectors"]![0]!["result"]);
        Assert.Null(Line(diagnosed)["mismatch"]);
        Assert.All(Verdicts(diagnosed), verdict => Assert.Equal((verdict.Key, "excluded"), (verdict.Key, verdict.Value)));
    }

    [Theory]
    [InlineData("replica", "so the replica is damaged")]
    [InlineData("comm_r_last", "p_aux is to blame")]
    [InlineData("tree", "are not those of")]
    public async Task Damaged_files_are_told_apart(string damage, string evidence)
    {
        await _bench.RunAsync(Recover(Make("none")));
        string cache = Path.Combine(_bench.Result, "cache", "s-t01000-2");
        (string file, int offset) = damage switch
        {
            "replica" => (Path.Combine(_bench.Result, "sealed", "s-t01000-2"), 700),
            "comm_r_last" => (Path.Combine(cache, "p_aux"), 40),
            _ => (Path.Combine(cache, "sc-02-data-tree-r-last.dat"), 3),
        };
        Workbench.Flip(file, offset);

        WithNode();
        Ended ended = await Diagnose(Installed);

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal("certain", Verdicts(ended)["replica_or_trees"]);
        Assert.Contains(evidence, Cause(ended, "replica_or_trees")["evidence"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("excluded", Verdicts(ended)["other_ticket"]);
    }

    [Fact]
    public async Task A_wrong_comm_c_with_right_inputs_leaves_only_the_machine()
    {
        await _bench.RunAsync(Recover(Make("none")));
        Workbench.Flip(Path.Combine(_bench.Result, "cache", "s-t01000-2", "p_aux"), 3);

        WithNode();
        Ended ended = await Diagnose(Installed);

        Assert.True(ended.Code == 8, ended.ToString());
        Assert.Equal(["machine"], Verdicts(ended).Where(verdict => verdict.Value != "excluded").Select(verdict => verdict.Key));
        JsonNode settlement = Cause(ended, "machine")["settlement"]!;
        Assert.Equal("sealing", (string?)settlement["cost"]);
        Assert.True((double)settlement["seconds"]! > 0);
        Assert.Contains("--kernel=label=", (string?)settlement["commands"]![0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_altered_after_a_mismatch_is_told_from_one_that_was_written_so()
    {
        WithoutNode();
        Assert.Equal(8, (await _bench.RunAsync(Recover(Make("zero ticket")))).Code);
        Workbench.Flip(Path.Combine(Workspace, "sealed"), 100);

        Ended ended = await Diagnose();

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Contains("was altered on disk since", Cause(ended, "replica_or_trees")["evidence"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("possible", Verdicts(ended)["other_ticket"]);
    }

    [Fact]
    public async Task An_update_over_other_data_is_possible_and_its_key_s_causes_are_excluded()
    {
        (Cid key, Cid? update) = Seal(over: null, with: _pieces);
        Add(update!);
        _miner.Sectors[2] = _miner.Sectors[2] with { SectorKeyCid = key, Update = new FakeUpdate(16_000) };
        string metadata = Metadata(key, sector => sector["Update"] = new JsonObject
        {
            ["SealedCID"] = Link(update!),
            ["Pieces"] = Pieces([_pieces[1], _pieces[0]]),
        });
        Ended mismatched = await _bench.RunAsync(Recover(metadata, "--json"));
        Assert.True(mismatched.Code == 8, mismatched.ToString());

        foreach (bool asked in (bool[])[false, true])
        {
            (asked ? (Action)WithNode : WithoutNode)();
            Ended ended = await Diagnose();
            Assert.True(ended.Code == 8, ended.ToString());
            Assert.Equal(["machine", "other_update"], Verdicts(ended).Where(verdict => verdict.Value != "excluded" && (asked || verdict.Key != "sealed_cid_of_update"))
                .Select(verdict => verdict.Key).Order());
        }
    }

    [Fact]
    public async Task Quick_reads_no_replica_and_text_names_every_cause_and_what_settles_it()
    {
        Assert.Equal(8, (await _bench.RunAsync(Recover(Make("other proof")))).Code);
        Ended ended = await _bench.RunAsync("diagnose", "--miner=t01000", $"--sealing-temp={_bench.Temp}", "2", "--quick");
        Assert.True(ended.Code == 8, ended.ToString());
        Assert.Contains("was not compared with comm_r_last", ended.Output, StringComparison.Ordinal);
        Assert.Contains("POSSIBLE", ended.Output, StringComparison.Ordinal);
        Assert.Contains("sealer-recover parents --sector-size=2KiB --variant=v1 --verify", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_anything_kept_or_asked_it_says_what_is_missing()
    {
        Ended ended = await _bench.RunAsync("diagnose", "--miner=f01000", $"--sealing-temp={_bench.Temp}", "2");
        Assert.True(ended.Code == 2, ended.ToString());
        Assert.Contains("has no journal", ended.Output + ended.Error, StringComparison.Ordinal);
    }

    private string[] Installed =>
        [$"--sealed={Path.Combine(_bench.Result, "sealed", "s-t01000-2")}", $"--cache={Path.Combine(_bench.Result, "cache", "s-t01000-2")}"];

    private void WithNode() => _bench.Environment["FULLNODE_API_INFO"] = _node.ApiInfo;

    private void WithoutNode() => _bench.Environment.Remove("FULLNODE_API_INFO");

    private IEnumerable<string> Recover(string metadata, params string[] more) => _bench.Recover(metadata, [$"--piece-source={Store}", .. more]);

    private Task<Ended> Diagnose(params string[] more) =>
        _bench.RunAsync(["diagnose", "--miner=f01000", $"--sealing-temp={_bench.Temp}", "--sector=2", "--json", .. more]);

    private static JsonObject Line(Ended ended) => ended.Lines.Single(line => (string?)line["event"] == "diagnosis");

    private static Dictionary<string, string> Verdicts(Ended ended) => Line(ended)["causes"]!.AsArray()
        .ToDictionary(cause => (string)cause!["cause"]!, cause => (string)cause!["verdict"]!);

    private static JsonNode Cause(Ended ended, string name) => Line(ended)["causes"]!.AsArray().Single(cause => (string?)cause!["cause"] == name)!;

    private Dictionary<string, DateTime> Times() =>
        Directory.EnumerateFiles(_bench.Temp, "*", SearchOption.AllDirectories).ToDictionary(path => path, File.GetLastWriteTimeUtc);

    /// <summary>Puts sector 2 on the chain and writes a metadata file with a mistake in it.</summary>
    private string Make(string mistake)
    {
        bool data = mistake is "zeros for data" or "other order";
        bool snapped = mistake == "update's SealedCID";
        (Cid key, Cid? update) = Seal(data ? _pieces : null, snapped ? _pieces : null);
        Add(update ?? key);
        if (snapped)
        {
            _miner.Sectors[2] = _miner.Sectors[2] with { SectorKeyCid = key, Update = new FakeUpdate(16_000) };
        }
        else if (data)
        {
            _miner.Sectors[2] = _miner.Sectors[2] with { UnsealedCid = CommDOf(_pieces).ToCid() };
        }

        return Metadata(key, sector =>
        {
            switch (mistake)
            {
                case "other round": Ticket(_chain.WrongTicket(TicketEpoch, Id, otherRound: true)); break;
                case "f2 entropy": Ticket(_chain.WrongTicket(TicketEpoch, _miner.RobustAddress, otherRound: false)); break;
                case "other epoch": Ticket(_chain.Ticket(Miner, OtherEpoch)); sector["TicketEpoch"] = OtherEpoch; break;
                case "zero ticket": Ticket(default); break;
                case "other proof": sector["SealProof"] = (int)RegisteredSealProof.StackedDrg2KiBV1; break;
                case "update's SealedCID": sector["SealedCID"] = Link(update!); break;
                case "other sector": sector["SealedCID"] = Link(Seal(null, null, number: 3).Sealed); break;
                case "other order": sector["Pieces"] = Pieces([_pieces[1], _pieces[0]]); break;
                default: break;
            }

            void Ticket(Bytes32 wrong) => sector["Ticket"] = Convert.ToBase64String(wrong.ToArray());
        });
    }

    private string Metadata(Cid sealedCid, Action<JsonObject> change)
    {
        JsonObject sector = new()
        {
            ["SectorNumber"] = 2,
            ["SealProof"] = (int)Proof,
            ["Ticket"] = Convert.ToBase64String(_chain.Ticket(Miner, TicketEpoch).ToArray()),
            ["TicketEpoch"] = TicketEpoch,
            ["SealedCID"] = Link(sealedCid),
        };
        change(sector);
        return _bench.Write(new JsonObject { ["Miner"] = "f01000", ["SectorSize"] = 2048, ["SectorInfos"] = new JsonArray(sector) }.ToJsonString());
    }

    private void Add(Cid sealedCid) => _miner.Add(new FakeSector
    {
        Number = 2,
        SealProof = (int)Proof,
        SealedCid = sealedCid,
        SealRandEpoch = TicketEpoch,
        PreCommitEpoch = TicketEpoch + 900,
        Activation = TicketEpoch + 1_200,
        UnsealedCid = ZeroCommitments.ForSector(Size).ToCid(),
        Early = 100_000,
    });

    private (Cid Sealed, Cid? Update) Seal(List<(PieceInfo Info, byte[] Raw)>? over, List<(PieceInfo Info, byte[] Raw)>? with, ulong number = 2)
    {
        using SectorData? sealedOver = over is null ? null : DataOf(over);
        using SectorData? updatedWith = with is null ? null : DataOf(with);
        return SealedByHand.Seal(
            caches,
            _chain,
            Miner,
            number,
            Proof,
            TicketEpoch,
            sealedOver is null ? null : (CommDOf(over!), sealedOver),
            updatedWith is null ? null : (CommDOf(with!), updatedWith));
    }

    private SectorData DataOf(List<(PieceInfo Info, byte[] Raw)> pieces) => SectorData.OfPieces(
        Size,
        PieceLayout.Arrange(Size, pieces.Select(piece => piece.Info)),
        placed => pieces.Where(piece => piece.Info == placed.Piece)
            .Select(piece => new PieceFile(Path.Combine(Store, piece.Info.CommP.ToString()), piece.Raw.Length)).SingleOrDefault());

    private static CommD CommDOf(List<(PieceInfo Info, byte[] Raw)> pieces) =>
        PieceLayout.ComputeCommD(Size, [.. PieceLayout.Arrange(Size, pieces.Select(piece => piece.Info)).Select(placed => placed.Piece)]);

    private static JsonArray Pieces(IEnumerable<(PieceInfo Info, byte[] Raw)> pieces) =>
        [.. pieces.Select(piece => (JsonNode)new JsonObject { ["PieceCID"] = Link(piece.Info.CommP.ToCid()), ["Size"] = piece.Info.PaddedSize })];

    private static JsonObject Link(Cid cid) => new() { ["/"] = cid.ToString() };

    private static (PieceInfo Info, byte[] Raw) Piece(string seed, int length, long padded)
    {
        byte[] raw = VectorFiles.Stream(seed, length);
        return (PieceCommitment.Compute(new MemoryStream(raw), padded, 1, CancellationToken.None), raw);
    }
}
