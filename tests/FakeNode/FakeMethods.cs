using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace SealerRecover.Tests;

/// <summary>The answers of a Lotus node's /rpc/v1 about a <see cref="FakeChain"/>, its null rounds, off-by-ones and error texts included.</summary>
internal sealed class FakeMethods
{
    private readonly FakeChain _chain;
    private readonly FakeNode _node;
    private readonly FakeDataMethods _data;
    private readonly Dictionary<string, (int Count, Func<JsonArray, JsonNode?> Answer)> _methods;

    internal FakeMethods(FakeChain chain, FakeNode node)
    {
        _chain = chain;
        _node = node;
        _data = new FakeDataMethods(chain, node);
        _methods = Methods();
    }

    /// <summary>Answers a call; throws <see cref="RpcFailure"/> for an error.</summary>
    internal JsonNode? Call(string method, JsonArray parameters)
    {
        string name = method.StartsWith("Filecoin.", StringComparison.Ordinal) ? method[9..] : "";
        if (!_methods.TryGetValue(name, out (int Count, Func<JsonArray, JsonNode?> Answer) entry) || _node.MissingMethods.Contains(name))
        {
            throw new RpcFailure(-32601, $"method '{method}' not found", 500);
        }

        return parameters.Count == entry.Count
            ? entry.Answer(parameters)
            : throw new RpcFailure(-32602, $"wrong param count (method '{method}'): {parameters.Count} != {entry.Count}", 500);
    }

    /// <summary>Parameter count and answer of every method.</summary>
    private Dictionary<string, (int Count, Func<JsonArray, JsonNode?> Answer)> Methods() => new()
    {
        ["StateNetworkName"] = (0, _ => _chain.NetworkName),
        ["ChainHead"] = (0, _ => TipSet(_chain.AtOrBefore(_chain.HeadEpoch))),
        ["ChainGetTipSetByHeight"] = (2, p => TipSet(_chain.AtOrBefore(Height(p)))),
        ["ChainGetTipSetAfterHeight"] = (2, p => TipSet(_chain.AtOrAfter(Height(p)))),
        ["ChainGetMessagesInTipset"] = (1, p => Messages(Key(p[0]))),
        ["ChainGetMessage"] = (1, p => MessageByCid(p[0])),
        ["StateSearchMsg"] = (4, SearchMessage),
        ["StateListMessages"] = (3, ListMessages),
        ["StateLookupRobustAddress"] = (2, p => Miner(p[0], StateAt(p[1])).Miner.RobustAddress.ToString(_node.AddressPrefix)),
        ["StateMinerPartitions"] = (3, Partitions),
        ["StateLookupID"] = (2, p => $"{_node.AddressPrefix}0{LookUp(p[0])}"),
        ["StateMinerInfo"] = (2, p => MinerInfo(Miner(p[0], StateAt(p[1])))),
        ["StateSectorGetInfo"] = (3, p => SectorInfo(p, StateAt(p[2]))),
        ["StateSectorPreCommitInfo"] = (3, p => PreCommitInfo(p, StateAt(p[2]))),
        ["StateSectorPartition"] = (3, p => Proven(p, StateAt(p[2])) is { } sector
            ? new JsonObject { ["Deadline"] = sector.Deadline, ["Partition"] = 0 }
            : throw new RpcFailure(1, $"sector {p[1]} not due at any deadline")),
        ["StateSectorExpiration"] = (3, p => Proven(p, StateAt(p[2])) is { Terminated: false } sector
            ? new JsonObject { ["OnTime"] = sector.Early == 0 ? sector.Expiration : 0, ["Early"] = sector.Early }
            : throw new RpcFailure(1, $"failed to find sector {p[1]}")),
        ["StateMinerFaults"] = (2, p => Faults(p, StateAt(p[1]))),
        ["StateMinerRecoveries"] = (2, p => Miner(p[0], StateAt(p[1])) is var at
            ? Runs(at.Miner.Sectors.Values.Where(sector => at.Miner.Recoveries.Contains(sector.Number)))
            : null),
        ["StateMinerAvailableBalance"] = (2, p => Miner(p[0], StateAt(p[1])).Miner is var miner ? Text(miner.Unlocked - miner.FeeDebt) : null),
        ["StateMinerProvingDeadline"] = (2, p => ProvingDeadline(Miner(p[0], StateAt(p[1])))),
        ["StateGetRandomnessFromTickets"] = (4, p => Randomness(p, (personalization, epoch, entropy) => _chain.Randomness(personalization, epoch, entropy))),
        ["StateGetRandomnessFromBeacon"] = (4, p => Randomness(p, _chain.BeaconRandomness)),
        ["StateNetworkVersion"] = (1, p => StateAt(p[0]) >= 0 ? _chain.NetworkVersion : 0),
        ["StateReadState"] = (2, p => ActorState(LookUp(p[0]), StateAt(p[1]))),
        ["StateMarketStorageDeal"] = (2, p => _data.Deal(p[0]!.GetValue<ulong>(), StateAt(p[1]))),
        ["StateGetClaims"] = (2, p => FakeDataMethods.Claims(Miner(p[0], 0).Miner, StateAt(p[1]))),
        ["GetActorEventsRaw"] = (1, p => _data.Events(p[0]!)),
    };

