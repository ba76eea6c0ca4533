using System.Formats.Cbor;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Filecoin.Chain.Messages;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Sources;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>
/// Every parser of what nodes and files say, fed with damaged forms of what it should get: bytes changed, cut out, doubled, replaced by what
/// parsers dislike. Each reads it or refuses it as it refuses anything else; nothing else may happen. Some thousand inputs for each by
/// default, a million for each with SEALER_RECOVER_LONG_TESTS=1.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private static readonly FakeChain Chain = new();
    private static readonly FakeMiner Miner = Chain.AddMiner(1000, SectorSize.KiB2);
    private static readonly FakeSector Snapped = Miner.Add(Holding.Snapped());
    private static readonly FakeSector Deal = Lost.Proven(3) with { DealIds = [5, 4, ulong.MaxValue], UnsealedCid = Holding.CommD, Pieces = Holding.Pieces };

    public static TheoryData<string> Parsers => new(
        "pre-commit 6", "pre-commit 25", "pre-commit 28", "proof 34", "update 27", "update 29", "update 35", "non-interactive", "event", "lotus-miner", "damocles",
        "sector", "preCommit", "tipset", "message", "search", "deal", "claims", "events", "live sectors", "rpc", "batch");

    [Theory]
    [MemberData(nameof(Parsers))]
    public void Damaged_input_is_read_or_refused_and_nothing_else(string parser)
    {
        int inputs = VectorFiles.LongTests ? 1_000_000 : 3_000;
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed.ToString(CultureInfo.InvariantCulture)}");
        Random random = new(seed);
        (byte[][] good, Func<byte[], bool> read) = Parser(parser);
        Assert.All(good, bytes => Assert.True(read(bytes)));
        int refused = 0;
        for (int i = 0; i < inputs; i++)
        {
            byte[] original = good[random.Next(good.Length)];
            byte[] bad = DamagedInput.Of(random, original, isText: original[0] is (byte)'{' or (byte)'[');
            try
            {
                refused += read(bad) ? 0 : 1;
            }
            catch (Exception error) when (error is not OperatorException)
            {
                Assert.Fail($"seed {seed}, input {i}: {Convert.ToHexString(bad)}\n{error}");
            }
        }

        Assert.InRange(refused, inputs / 10, inputs);
    }

    private static (byte[][] Good, Func<byte[], bool> Read) Parser(string name)
    {
        string[] words = name.Split(' ');
        int method = int.TryParse(words[^1], CultureInfo.InvariantCulture, out int number) ? number : 0;
        return words[0] switch
        {
            "pre-commit" => (
                [FakeParams.PreCommit(method, Deal), FakeParams.PreCommit(method, Snapped)],
                bytes => PreCommitParams.TryRead((ulong)method, bytes, out _)),
            "proof" => ([FakeParams.ProveCommitSectors3(9, Holding.Pieces)], bytes => PieceManifests.TryRead(34, bytes, out _)),
            "update" => (
                [
                    method == 35
                        ? FakeParams.ProveReplicaUpdates3(9, Lost.CommR(3), Holding.Pieces)
                        : FakeParams.ProveReplicaUpdates(9, Lost.CommR(3), method == 29 ? Holding.CommD : null, [5, 4]),
                ],
                bytes => PieceManifests.TryRead((ulong)method, bytes, out _)),
            "non-interactive" => ([Lost.Proven(9, 15).ProveCommitNiParams(1000)], bytes => NonInteractiveProofs.TryRead(bytes, out _)),
            "event" => ([FakeParams.Encode(cbor => FakeParams.WriteCid(cbor, Holding.CommD))], ReadEvent),
            "sector" => (
                [Text($$"""{"SectorNumber":2,"SealProof":5,"SealedCID":{"/":"{{Lost.CommR(2)}}"},"Activation":15000,"Expiration":2000000,"DealWeight":"0","VerifiedDealWeight":"12","SectorKeyCID":null,"PowerBaseEpoch":9,"DealIDs":[1,2]}""")],
                Reads(ChainJson.Default.SectorOnChainInfo)),
            "preCommit" => (
                [Text($$"""{"Info":{"SealProof":5,"SectorNumber":2,"SealedCID":{"/":"{{Lost.CommR(2)}}"},"SealRandEpoch":12002,"DealIDs":null,"UnsealedCid":{"/":"{{Holding.CommD}}"} },"PreCommitEpoch":15000}""")],
                Reads(ChainJson.Default.SectorPreCommitOnChainInfo)),
            "tipset" => (
                [Text($$"""{"Cids":[{"/":"{{Lost.CommR(2)}}"}],"Blocks":[{"Ticket":{"VRFProof":"AAAA"},"Parents":[{"/":"{{Lost.CommR(3)}}"}],"Height":7,"Timestamp":1700000000}],"Height":7}""")],
                Reads(ChainJson.Default.TipSet)),
            "message" => ([Text("""{"To":"f01000","Method":35,"Params":"ggEC","Nonce":7,"Value":"0"}""")], Reads(ChainJson.Default.ChainMessage)),
            "search" => (
                [Text($$"""{"Message":{"/":"{{Lost.CommR(2)}}"},"Receipt":{"ExitCode":0,"GasUsed":7},"TipSet":[{"/":"{{Lost.CommR(3)}}"} ],"Height":15001}""")],
                Reads(ChainJson.Default.MessageLookup)),
            "deal" => (
                [Text($$"""{"Proposal":{"PieceCID":{"/":"{{Holding.CommD}}"},"PieceSize":2048,"Provider":"f01000","Client":"f099"},"State":null}""")],
                Reads(ChainJson.Default.MarketDeal)),
            "claims" => (
                [Text($$"""{"7":{"Provider":1000,"Data":{"/":"{{Holding.CommD}}"},"Size":2048,"Sector":2},"8":{"Provider":1000,"Data":{"/":"{{Holding.CommD}}"},"Size":128,"Sector":3} }""")],
                Reads(ChainJson.Default.IReadOnlyDictionaryStringVerifiedClaim)),
            "events" => (
                [Text("""[{"entries":[{"Flags":3,"Key":"$type","Codec":81,"Value":"cHNlY3Rvci1hY3RpdmF0ZWQ="}],"emitter":"f01000","reverted":false,"height":15000}]""")],
                Reads(ChainJson.Default.IReadOnlyListActorEvent)),
            "live" => ([Text("""[{"LiveSectors":[0,3,4,1]},{"LiveSectors":[0]}]""")], Reads(ChainJson.Default.IReadOnlyListMinerPartition)),
            "lotus-miner" => (
                [.. new[] { Snapped, Deal }.Select(sector => Encoding.UTF8.GetBytes(FakeLotusMiner.Status(Chain, Miner, sector).ToJsonString()))],
                ReadStatus),
            "damocles" => (
                [.. new[] { Snapped, Deal }.Select(sector => Encoding.UTF8.GetBytes(FakeDamocles.State(Chain, 1000, sector).ToJsonString()))],
                ReadDamocles),
            "batch" => (
                [Encoding.UTF8.GetBytes("""[{"jsonrpc":"2.0","id":8,"result":{"a":1}},{"error":{"code":1,"message":"no"},"id":7,"jsonrpc":"2.0"}]""")],
                bytes => JsonRpcMessage.TryReadBatch(bytes, [7, 8], out _)),
            _ => (
                [Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","id":7,"result":{"a":[1,2,"x"]}}"""), Encoding.UTF8.GetBytes("""{"error":{"code":1,"message":"no \"way\""},"id":7,"jsonrpc":"2.0"}""")],
                bytes => JsonRpcMessage.TryReadAnswer(bytes, 7, out _, out _)),
        };
    }

    private static byte[] Text(string json) => Encoding.UTF8.GetBytes(json);

    private static bool ReadEvent(byte[] cbor)
    {
        ActorEventEntry Entry(string key, Action<CborWriter> write) => new() { Key = key, Codec = 0x51, Value = FakeParams.Encode(write) };
        ActorEventEntry damaged = new() { Key = "unsealed-cid", Codec = 0x51, Value = cbor };
        ActorEvent happened = new()
        {
            Emitter = Address.FromActorId(new ActorId(1000)),
            Height = 7,
            Entries =
            [
                Entry("$type", write => write.WriteTextString("sector-activated")),
                Entry("sector", write => write.WriteUInt64(2)),
                damaged,
                damaged with { Key = "piece-cid" },
                Entry("piece-size", write => write.WriteUInt64(128)),
            ],
        };
        return SectorEvent.TryRead(happened) is not null;
    }

    private static Func<byte[], bool> Reads<T>(JsonTypeInfo<T> type)
        where T : class => json => Read(json, type) is not null;

    /// <summary>What the client catches of a result, and calls an answer of another form.</summary>
    private static T? Read<T>(byte[] json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static bool ReadStatus(byte[] json) =>
        Read(json, ChainJson.Default.MinerSectorStatus) is { } status && Refusable(() => LotusMinerRecords.Read(Question, status, "lotus-miner"));

    private static bool ReadDamocles(byte[] json) => Refusable(() =>
    {
        DamoclesStates states = DamoclesStates.Parse("d.json", json);
        Assert.True(states.AskAsync(Question, CancellationToken.None).IsCompletedSuccessfully);
    });

    private static bool Refusable(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (OperatorException)
        {
            return false;
        }
    }

    private static SourceQuestion Question => new(new SectorId(new ActorId(1000), 2), SectorSize.KiB2)
    {
        IsSnapped = true,
        UpdateSealedCid = CommitmentCid.TryGetCommR(Snapped.SealedCid, out CommR commR) ? commR : null,
    };
}
