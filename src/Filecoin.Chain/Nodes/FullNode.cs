using System.Numerics;
using System.Text.Json;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Nodes;

/// <summary>
/// The methods of a full node's /rpc/v1 that recovery needs, typed. "State" methods read the state before the named tipset's messages ran.
/// Every method throws <see cref="ChainCallException"/> as <see cref="JsonRpcClient.CallAsync"/> does.
/// </summary>
public sealed class FullNode(JsonRpcClient rpc)
{
    /// <summary>WindowedPoStChallengeSeed, the tag of the randomness that window PoSt draws its challenges from.</summary>
    internal const int WindowPostChallengeSeed = 4;

    /// <summary>SealRandomness, the domain separation tag of the ticket that enters the replica id (go-state-types crypto/randomness.go).</summary>
    internal const int SealRandomness = 5;

    private static readonly ActorId RewardActor = new(2);
    private static readonly ActorId PowerActor = new(4);

    private readonly Recent<(string Method, long Epoch), TipSet> _tipsets = new(kept: 1024);

    /// <summary>The ID of the actor at an address of any kind.</summary>
    public async Task<ActorId> StateLookupIdAsync(Address address, CancellationToken cancellation)
    {
        Address id = await rpc.CallRequiredAsync(
            "StateLookupID",
            json =>
            {
                json.WriteStringValue(address.ToString());
                TipSetKey.Head.WriteTo(json);
            },
            ChainJson.Default.Address,
            cancellation).ConfigureAwait(false);
        return id.ActorId ?? throw Implausible("StateLookupID", "an address that is no ID address");
    }

    /// <summary>
    /// The address of an actor that is not its number: f2, of a miner. An error answer where the node lacks the method (Lotus before 1.18) or
    /// the actor has none.
    /// </summary>
    public Task<Address> StateLookupRobustAddressAsync(ActorId actor, CancellationToken cancellation) =>
        rpc.CallRequiredAsync(
            "StateLookupRobustAddress", json => WriteMiner(json, actor, TipSetKey.Head), ChainJson.Default.Address, cancellation);

    /// <summary>The network's name: "mainnet", "calibrationnet", a devnet's own.</summary>
    public Task<string> StateNetworkNameAsync(CancellationToken cancellation) =>
        rpc.CallRequiredAsync("StateNetworkName", _ => { }, ChainJson.Default.String, cancellation);

    /// <summary>The heaviest tipset the node knows.</summary>
    internal async Task<TipSet> ChainHeadAsync(CancellationToken cancellation) =>
        Checked("ChainHead", await rpc.CallRequiredAsync("ChainHead", _ => { }, ChainJson.Default.TipSet, cancellation).ConfigureAwait(false));

    /// <summary>The tipset at <paramref name="epoch"/>, or the one before it if that is a null round: look at the height.</summary>
    internal async Task<TipSet> ChainGetTipSetByHeightAsync(long epoch, CancellationToken cancellation)
    {
        TipSet tipset = await TipSetAsync("ChainGetTipSetByHeight", epoch, cancellation).ConfigureAwait(false);
        return tipset.Height <= epoch ? tipset : throw Implausible("ChainGetTipSetByHeight", $"height {tipset.Height}, after the {epoch} asked for");
    }

    /// <summary>The tipset at <paramref name="epoch"/>, or the one after it if that is a null round: look at the height.</summary>
    internal async Task<TipSet> ChainGetTipSetAfterHeightAsync(long epoch, CancellationToken cancellation)
    {
        TipSet tipset = await TipSetAsync("ChainGetTipSetAfterHeight", epoch, cancellation).ConfigureAwait(false);
        return tipset.Height >= epoch ? tipset : throw Implausible("ChainGetTipSetAfterHeight", $"height {tipset.Height}, before the {epoch} asked for");
    }

    /// <summary>The messages executed in a tipset, each once, in order.</summary>
    internal async Task<IReadOnlyList<TipSetMessage>> ChainGetMessagesInTipsetAsync(TipSetKey tipset, CancellationToken cancellation)
    {
        const string method = "ChainGetMessagesInTipset";
        return Whole(method, await rpc.CallRequiredAsync(
            method, tipset.WriteTo, ChainJson.Default.IReadOnlyListTipSetMessage, cancellation, isOfPast: true).ConfigureAwait(false));
    }