    /// <summary>The faulty sectors' numbers as go-bitfield prints them: lengths of runs, first of numbers that are not in it.</summary>
    private JsonArray Faults(JsonArray p, long stateEpoch) =>
        Runs(Miner(p[0], stateEpoch).Miner.Sectors.Values.Where(sector => sector.Early != 0 && sector.Activation < stateEpoch));

    private static JsonArray Runs(IEnumerable<FakeSector> sectors)
    {
        JsonArray runs = [];
        ulong end = 0;
        foreach (FakeSector sector in sectors.OrderBy(sector => sector.Number))
        {
            if (runs.Count > 0 && sector.Number == end)
            {
                runs[^1] = runs[^1]!.GetValue<ulong>() + 1;
            }
            else
            {
                runs.Add(sector.Number - end);
                runs.Add(1ul);
            }

            end = sector.Number + 1;
        }

        return runs.Count > 0 ? runs : [0ul];
    }

    private JsonObject ActorState(ulong actor, long stateEpoch) => new()
    {
        ["Balance"] = _chain.Miners.TryGetValue(actor, out FakeMiner? owner) ? Text(owner.Unlocked + 12_300) : "0",
        ["Code"] = Link(Cid.Create(0x55, 0x12, new byte[32])),
        ["State"] = (actor, stateEpoch) switch
        {
            (2, _) => Reward(),
            (4, _) => new JsonObject { ["MinerCount"] = 1, ["ThisEpochQAPowerSmoothed"] = Estimate(_chain.Power) },
            _ => _chain.Miners.TryGetValue(actor, out FakeMiner? miner) ? Funds(miner) : throw new RpcFailure(1, "actor not found"),
        },
    };

    private JsonObject Reward()
    {
        JsonObject state = new() { ["EffectiveNetworkTime"] = 1, ["ThisEpochRewardSmoothed"] = Estimate(_chain.Reward), ["Epoch"] = _chain.HeadEpoch };
        (string Field, JsonNode Value)[] others = _chain.HasStreams
            ? [("TotalMintedReward", "9"), ("TotalBurnMinted", "0"), ("Accrued", new JsonArray(new JsonObject { ["ID"] = 2, ["Amount"] = "5" })), ("SWAActor", "f00"), ("StreamsRoot", Link(Cid.Create(0x71, 0xb220, new byte[32])))]
            : [("TotalStoragePowerReward", "9"), ("SimpleTotal", "330000000000000000000000000"), ("BaselineTotal", "770000000000000000000000000")];
        Array.ForEach(others, other => state[other.Field] = other.Value);
        return state;
    }

    private static JsonObject Funds(FakeMiner miner) => new()
    {
        ["PreCommitDeposits"] = "2000",
        ["LockedFunds"] = "300",
        ["FeeDebt"] = Text(miner.FeeDebt),
        ["InitialPledge"] = "10000",
    };

    private static string Text(BigInteger atto) => atto.ToString(CultureInfo.InvariantCulture);

    private static JsonObject Estimate((BigInteger Position, BigInteger Velocity) value) => new()
    {
        ["PositionEstimate"] = (value.Position << 128).ToString(CultureInfo.InvariantCulture),
        ["VelocityEstimate"] = (value.Velocity << 128).ToString(CultureInfo.InvariantCulture),
    };

    private string Randomness(JsonArray p, Func<long, long, byte[], Bytes32> draw)
    {
        if (p[3] is not JsonArray { Count: > 0 })
        {
            throw new RpcFailure(1, "loading tipset key: NewTipSet called with zero length array of blocks");
        }

        long epoch = p[1]!.GetValue<long>();
        return epoch <= Key(p[3])
            ? Convert.ToBase64String(draw(p[0]!.GetValue<long>(), epoch, Convert.FromBase64String(p[2]!.GetValue<string>())).Span)
            : throw new RpcFailure(1, "cannot draw randomness from the future");
    }

