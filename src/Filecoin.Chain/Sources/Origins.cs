using System.Collections.Immutable;
using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>Says of every fact who told it and how it was cross-checked.</summary>
internal static class Origins
{
    private const string Agree = "they agree";
    private const string InCommD = "they have to give CommD, which is checked before anything is sealed";

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
        Add("Pieces", agreed.Data, agreed.CommD is null ? null : InCommD);
        Add("Update.SealedCID", agreed.UpdateSealedCid);
        Add("Update.CommD", agreed.UpdateCommD);
        Add("Update.Pieces", agreed.UpdateData, agreed.UpdateCommD is null ? null : InCommD);
        return origins;

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
