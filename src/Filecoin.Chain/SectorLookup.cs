using System.Collections.Concurrent;
using System.Globalization;
using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>What was found out about one sector: facts, or why there are none.</summary>
/// <param name="Sector">The sector asked for.</param>
/// <param name="Facts">The facts; null on failure.</param>
/// <param name="Failure">Why not; null on success.</param>
public sealed record SectorLookupResult(SectorId Sector, SectorFacts? Facts, OperatorException? Failure);

/// <summary>
/// Finds how the sectors of one miner were sealed, over which pieces, and which pieces they were updated with. What the head's state says
/// every node knows; what it has forgotten of a proven sector is asked of one source after the other (Sources/), until nothing is missing.
/// What two of them say must agree. The ticket is computed from block headers, pieces come from the first place that has them
/// (<see cref="SectorData.Source"/>). Safe for concurrent use.
/// </summary>
public sealed class SectorLookup
{
    private const string NetworkHint = "check the number and that the node is on the right network";

    /// <summary>Lookups failing one after the other for want of a node, after which the rest is not tried.</summary>
    private const int NodeIsGone = 3;

    /// <summary>Head older than this: the node is behind.</summary>
    private static readonly TimeSpan SyncedWithin = TimeSpan.FromMinutes(10);

    private readonly FullNode _node;
    private readonly TipSet _head;
    private readonly Tickets _tickets;
    private readonly StandingLookup _standing;
    private readonly Tickets? _archivedTickets;
    private readonly DataLookup _data;
    private readonly OtherSources _others;
    private readonly IReadOnlyList<ISectorSource> _sources;
    private readonly string? _headNote;

