using Filecoin.Chain.Facts;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Wire;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace Filecoin.Chain.Lookup;

/// <summary>A ticket and what to know about how it was found.</summary>
/// <param name="Ticket">The ticket, as block headers give it.</param>
/// <param name="IsDrawn">Whether the node drew the same one.</param>
/// <param name="Note">One sentence if it did not; else null.</param>
internal readonly record struct FoundTicket(Ticket Ticket, bool IsDrawn, string? Note);

/// <summary>
/// Finds sealing tickets twice over: as the node draws them, and from block headers alone. Three hours of sealing hang on these 32 bytes, so
/// the two must agree. Headers survive pruning; a node that cannot draw any more, or a gateway that never could, leaves the headers' ticket.
/// </summary>
internal sealed class Tickets
{
    /// <summary>Null rounds in a row beyond which something else is wrong; mainnet's longest run was far shorter.</summary>
    private const int MaxNullRounds = 100;

    private readonly FullNode _node;
    private readonly string _networkName;
    private readonly Recent<(ActorId Miner, long Epoch), byte[]> _draws = new(kept: 1024);

    /// <summary>Tickets of one network.</summary>
    /// <param name="node">The node to ask.</param>
    /// <param name="networkName">As StateNetworkName tells it; decides which rule an epoch's null rounds follow.</param>
    public Tickets(FullNode node, string networkName)
    {
        _node = node;
        _networkName = networkName;
    }

    /// <summary>The ticket of <paramref name="epoch"/> for a sector's miner.</summary>
    /// <param name="sector">Whose ticket; names the sector in messages.</param>
    /// <param name="epoch">SealRandEpoch.</param>
    /// <param name="head">A tipset of the main chain at or after the epoch.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="OperatorException">SourcesDisagree; or as <see cref="FullNode"/>'s methods.</exception>
    public async Task<FoundTicket> FindAsync(SectorId sector, long epoch, TipSetKey head, CancellationToken cancellation)
    {
        Ticket fromHeaders = await FromHeadersAsync(sector, epoch, cancellation).ConfigureAwait(false);
        byte[] drawn;
        try
        {
            byte[] entropy = Address.FromActorId(sector.Miner).ToCbor();
            drawn = await _draws.GetAsync((sector.Miner, epoch), () => _node.StateGetRandomnessFromTicketsAsync(
                FullNode.SealRandomness, epoch, entropy, head, cancellation)).ConfigureAwait(false);
        }
        catch (ChainCallException error) when (error.Error is not null)
        {
            // Whatever the node says instead of a ticket, the headers have given it.
            return new FoundTicket(fromHeaders, false, "the ticket comes from block headers alone, the node could not draw it to compare");
        }

        if (drawn.Length != Bytes32.Length)
        {
            throw new OperatorException(
                FailureKind.NodeUnreachable,
                $"{sector}: the node drew a ticket of {drawn.Length} bytes where it must be 32",
                "the node or a proxy before it is faulty; use another node");
        }

        Ticket fromNode = new(new Bytes32(drawn));
        return fromNode == fromHeaders
            ? new FoundTicket(fromHeaders, true, null)
            : throw new OperatorException(
                FailureKind.SourcesDisagree,
                $"{sector}: the node draws ticket {fromNode} for epoch {epoch}, but the block headers give {fromHeaders}",
                $"nothing was sealed, since one of the two is wrong; ask another node, and report this with the output of {Setting.Verbose}");
    }

    /// <summary>The ticket of <paramref name="epoch"/> computed from the headers of the tipset that stands for it.</summary>
    /// <exception cref="OperatorException">SourcesDisagree when headers contradict each other; or as <see cref="FullNode"/>'s methods.</exception>
    public async Task<Ticket> FromHeadersAsync(SectorId sector, long epoch, CancellationToken cancellation)
    {
        TipSet tipset = await TipSetForAsync(sector, epoch, cancellation).ConfigureAwait(false);
        return TicketDraw.Draw(Digest(sector, tipset), epoch, sector.Miner);
    }