    private long Height(JsonArray p)
    {
        long epoch = p[0]!.GetValue<long>();
        long start = Key(p[1]);
        return epoch <= start
            ? epoch
            : throw new RpcFailure(1, $"looking for tipset with height greater than start point, req: {epoch}, head: {start}");
    }

    /// <summary>The epoch a tipset key names; null and [] are the head.</summary>
    private long Key(JsonNode? key)
    {
        if (key is not JsonArray { Count: > 0 } cids)
        {
            return _chain.AtOrBefore(_chain.HeadEpoch).Height;
        }

        string first = cids[0]!["/"]!.GetValue<string>();
        return _chain.EpochOf(first) is { } epoch && _chain.TipSetAt(epoch).Blocks.Select(b => b.Cid).SequenceEqual(cids.Select(c => c!["/"]!.GetValue<string>()))
            ? epoch
            : throw new RpcFailure(1, $"loading tipset {{{first}}}: ipld: could not find {first}");
    }

    /// <summary>The same for a call that reads state, which may be pruned.</summary>
    private long StateAt(JsonNode? key)
    {
        long epoch = Key(key);
        return epoch >= _node.StateKeptFrom || epoch == _chain.HeadEpoch
            ? epoch
            : throw new RpcFailure(1, "(get sset) failed to load miner actor: load state tree: failed to load state tree bafy2bzaceaaaa: "
                + "failed to load hamt _node: ipld: could not find bafy2bzaceaaaa");
    }

    private ulong LookUp(JsonNode? address)
    {
        string text = address!.GetValue<string>();
        Address parsed = Address.TryParse(text, out Address? good) ? good : throw new RpcFailure(-32700, "unmarshaling params: invalid address", 500);
        return parsed.ActorId?.Value
            ?? _chain.Miners.Values.FirstOrDefault(miner => miner.RobustAddress.Equals(parsed))?.Id
            ?? throw new RpcFailure(1, $"resolution lookup failed ({text}): resolve address {text}: actor not found");
    }

    private (FakeMiner Miner, long StateEpoch) Miner(JsonNode? address, long stateEpoch) =>
        _chain.Miners.TryGetValue(LookUp(address), out FakeMiner? miner)
            ? (miner, stateEpoch)
            : throw new RpcFailure(1, "failed to load miner actor: actor not found");

    private FakeSector? Sector(JsonArray p, long stateEpoch) =>
        Miner(p[0], stateEpoch).Miner.Sectors.GetValueOrDefault(p[1]!.GetValue<ulong>());

    /// <summary>State at a tipset is before its messages: a sector proven in epoch 100 is proven in the state at 101.</summary>
    private FakeSector? Proven(JsonArray p, long stateEpoch) => Sector(p, stateEpoch) is { } sector && sector.Activation < stateEpoch ? sector : null;

    private JsonObject? SectorInfo(JsonArray p, long stateEpoch)
    {
        if (Proven(p, stateEpoch) is not { } sector)
        {
            return null;
        }

        bool updated = sector.SectorKeyCid is not null && (sector.Update is not { } update || update.Epoch < stateEpoch);
        long powerBase = sector.ExtendedAt is { } extended && extended < stateEpoch ? extended
            : updated && sector.Update is { } done ? done.Epoch
            : sector.Activation!.Value;
        JsonObject info = new()
        {
            ["SectorNumber"] = sector.Number,
            ["SealProof"] = sector.SealProof,
            ["SealedCID"] = Link(updated ? sector.SealedCid : sector.SectorKeyCid ?? sector.SealedCid),
            ["Activation"] = sector.Activation,
            ["Expiration"] = sector.Expiration,
            ["DealWeight"] = sector.DealWeight,
            ["VerifiedDealWeight"] = sector.VerifiedDealWeight,
            ["InitialPledge"] = sector.InitialPledge,
            ["ExpectedDayReward"] = null,
            ["SectorKeyCID"] = updated ? Link(sector.SectorKeyCid!) : null,
            ["Flags"] = sector.Flags,
            ["DailyFee"] = sector.DailyFee,
        };
        if (sector.TellsPowerBaseEpoch)
        {
            info["PowerBaseEpoch"] = powerBase;
        }

        if (_node.OldLotus)
        {
            info["DealIDs"] = Numbers(updated ? sector.Update?.DealIds ?? [] : sector.DealIds);
        }

        return info;
    }

