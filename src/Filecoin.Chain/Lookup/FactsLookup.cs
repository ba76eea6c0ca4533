using Filecoin.Chain.Facts;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Pieces;
using Filecoin.Chain.Progress;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Sources;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Lookup;

/// <summary>
/// Puts the facts about a sector together: asks the sources, has the ticket computed, has pieces looked for, and compares all of it.
/// </summary>
internal sealed class FactsLookup(
    FullNode node, OtherSources others, MinerAddress miner, SectorSize size, string networkName, TipSet head, StatusLookup statuses, Reporter reporter)
{
    private readonly IReadOnlyList<ISectorSource> _sources = SourceOrder.Of(node, miner, others, reporter);
    private readonly IReadOnlyList<ISectorSource> _ofChain = SourceOrder.OfChain(node, miner, others.Archive);
    private readonly Tickets _tickets = new(node, networkName);
    private readonly Tickets? _archivedTickets = others.Archive is { } archive ? new Tickets(archive, networkName) : null;
    private readonly DataLookup _data = new(node, miner, size, head, others, reporter);

    /// <summary>
    /// The facts about one sector. Where all is told but which pieces it holds, the facts without them, and that failure beside them.
    /// </summary>
    /// <exception cref="OperatorException">NotOnChain, NotSupported, StatePruned, SourcesDisagree, NodeUnreachable.</exception>
    internal async Task<SectorLookupResult> FindAsync(SectorAtHead atHead, CancellationToken cancellation)
    {
        (SectorId sector, SectorOnChainInfo? proven, SectorPreCommitOnChainInfo? preCommitted, string? untold) = atHead;
        List<string> notes = untold is null ? [] : [$"what the chain has of it the node did not tell ({untold}), so its SealedCID is what other sources say"];
        SourceQuestion question = Question(sector, proven);
        SectorStatement? newest = Newest(question, atHead);
        Inquiry inquiry = await Inquiry.AskAsync(question, newest, _sources, others.Named, notes, cancellation).ConfigureAwait(false);
        SealProofInfo proof = inquiry.Agreed.SealProof?.Value ?? throw inquiry.Lacks("nothing tells its seal proof", Setting.SealProof);
        if (proof.SectorSize != size)
        {
            throw new OperatorException(
                FailureKind.SourcesDisagree,
                $"{sector} has the seal proof {proof} by {inquiry.Agreed.SealProof.Sources[0]}, but its miner's sectors are {size}",
                "one of the two is wrong; leave that source out");
        }

        CommR sealedCid = inquiry.Agreed.SealedCid?.Value ?? throw inquiry.Lacks("nothing tells its SealedCID", Setting.SealedCid);
        if (inquiry.Agreed is { TicketEpoch: null, Ticket: null })
        {
            throw LacksTicket(inquiry, question);
        }

        (SectorData? data, OperatorException? untoldPieces) = await DataAsync(inquiry, question, proven, notes, cancellation).ConfigureAwait(false);
        (SectorUpdate? update, OperatorException? untoldUpdate) = proven?.SectorKeyCid is null
            ? default
            : await UpdateAsync(inquiry, question, proven, notes, cancellation).ConfigureAwait(false);
        ChainStatus? status = proven is not null ? await statuses.OfProvenAsync(sector, proven, notes, cancellation).ConfigureAwait(false)
            : preCommitted is not null ? await statuses.OfPreCommittedAsync(proof, preCommitted, notes, cancellation).ConfigureAwait(false)
            : null;
        Ticket ticket = await TicketAsync(inquiry, question, notes, cancellation).ConfigureAwait(false);
        notes.AddRange(inquiry.Agreed.Overruled);
        SectorFacts facts = new()
        {
            Sector = sector,
            SealProof = proof,
            Ticket = ticket,
            SealedCid = sealedCid,
            TicketEpoch = inquiry.Agreed.TicketEpoch?.Value,
            PreCommitEpoch = inquiry.Agreed.PreCommitEpoch?.Value,
            Activation = proven?.Activation,
            Data = data,
            Update = update,
            Status = status,
            Notes = notes,
            Origins = Origins.Of(inquiry.Agreed, newest?.SealedCid),
        };
        return new SectorLookupResult(sector, facts, untoldPieces ?? untoldUpdate);
    }

    /// <summary>
    /// What the chain alone says of how a sector was sealed, the archive's included; neither tickets nor pieces, and nothing that would send a
    /// node through days of the chain.
    /// </summary>
    /// <exception cref="OperatorException">As <see cref="FindAsync"/>, also where it does not tell the ticket's epoch.</exception>
    internal async Task<AgreedFacts> OfChainAsync(SectorAtHead atHead, CancellationToken cancellation)
    {
        SourceQuestion question = Question(atHead.Sector, atHead.Proven);
        Inquiry inquiry = await Inquiry.AskAsync(
            question, Newest(question, atHead), _ofChain, [], [], cancellation).ConfigureAwait(false);
        return inquiry.Agreed.TicketEpoch is null ? throw LacksTicket(inquiry, question) : inquiry.Agreed;
    }

    private static OperatorException LacksTicket(Inquiry inquiry, SourceQuestion question) => inquiry.Lacks(
        $"nothing tells which ticket it was sealed with{(question.Activation is { } activation ? $", proven at epoch {activation}" : "")}");

    private SourceQuestion Question(SectorId sector, SectorOnChainInfo? proven) => new(sector, size)
    {
        SealProof = proven is null ? null : OnChain.Proof(sector, proven.SealProof, size),
        SealedCid = proven is null ? null : OnChain.CommR(sector, proven.SectorKeyCid ?? proven.SealedCid),
        UpdateSealedCid = proven is { SectorKeyCid: not null } ? OnChain.CommR(sector, proven.SealedCid) : null,
        Activation = proven?.Activation,
        IsSnapped = proven is { SectorKeyCid: not null },
        Weighs = proven is not null && CommittedCapacity.Of(proven, networkName) == WeightsSay.Data,
    };

    /// <summary>What the newest state says: of a pre-committed sector everything, of a proven one what it is proven against.</summary>
    private SectorStatement? Newest(SourceQuestion question, SectorAtHead atHead)
    {
        string source = $"the newest state{atHead.Of}";
        return atHead.PreCommitted is { } preCommitted ? PreCommits.Said(question, preCommitted, source) with { IsChain = true, IsNewestState = true }
            : question.Activation is null ? null
            : new SectorStatement
            {
                Source = source,
                IsChain = true,
                IsNewestState = true,
                SealProof = question.SealProof,
                SealedCid = question.SealedCid,
                UpdateSealedCid = question.UpdateSealedCid,

                UpdateCommD = Consequences.IsOfZeros(question) == true ? ZeroCommitments.ForSector(size) : null,

                // The chain takes nothing else for this proof.
                CommD = question.SealProof!.Variant == PorepVariant.NonInteractive ? ZeroCommitments.ForSector(size) : null,
            };
    }

    /// <summary>The ticket: computed from headers where its epoch is known, of this node or the archive; else as it was said.</summary>
    private async Task<Ticket> TicketAsync(Inquiry inquiry, SourceQuestion question, List<string> notes, CancellationToken cancellation)
    {
        SectorId sector = question.Sector;
        if (inquiry.Agreed.TicketEpoch?.Value is not { } epoch)
        {
            return inquiry.Agreed.Ticket!.Value;
        }

        FoundTicket found;
        try
        {
            found = await _tickets.FindAsync(sector, epoch, head.Key, cancellation).ConfigureAwait(false);
        }
        catch (ChainCallException error) when (_archivedTickets is not null && error.IsUntold)
        {
            // A gateway that looks back a day at most; the archive's headers are as good, and its head is what it draws from.
            TipSet archiveHead = await others.Archive!.ChainHeadAsync(cancellation).ConfigureAwait(false);
            found = await _archivedTickets.FindAsync(sector, epoch, archiveHead.Key, cancellation).ConfigureAwait(false);
        }
        catch (ChainCallException error) when (inquiry.Agreed.Ticket is not null && error.IsUntold)
        {
            notes.Add($"its ticket could not be compared with block headers ({error.Message})");
            return inquiry.Agreed.Ticket.Value;
        }

        notes.AddRange(new[] { found.Note }.OfType<string>());
        Computed($"the block headers of epoch {epoch}");
        if (found.IsDrawn)
        {
            Computed("the node's own draw");
        }

        return found.Ticket;

        void Computed(string source) => inquiry.Hear(
            new SectorStatement
            {
                Source = source,
                Ticket = found.Ticket,
                IsComputed = true,
                IsNewestState = inquiry.Agreed.TicketEpoch!.Statements.Any(said => said.IsNewestState),
            },
            question.Activation);
    }

    private async Task<FoundPieces> DataAsync(
        Inquiry inquiry, SourceQuestion question, SectorOnChainInfo? proven, List<string> notes, CancellationToken cancellation)
    {
        bool? holdsData = CommittedCapacity.HoldsData(inquiry.Agreed, proven, size, networkName);
        if (holdsData == false)
        {
            if (inquiry.Agreed.CommD is null)
            {
                inquiry.Hear(WhyZeros(inquiry, question) with { CommD = ZeroCommitments.ForSector(size) }, question.Activation);
            }

            return default;
        }

        (SectorData? data, OperatorException? failure) = await _data.SealedOverAsync(
            question, inquiry.Agreed, proven, holdsData is null, notes, cancellation).ConfigureAwait(false);
        if (holdsData is null && (data is null || data.Pieces.IsEmpty))
        {
            inquiry.Hear(Untold(inquiry, proven, data, failure, notes) with { CommD = ZeroCommitments.ForSector(size) }, question.Activation);
            return default;
        }

        if (failure is not null)
        {
            // With CommD all else can be written down, and only the pieces have to be added; a node that fell silent may still tell them.
            return inquiry.Agreed.CommD is { } commD && failure.Kind != FailureKind.NodeUnreachable
                ? new FoundPieces(SectorData.Untold(commD.Value), failure)
                : throw failure;
        }

        HearPieces(inquiry, question, data!, inquiry.Agreed.Data, inquiry.Agreed.CommD, listed => new SectorStatement { Source = data!.Source, Data = listed });
        return new FoundPieces(data, null);
    }

    /// <summary>What speaks for zeros where nobody told CommD. That it was snapped speaks for what software snaps, not for what the chain allows.</summary>
    private static SectorStatement WhyZeros(Inquiry inquiry, SourceQuestion question) =>
        inquiry.Agreed.SealProof!.Value.Variant == PorepVariant.NonInteractive
            ? new SectorStatement { Source = "its seal proof, which is for sectors without data only" }
        : question.IsSnapped ? new SectorStatement { Source = "that it was snapped, which only sectors without data are" }
        : new SectorStatement { Source = "its weights on chain, which are zero", IsChain = true };

    /// <summary>
    /// Who says that a sector holds zeros of which its record does not tell: the message or event that proved it, which names no pieces, or else
    /// the operator, who was asked to.
    /// </summary>
    /// <exception cref="OperatorException">Nobody does.</exception>
    private SectorStatement Untold(Inquiry inquiry, SectorOnChainInfo? proven, SectorData? data, OperatorException? failure, List<string> notes)
    {
        if (data is not null)
        {
            return new SectorStatement { Source = data.Source, IsChain = true };
        }

        if (others.AssumeZeros)
        {
            string more = proven is null ? "; nor is it known whether it was snapped" : "";
            notes.Add($"nothing tells whether it was sealed over data{more}: it is taken for a sector of zeros, as asked, and if it holds data, sealing it ends with another CommR");
            return new SectorStatement { Source = "the command line, which assumes it" };
        }

        throw failure is { Kind: FailureKind.NodeUnreachable } && proven is not null ? failure : inquiry.LacksUnless(
            "nothing tells whether it was sealed over data"
                + (proven is null ? ", or whether it was snapped" : $": {CommittedCapacity.WhyNothing(proven)}"),
            $"say with {Setting.AssumeZeros} that such sectors hold none, if you know that");
    }

    private async Task<(SectorUpdate? Update, OperatorException? Failure)> UpdateAsync(
        Inquiry inquiry, SourceQuestion question, SectorOnChainInfo proven, List<string> notes, CancellationToken cancellation)
    {
        ((SectorData? data, OperatorException? failure), long? epoch) = await _data.UpdatedWithAsync(
            question, inquiry.Agreed, proven, notes, cancellation).ConfigureAwait(false);
        if (failure is { Kind: FailureKind.NodeUnreachable })
        {
            throw failure;
        }

        SectorUpdate update = new()
        {
            SealedCid = question.UpdateSealedCid!.Value,
            Data = data ?? SectorData.Untold(inquiry.Agreed.UpdateCommD?.Value),
            Epoch = epoch,
        };
        if (data is not null)
        {
            HearPieces(
                inquiry,
                question,
                data,
                inquiry.Agreed.UpdateData,
                inquiry.Agreed.UpdateCommD,
                listed => new SectorStatement { Source = data.Source, UpdateData = listed });
        }

        return (update, failure);
    }

    /// <summary>Compares pieces found on chain with those that other sources named; what these named themselves is no second word.</summary>
    private static void HearPieces(
        Inquiry inquiry, SourceQuestion question, SectorData found, Agreed<SectorData>? stated, Agreed<CommD>? commD, Func<SectorData, SectorStatement> say)
    {
        if (stated is null || stated.Value.Source != found.Source)
        {
            // The lists repeat the CommD that was known before.
            SectorData listed = commD is null ? found : found with { CommD = null };
            inquiry.Hear(say(listed) with { IsChain = found.OrderKnown }, question.Activation);
        }
    }
}
