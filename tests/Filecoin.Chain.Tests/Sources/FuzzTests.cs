using System.Formats.Cbor;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Filecoin.Chain;
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

    private static readonly string[] Disliked =
    [
        "null", "-1", "1e999", "18446744073709551616", "9223372036854775807", "\"\"", "{}", "[]", "[null]", "\"\\ud800\"", "true", "{\"/\":\"b\"}", "\u0000", "\ufeff",
    ];

    public static TheoryData<string> Parsers => new(
        "pre-commit 6", "pre-commit 25", "pre-commit 28", "proof 34", "update 27", "update 29", "update 35", "non-interactive", "event", "lotus-miner", "damocles",
        "sector", "preCommit", "tipset", "rpc");

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
            byte[] bad = Damage(random, good[random.Next(good.Length)], isText: parser is "lotus-miner" or "damocles" or "sector" or "preCommit" or "tipset" or "rpc");
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
        int method = words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 0;
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

    private static byte[] Damage(Random random, byte[] good, bool isText)
    {
        List<byte> bytes = [.. good];
        for (int times = 1 + random.Next(3); times > 0 && bytes.Count > 0; times--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(bytes.Count - at, 1 + random.Next(1 + random.Next(64)));
            switch (random.Next(isText ? 6 : 4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 3:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 4:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Disliked[random.Next(Disliked.Length)]));
                    break;
                default:
                    ReplaceValue(random, bytes, at);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Puts something disliked in the place of the JSON value behind the next colon.</summary>
    private static void ReplaceValue(Random random, List<byte> bytes, int at)
    {
        int colon = bytes.IndexOf((byte)':', at);
        int end = colon < 0 ? -1 : bytes.FindIndex(colon, next => next is (byte)',' or (byte)'}' or (byte)']');
        if (end > 0)
        {
            bytes.RemoveRange(colon + 1, end - colon - 1);
            bytes.InsertRange(colon + 1, Encoding.UTF8.GetBytes(Disliked[random.Next(Disliked.Length)]));
        }
    }
}