    /// <summary>
    /// The right ticket of <paramref name="epoch"/> and those that the mistakes known give: by the other null-round rule, and with other
    /// addresses of the miner than its number.
    /// </summary>
    /// <param name="sector">Whose.</param>
    /// <param name="epoch">SealRandEpoch, or what was taken for it.</param>
    /// <param name="otherAddresses">The miner's other addresses.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="OperatorException">As <see cref="FromHeadersAsync"/>.</exception>
    internal async Task<TicketForms> FormsAsync(
        SectorId sector, long epoch, IReadOnlyList<Address> otherAddresses, CancellationToken cancellation)
    {
        TipSet found = await TipSetForAsync(sector, epoch, cancellation).ConfigureAwait(false);
        bool isNullRound = found.Height != Math.Max(epoch, 0);
        TipSet? other = !isNullRound ? null
            : found.Height < epoch ? await AfterNullRoundAsync(sector, epoch, cancellation).ConfigureAwait(false)
            : await _node.ChainGetTipSetByHeightAsync(epoch, cancellation).ConfigureAwait(false);
        Address id = Address.FromActorId(sector.Miner);
        (TipSet TipSet, bool OtherRound)[] rounds = other is null ? [(found, false)] : [(found, false), (other, true)];
        return new TicketForms(
            epoch,
            isNullRound,
            TicketDraw.Draw(Digest(sector, found), epoch, id),
            [
                .. from round in rounds
                   from address in otherAddresses.Prepend(id)
                   where round.OtherRound || !address.Equals(id)
                   select new MistakenTicket(
                       TicketDraw.Draw(Digest(sector, round.TipSet), epoch, address),
                       round.OtherRound ? round.TipSet.Height : null,
                       address.Equals(id) ? null : address),
            ]);
    }

    private static Bytes32 Digest(SectorId sector, TipSet tipset) => tipset.Blocks.All(block => block.Ticket is { VrfProof.Length: > 0 })
        ? TicketDraw.Digest(tipset)
        : throw new OperatorException(
            FailureKind.NodeUnreachable,
            $"{sector}: the node's block headers of epoch {tipset.Height} lack their tickets",
            "the node or a proxy before it is faulty; use another node");

    // Young devnets seal with epochs before genesis; genesis stands for them, and the ticket is drawn for the epoch as asked.
    private async Task<TipSet> TipSetForAsync(SectorId sector, long ticketEpoch, CancellationToken cancellation)
    {
        long epoch = Math.Max(ticketEpoch, 0);
        TipSet before = await _node.ChainGetTipSetByHeightAsync(epoch, cancellation).ConfigureAwait(false);
        if (before.Height == epoch || ChainPolicy.NullRoundLooksBack(_networkName, epoch))
        {
            return before;
        }

        TipSet after = await AfterNullRoundAsync(sector, epoch, cancellation).ConfigureAwait(false);

        // The round was null only if nothing lies between: the later tipset's blocks name the earlier one's as their parents.
        bool linked = after.Height > epoch
            && after.Blocks.All(block => block.Parents is null || block.Parents.ToHashSet().SetEquals(before.Cids));
        return linked
            ? after
            : throw new OperatorException(
                FailureKind.SourcesDisagree,
                $"{sector}: the node calls epoch {epoch} a null round, but its tipset {after.Height} does not follow its tipset {before.Height}",
                "the node is reorganising or faulty, or two endpoints follow different chains; run again in a while or use another node");
    }

    private async Task<TipSet> AfterNullRoundAsync(SectorId sector, long epoch, CancellationToken cancellation)
    {
        try
        {
            return await _node.ChainGetTipSetAfterHeightAsync(epoch, cancellation).ConfigureAwait(false);
        }
        catch (ChainCallException error) when (error.Error?.Kind == RpcErrorKind.MethodMissing)
        {
            // Without that method, walk forward to the first epoch that has a tipset.
            for (long next = epoch + 1; next <= epoch + MaxNullRounds; next++)
            {
                TipSet tipset = await _node.ChainGetTipSetByHeightAsync(next, cancellation).ConfigureAwait(false);
                if (tipset.Height >= epoch)
                {
                    return tipset;
                }
            }

            throw new OperatorException(
                FailureKind.NodeUnreachable,
                $"{sector}: the node knows no tipset in the {MaxNullRounds} epochs from {epoch} on",
                "use a node that is synced and offers ChainGetTipSetAfterHeight",
                error);
        }
    }
}