    /// <summary>A message by its CID.</summary>
    public Task<ChainMessage> ChainGetMessageAsync(Cid message, CancellationToken cancellation) =>
        rpc.CallRequiredAsync(
            "ChainGetMessage", json => ChainJson.WriteCid(json, message), ChainJson.Default.ChainMessage, cancellation, isOfPast: true);

    /// <summary>
    /// Where a message ran and how it ended, from the head as far back as the node can look; null where it found it nowhere. As Lotus does it
    /// (chain/stmgr/searchwait.go, gateway/proxy_fil_v1.go):
    /// <list type="bullet">
    /// <item>The message itself has to be in the node's store first. For one that it does not have, also one that another replaced, the
    /// answer is the error "failed to load message"; so this cannot tell which message replaced it.</item>
    /// <item>One with the same sender, number and call and only another fee counts as the same message (allowReplaced), and
    /// <see cref="MessageLookup.Message"/> names the one that ran. Another call under the same number is an error.</item>
    /// <item>A node with an index (EnableIndexer, off by default) has messages that ran by their CID, replaced ones not. Else it walks back
    /// from the head and needs the sender's state at every tipset on the way: where that is pruned, the answer is an error.</item>
    /// <item>The limit is -1, none; a gateway puts its own in its place, and then null only says that it is older.</item>
    /// </list>
    /// </summary>
    public async Task<MessageLookup?> StateSearchMsgAsync(Cid message, CancellationToken cancellation)
    {
        const string method = "StateSearchMsg";
        MessageLookup? found = await rpc.CallAsync(
            method,
            json =>
            {
                TipSetKey.Head.WriteTo(json);
                ChainJson.WriteCid(json, message);
                json.WriteNumberValue(-1);
                json.WriteBooleanValue(true);
            },
            ChainJson.Default.MessageLookup,
            cancellation,
            isOfPast: true).ConfigureAwait(false);

        // Messages of the genesis tipset do not exist, so none was executed before the tipset after it.
        return found is null || (found.Height > 0 && Whole(method, found.TipSet).Count > 0)
            ? found
            : throw Implausible(method, $"a message that ran in no tipset, at height {found.Height}");
    }

