using System.Collections.Concurrent;
using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Progress;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Sources;
using Filecoin.Chain.Wire;
using Filecoin.Chain.Worth;
using Filecoin.Primitives;

namespace Filecoin.Chain.Lookup;

/// <summary>What was found out about one sector: facts, or why there are none; both where all is known but the pieces it holds.</summary>
/// <param name="Sector">The sector asked for.</param>
/// <param name="Facts">The facts; on failure null, or those that lack only the pieces (<see cref="SectorFacts.PiecesUntold"/>).</param>
/// <param name="Failure">Why not; null on success.</param>
public sealed record SectorLookupResult(SectorId Sector, SectorFacts? Facts, OperatorException? Failure)
{
    /// <summary>Whether the facts were known from an earlier run and are still right.</summary>
    public bool IsKept { get; init; }
}

/// <summary>
/// Finds how the sectors of one miner were sealed, over which pieces, and which pieces they were updated with. What the head's state says
/// every node knows; what it has forgotten of a proven sector is asked of one source after the other (Sources/), until nothing is missing.
/// What two of them say must agree. The ticket is computed from block headers, pieces come from the first place that has them
/// (<see cref="SectorData.Source"/>). Safe for concurrent use.
/// </summary>
public sealed class SectorLookup
{
    internal const string NetworkHint = "check the number and that the node is on the right network";

    /// <summary>The network, the head and the miner.</summary>
    private const int FirstQuestions = 3;

    /// <summary>Lookups failing one after the other for want of a node, after which the rest is not tried.</summary>
    private const int NodeIsGone = 3;

    /// <summary>Head older than this: the node is behind.</summary>
    private static readonly TimeSpan SyncedWithin = TimeSpan.FromMinutes(10);

    private readonly FullNode _node;
    private readonly OtherSources _others;
    private readonly HeadStates _heads;
    private readonly MinerLookup _miner;
    private readonly StatusLookup _status;
    private readonly FactsLookup _facts;
    private readonly KeptFacts _kept;
    private readonly ChallengeLookup _challenges;
    private readonly StatementLookup _statements;
    private readonly Reporter _reporter;
    private IReadOnlyDictionary<ulong, int>? _deadlines;