    private SectorLookup(
        FullNode node, OtherSources others, ActorId miner, Address address, SectorSize sectorSize, string networkName, TipSet head, TimeProvider time)
    {
        _node = node;
        _others = others;
        _head = head;
        Miner = miner;
        SectorSize = sectorSize;
        NetworkName = networkName;
        _tickets = new Tickets(node, networkName);
        _standing = new StandingLookup(node, head);
        MinerAddress minerAddress = new(node, miner, address);
        _sources = SourceOrder.Of(node, minerAddress, others);
        _archivedTickets = others.Archive is { } archive ? new Tickets(archive, networkName) : null;
        _data = new DataLookup(node, minerAddress, sectorSize, head, others);
        TimeSpan age = time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(head.Blocks[0].Timestamp);
        _headNote = age <= SyncedWithin ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"the node's newest epoch {head.Height} is {age.TotalHours:0.0} hours old: it is not synced, so deadlines may be out of date");
    }

    /// <summary>The miner in ID form.</summary>
    public ActorId Miner { get; }

    /// <summary>Size of all the miner's sectors.</summary>
    public SectorSize SectorSize { get; }

    /// <summary>The network's name as the node tells it: "mainnet", "calibrationnet", …</summary>
    public string NetworkName { get; }

    /// <summary>Asks for the network, the head of the chain and the miner.</summary>
    /// <param name="node">The node to ask, then and later.</param>
    /// <param name="miner">The miner's address, of any kind.</param>
    /// <param name="time">Tells whether the node's head is old.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="OperatorException">NotOnChain if the miner is unknown; NodeUnreachable if no endpoint answers.</exception>
    public static Task<SectorLookup> OpenAsync(FullNode node, Address miner, TimeProvider time, CancellationToken cancellation) =>
        OpenAsync(node, OtherSources.None, miner, time, cancellation);

    /// <summary>The same, with other places to ask.</summary>
    /// <exception cref="OperatorException">Likewise; SourcesDisagree if the archive node is of another network.</exception>
    public static async Task<SectorLookup> OpenAsync(
        FullNode node, OtherSources others, Address miner, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(miner);
        ArgumentNullException.ThrowIfNull(time);
        string network = Printable.Line(await node.StateNetworkNameAsync(cancellation).ConfigureAwait(false), 60);
        await RefuseAnotherNetworkAsync(network, others.Archive, cancellation).ConfigureAwait(false);
        TipSet head = await node.ChainHeadAsync(cancellation).ConfigureAwait(false);
        try
        {
            ActorId id = miner.ActorId ?? await node.StateLookupIdAsync(miner, cancellation).ConfigureAwait(false);
            MinerInfo info = await node.StateMinerInfoAsync(id, TipSetKey.Head, cancellation).ConfigureAwait(false);
            SectorSize size = SectorSize.IsValid(info.SectorSize) && SealProofs.TryGet(new SectorSize(info.SectorSize), PorepVariant.V1, out _)
                ? new SectorSize(info.SectorSize)
                : throw new OperatorException(
                    FailureKind.NodeUnreachable,
                    $"the chain node says that sectors of {miner} have {info.SectorSize} bytes, which no seal proof is for",
                    "the node or a proxy before it is faulty; use another node");
            return new SectorLookup(node, others, id, miner, size, network, head, time);
        }
        catch (ChainCallException error) when (error.IsAnswer)
        {
            throw new OperatorException(
                FailureKind.NotOnChain,
                $"there is no miner {miner} on the network \"{network}\" ({error.Error?.Message})",
                NetworkHint,
                error);
        }
    }

    /// <summary>The facts about one sector.</summary>
    /// <exception cref="OperatorException">NotOnChain, NotSupported, StatePruned, SourcesDisagree, NodeUnreachable.</exception>
    public async Task<SectorFacts> FindAsync(ulong sectorNumber, CancellationToken cancellation)
    {
        SectorId sector = new(Miner, sectorNumber);
        if (sectorNumber > long.MaxValue)
        {
            throw new OperatorException(FailureKind.BadInput, $"{sector} cannot exist: sector numbers are below 2^63", "check the number");
        }

        try
        {
            (SectorOnChainInfo? proven, SectorPreCommitOnChainInfo? preCommitted, string? untold) = await AtHeadAsync(sector, cancellation).ConfigureAwait(false);
            return await FindAsync(sector, proven, preCommitted, untold, cancellation).ConfigureAwait(false);
        }
        catch (ChainCallException error)
        {
            throw new OperatorException(error.Kind, $"{sector}: {error.Message}", error.Hint, error);
        }
    }

    /// <summary>
    /// The facts about many, at most <paramref name="concurrency"/> at once; results in the order asked. One that fails does not stop the
    /// others, unless the node is gone altogether: then the rest fails without being tried.
    /// </summary>
    public Task<IReadOnlyList<SectorLookupResult>> FindAllAsync(
        IEnumerable<ulong> sectorNumbers, int concurrency, CancellationToken cancellation) =>
        ForAllAsync(
            sectorNumbers,
            concurrency,
            async (number, token) => new SectorLookupResult(new SectorId(Miner, number), await FindAsync(number, token).ConfigureAwait(false), null),
            (sector, failure) => new SectorLookupResult(sector, null, failure),
            cancellation);

    /// <summary>What the files of many sectors commit to, as <see cref="FindAllAsync"/>; asks only for the newest state, one call a sector.</summary>
    public Task<IReadOnlyList<CommitmentsResult>> FindCommitmentsAsync(
        IEnumerable<ulong> sectorNumbers, int concurrency, CancellationToken cancellation) =>
        ForAllAsync(
            sectorNumbers,
            concurrency,
            async (number, token) => new CommitmentsResult(
                new SectorId(Miner, number), await CommitmentsAsync(new SectorId(Miner, number), token).ConfigureAwait(false), null),
            (sector, failure) => new CommitmentsResult(sector, null, failure),
            cancellation);

    /// <summary>
    /// Where sectors stand now whose facts are known already; asks only for the newest state. One that the chain does not have any more, or
    /// has with another SealedCID, and one it does not tell stay as they were.
    /// </summary>
    public Task<IReadOnlyList<SectorFacts>> BringUpToDateAsync(IReadOnlyList<SectorFacts> known, int concurrency, CancellationToken cancellation)
    {
        Dictionary<ulong, SectorFacts> byNumber = known.ToDictionary(facts => facts.Sector.Number);
        return ForAllAsync(
            byNumber.Keys,
            concurrency,
            async (number, token) => byNumber[number] is var facts && await StandingAsync(facts, token).ConfigureAwait(false) is { } now
                ? facts with { Standing = now }
                : facts,
            (sector, _) => byNumber[sector.Number],
            cancellation);
    }

    /// <summary>The miner's faulty sectors, in order; those declared recovered are still faulty until they are proven again.</summary>
    /// <exception cref="OperatorException">No node answers.</exception>
    public Task<IReadOnlyList<ulong>> FaultySectorsAsync(CancellationToken cancellation) =>
        _node.StateMinerFaultsAsync(Miner, TipSetKey.Head, cancellation);

    /// <summary>All sectors of the miner that have been proven and have neither expired nor been terminated, in order, faulty ones included.</summary>
    /// <exception cref="OperatorException">No node answers.</exception>
    public async Task<IReadOnlyList<ulong>> LiveSectorsAsync(CancellationToken cancellation)
    {
        List<ulong> numbers = [];
        for (ulong deadline = 0; deadline < ChainPolicy.Deadlines; deadline++)
        {
            numbers.AddRange(await _node.StateMinerLiveSectorsAsync(Miner, deadline, cancellation).ConfigureAwait(false));
        }

        numbers.Sort();
        return numbers;
    }

    private async Task<IReadOnlyList<T>> ForAllAsync<T>(
        IEnumerable<ulong> sectorNumbers,
        int concurrency,
        Func<ulong, CancellationToken, Task<T>> find,
        Func<SectorId, OperatorException, T> failed,
        CancellationToken cancellation)
    {
        ulong[] numbers = [.. sectorNumbers];
        T[] results = new T[numbers.Length];
        ConcurrentQueue<OperatorException> unreachable = [];
        ParallelOptions options = new() { MaxDegreeOfParallelism = Math.Max(concurrency, 1), CancellationToken = cancellation };
        await Parallel.ForEachAsync(Enumerable.Range(0, numbers.Length), options, async (i, token) =>
        {
            SectorId sector = new(Miner, numbers[i]);
            try
            {
                if (unreachable.Count >= NodeIsGone && unreachable.TryPeek(out OperatorException? first))
                {
                    throw new OperatorException(first.Kind, $"{sector} was not looked up: the chain node no longer answers", first.Hint, first);
                }

                results[i] = await find(numbers[i], token).ConfigureAwait(false);
                unreachable.Clear();
            }
            catch (OperatorException error)
            {
                if (error.Kind == FailureKind.NodeUnreachable)
                {
                    unreachable.Enqueue(error);
                }

                results[i] = failed(sector, error);
            }
        }).ConfigureAwait(false);
        return results;
    }

    private async Task<SectorStanding?> StandingAsync(SectorFacts facts, CancellationToken cancellation)
    {
        List<string> unheard = [];
        SectorOnChainInfo? proven = await _node.StateSectorGetInfoAsync(facts.Sector, TipSetKey.Head, cancellation).ConfigureAwait(false);
        if (proven is not null)
        {
            return facts.SealedCid.ToCid().Equals(proven.SectorKeyCid ?? proven.SealedCid)
                ? await _standing.OfProvenAsync(facts.Sector, proven, unheard, cancellation).ConfigureAwait(false)
                : null;
        }

        SectorPreCommitOnChainInfo preCommit = await PreCommitAtHeadAsync(facts.Sector, cancellation).ConfigureAwait(false);
        return facts.SealedCid.ToCid().Equals(preCommit.Info.SealedCid)
            ? _standing.OfPreCommitted(facts.SealProof, preCommit.PreCommitEpoch, unheard)
            : null;
    }

    private async Task<SectorCommitments> CommitmentsAsync(SectorId sector, CancellationToken cancellation)
    {
        try
        {
            SectorOnChainInfo? proven = await _node.StateSectorGetInfoAsync(sector, TipSetKey.Head, cancellation).ConfigureAwait(false);
            if (proven is not null)
            {
                return new SectorCommitments(
                    sector,
                    OnChain.Proof(sector, proven.SealProof, SectorSize),
                    OnChain.CommR(sector, proven.SealedCid),
                    proven.SectorKeyCid is { } key ? OnChain.CommR(sector, key) : null);
            }

            SectorPreCommitInfo info = (await PreCommitAtHeadAsync(sector, cancellation).ConfigureAwait(false)).Info;
            return new SectorCommitments(
                sector, OnChain.Proof(sector, info.SealProof, SectorSize), OnChain.CommR(sector, info.SealedCid), null);
        }
        catch (ChainCallException error)
        {
            throw new OperatorException(error.Kind, $"{sector}: {error.Message}", error.Hint, error);
        }
    }

    private async Task<SectorPreCommitOnChainInfo> PreCommitAtHeadAsync(SectorId sector, CancellationToken cancellation) =>
        await _node.StateSectorPreCommitInfoAsync(sector, TipSetKey.Head, cancellation).ConfigureAwait(false)
            ?? throw new OperatorException(
                FailureKind.NotOnChain,
                $"{sector} is not on the network \"{NetworkName}\": it is neither pre-committed nor proven, or its pre-commit expired, or it ended and was removed",
                NetworkHint);

    /// <summary>
    /// What the head's state has of a sector. Gateways may not offer this, nor a node that keeps nothing but headers; then, if the operator
    /// named other sources, they have to say everything, and what the node said instead is told.
    /// </summary>
    private async Task<(SectorOnChainInfo? Proven, SectorPreCommitOnChainInfo? PreCommitted, string? Untold)> AtHeadAsync(
        SectorId sector, CancellationToken cancellation)
    {
        try
        {
            SectorOnChainInfo? proven = await _node.StateSectorGetInfoAsync(sector, TipSetKey.Head, cancellation).ConfigureAwait(false);
            return (proven, proven is null ? await PreCommitAtHeadAsync(sector, cancellation).ConfigureAwait(false) : null, null);
        }
        catch (ChainCallException error) when (
            _others.Named.Count > 0 && error.Error?.Kind is RpcErrorKind.MethodMissing or RpcErrorKind.StatePruned or RpcErrorKind.PermissionMissing)
        {
            return (null, null, error.Message);
        }
    }

    private async Task<SectorFacts> FindAsync(
        SectorId sector, SectorOnChainInfo? proven, SectorPreCommitOnChainInfo? preCommitted, string? untold, CancellationToken cancellation)
    {
        const string newest = "the newest state";
        List<string> notes = untold is null ? [] : [$"what the chain has of it the node did not tell ({untold}), so its SealedCID is what other sources say"];
        SourceQuestion question = new(sector, SectorSize)
        {
            SealProof = proven is null ? null : OnChain.Proof(sector, proven.SealProof, SectorSize),
            SealedCid = proven is null ? null : OnChain.CommR(sector, proven.SectorKeyCid ?? proven.SealedCid),
            UpdateSealedCid = proven is { SectorKeyCid: not null } ? OnChain.CommR(sector, proven.SealedCid) : null,
            Activation = proven?.Activation,
            IsSnapped = proven is { SectorKeyCid: not null },
            Weighs = proven is not null && CommittedCapacity.Weighs(proven),
        };
        SectorStatement? atHead = preCommitted is not null ? PreCommits.Said(question, preCommitted, newest) with { IsChain = true }
            : proven is null ? null
            : new SectorStatement
            {
                Source = newest,
                IsChain = true,
                SealProof = question.SealProof,
                SealedCid = question.SealedCid,
                UpdateSealedCid = question.UpdateSealedCid,

                // The chain takes nothing else for this proof.
                CommD = question.SealProof!.Variant == PorepVariant.NonInteractive ? ZeroCommitments.ForSector(SectorSize) : null,
            };
        Inquiry inquiry = await Inquiry.AskAsync(question, atHead, _sources, _others.Named, notes, cancellation).ConfigureAwait(false);
        SealProofInfo proof = inquiry.Agreed.SealProof?.Value ?? throw inquiry.Lacks("nothing tells its seal proof");
        if (proof.SectorSize != SectorSize)
        {
            throw new OperatorException(
                FailureKind.SourcesDisagree,
                $"{sector} has the seal proof {proof} by {inquiry.Agreed.SealProof.Sources[0]}, but its miner's sectors are {SectorSize}",
                "one of the two is wrong; leave that source out");
        }

        CommR sealedCid = inquiry.Agreed.SealedCid?.Value ?? throw inquiry.Lacks("nothing tells its SealedCID");
        SectorData? data = await DataAsync(inquiry, question, proven, notes, cancellation).ConfigureAwait(false);
        SectorUpdate? update = proven is null ? null : await UpdateAsync(inquiry, question, proven, notes, cancellation).ConfigureAwait(false);
        SectorStanding? standing = proven is not null ? await _standing.OfProvenAsync(sector, proven, notes, cancellation).ConfigureAwait(false)
            : preCommitted is not null ? _standing.OfPreCommitted(proof, preCommitted.PreCommitEpoch, notes)
            : null;
        Ticket ticket = await TicketAsync(inquiry, question, notes, cancellation).ConfigureAwait(false);
        notes.AddRange(new[] { _headNote }.OfType<string>());
        return new SectorFacts
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
            Standing = standing,
            Notes = notes,
            Origins = Origins.Of(inquiry.Agreed, atHead?.SealedCid),
        };
    }

    /// <summary>The ticket: computed from headers where its epoch is known, of this node or the archive; else as it was said.</summary>
    private async Task<Ticket> TicketAsync(Inquiry inquiry, SourceQuestion question, List<string> notes, CancellationToken cancellation)
    {
        SectorId sector = question.Sector;
        if (inquiry.Agreed.TicketEpoch?.Value is not { } epoch)
        {
            return inquiry.Agreed.Ticket?.Value ?? throw inquiry.Lacks(
                $"nothing tells which ticket it was sealed with{(question.Activation is { } proven ? $", proven at epoch {proven}" : "")}");
        }

        FoundTicket found;
        try
        {
            found = await _tickets.FindAsync(sector, epoch, _head.Key, cancellation).ConfigureAwait(false);
        }
        catch (ChainCallException error) when (_archivedTickets is not null && error.Error?.Kind is RpcErrorKind.MethodMissing or RpcErrorKind.StatePruned)
        {
            // A gateway that looks back a day at most; the archive's headers are as good, and its head is what it draws from.
            TipSet head = await _others.Archive!.ChainHeadAsync(cancellation).ConfigureAwait(false);
            found = await _archivedTickets.FindAsync(sector, epoch, head.Key, cancellation).ConfigureAwait(false);
        }
        catch (ChainCallException error) when (
            inquiry.Agreed.Ticket is not null && error.Error?.Kind is RpcErrorKind.MethodMissing or RpcErrorKind.StatePruned)
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
            new SectorStatement { Source = source, Ticket = found.Ticket, IsComputed = true }, question.Activation);
    }

    private async Task<SectorData?> DataAsync(
        Inquiry inquiry, SourceQuestion question, SectorOnChainInfo? proven, List<string> notes, CancellationToken cancellation)
    {
        SectorData? data = await _data.SealedOverAsync(question, inquiry.Agreed, proven, notes, cancellation).ConfigureAwait(false);
        if (data is not null)
        {
            HearPieces(inquiry, question, data, inquiry.Agreed.Data, inquiry.Agreed.CommD, listed => new SectorStatement { Source = data.Source, Data = listed });
        }
        else if (inquiry.Agreed.CommD is null)
        {
            // Nobody told CommD. Its weights are not the pre-commit's word, but wrong they would only be found out when CommR is compared.
            string why = question.IsSnapped ? "that it was snapped, which only sectors without data are" : "its weights on chain, which are zero";
            inquiry.Hear(new SectorStatement { Source = why, CommD = ZeroCommitments.ForSector(SectorSize) }, question.Activation);
        }

        return data;
    }

    private async Task<SectorUpdate?> UpdateAsync(
        Inquiry inquiry, SourceQuestion question, SectorOnChainInfo proven, List<string> notes, CancellationToken cancellation)
    {
        SectorUpdate? update = await _data.UpdatedWithAsync(question, inquiry.Agreed, proven, notes, cancellation).ConfigureAwait(false);
        if (update is not null)
        {
            HearPieces(
                inquiry,
                question,
                update.Data,
                inquiry.Agreed.UpdateData,
                inquiry.Agreed.UpdateCommD,
                listed => new SectorStatement { Source = update.Data.Source, UpdateData = listed });
        }

        return update;
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

    private static async Task RefuseAnotherNetworkAsync(string network, FullNode? archive, CancellationToken cancellation)
    {
        if (archive is not null && Printable.Line(await archive.StateNetworkNameAsync(cancellation).ConfigureAwait(false), 60) is var other && other != network)
        {
            throw new OperatorException(
                FailureKind.SourcesDisagree, $"the chain node is on the network \"{network}\", but the archive node on \"{other}\"", "name two nodes of one network");
        }
    }
}
