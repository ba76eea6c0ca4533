using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace SealerRecover.Tests;

/// <summary>
/// A lotus-miner that sealed the sectors of a <see cref="FakeMiner"/> and kept what it wrote down about them: /rpc/v0, ActorAddress and
/// SectorsStatus; where it is given storage paths also what concerns those (StorageLocal, StorageList, StorageInfo, StorageRedeclareLocal) and
/// RecoverFault, in the form that a real one answered in.
/// </summary>
public sealed class FakeLotusMiner : FakeServer
{
    /// <summary>In the order of the bits of SectorFileType.</summary>
    private static readonly string[] Folders = ["unsealed", "sealed", "cache", "update", "update-cache"];

    private readonly FakeChain _chain;
    private readonly FakeMiner _miner;

    /// <summary>What it knows of its storage paths: number and SectorFileType of each file.</summary>
    private readonly ConcurrentDictionary<string, HashSet<(ulong Number, int Type)>> _known = new();

    private FakeLotusMiner(FakeChain chain, FakeMiner miner, string? token, X509Certificate2? certificate)
        : base("/rpc/v0", token, certificate)
    {
        _chain = chain;
        _miner = miner;
    }

    /// <summary>'f' or 't': how it prints addresses.</summary>
    public char AddressPrefix { get; set; } = 'f';

    /// <summary>Its storage paths by storage ID; it knows what stands there when it is told to look.</summary>
    public Dictionary<string, string> StoragePaths { get; } = [];

    /// <summary>Sectors whose recovery it declared, in that order.</summary>
    public ConcurrentQueue<ulong> Declared { get; } = [];

    /// <summary>Changes what it answers about a sector.</summary>
    public Action<FakeSector, JsonObject>? Change { get; set; }

    /// <summary>Starts a lotus-miner; with a certificate one that speaks TLS.</summary>
    public static Task<FakeLotusMiner> StartAsync(FakeChain chain, FakeMiner miner, string? token = null, X509Certificate2? certificate = null) =>
        StartAsync(new FakeLotusMiner(chain, miner, token, certificate));

    /// <summary>What SectorsStatus answers about a sector.</summary>
    public static JsonObject Status(FakeChain chain, FakeMiner miner, FakeSector sector)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(miner);
        ArgumentNullException.ThrowIfNull(sector);
        SectorSize size = new(miner.SectorSize);
        FakeUpdate? update = sector.SectorKeyCid is null ? null : sector.Update;
        IEnumerable<FakePiece> pieces = update?.Pieces ?? sector.Pieces;
        FakePiece zeros = new(ZeroCommitments.ForPiece(miner.SectorSize).ToCid(), (ulong)miner.SectorSize);
        string ticket = Convert.ToBase64String(chain.Ticket(miner.Id, sector.SealRandEpoch).Span);
        JsonArray log =
        [
            Event("SectorStartCC", new JsonObject { ["ID"] = sector.Number, ["SectorType"] = sector.SealProof }),
            Event("SectorTicket", new JsonObject { ["TicketValue"] = ticket, ["TicketEpoch"] = sector.SealRandEpoch }),
        ];
        if (update?.UnsealedCid is { } unsealed)
        {
            log.Add((JsonNode)Event("SectorReplicaUpdate", new JsonObject
            {
                ["Out"] = new JsonObject { ["NewSealed"] = Link(sector.SealedCid), ["NewUnsealed"] = Link(unsealed) },
            }));
        }

        return new JsonObject
        {
            ["SectorID"] = sector.Number,
            ["State"] = "Proving",
            ["CommD"] = Link(sector.UnsealedCid ?? ZeroCommitments.ForSector(size).ToCid()),
            ["CommR"] = Link(sector.SectorKeyCid ?? sector.SealedCid),
            ["Proof"] = null,
            ["Deals"] = new JsonArray(),
            ["Pieces"] = new JsonArray([.. pieces.DefaultIfEmpty(zeros).Select(piece => new JsonObject
            {
                ["Piece"] = new JsonObject { ["Size"] = piece.Size, ["PieceCID"] = Link(piece.Cid) },
                ["DealInfo"] = null,
            })]),
            ["Ticket"] = new JsonObject { ["Value"] = ticket, ["Epoch"] = sector.SealRandEpoch },
            ["Seed"] = new JsonObject { ["Value"] = null, ["Epoch"] = 0 },
            ["PreCommitMsg"] = Sent(message => message.PreCommits),
            ["CommitMsg"] = Sent(message => message.Proves),
            ["ReplicaUpdateMessage"] = update is null ? null : Sent(message => message.Updates) ?? Link(Cid.Create(0x71, 0xb220, new byte[32])),
            ["LastErr"] = "",
            ["Log"] = log,
            ["SealProof"] = sector.SealProof,
            ["Activation"] = 0,
            ["Expiration"] = 0,
        };

