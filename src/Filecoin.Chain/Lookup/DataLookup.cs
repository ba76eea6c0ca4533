using Filecoin.Chain.Facts;
using Filecoin.Chain.Messages;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Pieces;
using Filecoin.Chain.Progress;
using Filecoin.Chain.Sources;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Lookup;

/// <summary>Finds what a sector was sealed over, and what it was updated with.</summary>
internal sealed class DataLookup
{
    private readonly SectorSize _size;
    private readonly UpdateEpochs _updates;
    private readonly PieceLists _lists;

    /// <summary>
    /// The lists that are asked, best first: what a source that the operator named has told already, where that is whole; what names pieces or
    /// deals in their order, of the node, of those sources, of the archive node; then what the claims leave.
    /// </summary>
    internal DataLookup(FullNode node, MinerAddress miner, SectorSize size, TipSet head, OtherSources others, Reporter reporter)
    {
        _size = size;
        NodeOfPieces own = new(node, miner, others.Keepers);
        NodeOfPieces[] archives = others.Archive is { } archive ? [new NodeOfPieces(archive, miner, [])] : [];
        _updates = new UpdateEpochs(
            [.. archives.Prepend(own).Select(each => new NodeOfUpdates(
                each.Node, each.Messages, reporter.Searches(SearchKind.UpdateStates, ofArchive: each != own)))],
            head);
        _lists = new PieceLists(
        [
            .. others.Named.Count > 0 ? new[] { new StatedPieces(onlyWhole: true) } : [],
            .. InOrder(own),
            .. others.Named.Count > 0 ? new[] { new StatedPieces(onlyWhole: false) } : [],
            .. archives.SelectMany(InOrder).Select(list => new ArchivedPieces(list)),
            new Claims(node, miner),
            .. archives.Select(archived => new ArchivedPieces(new Claims(archived.Node, miner))),
        ]);

        IEnumerable<IPieceList> InOrder(NodeOfPieces each) =>
        [
            new NamedDeals(each.Deals),
            new ProvingMessages(each.Node, each.Manifests),
            .. others.Named.Count > 0 ? new[] { new NamedProvingMessages(each.Messages, each.Manifests) } : [],
            new SectorEvents(each.Node, miner),
        ];
    }

    /// <summary>The data a sector was sealed over, which is not certain to be zeros, or why nothing tells it; of no pieces if zeros are told.</summary>
    /// <param name="question">The sector.</param>
    /// <param name="agreed">What is known of how it was sealed.</param>
    /// <param name="proven">Its record at the head; null if it is not proven.</param>
    /// <param name="mayBeZeros">Whether nothing told yet whether that was zeros.</param>
    /// <param name="notes">What the operator should know is added here.</param>
    /// <param name="cancellation">Ends the search.</param>
    internal async Task<FoundPieces> SealedOverAsync(
        SourceQuestion question, AgreedFacts agreed, SectorOnChainInfo? proven, bool mayBeZeros, List<string> notes, CancellationToken cancellation)
    {
        // The deals were published before the pre-commit, perhaps in its own tipset, and lived until the sector was proven.
        long? kept = proven?.Activation ?? (agreed.PreCommitEpoch?.Value + 1);
        return await _lists.FindAsync(
            new PieceQuestion(question.Sector, _size)
            {
                SealedCid = agreed.SealedCid!.Value.ToCid(),
                CommD = agreed.CommD?.Value,
                CommDBy = agreed.CommD?.Sources[0] ?? "",
                MayBeZeros = mayBeZeros,
                Epoch = proven?.Activation,
                DealIds = agreed.DealIds?.Value ?? [],
                KeptAt = kept is { } at ? [at] : [],
                Stated = agreed.Data?.Value,
                Messages = agreed.CommitMessages,
                ClaimsCanTell = !mayBeZeros && proven is { SectorKeyCid: null } && CommittedCapacity.IsAllClaimed(proven),
            },
            notes,
            cancellation).ConfigureAwait(false);
    }

    /// <summary>The pieces of a snapped sector's update, or why nothing tells them; and its epoch, as far as it is known.</summary>
    internal async Task<(FoundPieces Found, long? Epoch)> UpdatedWithAsync(
        SourceQuestion question, AgreedFacts agreed, SectorOnChainInfo info, List<string> notes, CancellationToken cancellation)
    {
        PieceQuestion pieces = new(question.Sector, _size)
        {
            IsUpdate = true,
            SealedCid = info.SealedCid,
            CommD = agreed.UpdateCommD?.Value,
            CommDBy = agreed.UpdateCommD?.Sources[0] ?? "",
            DealIds = info.DealIds ?? [],
            DealsNamedBy = "its record on chain",
            Stated = agreed.UpdateData?.Value,
            Messages = agreed.UpdateMessages,
            ClaimsCanTell = CommittedCapacity.IsAllClaimed(info),
        };
        long? epoch = await _updates.FindAsync(pieces, info, notes, cancellation).ConfigureAwait(false);
        if (Consequences.IsOfZeros(question) == true)
        {
            return (new FoundPieces(Zeros(), null), epoch);
        }

        pieces = pieces with { Epoch = epoch, KeptAt = epoch is { } at ? [at] : [] };
        return (await _lists.FindAsync(pieces, notes, cancellation).ConfigureAwait(false), epoch);
    }

    private SectorData Zeros() => new()
    {
        CommD = ZeroCommitments.ForSector(_size),
        Pieces = [],
        OrderKnown = true,
        Source = "none: its SealedCID is that of its key, as only an update with zeros leaves it",
    };

    /// <summary>A node and what reads pieces of it.</summary>
    private sealed class NodeOfPieces
    {
        internal NodeOfPieces(FullNode node, MinerAddress miner, IReadOnlyList<IMessageKeeper> keepers)
        {
            Node = node;
            Deals = new Deals(node, miner);
            Manifests = new SectorManifests(miner, Deals);
            Messages = new NamedMessages(node, Manifests, keepers);
        }

        internal FullNode Node { get; }

        internal Deals Deals { get; }

        internal SectorManifests Manifests { get; }

        internal NamedMessages Messages { get; }
    }
}