    private JsonObject? PreCommitInfo(JsonArray p, long stateEpoch)
    {
        if (Sector(p, stateEpoch) is not { PreCommitEpoch: { } preCommit } sector
            || preCommit >= stateEpoch || sector.Activation < stateEpoch)
        {
            return (_node.OldLotus ? "precommit info is not exists" : _node.AbsentWords) is { } words ? throw new RpcFailure(1, words) : null;
        }

        return new JsonObject
        {
            ["Info"] = new JsonObject
            {
                ["SealProof"] = sector.PreCommitSealProof ?? sector.SealProof,
                ["SectorNumber"] = sector.Number,
                ["SealedCID"] = Link(sector.PreCommitSealedCid ?? sector.SectorKeyCid ?? sector.SealedCid),
                ["SealRandEpoch"] = sector.SealRandEpoch,
                ["DealIDs"] = sector.DealIds.Length == 0 ? null : Numbers(sector.DealIds),
                ["Expiration"] = sector.Expiration,
                ["UnsealedCid"] = sector.UnsealedCid is { } cid && !_node.OldLotus ? Link(cid) : null,
            },
            ["PreCommitDeposit"] = "1000",
            ["PreCommitEpoch"] = preCommit,
        };
    }

    private JsonArray Messages(long epoch)
    {
        if (epoch < _node.MessagesKeptFrom)
        {
            throw new RpcFailure(1, "failed to load msgmeta (bafy2bzaceaaaa): ipld: could not find bafy2bzaceaaaa");
        }

        FakeMessage toInit = new(epoch, Address.FromActorId(new ActorId(1)), 0, []);
        return [.. All().Where(message => message.Epoch == epoch).Prepend(toInit).Select(message => new JsonObject
        {
            ["Cid"] = Link(message.Cid),
            ["Message"] = Message(message),
        })];
    }

    private IEnumerable<FakeMessage> All() => _chain.Miners.Values.SelectMany(FakeMessage.OfMiner);

    private JsonObject MessageByCid(JsonNode? link)
    {
        string cid = link!["/"]!.GetValue<string>();
        return Message(Known(cid) ?? throw new RpcFailure(1, $"ipld: could not find {cid}"));
    }

    /// <summary>A message that is kept; of one that was replaced that very one.</summary>
    private FakeMessage? Known(string cid) => All().Where(message => message.Epoch >= _node.MessagesKeptFrom)
        .SelectMany(message => _node.SawReplaced ? new[] { message, message.SentFirst } : [message])
        .FirstOrDefault(message => message.Cid.ToString() == cid);

    /// <summary>
    /// The tipset after the one that includes the message. By the index, which has no replaced messages, else back through the sender's states.
    /// </summary>
    private JsonObject? SearchMessage(JsonArray p)
    {
        string cid = p[1]!["/"]!.GetValue<string>();
        long from = Key(p[0]);
        long limit = p[2]!.GetValue<long>();
        FakeMessage asked = Known(cid) ?? throw new RpcFailure(1, $"failed to load message: ipld: could not find {cid}");
        FakeMessage ran = All().First(message => message.SentFirst.Cid.Equals(asked.SentFirst.Cid));
        bool isReplaced = !ran.Cid.Equals(asked.Cid);
        FakeTipSet? after = ran.Epoch < from ? _chain.AtOrAfter(ran.Epoch + 1) : null;
        if (after is not null && ran.Epoch < _node.StateKeptFrom && (isReplaced || !_node.IndexesMessages))
        {
            throw new RpcFailure(1, "failed to load the actor: failed to load state tree: failed to load hamt node: ipld: could not find bafy2bzaceaaaa");
        }

        return after is null || (limit != -1 && after.Height + limit < from) || (isReplaced && !p[3]!.GetValue<bool>()) ? null : new JsonObject
        {
            ["Message"] = Link(ran.Cid),
            ["Receipt"] = new JsonObject { ["ExitCode"] = ran.ExitCode, ["Return"] = null, ["GasUsed"] = 1000, ["EventsRoot"] = null },
            ["ReturnDec"] = null,
            ["TipSet"] = new JsonArray([.. after.Blocks.Select(block => new JsonObject { ["/"] = block.Cid })]),
            ["Height"] = after.Height,
        };
    }

