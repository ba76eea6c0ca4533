using System.Collections.Immutable;
using System.IO.Enumeration;

namespace Filecoin.Chain.Rpc;

/// <summary>Words by which a node's error is recognised.</summary>
/// <param name="Means">What they mean.</param>
/// <param name="Words">A part of the message, in any case; * stands for anything.</param>
/// <param name="Node">Which node says them, where in its source, and the version that was read; "reported" where only users told of it.</param>
internal sealed record NodeWording(RpcErrorKind Means, string Words, string Node)
{
    private readonly string _pattern = $"*{Words}*";

    internal bool Fits(string message) => FileSystemName.MatchesSimpleExpression(_pattern, message, ignoreCase: true);
}

/// <summary>
/// The words of Lotus, Forest and Venus for what is asked of them here. Their codes do not tell: Lotus numbers its own errors from 1 and
/// renumbers them between releases, Forest calls nearly everything -32603. What stands in no row is <see cref="RpcErrorKind.Unknown"/>, which
/// another node may know better. The first row that fits decides, so a message that quotes a deeper cause comes before the cause.
/// </summary>
internal static class NodeWordings
{
    /// <summary>JSON-RPC 2.0: the method does not exist.</summary>
    private const long MethodNotFoundCode = -32601;

    /// <summary>EIP-1474: a request exceeds a defined limit.</summary>
    private const long LimitExceededCode = -32005;

    /// <summary>Forest 0.36 (rpc/error.rs): the token is right and grants too little.</summary>
    private const long InsufficientPermissionsCode = -32003;

    internal static ImmutableArray<NodeWording> All { get; } =
    [
        new(RpcErrorKind.PermissionMissing, "missing permission to invoke", "Lotus 1.36 go-jsonrpc/auth; Venus 1.15 api/permission; Forest 0.36 rpc/auth_layer.rs"),

        new(RpcErrorKind.MethodMissing, "module disabled, enable with", "Lotus 1.36 node/impl/full/dummy.go, node/impl/eth/api.go; Venus 1.15 actorevent/dummy.go"),
        new(RpcErrorKind.MethodMissing, "event index disabled", "Lotus 1.36 chain/events/filter/event.go"),
        new(RpcErrorKind.MethodMissing, "chain indexer is disabled", "Lotus 1.36 node/impl/eth/api.go"),
        new(RpcErrorKind.MethodMissing, "method not supported", "Lotus 1.36 api/proxy_gen.go"),

        new(RpcErrorKind.StatePruned, "ipld: could not find", "Lotus since 1.17 and Venus 1.15: go-ipld-format"),
        new(RpcErrorKind.StatePruned, "could not find bafy", "Lotus, reported"),
        new(RpcErrorKind.StatePruned, "block not found", "Lotus before 1.17 (\"blockstore: block not found\")"),
        new(RpcErrorKind.StatePruned, "failed to load state tree", "Lotus 1.36 chain/state/statetree.go; Venus 1.15 chain/message_store.go"),
        new(RpcErrorKind.StatePruned, "failed to load msgmeta", "Lotus 1.36 chain/store/messages.go"),
        new(RpcErrorKind.StatePruned, "failed to load message", "Lotus 1.36 chain/stmgr/searchwait.go"),
        new(RpcErrorKind.StatePruned, "lookbacks of more than", "Lotus 1.36 gateway/node.go"),
        new(RpcErrorKind.StatePruned, "no state tree exists for the root", "Forest 0.36 shim/state_tree.rs"),
        new(RpcErrorKind.StatePruned, "entry not found in block store", "Forest 0.36 utils/db/mod.rs"),
        new(RpcErrorKind.StatePruned, "entry not found in cbor store", "Forest 0.36 utils/db/mod.rs"),
        new(RpcErrorKind.StatePruned, "can't find message with cid", "Forest 0.36 rpc/methods/chain.rs"),
        new(RpcErrorKind.StatePruned, "key for header not found", "Forest 0.36 chain/store/index.rs"),
        new(RpcErrorKind.StatePruned, "tipset at epoch * not found", "Forest 0.36 chain/store/index.rs"),

        new(RpcErrorKind.ActorNotFound, "actor not found", "Lotus 1.36 chain/types/errors.go; Venus 1.15 actors/types/actor.go; Forest 0.36 shim/state_tree.rs"),
        new(RpcErrorKind.ActorNotFound, "actor id not found for address", "Forest 0.36 shim/state_tree.rs"),
        new(RpcErrorKind.ActorNotFound, "not found resolve address", "Venus 1.15 pkg/state/view.go"),

        new(RpcErrorKind.Absent, "precommit info does not exist", "on /rpc/v0: Lotus 1.36 api/v0api/v1_wrapper.go, Forest 0.36 rpc/methods/state.rs, Venus 1.15 chain/v0api"),
        new(RpcErrorKind.Absent, "precommit info is not exists", "Lotus before 1.17 node/impl/full/state.go"),
        new(RpcErrorKind.Absent, "SectorPreCommitOnChainInfo not found", "Forest in 2024 (pull request 4427)"),
        new(RpcErrorKind.Absent, "failed to find sector", "Lotus 1.36 and Venus 1.15 actors/builtin/miner; Forest 0.36 rpc/methods/state.rs"),
        new(RpcErrorKind.Absent, "not due at any deadline", "Lotus 1.36 and Venus 1.15: specs-actors miner/deadlines.go; Forest: builtin-actors miner"),
        new(RpcErrorKind.Absent, "deal * not found", "Lotus 1.36 chain/stmgr/actors.go; Forest 0.36 rpc/methods/state.rs; Venus 1.15 pkg/state/view.go"),
        new(RpcErrorKind.Absent, "not a valid replacement message", "Lotus 1.36 chain/stmgr/searchwait.go"),

        new(RpcErrorKind.NodeBehind, "height greater than start point", "Lotus 1.36 chain/store/store.go; Venus 1.15 pkg/chain/store.go"),
        new(RpcErrorKind.NodeBehind, "randomness from the future", "Lotus 1.36 chain/rand/rand.go; Venus 1.15 pkg/chain/randomness.go"),
        new(RpcErrorKind.NodeBehind, "tipset height in future", "Lotus 1.36 gateway/node.go"),
    ];

    /// <summary>What an error means.</summary>
    internal static RpcErrorKind Of(long code, string message) => code switch
    {
        MethodNotFoundCode => RpcErrorKind.MethodMissing,
        LimitExceededCode => RpcErrorKind.RateLimited,
        InsufficientPermissionsCode => RpcErrorKind.PermissionMissing,
        _ => All.FirstOrDefault(row => row.Fits(message))?.Means ?? RpcErrorKind.Unknown,
    };
}
