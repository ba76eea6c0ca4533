using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Site;

/// <summary>What is known of a sector, as whoever watches reads it.</summary>
public static class SiteFacts
{
    /// <summary>Its facts, what it was sealed with first, with who told each.</summary>
    public static IReadOnlyList<SiteFact> Of(SectorFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return [.. All(facts).Where(fact => fact.Value.Length > 0)];
    }

    private static IEnumerable<SiteFact> All(SectorFacts facts)
    {
        yield return Fact("seal_proof", "SealProof", facts.SealProof.ToString());
        yield return Fact("sealed_cid", "SealedCID", facts.SealedCid.ToString());
        yield return Fact("ticket", "Ticket", facts.Ticket.ToString());
        yield return Fact("ticket_epoch", "TicketEpoch", Number(facts.TicketEpoch));
        yield return Fact("pre_commit_epoch", "PreCommitEpoch", Number(facts.PreCommitEpoch));
        yield return Fact("activation", "Activation", Number(facts.Activation));
        yield return Fact("comm_d", "CommD", facts.Data?.CommD?.ToString());
        foreach (PieceInfo piece in facts.Data?.Pieces ?? [])
        {
            yield return Fact("piece", "Pieces", Text(piece), facts.Data!.Source);
        }

        if (facts.Update is { } update)
        {
            yield return Fact("update_sealed_cid", "Update.SealedCID", update.SealedCid.ToString());
            yield return Fact("update_comm_d", "Update.CommD", update.Data.CommD?.ToString());
            foreach (PieceInfo piece in update.Data.Pieces)
            {
                yield return Fact("update_piece", "Update.Pieces", Text(piece), update.Data.Source);
            }
        }

        SiteFact Fact(string name, string origin, string? value, string? source = null) => new(
            name, value ?? "", facts.Origins.FirstOrDefault(one => one.Fact == origin) is { } known ? string.Join(", ", known.Sources) : source);
    }

    private static string Text(PieceInfo piece) => string.Create(CultureInfo.InvariantCulture, $"{piece.CommP} {piece.PaddedSize}");

    private static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);
}