    /// <summary>
    /// CIDs of the messages sent to an address in exactly this form, from <paramref name="from"/> back to an epoch, newest first. The node
    /// reads every tipset between, so few at a time. Lotus looks the address up in the state of <paramref name="from"/> and answers with no
    /// messages, not with an error, where it has pruned that.
    /// </summary>
    internal async Task<IReadOnlyList<Cid>> StateListMessagesAsync(Address to, TipSetKey from, long backTo, CancellationToken cancellation)
    {
        const string method = "StateListMessages";
        IReadOnlyList<Cid> found = await rpc.CallAsync(
            method,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("To"u8, to.ToString());
                json.WriteEndObject();
                from.WriteTo(json);
                json.WriteNumberValue(backTo);
            },
            ChainJson.Default.IReadOnlyListCid,
            cancellation,
            isOfPast: true).ConfigureAwait(false) ?? [];
        return Whole(method, found);
    }

    /// <summary>The sectors of one deadline that have neither expired nor been terminated, in order.</summary>
    public async Task<IReadOnlyList<ulong>> StateMinerLiveSectorsAsync(ActorId miner, ulong deadline, CancellationToken cancellation)
    {
        const string method = "StateMinerPartitions";
        IReadOnlyList<MinerPartition> partitions = await rpc.CallAsync(
            method,
            json =>
            {
                json.WriteStringValue(miner.ToString());
                json.WriteNumberValue(deadline);
                TipSetKey.Head.WriteTo(json);
            },
            ChainJson.Default.IReadOnlyListMinerPartition,
            cancellation).ConfigureAwait(false) ?? [];
        return [.. Whole(method, partitions).SelectMany(partition => Expanded(method, partition.LiveSectors)).Order()];
    }

    /// <summary>Facts about a miner.</summary>
    internal Task<MinerInfo> StateMinerInfoAsync(ActorId miner, TipSetKey at, CancellationToken cancellation) =>
        rpc.CallRequiredAsync(
            "StateMinerInfo", json => WriteMiner(json, miner, at), ChainJson.Default.MinerInfo, cancellation, isOfPast: !at.IsHead);

    /// <summary>A proven sector; null if there is none of this number (never proven, or gone and compacted away).</summary>
    internal async Task<SectorOnChainInfo?> StateSectorGetInfoAsync(SectorId sector, TipSetKey at, CancellationToken cancellation)
    {
        SectorOnChainInfo? info = await rpc.CallAsync(
            "StateSectorGetInfo", json => WriteSector(json, sector, at), ChainJson.Default.SectorOnChainInfo, cancellation, isOfPast: !at.IsHead)
            .ConfigureAwait(false);
        return info is null || info.SectorNumber == sector.Number
            ? info
            : throw Implausible("StateSectorGetInfo", $"sector {info.SectorNumber} where {sector.Number} was asked for");
    }

    /// <summary>A sector pre-committed and not yet proven in that state; null if there is none (Lotus before 1.17 and old versions of Forest say so with an error).</summary>
    internal async Task<SectorPreCommitOnChainInfo?> StateSectorPreCommitInfoAsync(SectorId sector, TipSetKey at, CancellationToken cancellation)
    {
        try
        {
            SectorPreCommitOnChainInfo? found = await rpc.CallAsync(
                "StateSectorPreCommitInfo",
                json => WriteSector(json, sector, at),
                ChainJson.Default.SectorPreCommitOnChainInfo,
                cancellation,
                isOfPast: !at.IsHead).ConfigureAwait(false);
            return found is null || found.Info.SectorNumber == sector.Number
                ? found
                : throw Implausible("StateSectorPreCommitInfo", $"sector {found.Info.SectorNumber} where {sector.Number} was asked for");
        }
        catch (ChainCallException error) when (error.Error?.Kind == RpcErrorKind.Absent)
        {
            return null;
        }
    }

    /// <summary>The miner's faulty sectors, in order: a bit field, told as the lengths of its runs, the first of which are not in it.</summary>
    internal Task<IReadOnlyList<ulong>> StateMinerFaultsAsync(ActorId miner, TipSetKey at, CancellationToken cancellation) =>
        SectorsAsync("StateMinerFaults", miner, at, cancellation);

    /// <summary>Those of the faulty sectors that were declared recovered and wait for their proof, likewise.</summary>
    public Task<IReadOnlyList<ulong>> StateMinerRecoveriesAsync(ActorId miner, CancellationToken cancellation) =>
        SectorsAsync("StateMinerRecoveries", miner, TipSetKey.Head, cancellation);

    /// <summary>What of the miner's balance is neither locked nor owed, with what has vested, attoFIL; below zero where more is owed.</summary>
    public Task<BigInteger> StateMinerAvailableBalanceAsync(ActorId miner, CancellationToken cancellation) => rpc.CallRequiredAsync(
        "StateMinerAvailableBalance", json => WriteMiner(json, miner, TipSetKey.Head), ChainJson.Default.BigInteger, cancellation);

    /// <summary>The funds in the miner's state and the balance they are of.</summary>
    internal Task<ActorState<MinerFunds>> MinerFundsAsync(ActorId miner, CancellationToken cancellation) => rpc.CallRequiredAsync(
        "StateReadState", json => WriteMiner(json, miner, TipSetKey.Head), ChainJson.Default.ActorStateMinerFunds, cancellation);

    /// <summary>The version of the network's rules at the head.</summary>
    public Task<ulong> StateNetworkVersionAsync(CancellationToken cancellation) => rpc.CallRequiredAsync(
        "StateNetworkVersion", TipSetKey.Head.WriteTo, ChainJson.Default.UInt64, cancellation);

    /// <summary>The reward actor's estimate of what an epoch pays, attoFIL.</summary>
    public async Task<FilterEstimate> RewardEstimateAsync(CancellationToken cancellation) =>
        (await rpc.CallRequiredAsync(
            "StateReadState", json => WriteMiner(json, RewardActor, TipSetKey.Head), ChainJson.Default.ActorStateRewardState, cancellation)
            .ConfigureAwait(false)).State.ThisEpochRewardSmoothed;

    /// <summary>The power actor's estimate of the network's quality-adjusted power, bytes.</summary>
    public async Task<FilterEstimate> PowerEstimateAsync(CancellationToken cancellation) =>
        (await rpc.CallRequiredAsync(
            "StateReadState", json => WriteMiner(json, PowerActor, TipSetKey.Head), ChainJson.Default.ActorStatePowerState, cancellation)
            .ConfigureAwait(false)).State.ThisEpochQaPowerSmoothed;

    /// <summary>Reads a state that every chain has, at a tipset; an error answer where the node has pruned it.</summary>
    internal Task ReadStateAsync(TipSetKey at, CancellationToken cancellation) => rpc.CallRequiredAsync(
        "StateReadState", json => WriteMiner(json, PowerActor, at), ChainJson.Default.ActorStatePowerState, cancellation, isOfPast: !at.IsHead);

    /// <summary>The deadline and partition a sector is assigned to; an error answer when it is assigned to none.</summary>
    internal Task<SectorLocation> StateSectorPartitionAsync(SectorId sector, CancellationToken cancellation) =>
        rpc.CallRequiredAsync(
            "StateSectorPartition", json => WriteSector(json, sector, TipSetKey.Head), ChainJson.Default.SectorLocation, cancellation);

    /// <summary>When a sector ends; an error answer when it is in no expiration queue (terminated).</summary>
    internal Task<SectorExpiration> StateSectorExpirationAsync(SectorId sector, CancellationToken cancellation) =>
        rpc.CallRequiredAsync(
            "StateSectorExpiration", json => WriteSector(json, sector, TipSetKey.Head), ChainJson.Default.SectorExpiration, cancellation);

    /// <summary>The miner's proving period at the head.</summary>
    internal Task<ProvingDeadline> StateMinerProvingDeadlineAsync(ActorId miner, CancellationToken cancellation) =>
        rpc.CallRequiredAsync(
            "StateMinerProvingDeadline", json => WriteMiner(json, miner, TipSetKey.Head), ChainJson.Default.ProvingDeadline, cancellation);

    /// <summary>A storage deal; an error answer when the market has none of this number any more, or not yet.</summary>
    internal Task<MarketDeal> StateMarketStorageDealAsync(ulong deal, TipSetKey at, CancellationToken cancellation) =>
        rpc.CallRequiredAsync(
            "StateMarketStorageDeal",
            json =>
            {
                json.WriteNumberValue(deal);
                at.WriteTo(json);
            },
            ChainJson.Default.MarketDeal,
            cancellation,
            isOfPast: !at.IsHead);

    /// <summary>The claims of verified data of a miner by their number, in no order.</summary>
    internal async Task<IReadOnlyDictionary<string, VerifiedClaim>> StateGetClaimsAsync(ActorId miner, TipSetKey at, CancellationToken cancellation)
    {
        const string method = "StateGetClaims";
        IReadOnlyDictionary<string, VerifiedClaim> claims = await rpc.CallAsync(
            method, json => WriteMiner(json, miner, at), ChainJson.Default.IReadOnlyDictionaryStringVerifiedClaim, cancellation, isOfPast: !at.IsHead)
            .ConfigureAwait(false) ?? new Dictionary<string, VerifiedClaim>();
        Whole(method, claims.Values);
        return claims;
    }

    /// <summary>The events of one actor in some epochs that match; an error answer where the node does not keep events.</summary>
    internal async Task<IReadOnlyList<ActorEvent>> GetActorEventsRawAsync(ActorEventFilter filter, CancellationToken cancellation)
    {
        const string method = "GetActorEventsRaw";
        IReadOnlyList<ActorEvent> events = await rpc.CallAsync(
            method, filter.WriteTo, ChainJson.Default.IReadOnlyListActorEvent, cancellation, isOfPast: true).ConfigureAwait(false) ?? [];
        Whole(method, Whole(method, events).SelectMany(happened => happened.Entries));
        return events;
    }

    /// <summary>Randomness drawn from the tickets of <paramref name="epoch"/>, 32 bytes.</summary>
    /// <param name="personalization">Domain separation tag, 5 for sealing.</param>
    /// <param name="epoch">The epoch; may be a null round.</param>
    /// <param name="entropy">CBOR of the miner's ID address.</param>
    /// <param name="descendant">A tipset on the main chain at or after the epoch. Never the head key: Lotus needs it spelled out here.</param>
    /// <param name="cancellation">Ends the call.</param>
    internal Task<byte[]> StateGetRandomnessFromTicketsAsync(
        int personalization, long epoch, byte[] entropy, TipSetKey descendant, CancellationToken cancellation) =>
        RandomnessAsync("StateGetRandomnessFromTickets", personalization, epoch, entropy, descendant, cancellation);

    /// <summary>As <see cref="StateGetRandomnessFromTicketsAsync"/>, drawn from the beacon's entry of the epoch: 4 for window PoSt.</summary>
    internal Task<byte[]> StateGetRandomnessFromBeaconAsync(
        int personalization, long epoch, byte[] entropy, TipSetKey descendant, CancellationToken cancellation) =>
        RandomnessAsync("StateGetRandomnessFromBeacon", personalization, epoch, entropy, descendant, cancellation);

    private async Task<IReadOnlyList<ulong>> SectorsAsync(string method, ActorId miner, TipSetKey at, CancellationToken cancellation) =>
        Expanded(method, await rpc.CallRequiredAsync(
            method, json => WriteMiner(json, miner, at), ChainJson.Default.IReadOnlyListUInt64, cancellation, isOfPast: !at.IsHead).ConfigureAwait(false));

    private Task<byte[]> RandomnessAsync(
        string method, int personalization, long epoch, byte[] entropy, TipSetKey descendant, CancellationToken cancellation) =>
        rpc.CallRequiredAsync(
            method,
            json =>
            {
                json.WriteNumberValue(personalization);
                json.WriteNumberValue(epoch);
                json.WriteBase64StringValue(entropy);
                descendant.WriteTo(json);
            },
            ChainJson.Default.ByteArray,
            cancellation,
            isOfPast: true);

    /// <summary>Kept: sectors are sealed and proven many at the same epoch. A node's life is one run, in which old epochs do not change.</summary>
    private Task<TipSet> TipSetAsync(string method, long epoch, CancellationToken cancellation) =>
        _tipsets.GetAsync((method, epoch), async () => Checked(
            method,
            await rpc.CallRequiredAsync(
                method,
                json =>
                {
                    json.WriteNumberValue(epoch);
                    TipSetKey.Head.WriteTo(json);
                },
                ChainJson.Default.TipSet,
                cancellation,
                isOfPast: true).ConfigureAwait(false)));

    /// <summary>A tipset has blocks, as many as CIDs, all of its height.</summary>
    private static TipSet Checked(string method, TipSet tipset) =>
        Whole(method, tipset.Blocks).Count > 0 && tipset.Blocks.Count == Whole(method, tipset.Cids).Count && tipset.Height >= 0
        && tipset.Blocks.All(block => block.Height == tipset.Height)
            ? tipset
            : throw Implausible(method, "a tipset without blocks, or with blocks of another height");

    /// <summary>The JSON reader takes null for an element of a list, whatever the list's type says.</summary>
    private static T Whole<T>(string method, T elements)
        where T : IEnumerable<object> =>
        elements.Contains(null) ? throw Implausible(method, "null where there must be an entry") : elements;

    private static IReadOnlyList<ulong> Expanded(string method, IReadOnlyList<ulong> runs) =>
        RunLengths.TryExpand(runs, out IReadOnlyList<ulong> numbers)
            ? numbers
            : throw Implausible(method, "a bit field that no miner's sectors fit into");

    private static void WriteMiner(Utf8JsonWriter json, ActorId miner, TipSetKey at)
    {
        json.WriteStringValue(miner.ToString());
        at.WriteTo(json);
    }

    private static void WriteSector(Utf8JsonWriter json, SectorId sector, TipSetKey at)
    {
        json.WriteStringValue(sector.Miner.ToString());
        json.WriteNumberValue(sector.Number);
        at.WriteTo(json);
    }

    private static OperatorException Implausible(string method, string what) => new(
        FailureKind.NodeUnreachable,
        $"the chain node answered {method} with {what}",
        $"the node or a proxy before it is faulty: run with {Setting.Verbose} to see its answers, and use another node");
}