        JsonObject? Sent(Func<FakeMessage, bool> isIt) =>
            FakeMessage.OfSector(miner, sector.Number).LastOrDefault(message => message.ExitCode == 0 && isIt(message)) is { } sent
                ? Link(sent.Cid)
                : null;
    }

    private protected override JsonNode? Call(string method, JsonArray parameters)
    {
        if (MissingMethods.Contains(method.Replace("Filecoin.", "", StringComparison.Ordinal)))
        {
            throw new RpcFailure(-32601, $"method '{method}' not found", 500);
        }

        return (method, parameters.Count) switch
        {
            ("Filecoin.ActorAddress", 0) => string.Create(CultureInfo.InvariantCulture, $"{AddressPrefix}0{_miner.Id}"),
            ("Filecoin.SectorsStatus", 2) => Status(parameters[0]!.GetValue<ulong>()),
            ("Filecoin.StorageLocal", 0) when StoragePaths.Count > 0 =>
                new JsonObject(StoragePaths.Select(path => KeyValuePair.Create(path.Key, (JsonNode?)path.Value))),
            ("Filecoin.StorageList", 0) when StoragePaths.Count > 0 =>
                new JsonObject(StoragePaths.Keys.Select(id => KeyValuePair.Create(id, (JsonNode?)Stored(id)))),
            ("Filecoin.StorageInfo", 1) when StoragePaths.ContainsKey((string)parameters[0]!) => Info((string)parameters[0]!),
            ("Filecoin.StorageRedeclareLocal", 2) when StoragePaths.ContainsKey((string)parameters[0]!) => LookAt((string)parameters[0]!),
            ("Filecoin.RecoverFault", 1) when StoragePaths.Count > 0 => Recover([.. parameters[0]!.AsArray().Select(number => number!.GetValue<ulong>())]),
            ("Filecoin.ActorAddress" or "Filecoin.SectorsStatus", _) => throw new RpcFailure(-32602, $"wrong param count (method '{method}')", 500),
            _ => throw new RpcFailure(-32601, $"method '{method}' not found", 500),
        };
    }

    /// <summary>Has it read a storage path.</summary>
    public JsonNode? LookAt(string id)
    {
        HashSet<(ulong Number, int Type)> known = _known.GetOrAdd(id, _ => []);
        for (int i = 0; i < Folders.Length; i++)
        {
            string folder = Path.Combine(StoragePaths[id], Folders[i]);
            foreach (string path in Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder) : [])
            {
                string name = Path.GetFileName(path);
                string prefix = string.Create(CultureInfo.InvariantCulture, $"s-t0{_miner.Id}-");
                if (name.StartsWith(prefix, StringComparison.Ordinal) && ulong.TryParse(name[prefix.Length..], CultureInfo.InvariantCulture, out ulong number))
                {
                    known.Add((number, 1 << i));
                }
            }
        }

        return null;
    }

    private JsonArray Stored(string id) => [.. _known.GetOrAdd(id, _ => []).GroupBy(file => file.Number).Select(sector => new JsonObject
    {
        ["Miner"] = _miner.Id, ["Number"] = sector.Key, ["SectorFileType"] = sector.Sum(file => file.Type),
    })];

    private static JsonObject Info(string id) => new()
    {
        ["ID"] = id,
        ["URLs"] = new JsonArray("http://miner.test:2345/remote"),
        ["Weight"] = 10,
        ["MaxStorage"] = 0,
        ["CanSeal"] = false,
        ["CanStore"] = true,
        ["Groups"] = null,
        ["AllowTo"] = null,
        ["AllowTypes"] = new JsonArray(),
        ["DenyTypes"] = new JsonArray(),
        ["AllowMiners"] = null,
        ["DenyMiners"] = null,
    };

    private JsonArray Recover(ulong[] numbers)
    {
        foreach (ulong number in numbers)
        {
            if (!_known.Values.Any(known => known.Contains((number, 2))))
            {
                throw new RpcFailure(1, $"sector {number} not found");
            }

            _miner.Recoveries.Add(number);
            Declared.Enqueue(number);
        }

        return [Link(Cid.Create(0x71, 0xb220, Blake2b.Hash256([(byte)Declared.Count]).ToArray()))];
    }

    private JsonObject Status(ulong number)
    {
        FakeSector sector = _miner.Sectors.GetValueOrDefault(number) ?? throw new RpcFailure(1, "datastore: key not found");
        JsonObject status = Status(_chain, _miner, sector);
        Change?.Invoke(sector, status);
        return status;
    }

    private static JsonObject Event(string kind, JsonObject user) => new()
    {
        ["Kind"] = $"event;sealing.{kind}",
        ["Timestamp"] = 1_700_000_000,
        ["Trace"] = "",
        ["Message"] = new JsonObject { ["User"] = user }.ToJsonString(),
    };

    private static JsonObject Link(Cid cid) => new() { ["/"] = cid.ToString() };
}