    private SectorLookup(
        FullNode node,
        OtherSources others,
        ActorId miner,
        Address address,
        MinerInfo info,
        string networkName,
        TipSet head,
        TimeProvider time,
        Reporter reporter)
    {
        _reporter = reporter;
        _node = node;
        _others = others;
        Miner = miner;
        SectorSize = new SectorSize(info.SectorSize);
        NetworkName = networkName;
        _heads = new HeadStates(node, others, networkName);
        TimeSpan age = time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(head.Blocks[0].Timestamp);
        _miner = new MinerLookup(node, miner, head);
        _status = new StatusLookup(node, SectorSize, head, _miner, head.Height + Epochs.In(age));
        _kept = new KeptFacts(node, networkName, SectorSize, _status);
        _challenges = new ChallengeLookup(node, head, info.WindowPoStProofType);
        _facts = new FactsLookup(node, others, new MinerAddress(node, miner, address), SectorSize, networkName, head, _status, reporter);
        _statements = new StatementLookup(node, _facts, new Tickets(node, networkName), SectorSize, networkName);
        HeadNote = age <= SyncedWithin ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"the node's newest epoch {head.Height} is {age.TotalHours:0.0} hours old by this machine's clock, by which times are judged: it is not synced, so what it tells may be out of date");
    }

    /// <summary>The miner in ID form.</summary>
    public ActorId Miner { get; }

    /// <summary>Size of all the miner's sectors.</summary>
    public SectorSize SectorSize { get; }

    /// <summary>The network's name as the node tells it: "mainnet", "calibrationnet", …</summary>
    public string NetworkName { get; }

    /// <summary>What to say once a run of a node whose head is old; null where it is not.</summary>
    public string? HeadNote { get; }

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
    public static Task<SectorLookup> OpenAsync(
        FullNode node, OtherSources others, Address miner, TimeProvider time, CancellationToken cancellation) =>
        OpenAsync(node, others, miner, time, null, cancellation);

    /// <summary>The same, telling <paramref name="progress"/>, now and later, of what takes more than two seconds; null for nobody.</summary>
    /// <exception cref="OperatorException">Likewise.</exception>
    public static async Task<SectorLookup> OpenAsync(
        FullNode node, OtherSources others, Address miner, TimeProvider time, IProgress<LookupReport>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(miner);
        ArgumentNullException.ThrowIfNull(time);
        Reporter reporter = new(progress, time);
        using CountedWork connecting = reporter.Begin(LookupTask.Connect, FirstQuestions);
        string network = SafeText.Line(await node.StateNetworkNameAsync(cancellation).ConfigureAwait(false), 60);
        await RefuseAnotherNetworkAsync(network, others.Archive, cancellation).ConfigureAwait(false);
        connecting.Ended();
        TipSet head = await node.ChainHeadAsync(cancellation).ConfigureAwait(false);
        connecting.Ended();
        try
        {
            ActorId id = miner.ActorId ?? await node.StateLookupIdAsync(miner, cancellation).ConfigureAwait(false);
            MinerInfo info = await node.StateMinerInfoAsync(id, TipSetKey.Head, cancellation).ConfigureAwait(false);
            return SectorSize.IsValid(info.SectorSize) && SealProofs.TryGet(new SectorSize(info.SectorSize), PorepVariant.V1, out _)
                ? new SectorLookup(node, others, id, miner, info, network, head, time, reporter)
                : throw new OperatorException(
                    FailureKind.NodeUnreachable,
                    $"the chain node says that sectors of {miner} have {info.SectorSize} bytes, which no seal proof is for",
                    "the node or a proxy before it is faulty; use another node");
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
        SectorLookupResult result = await FindAsFarAsToldAsync(sectorNumber, cancellation).ConfigureAwait(false);
        return result.Failure is { } failure ? throw failure : result.Facts!;
    }

    /// <summary>
    /// The facts about many, at most <paramref name="concurrency"/> at once; results in the order asked. One that fails does not stop the
    /// others, unless the node is gone altogether: then the rest fails without being tried.
    /// </summary>
    /// <exception cref="SourceMisconfiguredException">A source that was named cannot be asked as it was named.</exception>
    public Task<IReadOnlyList<SectorLookupResult>> FindAllAsync(
        IEnumerable<ulong> sectorNumbers, int concurrency, CancellationToken cancellation) =>
        FindAllAsync(sectorNumbers, concurrency, _ => null, _ => { }, cancellation);

    /// <summary>The same of sectors of which something may be known from an earlier run.</summary>
    /// <param name="sectorNumbers">The sectors.</param>
    /// <param name="concurrency">How many at once.</param>
    /// <param name="known">What is known of a sector; null for nothing. Where it is still right, nothing else is asked.</param>
    /// <param name="ended">Told of each sector when it is done, from any thread; what it throws ends the search.</param>
    /// <param name="cancellation">Ends the search.</param>
    public Task<IReadOnlyList<SectorLookupResult>> FindAllAsync(
        IEnumerable<ulong> sectorNumbers,
        int concurrency,
        Func<ulong, SectorFacts?> known,
        Action<SectorLookupResult> ended,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(ended);
        ulong[] numbers = [.. sectorNumbers];
        foreach (ISectorSource source in _others.Named)
        {
            source.Expect([.. numbers.Select(number => new SectorId(Miner, number))]);
        }

        return ForAllAsync(
            numbers,
            concurrency,
            (number, token) => KnownOrFoundAsync(number, known(number), token),
            (sector, failure) => new SectorLookupResult(sector, null, failure),
            cancellation,
            ended);
    }

    /// <summary>
    /// Sectors in the order in which they have to be back: those that end within three days, then by the next deadline that can be met, then by
    /// end; last those of which no end is told. Where they are many, all deadlines are listed instead of asking for each.
    /// </summary>
    /// <exception cref="OperatorException">No node answers.</exception>
    public async Task<IReadOnlyList<SectorDue>> DueFirstAsync(IReadOnlyList<ulong> sectorNumbers, int concurrency, CancellationToken cancellation)
    {
        IReadOnlyDictionary<ulong, int>? deadlines = sectorNumbers.Count > (int)ChainPolicy.Deadlines ? await DeadlinesAsync(cancellation).ConfigureAwait(false) : null;
        IReadOnlyList<SectorDue> dues = await ForAllAsync(
            sectorNumbers,
            concurrency,
            (number, token) => _status.DueAsync(new SectorId(Miner, number), deadlines, token),
            (sector, _) => new SectorDue(sector.Number, null, null, null),
            cancellation,
            task: LookupTask.Order).ConfigureAwait(false);
        return [.. SectorDue.InOrder(dues, _status.Now)];
    }

    /// <summary>What recovering sectors is worth; asks a few questions, however many they are.</summary>
    public Task<WorthOfSectors> WorthAsync(IReadOnlyList<SectorFacts> sectors, CancellationToken cancellation) =>
        WorthLookup.OfAsync(_node, sectors, cancellation);

    /// <summary>What the files of many sectors commit to, as for their facts; asks only for the newest state, one call a sector.</summary>
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
    /// What the chain says of how many sectors were sealed, as for their facts; a sector fails only if the newest state does not
    /// tell of it. Pieces are not asked for.
    /// </summary>
    /// <param name="claims">The sectors, with what is compared.</param>
    /// <param name="concurrency">How many at once.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <param name="status">Whether where they stand is asked, too: who wants both asks for each sector once.</param>
    public Task<IReadOnlyList<StatementResult>> FindStatementsAsync(
        IReadOnlyList<TicketClaim> claims, int concurrency, CancellationToken cancellation, bool status = false)
    {
        Dictionary<ulong, TicketClaim> byNumber = claims.ToDictionary(claim => claim.Number);
        return ForAllAsync(
            claims.Select(claim => claim.Number),
            concurrency,
            (number, token) => StatementAsync(new SectorId(Miner, number), byNumber[number], status, token),
            (sector, failure) => new StatementResult(sector, null, failure),
            cancellation);
    }

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
            async (number, token) => byNumber[number] is var facts && await StatusAsync(facts, token).ConfigureAwait(false) is { } now
                ? facts with { Status = now }
                : facts,
            (sector, _) => byNumber[sector.Number],
            cancellation);
    }

    /// <summary>
    /// The debt that stands in the miner's way, and where sectors stand, to tell by when to pay it; null and nothing where there is none, or none
    /// is told.
    /// </summary>
    public async Task<(MinerDebt? Debt, IReadOnlyList<(SectorId Sector, ChainStatus? Status)> Sectors)> DebtAsync(
        IReadOnlyList<ulong> sectorNumbers, int concurrency, CancellationToken cancellation)
    {
        if (await _miner.DebtAsync(cancellation).ConfigureAwait(false) is not { } debt)
        {
            return (null, []);
        }

        return (debt, await ForAllAsync<(SectorId Sector, ChainStatus? Status)>(
            sectorNumbers,
            concurrency,
            async (number, token) => (new SectorId(Miner, number), await StatusAsync(new SectorId(Miner, number), token).ConfigureAwait(false)),
            (sector, _) => (sector, null),
            cancellation).ConfigureAwait(false));
    }

    /// <summary>The miner's faulty sectors, in order; those declared recovered are still faulty until they are proven again.</summary>
    /// <exception cref="OperatorException">No node answers.</exception>
    public Task<IReadOnlyList<ulong>> FaultySectorsAsync(CancellationToken cancellation) =>
        _node.StateMinerFaultsAsync(Miner, TipSetKey.Head, cancellation);

    /// <summary>All sectors of the miner that have been proven and have neither expired nor been terminated, in order, faulty ones included.</summary>
    /// <exception cref="OperatorException">No node answers.</exception>
    public async Task<IReadOnlyList<ulong>> LiveSectorsAsync(CancellationToken cancellation) =>
        [.. (await DeadlinesAsync(cancellation).ConfigureAwait(false)).Keys.Order()];

    private async Task<IReadOnlyDictionary<ulong, int>> DeadlinesAsync(CancellationToken cancellation)
    {
        if (_deadlines is { } known)
        {
            return known;
        }

        Dictionary<ulong, int> deadlines = [];
        using CountedWork listing = _reporter.Begin(LookupTask.List, (int)ChainPolicy.Deadlines);
        for (int deadline = 0; deadline < (int)ChainPolicy.Deadlines; deadline++)
        {
            foreach (ulong number in await _node.StateMinerLiveSectorsAsync(Miner, (ulong)deadline, cancellation).ConfigureAwait(false))
            {
                deadlines[number] = deadline;
            }

            listing.Ended();
        }

        return _deadlines = deadlines;
    }

    /// <summary>
    /// What the network last drew the window PoSt challenges of sectors from, in the order asked; what the node does not tell is a reason and
    /// never a failure.
    /// </summary>
    public Task<IReadOnlyList<WindowPostSeedResult>> FindWindowPostSeedsAsync(
        IReadOnlyList<ulong> sectorNumbers, int concurrency, CancellationToken cancellation) =>
        ForAllAsync(
            sectorNumbers,
            concurrency,
            (number, token) => _challenges.FindAsync(new SectorId(Miner, number), token),
            (_, failure) => new WindowPostSeedResult(null, failure.Message),
            cancellation);

    private async Task<SectorLookupResult> KnownOrFoundAsync(ulong number, SectorFacts? known, CancellationToken cancellation)
    {
        if (known is not null && known.Sector == new SectorId(Miner, number))
        {
            try
            {
                if (await _kept.StillRightAsync(known, cancellation).ConfigureAwait(false) is { } still)
                {
                    return new SectorLookupResult(still.Sector, still, null) { IsKept = true };
                }
            }
            catch (ChainCallException)
            {
                // A node that cannot tell this may still tell the rest, or others may.
            }
        }

        return await FindAsFarAsToldAsync(number, cancellation).ConfigureAwait(false);
    }

    private async Task<SectorLookupResult> FindAsFarAsToldAsync(ulong sectorNumber, CancellationToken cancellation)
    {
        SectorId sector = new(Miner, sectorNumber);
        if (sectorNumber > long.MaxValue)
        {
            throw new OperatorException(FailureKind.BadInput, $"{sector} cannot exist: sector numbers are below 2^63", "check the number");
        }

        return await NamingAsync(
            sector,
            async () => await _facts.FindAsync(await _heads.FindAsync(sector, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<T>> ForAllAsync<T>(
        IEnumerable<ulong> sectorNumbers,
        int concurrency,
        Func<ulong, CancellationToken, Task<T>> find,
        Func<SectorId, OperatorException, T> failed,
        CancellationToken cancellation,
        Action<T>? ended = null,
        LookupTask task = LookupTask.LookUp)
    {
        ulong[] numbers = [.. sectorNumbers];
        T[] results = new T[numbers.Length];
        ConcurrentQueue<OperatorException> unreachable = [];
        using CountedWork work = _reporter.Begin(task, numbers.Length);
        ParallelOptions options = new() { MaxDegreeOfParallelism = Math.Max(concurrency, 1), CancellationToken = cancellation };
        await Parallel.ForEachAsync(Enumerable.Range(0, numbers.Length), options, async (i, token) =>
        {
            SectorId sector = new(Miner, numbers[i]);
            bool hasFailed = false;
            try
            {
                if (unreachable.Count >= NodeIsGone && unreachable.TryPeek(out OperatorException? first))
                {
                    throw new OperatorException(first.Kind, $"{sector} was not looked up: the chain node no longer answers", first.Hint, first);
                }

                results[i] = await find(numbers[i], token).ConfigureAwait(false);
                unreachable.Clear();
            }
            catch (OperatorException error) when (error is not SourceMisconfiguredException)
            {
                // A node that answers, whatever it says, is not gone.
                if (error.Kind == FailureKind.NodeUnreachable && !IsOfAnswer(error))
                {
                    unreachable.Enqueue(error);
                }

                results[i] = failed(sector, error);
                hasFailed = true;
            }

            work.Ended(hasFailed);
            ended?.Invoke(results[i]);
        }).ConfigureAwait(false);
        return results;
    }

    private async Task<ChainStatus?> StatusAsync(SectorFacts facts, CancellationToken cancellation)
    {
        SectorAtHead atHead = await _heads.ToldAsync(facts.Sector, cancellation).ConfigureAwait(false);
        SectorCommitments commitments = atHead.Commitments(SectorSize);
        return facts.SealedCid == (commitments.SectorKeyCid ?? commitments.SealedCid)
            ? await StatusAsync(atHead, commitments.SealProof, cancellation).ConfigureAwait(false)
            : null;
    }

    private async Task<ChainStatus?> StatusAsync(SectorId sector, CancellationToken cancellation)
    {
        SectorAtHead atHead = await _heads.ToldAsync(sector, cancellation).ConfigureAwait(false);
        return await StatusAsync(atHead, atHead.Commitments(SectorSize).SealProof, cancellation).ConfigureAwait(false);
    }

    private async Task<ChainStatus> StatusAsync(SectorAtHead atHead, SealProofInfo proof, CancellationToken cancellation)
    {
        List<string> unheard = [];
        return atHead.Proven is { } proven
            ? await _status.OfProvenAsync(atHead.Sector, proven, unheard, cancellation).ConfigureAwait(false)
            : await _status.OfPreCommittedAsync(proof, atHead.PreCommitted!, unheard, cancellation).ConfigureAwait(false);
    }

    private Task<StatementResult> StatementAsync(SectorId sector, TicketClaim claim, bool status, CancellationToken cancellation) => NamingAsync(
        sector,
        async () =>
        {
            SectorAtHead atHead = await _heads.ToldAsync(sector, cancellation).ConfigureAwait(false);
            ChainStatement statement = await _statements.OfAsync(atHead, claim, cancellation).ConfigureAwait(false);
            return new StatementResult(sector, statement, null)
            {
                Status = status ? await StatusAsync(atHead, statement.SealProof, cancellation).ConfigureAwait(false) : null,
            };
        });

    private Task<SectorCommitments> CommitmentsAsync(SectorId sector, CancellationToken cancellation) => NamingAsync(
        sector, async () => (await _heads.ToldAsync(sector, cancellation).ConfigureAwait(false)).Commitments(SectorSize));

    /// <summary>Has a node's failure say for which sector it was asked.</summary>
    private static async Task<T> NamingAsync<T>(SectorId sector, Func<Task<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (ChainCallException error)
        {
            throw new OperatorException(error.Kind, $"{sector}: {error.Message}", error.Hint, error);
        }
    }

    /// <summary>Whether a node spoke JSON-RPC to say no, other than to be asked later.</summary>
    private static bool IsOfAnswer(OperatorException failure) =>
        (failure as ChainCallException ?? failure.InnerException as ChainCallException)?.Error is { Kind: not RpcErrorKind.RateLimited };

    private static async Task RefuseAnotherNetworkAsync(string network, FullNode? archive, CancellationToken cancellation)
    {
        if (archive is not null && SafeText.Line(await archive.StateNetworkNameAsync(cancellation).ConfigureAwait(false), 60) is var other && other != network)
        {
            throw new OperatorException(
                FailureKind.SourcesDisagree, $"the chain node is on the network \"{network}\", but the archive node on \"{other}\"", "name two nodes of one network");
        }
    }
}
