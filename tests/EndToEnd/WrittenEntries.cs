using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>Sectors as a metadata file has them, against what they are.</summary>
internal static class WrittenEntries
{
    /// <summary>Each sector with its entry. Entries stand in the order in which they were found where an export takes long.</summary>
    internal static IEnumerable<(FakeSector Sector, JsonNode Entry)> Of(FakeSector[] sectors, JsonArray written) =>
        sectors.Select(sector => (sector, written.Single(entry => (ulong)entry!["SectorNumber"]! == sector.Number)!));

    /// <summary>The entry is the sector's, with its data or, where nobody could tell the pieces, with the commitment to it.</summary>
    internal static void AssertWritten(ForgettingChain forgetting, FakeSector sector, JsonNode entry, bool withPieces = true)
    {
        AssertSealing(forgetting, sector, entry);
        JsonNode? holder = sector.SectorKeyCid is null ? entry : entry["Update"];
        Assert.NotNull(holder);
        bool holdsData = sector.Pieces.Length > 0 || sector.Update is not null;
        Assert.Equal(
            !holdsData ? null : withPieces ? ForgettingChain.OnChain.Select(piece => piece.Cid.ToString()) : [],
            holder["Pieces"]?.AsArray().Select(piece => (string)piece!["PieceCID"]!["/"]!));
        if (sector.Pieces.Length > 0)
        {
            Assert.Equal(ForgettingChain.CommD.ToString(), (string?)holder["CommD"]!["/"]);
        }
    }

    /// <summary>The entry says how the sector was sealed.</summary>
    internal static void AssertSealing(ForgettingChain forgetting, FakeSector sector, JsonNode entry)
    {
        Assert.Equal(sector.Number, (ulong)entry["SectorNumber"]!);
        Assert.Equal(sector.SealRandEpoch, (long)entry["TicketEpoch"]!);
        Assert.Equal(Convert.ToBase64String(forgetting.Chain.Ticket(ForgettingChain.MinerNumber, sector.SealRandEpoch).Span), (string?)entry["Ticket"]);
        Assert.Equal(sector.SealProof, (int)entry["SealProof"]!);
        Assert.Equal(sector.SealedAs.ToString(), (string?)entry["SealedCID"]!["/"]);
    }

    /// <summary>Who told a fact, in the order they were asked.</summary>
    internal static string TellersOf(JsonArray facts, string fact) => string.Join(", ", Named(facts, fact)["ToldBy"]!.AsArray().Select(by => (string)by!));

    /// <summary>Whether a fact is verified.</summary>
    internal static bool IsVerified(JsonArray facts, string fact) => (bool)Named(facts, fact)["Verified"]!;

    private static JsonNode Named(JsonArray facts, string fact) => facts.Single(entry => (string?)entry!["Fact"] == fact)!;
}
