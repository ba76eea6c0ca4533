using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace SealerRecover.Tests;

/// <summary>States as damocles-manager writes them.</summary>
public static class FakeDamocles
{
    /// <summary>The state of a sector.</summary>
    public static JsonObject State(FakeChain chain, ulong miner, FakeSector sector)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(sector);
        FakeUpdate? update = sector.SectorKeyCid is null ? null : sector.Update;
        JsonObject ticket = new() { ["Ticket"] = Convert.ToBase64String(chain.Ticket(miner, sector.SealRandEpoch).Span), ["Epoch"] = sector.SealRandEpoch };
        FakePiece[] pieces = update?.Pieces ?? sector.Pieces;
        bool old = sector.DealIds.Length > 0;
        return new JsonObject
        {
            ["ID"] = new JsonObject { ["Miner"] = miner, ["Number"] = sector.Number },
            ["SectorType"] = sector.SealProof,
            ["Ticket"] = ticket,
            ["Deals"] = !old ? null : new JsonArray([.. pieces.Select(piece => new JsonObject
            {
                ["ID"] = 1,
                ["PayloadSize"] = 100,
                ["Piece"] = new JsonObject { ["Size"] = piece.Size, ["Offset"] = 0, ["Cid"] = Link(piece.Cid) },
                ["IsCompatible"] = false,
            })]),
            ["Pieces"] = old || pieces.Length == 0 ? null : new JsonArray([.. pieces.Select(piece => new JsonObject
            {
                ["Piece"] = new JsonObject { ["Size"] = piece.Size, ["PieceCID"] = Link(piece.Cid) },
                ["DealInfo"] = null,
            })]),
            ["Pre"] = new JsonObject
            {
                ["CommR"] = Link(sector.SealedAs),
                ["CommD"] = Link(sector.UnsealedCid ?? ZeroCommitments.ForPiece(chain.Miners[miner].SectorSize).ToCid()),
                ["Ticket"] = ticket.DeepClone(),
                ["Deals"] = null,
            },
            ["MessageInfo"] = new JsonObject { ["PreCommitCid"] = null, ["CommitCid"] = null, ["NeedSend"] = false },
            ["Finalized"] = true,
            ["Removed"] = false,
            ["AbortReason"] = "",
            ["Upgraded"] = update is not null,
            ["UpgradePublic"] = null,
            ["UpgradedInfo"] = update is null ? null : new JsonObject
            {
                ["AccessInstance"] = "persist",
                ["SealedCID"] = Link(sector.SealedCid),
                ["UnsealedCID"] = update.UnsealedCid is { } unsealed ? Link(unsealed) : null,
                ["Proof"] = "AAAA",
            },
            ["UpgradeLandedEpoch"] = update?.Epoch,
            ["Imported"] = false,
        };
    }

    private static JsonObject Link(Cid cid) => new() { ["/"] = cid.ToString() };
}
