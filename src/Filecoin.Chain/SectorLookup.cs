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
/// Finds what the chain says about the sectors of one miner: how each was sealed, over which pieces, and which pieces it was updated with.
/// A proven sector's pre-commit is read from the state at its activation, which needs a node that keeps that state; a non-interactive one
/// from its proving message. The ticket is found twice (<see cref="Tickets"/>), pieces in the first place that has them
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
    private readonly PreCommitLookup _preCommits;
    private readonly DataLookup _data;
    private readonly ChallengeLookup _challenges;
    private readonly string? _headNote;

    private SectorLookup(
        FullNode node, ActorId miner, Address address, SectorSize sectorSize, long? windowPost, string networkName, TipSet head, TimeProvider time)
    {
        _node = node;
        _head = head;
        Miner = miner;
        SectorSize = sectorSize;
        NetworkName = networkName;
        _tickets = new Tickets(node, networkName);
        _standing = new StandingLookup(node, head);
        _challenges = new ChallengeLookup(node, head, windowPost);
        MinerAddress minerAddress = new(node, miner, address);
        _preCommits = new PreCommitLookup(node, minerAddress);
        _data = new DataLookup(node, minerAddress, sectorSize, head);
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
    public static async Task<SectorLookup> OpenAsync(FullNode node, Address miner, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(miner);
        ArgumentNullException.ThrowIfNull(time);
        string network = Printable.Line(await node.StateNetworkNameAsync(cancellation).ConfigureAwait(false), 60);
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
            return new SectorLookup(node, id, miner, size, info.WindowPoStProofType, network, head, time);
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
            SectorOnChainInfo? proven = await _node.StateSectorGetInfoAsync(sector, TipSetKey.Head, cancellation).ConfigureAwait(false);
            return proven is null
                ? await PreCommittedAsync(sector, cancellation).ConfigureAwait(false)
                : await ProvenAsync(sector, proven, cancellation).ConfigureAwait(false);
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

    /// <summary>The miner's faulty sectors, in order; those declared recovered are still faulty until they are proven again.</summary>
    /// <exception cref="OperatorException">No node answers.</exception>
    public Task<IReadOnlyList<ulong>> FaultySectorsAsync(CancellationToken cancellation) =>
        _node.StateMinerFaultsAsync(Miner, TipSetKey.Head, cancellation);

    /// <summary>What the network last drew a sector's window PoSt challenges from; what the node does not tell is a reason and never a failure.</summary>
    public Task<WindowPostSeedResult> FindWindowPostSeedAsync(ulong sectorNumber, CancellationToken cancellation) =>
        _challenges.FindAsync(new SectorId(Miner, sectorNumber), cancellation);

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

    private async Task<SectorCommitments> CommitmentsAsync(SectorId sector, CancellationToken cancellation)
    {
        try
        {
            SectorOnChainInfo? proven = await _node.StateSectorGetInfoAsync(sector, TipSetKey.Head, cancellation).ConfigureAwait(false);
            if (proven is not null)
            {
                return new SectorCommitments(
                    sector,
                    Proof(sector, proven.SealProof),
                    DataLookup.CommROf(sector, proven.SealedCid),
                    proven.SectorKeyCid is { } key ? DataLookup.CommROf(sector, key) : null);
            }

            SectorPreCommitInfo info = (await PreCommitAtHeadAsync(sector, cancellation).ConfigureAwait(false)).Info;
            return new SectorCommitments(sector, Proof(sector, info.SealProof), DataLookup.CommROf(sector, info.SealedCid), null);
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

    private async Task<SectorFacts> PreCommittedAsync(SectorId sector, CancellationToken cancellation)
    {
        SectorPreCommitOnChainInfo found = await PreCommitAtHeadAsync(sector, cancellation).ConfigureAwait(false);
        SectorPreCommitInfo info = found.Info;
        SealProofInfo proof = Proof(sector, info.SealProof);
        List<string> notes = [];
        SectorStanding standing = _standing.OfPreCommitted(proof, found.PreCommitEpoch, notes);
        SectorData? data = await _data.SealedOverAsync(sector, found, null, notes, cancellation).ConfigureAwait(false);
        return await FactsAsync(
            sector, proof, info.SealedCid, PreCommitLookup.TicketEpoch(sector, found), notes, standing, cancellation).ConfigureAwait(false) with
        {
            PreCommitEpoch = found.PreCommitEpoch,
            Data = data,
        };
    }

    private async Task<SectorFacts> ProvenAsync(SectorId sector, SectorOnChainInfo info, CancellationToken cancellation)
    {
        SealProofInfo proof = Proof(sector, info.SealProof);
        List<string> notes = [];
        long? preCommitEpoch = null;
        SectorData? data = null;
        long ticketEpoch;
        if (proof.Variant == PorepVariant.NonInteractive)
        {
            ticketEpoch = await _preCommits.NonInteractiveTicketEpochAsync(sector, info, cancellation).ConfigureAwait(false);
        }
        else
        {
            SectorPreCommitOnChainInfo found = await _preCommits.OfProvenAsync(sector, info, notes, cancellation).ConfigureAwait(false);
            preCommitEpoch = found.PreCommitEpoch;
            ticketEpoch = PreCommitLookup.TicketEpoch(sector, found);
            data = await _data.SealedOverAsync(sector, found, info, notes, cancellation).ConfigureAwait(false);
        }

        SectorUpdate? update = await _data.UpdatedWithAsync(sector, info, notes, cancellation).ConfigureAwait(false);

        SectorStanding standing = await _standing.OfProvenAsync(sector, info, notes, cancellation).ConfigureAwait(false);
        Cid sealedCid = info.SectorKeyCid ?? info.SealedCid;
        return await FactsAsync(sector, proof, sealedCid, ticketEpoch, notes, standing, cancellation).ConfigureAwait(false) with
        {
            PreCommitEpoch = preCommitEpoch,
            Activation = info.Activation,
            Data = data,
            Update = update,
        };
    }

    private async Task<SectorFacts> FactsAsync(
        SectorId sector, SealProofInfo proof, Cid sealedCid, long ticketEpoch, List<string> notes, SectorStanding standing, CancellationToken cancellation)
    {
        CommR commR = DataLookup.CommROf(sector, sealedCid);
        FoundTicket ticket = await _tickets.FindAsync(sector, ticketEpoch, _head.Key, cancellation).ConfigureAwait(false);
        notes.AddRange(new[] { ticket.Note, _headNote }.OfType<string>());
        return new SectorFacts
        {
            Sector = sector,
            SealProof = proof,
            Ticket = ticket.Ticket,
            SealedCid = commR,
            TicketEpoch = ticketEpoch,
            Standing = standing,
            Notes = notes.Count == 0 ? [] : notes,
        };
    }

    private SealProofInfo Proof(SectorId sector, long number)
    {
        if (!SealProofs.TryGet(number, out SealProofInfo proof))
        {
            throw new OperatorException(
                FailureKind.NotSupported, $"{sector} has the seal proof {number}, which this version does not know", "use a newer version of sealer-recover");
        }

        return proof.SectorSize == SectorSize
            ? proof
            : throw new OperatorException(
                FailureKind.SourcesDisagree,
                $"{sector} has the seal proof {proof} on chain, but its miner's sectors are {SectorSize}",
                "the node or a proxy before it is faulty; use another node");
    }
}
