using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;

namespace Filecoin.Chain.Sources;

/// <summary>Says of every fact who told it and how it was cross-checked. Pure, and the one place that judges what speaks for a fact.</summary>
internal static class Origins
{
    private const string Agree = "they agree";
    private const string InCommD = "they have to give CommD, which is checked before anything is sealed";
    private const string GiveCommD = "they give CommD";

    /// <summary>The origins, in the order in which the facts stand in a metadata file.</summary>
    /// <param name="agreed">What all sources say together.</param>
    /// <param name="onChain">CommR that the chain has of what was sealed; null where no node told.</param>
    internal static IReadOnlyList<FactOrigin> Of(AgreedFacts agreed, CommR? onChain)
    {
        List<FactOrigin> origins = [];
        Add("SealProof", agreed.SealProof);
        Add("SealedCID", agreed.SealedCid);
        FactOrigin? epoch = Add("TicketEpoch", agreed.TicketEpoch, MatchesHeaders(agreed.Ticket));
        AddTicket(agreed.Ticket, epoch);
        Add("CommD", agreed.CommD);
        Add("Pieces", agreed.Data, Check(agreed.Data, agreed.CommD));
        Add("Update.SealedCID", agreed.UpdateSealedCid);
        AddOfUpdate("Update.CommD", agreed.UpdateCommD, agreed.UpdateData is { Value: { OrderKnown: true, Pieces.IsEmpty: false } } ? "the pieces give it" : null);
        AddOfUpdate("Update.Pieces", agreed.UpdateData, Check(agreed.UpdateData, agreed.UpdateCommD));
        return origins;

        // That a record names the right CommR of the update says nothing of the rest: records are brought into line with the chain in that alone.
        FactOrigin? AddOfUpdate<T>(string fact, Agreed<T>? said, string? check) => said is { Statements: [{ IsChain: false } alone] }
            ? Add(fact, said with { Statements = [alone with { SealedCid = null }] }, check)
            : Add(fact, said, check);

        FactOrigin? Add<T>(string fact, Agreed<T>? said, string? check = null)
        {
            if (said is null)
            {
                return null;
            }

            FactOrigin origin = new(fact, said.Sources, said.Statements.Length > 1 ? Agree : check ?? Alone(said.Statements[0]));
            origins.Add(origin);
            return origin;
        }

        // Computed tickets are worth as much as the epoch they were computed from.
        void AddTicket(Agreed<Ticket>? ticket, FactOrigin? epoch)
        {
            bool onlyComputed = ticket is not null && ticket.Statements.All(said => said.IsComputed);
            if (onlyComputed && epoch is null or { IsUnverified: true })
            {
                origins.Add(new FactOrigin("Ticket", ticket!.Sources, null));
            }
            else
            {
                Add("Ticket", ticket, onlyComputed ? "it follows from the epoch" : null);
            }
        }

        // Lists in order were held against CommD when they were heard.
        static string? Check(Agreed<SectorData>? data, Agreed<CommD>? commD) =>
            data is null || commD is null ? null : data.Value.OrderKnown ? GiveCommD : InCommD;

        string? Alone(SectorStatement statement) =>
            statement.IsChain ? "the chain's own record"
            : statement.SealedCid is { } commR && commR == onChain ? "it names the SealedCID that is on chain"
            : null;
    }

    /// <summary>A ticket that somebody kept and that the headers of the epoch give: then the epoch is the right one, too.</summary>
    private static string? MatchesHeaders(Agreed<Ticket>? ticket)
    {
        ImmutableArray<SectorStatement> statements = ticket?.Statements ?? [];
        return statements.Any(said => said.IsComputed) && statements.FirstOrDefault(said => !said.IsComputed) is { } kept
            ? $"the ticket that {kept.Source} has is that of the block headers"
            : null;
    }
}
