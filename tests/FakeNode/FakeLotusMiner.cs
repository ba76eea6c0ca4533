using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace SealerRecover.Tests;

/// <summary>
/// A lotus-miner that sealed the sectors of a <see cref="FakeMiner"/> and kept what it wrote down about them: /rpc/v0, ActorAddress and
/// SectorsStatus.
/// </summary>
public sealed class FakeLotusMiner : FakeServer
{
    private readonly FakeChain _chain;
    private readonly FakeMiner _miner;

    private FakeLotusMiner(FakeChain chain, FakeMiner miner, string? token, X509Certificate2? certificate)
        : base("/rpc/v0", token, certificate)
    {
        _chain = chain;
        _miner = miner;
    }

    /// <summary>'f' or 't': how it prints addresses.</summary>
    public char AddressPrefix { get; set; } = 'f';

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
            ("Filecoin.ActorAddress" or "Filecoin.SectorsStatus", _) => throw new RpcFailure(-32602, $"wrong param count (method '{method}')", 500),
            _ => throw new RpcFailure(-32601, $"method '{method}' not found", 500),
        };
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