    /// <summary>Newest first; nothing, and no error, where the state in which the receiver is looked up is gone.</summary>
    private JsonArray? ListMessages(JsonArray p)
    {
        long from = Key(p[1]);
        long backTo = p[2]!.GetValue<long>();
        Address to = Address.Parse(p[0]!["To"]!.GetValue<string>());
        if (from < _node.StateKeptFrom && from != _chain.HeadEpoch)
        {
            return null;
        }

        return from < _node.MessagesKeptFrom || backTo < _node.MessagesKeptFrom
            ? throw new RpcFailure(1, "failed to load msgmeta (bafy2bzaceaaaa): ipld: could not find bafy2bzaceaaaa")
            : [.. All().Where(message => message.Epoch <= from && message.Epoch >= backTo && message.To.Equals(to)).Reverse().Select(message => Link(message.Cid))];
    }

    private JsonObject Message(FakeMessage message) => new()
    {
        ["Version"] = 0,
        ["To"] = message.To.ToString(_node.AddressPrefix),
        ["From"] = $"{_node.AddressPrefix}01",
        ["Nonce"] = 1,
        ["Value"] = "0",
        ["Method"] = message.Method,
        ["Params"] = message.Params.Length == 0 ? null : Convert.ToBase64String(message.Params),
        ["CID"] = Link(message.Cid),
    };

    /// <summary>All sectors of a deadline in one partition.</summary>
    private JsonArray Partitions(JsonArray p)
    {
        int deadline = p[1]!.GetValue<int>();
        long epoch = StateAt(p[2]);
        JsonArray live = Runs(Miner(p[0], epoch).Miner.Sectors.Values
            .Where(sector => sector.Deadline == deadline && sector.Activation < epoch && !sector.Terminated));
        return [new JsonObject { ["AllSectors"] = live.DeepClone(), ["FaultySectors"] = new JsonArray(0ul), ["LiveSectors"] = live }];
    }

    private static JsonObject MinerInfo((FakeMiner Miner, long StateEpoch) at) => new()
    {
        ["Owner"] = "f0100",
        ["Worker"] = "f0100",
        ["NewWorker"] = "<empty>",
        ["ControlAddresses"] = null,
        ["PeerId"] = null,
        ["Multiaddrs"] = new JsonArray(),
        ["WindowPoStProofType"] = at.Miner.WindowPost,
        ["SectorSize"] = at.Miner.SectorSize,
        ["WindowPoStPartitionSectors"] = 2349,
        ["ConsensusFaultElapsed"] = -1,
    };

    private static JsonObject ProvingDeadline((FakeMiner Miner, long StateEpoch) at)
    {
        long since = at.StateEpoch - at.Miner.PeriodStart;
        long start = at.StateEpoch - (((since % 2880) + 2880) % 2880);
        long index = (at.StateEpoch - start) / 60;
        return new JsonObject
        {
            ["CurrentEpoch"] = at.StateEpoch,
            ["PeriodStart"] = start,
            ["Index"] = index,
            ["Open"] = start + (60 * index),
            ["Close"] = start + (60 * (index + 1)),
            ["Challenge"] = start + (60 * index) - 20,
            ["FaultCutoff"] = start + (60 * index) - 70,
            ["WPoStPeriodDeadlines"] = 48,
            ["WPoStProvingPeriod"] = 2880,
            ["WPoStChallengeWindow"] = 60,
            ["WPoStChallengeLookback"] = 20,
            ["FaultDeclarationCutoff"] = 70,
        };
    }

    private JsonObject TipSet(FakeTipSet tipset)
    {
        JsonArray parents = tipset.Height == 0
            ? []
            : [.. _chain.AtOrBefore(tipset.Height - 1).Blocks.Select(block => (JsonNode)new JsonObject { ["/"] = block.Cid })];
        JsonArray cids = [];
        JsonArray blocks = [];
        foreach (FakeBlock block in tipset.Blocks)
        {
            cids.Add((JsonNode)new JsonObject { ["/"] = block.Cid });
            blocks.Add((JsonNode)new JsonObject
            {
                ["Miner"] = $"{_node.AddressPrefix}01938223",
                ["Ticket"] = new JsonObject { ["VRFProof"] = Convert.ToBase64String(block.VrfProof) },
                ["Parents"] = parents.DeepClone(),
                ["ParentWeight"] = "42",
                ["Height"] = tipset.Height,
                ["Timestamp"] = _chain.TimeOf(tipset.Height).ToUnixTimeSeconds(),
                ["ForkSignaling"] = 0,
                ["ParentBaseFee"] = "100",
            });
        }

        return new JsonObject { ["Cids"] = cids, ["Blocks"] = blocks, ["Height"] = tipset.Height };
    }

    private static JsonArray Numbers(ulong[] numbers) => [.. numbers.Select(number => JsonValue.Create(number))];

    private static JsonObject Link(Cid cid) => new() { ["/"] = cid.ToString() };
}
