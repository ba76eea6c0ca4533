using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>Finds what a sector was sealed over, and what it was updated with.</summary>
internal sealed class DataLookup
{
    private readonly SectorSize _size;
    private readonly UpdateEpochs _updates;
    private readonly PieceLists _lists;

    /// <summary>The lists that are asked, best first: what names pieces or deals in their order, then what the claims leave.</summary>
    internal DataLookup(FullNode node, MinerAddress miner, SectorSize size, TipSet head)
    {
        _size = size;
        _updates = new UpdateEpochs(node, head);
        Deals deals = new(node, miner);
        _lists = new PieceLists([new NamedDeals(deals), new ProvingMessages(node, miner, deals), new SectorEvents(node, miner), new Claims(node, miner)]);
    }

    /// <summary>A CommR that the chain gives as a CID.</summary>
    /// <exception cref="OperatorException">NodeUnreachable: it is none.</exception>
    internal static CommR CommROf(SectorId sector, Cid sealedCid) => CommitmentCid.TryGetCommR(sealedCid, out CommR commR)
        ? commR
        : throw new OperatorException(
            FailureKind.NodeUnreachable,
            $"{sector}: the chain node gives a SealedCID that is no replica commitment ({sealedCid})",
            "the node or a proxy before it is faulty; use another node");

    /// <summary>The data a sector was sealed over; null if that was zeros.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="found">Its pre-commit.</param>
    /// <param name="proven">Its record at the head; null if it is not proven.</param>
    /// <param name="notes">What the operator should know is added here.</param>
    /// <param name="cancellation">Ends the search.</param>
    internal async Task<SectorData?> SealedOverAsync(
        SectorId sector, SectorPreCommitOnChainInfo found, SectorOnChainInfo? proven, List<string> notes, CancellationToken cancellation)
    {
        if (!CommittedCapacity.HoldsData(sector, found.Info, proven, _size, out CommD? commD))
        {
            return null;
        }

        PieceQuestion question = new(sector, _size)
        {
            SealedCid = found.Info.SealedCid,
            CommD = commD,
            Epoch = proven?.Activation,
            DealIds = found.Info.DealIds ?? [],

            // The deals were published before the pre-commit, perhaps in its own tipset, and lived until the sector was proven.
            KeptAt = [proven?.Activation ?? (found.PreCommitEpoch + 1)],
            ClaimsCanTell = proven is { SectorKeyCid: null } && !CommittedCapacity.HasUnverified(proven),
        };
        return await _lists.FindAsync(question, notes, cancellation).ConfigureAwait(false);
    }

    /// <summary>The update of a proven sector; null unless it was snapped.</summary>
    internal async Task<SectorUpdate?> UpdatedWithAsync(
        SectorId sector, SectorOnChainInfo info, List<string> notes, CancellationToken cancellation)
    {
        if (info.SectorKeyCid is null)
        {
            return null;
        }

        long? epoch = await _updates.FindAsync(sector, info, notes, cancellation).ConfigureAwait(false);
        PieceQuestion question = new(sector, _size)
        {
            IsUpdate = true,
            SealedCid = info.SealedCid,
            Epoch = epoch,
            DealIds = info.DealIds ?? [],
            DealsNamedBy = "its record on chain",
            KeptAt = epoch is { } at ? [at] : [],
            ClaimsCanTell = !CommittedCapacity.HasUnverified(info),
        };
        return new SectorUpdate
        {
            SealedCid = CommROf(sector, info.SealedCid),
            Data = await _lists.FindAsync(question, notes, cancellation).ConfigureAwait(false),
            Epoch = epoch,
        };
    }
}
