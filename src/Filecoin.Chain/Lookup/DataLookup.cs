using System.Collections.Immutable;
using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>Finds what a sector was sealed over, and what it was updated with.</summary>
internal sealed class DataLookup
{
    private readonly SectorSize _size;
    private readonly UpdateEpochs _updates;
    private readonly PieceLists _lists;

    /// <summary>
    /// The lists that are asked, best first: what names pieces or deals in their order, of the node, of the sources that the operator named,
    /// of the archive node; then what the claims leave.
    /// </summary>
    internal DataLookup(FullNode node, MinerAddress miner, SectorSize size, TipSet head, OtherSources others, Reporter reporter)
    {
        _size = size;
        ImmutableArray<FullNode> nodes = others.Archive is { } archive ? [node, archive] : [node];
        _updates = new UpdateEpochs(nodes, head, [.. nodes.Select((_, i) => reporter.Searches(SearchKind.UpdateStates, ofArchive: i > 0))]);
        _lists = new PieceLists(
        [
            .. InOrder(node),
            .. others.Named.Count > 0 ? new[] { new StatedPieces() } : [],
            .. nodes.Skip(1).SelectMany(InOrder).Select(list => new ArchivedPieces(list)),
            new Claims(node, miner),
            .. nodes.Skip(1).Select(archived => new ArchivedPieces(new Claims(archived, miner))),
        ]);

        IEnumerable<IPieceList> InOrder(FullNode each)
        {
            Deals deals = new(each, miner);
            return [new NamedDeals(deals), new ProvingMessages(each, miner, deals), new SectorEvents(each, miner)];
        }
    }

    /// <summary>The data a sector was sealed over; null if that was zeros.</summary>
    /// <param name="question">The sector.</param>
    /// <param name="agreed">What is known of how it was sealed.</param>
    /// <param name="proven">Its record at the head; null if it is not proven.</param>
    /// <param name="notes">What the operator should know is added here.</param>
    /// <param name="cancellation">Ends the search.</param>
    internal async Task<SectorData?> SealedOverAsync(
        SourceQuestion question, AgreedFacts agreed, SectorOnChainInfo? proven, List<string> notes, CancellationToken cancellation)
    {
        if (!CommittedCapacity.HoldsData(agreed, proven, _size))
        {
            return null;
        }

        // The deals were published before the pre-commit, perhaps in its own tipset, and lived until the sector was proven.
        long? kept = proven?.Activation ?? (agreed.PreCommitEpoch?.Value + 1);
        return await _lists.FindAsync(
            new PieceQuestion(question.Sector, _size)
            {
                SealedCid = agreed.SealedCid!.Value.ToCid(),
                CommD = agreed.CommD?.Value,
                Epoch = proven?.Activation,
                DealIds = agreed.DealIds?.Value ?? [],
                KeptAt = kept is { } at ? [at] : [],
                Stated = agreed.Data?.Value,
                ClaimsCanTell = proven is { SectorKeyCid: null } && !CommittedCapacity.HasUnverified(proven),
            },
            notes,
            cancellation).ConfigureAwait(false);
    }

    /// <summary>The update of a proven sector; null unless it was snapped.</summary>
    internal async Task<SectorUpdate?> UpdatedWithAsync(
        SourceQuestion question, AgreedFacts agreed, SectorOnChainInfo info, List<string> notes, CancellationToken cancellation)
    {
        if (info.SectorKeyCid is null)
        {
            return null;
        }

        long? epoch = await _updates.FindAsync(question.Sector, info, notes, cancellation).ConfigureAwait(false);
        PieceQuestion pieces = new(question.Sector, _size)
        {
            IsUpdate = true,
            SealedCid = info.SealedCid,
            CommD = agreed.UpdateCommD?.Value,
            Epoch = epoch,
            DealIds = info.DealIds ?? [],
            DealsNamedBy = "its record on chain",
            KeptAt = epoch is { } at ? [at] : [],
            Stated = agreed.UpdateData?.Value,
            ClaimsCanTell = !CommittedCapacity.HasUnverified(info),
        };
        return new SectorUpdate
        {
            SealedCid = OnChain.CommR(question.Sector, info.SealedCid),
            Data = await _lists.FindAsync(pieces, notes, cancellation).ConfigureAwait(false),
            Epoch = epoch,
        };
    }
}
