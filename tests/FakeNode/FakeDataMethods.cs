using System.Globalization;
using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace SealerRecover.Tests;

/// <summary>What a Lotus node answers about deals, claims and events, and the messages that name pieces.</summary>
internal sealed class FakeDataMethods(FakeChain chain, FakeNode node)
{
    /// <summary>StateMarketStorageDeal.</summary>
    internal JsonObject Deal(ulong id, long stateEpoch)
    {
        if (!chain.Deals.TryGetValue(id, out FakeDeal? deal) || stateEpoch < deal.From || stateEpoch > deal.Until)
        {
            throw new RpcFailure(
                1,
                $"deal {id} not found - deal may not have completed sealing before deal proposal start epoch, or deal may have been slashed");
        }

        return new JsonObject
        {
            ["Proposal"] = new JsonObject
            {
                ["PieceCID"] = Link(deal.Piece.Cid),
                ["PieceSize"] = deal.Piece.Size,
                ["VerifiedDeal"] = false,
                ["Client"] = $"{node.AddressPrefix}0100",
                ["Provider"] = deal.Provider.ToString(node.AddressPrefix),
                ["Label"] = "",
                ["StartEpoch"] = 1,
                ["EndEpoch"] = 2,
                ["StoragePricePerEpoch"] = "0",
                ["ProviderCollateral"] = "0",
                ["ClientCollateral"] = "0",
            },
            ["State"] = new JsonObject { ["SectorNumber"] = 0, ["SectorStartEpoch"] = -1, ["LastUpdatedEpoch"] = -1, ["SlashEpoch"] = -1 },
        };
    }

    /// <summary>StateGetClaims.</summary>
    internal static JsonObject Claims(FakeMiner miner, long stateEpoch)
    {
        JsonObject claims = [];
        foreach (FakeClaim claim in miner.Claims.Where(claim => claim.From <= stateEpoch && stateEpoch <= claim.Until))
        {
            claims[claims.Count.ToString(CultureInfo.InvariantCulture)] = new JsonObject
            {
                ["Provider"] = miner.Id,
                ["Client"] = 100,
                ["Data"] = Link(claim.Piece.Cid),
                ["Size"] = claim.Piece.Size,
                ["TermMin"] = 518400,
                ["TermMax"] = 1555200,
                ["TermStart"] = claim.From,
                ["Sector"] = claim.Sector,
            };
        }

        return claims;
    }

    /// <summary>GetActorEventsRaw: understands a filter of one address, a range, one type and one sector.</summary>
    internal JsonNode Events(JsonNode filter)
    {
        if (!node.KeepsEvents)
        {
            throw new RpcFailure(1, "method not supported");
        }

        long from = filter["fromHeight"]!.GetValue<long>();
        long to = filter["toHeight"]!.GetValue<long>();
        string emitter = filter["addresses"]![0]!.GetValue<string>();
        FakeMiner miner = chain.Miners[Address.Parse(emitter).ActorId!.Value.Value];
        JsonArray events = [];
        foreach (FakeSector sector in miner.Sectors.Values)
        {
            if (sector.PreCommitEpoch is { } preCommit)
            {
                Add("sector-precommitted", preCommit, sector.Number, null, null);
            }

            if (sector.Activation is { } activation)
            {
                Add("sector-activated", activation, sector.Number, sector.UnsealedCid, sector.Pieces);
            }

            if (sector.Update is { } update)
            {
                Add("sector-updated", update.Epoch, sector.Number, update.UnsealedCid, update.Pieces);
            }
        }

        return events;

        void Add(string type, long epoch, ulong sector, Cid? unsealedCid, FakePiece[]? pieces)
        {
            JsonObject typeEntry = Entry("$type", FakeParams.Encode(cbor => cbor.WriteTextString(type)));
            JsonObject sectorEntry = Entry("sector", FakeParams.Encode(cbor => cbor.WriteUInt64(sector)));
            if (epoch < from || epoch > to || !Wants(typeEntry) || !Wants(sectorEntry))
            {
                return;
            }

            JsonArray entries = [typeEntry, sectorEntry];
            if (pieces is not null)
            {
                entries.Add((JsonNode)Entry("unsealed-cid", FakeParams.Encode(cbor =>
                {
                    if (unsealedCid is null)
                    {
                        cbor.WriteNull();
                    }
                    else
                    {
                        FakeParams.WriteCid(cbor, unsealedCid);
                    }
                })));
            }

            foreach (FakePiece piece in pieces ?? [])
            {
                entries.Add((JsonNode)Entry("piece-cid", FakeParams.Encode(cbor => FakeParams.WriteCid(cbor, piece.Cid))));
                entries.Add((JsonNode)Entry("piece-size", FakeParams.Encode(cbor => cbor.WriteUInt64(piece.Size))));
            }

            events.Add((JsonNode)new JsonObject
            {
                ["entries"] = entries,
                ["emitter"] = $"{node.AddressPrefix}0{miner.Id}",
                ["reverted"] = false,
                ["height"] = epoch,
                ["tipsetKey"] = new JsonArray(),
                ["msgCid"] = Link(
                    FakeMessage.OfSector(miner, sector).FirstOrDefault(message => message.PreCommits)?.Cid
                    ?? Cid.Create(0x71, 0xb220, new byte[32])),
            });
        }

        bool Wants(JsonObject entry) =>
            filter["fields"]![entry["Key"]!.GetValue<string>()]![0]!["value"]!.GetValue<string>() == entry["Value"]!.GetValue<string>();
    }

    private static JsonObject Entry(string key, byte[] value) =>
        new() { ["Flags"] = 3, ["Key"] = key, ["Codec"] = 81, ["Value"] = Convert.ToBase64String(value) };

    private static JsonObject Link(Cid cid) => new() { ["/"] = cid.ToString() };
}
