using Filecoin.Chain.Facts;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Sources;
using Filecoin.Primitives;

namespace Filecoin.Chain.Lookup;

/// <summary>
/// Asks the chain how a sector was sealed, to compare with what somebody else says of it. Never asks for pieces, and makes do with what a
/// pruned node has: commitments of the newest state, and block headers for tickets.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="facts">Asks the chain how it was sealed.</param>
/// <param name="tickets">Draws tickets.</param>
/// <param name="size">Size of the miner's sectors.</param>
/// <param name="networkName">The network.</param>
internal sealed class StatementLookup(FullNode node, FactsLookup facts, Tickets tickets, SectorSize size, string networkName)
{
    /// <summary>The statement about a sector.</summary>
    /// <param name="atHead">What the newest state has of it, which was told.</param>
    /// <param name="claim">What is compared with.</param>
    /// <param name="cancellation">Ends the search.</param>
    internal async Task<ChainStatement> OfAsync(SectorAtHead atHead, TicketClaim claim, CancellationToken cancellation)
    {
        SectorCommitments commitments = atHead.Commitments(size);
        ChainStatement statement = new()
        {
            Sector = atHead.Sector,
            SealProof = commitments.SealProof,
            SealedCid = commitments.SealedCid,
            SectorKeyCid = commitments.SectorKeyCid,
        };
        long committedAt = atHead.Proven?.Activation ?? atHead.PreCommitted!.PreCommitEpoch;
        try
        {
            AgreedFacts agreed = await facts.OfChainAsync(atHead, cancellation).ConfigureAwait(false);
            bool? holdsData = CommittedCapacity.HoldsData(agreed, atHead.Proven, size, networkName);
            statement = statement with
            {
                TicketEpoch = agreed.TicketEpoch?.Value,
                HoldsData = holdsData,
                CommD = holdsData == false ? ZeroCommitments.ForSector(size) : agreed.CommD?.Value,
            };
        }
        catch (OperatorException silence)
        {
            statement = statement with { Silence = silence.Message };
        }

        if ((statement.TicketEpoch ?? claim.TicketEpoch) is not { } epoch)
        {
            return statement;
        }

        try
        {
            return await WithTicketsAsync(statement, epoch, claim, committedAt, cancellation).ConfigureAwait(false);
        }
        catch (OperatorException silence)
        {
            return statement with { Silence = statement.Silence ?? silence.Message };
        }
    }

    private async Task<ChainStatement> WithTicketsAsync(
        ChainStatement statement, long epoch, TicketClaim claim, long committedAt, CancellationToken cancellation)
    {
        TicketForms forms = await tickets.FormsAsync(statement.Sector, epoch, [], cancellation).ConfigureAwait(false);
        if (forms.Right == claim.Ticket || forms.MistakeOf(claim.Ticket) is not null)
        {
            return statement with { Tickets = forms };
        }

        if (await RobustAddressAsync(statement.Sector.Miner, cancellation).ConfigureAwait(false) is { } robust)
        {
            forms = await tickets.FormsAsync(statement.Sector, epoch, [robust], cancellation).ConfigureAwait(false);
        }

        statement = statement with { Tickets = forms };
        if (forms.MistakeOf(claim.Ticket) is not null)
        {
            return statement;
        }

        // Epochs that are easily taken for that of the ticket: what the claim names, and those of its messages.
        foreach (long other in new[] { claim.TicketEpoch, committedAt }.OfType<long>().Where(other => other != epoch).Distinct())
        {
            if (await tickets.FromHeadersAsync(statement.Sector, other, cancellation).ConfigureAwait(false) == claim.Ticket)
            {
                return statement with { EpochOfClaim = other };
            }
        }

        return statement;
    }

    private async Task<Address?> RobustAddressAsync(ActorId miner, CancellationToken cancellation)
    {
        try
        {
            return await node.StateLookupRobustAddressAsync(miner, cancellation).ConfigureAwait(false) is { ActorId: null } robust ? robust : null;
        }
        catch (ChainCallException)
        {
            // Lotus before 1.18 and gateways lack the method; then one mistake is not recognised, which TicketForms says.
            return null;
        }
    }
}
