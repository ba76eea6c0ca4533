using Filecoin.Chain;
using Xunit;

namespace SealerRecover.Tests.Chain;

public sealed class RpcErrorTests
{
    [Theory]
    [InlineData(1, "(get sset) failed to load miner actor: load state tree: failed to load state tree bafy2bz: failed to load hamt node: ipld: could not find bafy2bz", RpcErrorKind.StatePruned)]
    [InlineData(1, "failed to load miner actor: blockstore: block not found", RpcErrorKind.StatePruned)]
    [InlineData(1, "failed to load msgmeta (bafy2bz): ipld: could not find bafy2bz", RpcErrorKind.StatePruned)]
    [InlineData(1, "bad tipset height: lookbacks of more than 24h0m0s are disallowed", RpcErrorKind.StatePruned)]
    [InlineData(-32603, "No state tree exists for the root bafy2bz.", RpcErrorKind.StatePruned)]
    [InlineData(-32603, "Entry not found in block store: cid=bafy2bz", RpcErrorKind.StatePruned)]
    [InlineData(-32603, "Entry not found in cbor store: cid=bafy2bz", RpcErrorKind.StatePruned)]
    [InlineData(-32603, "can't find message with cid bafy2bz", RpcErrorKind.StatePruned)]
    [InlineData(3, "actor not found", RpcErrorKind.ActorNotFound)]
    [InlineData(11, "resolution lookup failed (f2abc): resolve address f2abc: actor not found", RpcErrorKind.ActorNotFound)]
    [InlineData(-32601, "method 'Filecoin.X' not found", RpcErrorKind.MethodMissing)]
    [InlineData(-32005, "limit", RpcErrorKind.RateLimited)]
    [InlineData(1, "missing permission to invoke 'StorageList' (need 'admin')", RpcErrorKind.PermissionMissing)]
    [InlineData(1, "looking for tipset with height greater than start point, req: 9, head: 3", RpcErrorKind.NodeBehind)]
    [InlineData(1, "failed to find sector 9", RpcErrorKind.Answer)]
    [InlineData(1, "precommit info does not exist", RpcErrorKind.Answer)]
    public void Errors_are_told_apart_by_their_words(long code, string message, RpcErrorKind kind) =>
        Assert.Equal(kind, new RpcError(code, message).Kind);

    [Fact]
    public void Network_text_is_made_fit_for_a_terminal()
    {
        Assert.Equal("a b [31mred c", Printable.Line("a\nb\u001b[31mred\u202ec", 100));
        Assert.Equal("abc…", Printable.Line("abcdef", 3));
        Assert.Equal("", Printable.Line((string?)null, 3));
    }
}
