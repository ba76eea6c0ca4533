using Filecoin.Chain.Rpc;
using Xunit;

namespace SealerRecover.Tests.Chain;

public sealed class RpcErrorTests
{
    /// <summary>Errors as nodes send them, whole: code, message, what it means.</summary>
    public static TheoryData<long, string, RpcErrorKind> Errors => new()
    {
        { 1, "missing permission to invoke 'StorageList' (need 'admin')", RpcErrorKind.PermissionMissing },
        { -32003, "missing permission to invoke 'Filecoin.StorageList' (need 'admin')", RpcErrorKind.PermissionMissing },
        { -32003, "another wording of it", RpcErrorKind.PermissionMissing },
        { -32601, "method 'Filecoin.X' not found", RpcErrorKind.MethodMissing },
        { -32601, "Method not found", RpcErrorKind.MethodMissing },
        { 1, "module disabled, enable with Events.EnableActorEventsAPI", RpcErrorKind.MethodMissing },
        { 1, "module disabled, enable with Fevm.EnableActorEventsAPI", RpcErrorKind.MethodMissing },
        { 1, "historic event index disabled", RpcErrorKind.MethodMissing },
        { 1, "chain indexer is disabled; please enable the ChainIndexer to use the ETH RPC API", RpcErrorKind.MethodMissing },
        { 1, "method not supported", RpcErrorKind.MethodMissing },
        { -32005, "limit", RpcErrorKind.RateLimited },
        { 1, "(get sset) failed to load miner actor: load state tree: failed to load state tree bafy2bz: failed to load hamt node: ipld: could not find bafy2bz", RpcErrorKind.StatePruned },
        { 1, "(get sset) failed to load miner actor: failed to load state tree bafy2bz: unexpected EOF", RpcErrorKind.StatePruned },
        { 1, "resolve address f01000: could not find bafy2bz", RpcErrorKind.StatePruned },
        { 1, "failed to load miner actor: blockstore: block not found", RpcErrorKind.StatePruned },
        { 1, "failed to load msgmeta (bafy2bz): ipld: could not find bafy2bz", RpcErrorKind.StatePruned },
        { 1, "failed to load msgmeta bafy2bz", RpcErrorKind.StatePruned },
        { 1, "failed to load message: message not found", RpcErrorKind.StatePruned },
        { 1, "bad tipset height: lookbacks of more than 24h0m0s are disallowed", RpcErrorKind.StatePruned },
        { -32603, "No state tree exists for the root bafy2bz.", RpcErrorKind.StatePruned },
        { -32603, "Entry not found in block store: cid=bafy2bz", RpcErrorKind.StatePruned },
        { -32603, "Entry not found in cbor store: cid=bafy2bz, type=StateRoot", RpcErrorKind.StatePruned },
        { -32603, "can't find message with cid bafy2bz", RpcErrorKind.StatePruned },
        { -32603, "Key for header not found", RpcErrorKind.StatePruned },
        { -32603, "tipset at epoch 9 not found", RpcErrorKind.StatePruned },
        { 3, "actor not found", RpcErrorKind.ActorNotFound },
        { 11, "resolution lookup failed (f2abc): resolve address f2abc: actor not found", RpcErrorKind.ActorNotFound },
        { -32603, "Actor not found: addr=f01000", RpcErrorKind.ActorNotFound },
        { -32603, "actor id not found for address f2abc", RpcErrorKind.ActorNotFound },
        { 1, "not found resolve address f2abc", RpcErrorKind.ActorNotFound },
        { 1, "precommit info does not exist", RpcErrorKind.Absent },
        { 1, "precommit info is not exists", RpcErrorKind.Absent },
        { -32603, "SectorPreCommitOnChainInfo not found", RpcErrorKind.Absent },
        { 1, "failed to find sector 9", RpcErrorKind.Absent },
        { 1, "sector 9 not due at any deadline", RpcErrorKind.Absent },
        { 1, "deal 7 not found - deal may not have completed sealing before deal proposal start epoch, or deal may have been slashed", RpcErrorKind.Absent },
        { 1, "deal 7 not found", RpcErrorKind.Absent },
        { 1, "deal proposal not found", RpcErrorKind.Absent },
        { 1, "message was replaced: found message with equal nonce as the one we are looking for that is NOT a valid replacement message (F:bafy2bz n 3)", RpcErrorKind.Absent },
        { 1, "looking for tipset with height greater than start point, req: 9, head: 3", RpcErrorKind.NodeBehind },
        { 1, "failed to get chain randomness: cannot draw randomness from the future", RpcErrorKind.NodeBehind },
        { 1, "tipset height in future", RpcErrorKind.NodeBehind },
        { -32603, "the disk on fire", RpcErrorKind.Unknown },
        { 1, "", RpcErrorKind.Unknown },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void Errors_are_told_apart_by_their_words(long code, string message, RpcErrorKind kind) =>
        Assert.Equal(kind, new RpcError(code, message).Kind);

    [Fact]
    public void Every_wording_decides_an_error_that_is_tested()
    {
        NodeWording?[] decided = [.. Errors.Select(error => NodeWordings.All.FirstOrDefault(row => row.Fits(error.Data.Item2)))];
        Assert.Empty(NodeWordings.All.Except(decided.OfType<NodeWording>()).Select(row => row.Words));
    }
}
