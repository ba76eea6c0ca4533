using Filecoin.Chain.Facts;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Lookup;

/// <summary>
/// Tells whether facts found in an earlier run are still right, by what is cheap to ask: the newest state, and the headers of the ticket's
/// epoch, which many sectors share. Then nobody is asked again what old state or messages said.
/// </summary>
internal sealed class KeptFacts(FullNode node, string networkName, SectorSize size, StatusLookup statuses)
{
    private readonly Tickets _tickets = new(node, networkName);

    /// <summary>The same facts and where the sector stands now; null if they are not complete, or not what the chain has.</summary>
    /// <exception cref="OperatorException">The node could not answer.</exception>
    internal async Task<SectorFacts?> StillRightAsync(SectorFacts kept, CancellationToken cancellation)
    {
        if (kept.TicketEpoch is not { } epoch || kept.SealProof.SectorSize != size)
        {
            return null;
        }

        List<string> notes = [];
        ChainStatus status;
        if (await node.StateSectorGetInfoAsync(kept.Sector, TipSetKey.Head, cancellation).ConfigureAwait(false) is { } proven)
        {
            if (!IsOf(kept, proven))
            {
                return null;
            }

            status = await statuses.OfProvenAsync(kept.Sector, proven, notes, cancellation).ConfigureAwait(false);
        }
        else if (await node.StateSectorPreCommitInfoAsync(kept.Sector, TipSetKey.Head, cancellation).ConfigureAwait(false) is { } preCommitted
            && IsOf(kept, preCommitted.Info))
        {
            status = await statuses.OfPreCommittedAsync(kept.SealProof, preCommitted, notes, cancellation).ConfigureAwait(false);
        }
        else
        {
            return null;
        }

        return await _tickets.FromHeadersAsync(kept.Sector, epoch, cancellation).ConfigureAwait(false) == kept.Ticket
            ? kept with { Status = status, Notes = notes }
            : null;
    }

    // Where nobody told its pieces then, somebody may now.
    private bool IsOf(SectorFacts kept, SectorOnChainInfo proven) =>
        (long)kept.SealProof.Proof == proven.SealProof
        && kept.SealedCid.ToCid().Equals(proven.SectorKeyCid ?? proven.SealedCid)
        && !kept.PiecesUntold
        && (proven.SectorKeyCid is null
            ? kept.Update is null && (kept.Data is not null || CommittedCapacity.Of(proven, networkName) != WeightsSay.Data)
            : kept.Update is { } update && update.SealedCid.ToCid().Equals(proven.SealedCid));

    private bool IsOf(SectorFacts kept, SectorPreCommitInfo preCommitted) =>
        (long)kept.SealProof.Proof == preCommitted.SealProof
        && kept.SealedCid.ToCid().Equals(preCommitted.SealedCid)
        && kept.TicketEpoch == preCommitted.SealRandEpoch
        && kept.Update is null
        && !kept.PiecesUntold
        && (kept.Data is not null
            || (preCommitted.DealIds is null or []
                && (preCommitted.UnsealedCid is not { } cid || cid.Equals(ZeroCommitments.ForSector(size).ToCid()))));
}
