namespace Filecoin.Chain;

/// <summary>What a JSON-RPC error means for the one who asked.</summary>
public enum RpcErrorKind
{
    /// <summary>The chain answered, and the answer is no. Asking another node would not change it.</summary>
    Answer,

    /// <summary>An answer: no such actor on this chain.</summary>
    ActorNotFound,

    /// <summary>The node no longer has the state or messages that hold the answer.</summary>
    StatePruned,

    /// <summary>The node does not have this method (a gateway, another implementation, an old version).</summary>
    MethodMissing,

    /// <summary>The token grants too little.</summary>
    PermissionMissing,

    /// <summary>The node's head is before the epoch asked about: it is still syncing.</summary>
    NodeBehind,

    /// <summary>Too many requests; later is better.</summary>
    RateLimited,
}

/// <summary>The error object of a JSON-RPC answer.</summary>
/// <param name="Code">JSON-RPC's own below -32000; Lotus numbers its own from 1 and renumbers them between releases, so text decides.</param>
/// <param name="Message">The node's words, made printable.</param>
public readonly record struct RpcError(long Code, string Message)
{
    /// <summary>Codes that JSON-RPC itself or EIP-1474 define.</summary>
    private const long MethodNotFoundCode = -32601;
    private const long LimitExceededCode = -32005;

    /// <summary>
    /// What Lotus says when state, a message or the way to it was pruned: "ipld: could not find bafy…" since 1.17, "blockstore: block not
    /// found" before; a gateway only allows a day of lookback. Forest's words: "No state tree exists for the root …" (shim/state_tree.rs),
    /// "Entry not found in block store: cid=…" (utils/db), "can't find message with cid …" (rpc/methods/chain.rs); "… in cbor store" was reported of it.
    /// </summary>
    private static readonly string[] Pruned =
    [
        "ipld: could not find", "could not find bafy", "block not found", "failed to load state tree", "failed to load msgmeta",
        "failed to load message", "lookbacks of more than",
        "no state tree exists for the root", "entry not found in block store", "entry not found in cbor store", "can't find message with cid",
    ];

    private static readonly string[] Behind = ["height greater than start point", "randomness from the future"];

    /// <summary>What the error means.</summary>
    public RpcErrorKind Kind =>
        Code == MethodNotFoundCode ? RpcErrorKind.MethodMissing
        : Code == LimitExceededCode ? RpcErrorKind.RateLimited
        : Says("missing permission to invoke") ? RpcErrorKind.PermissionMissing
        : Pruned.Any(Says) ? RpcErrorKind.StatePruned
        : Says("actor not found") ? RpcErrorKind.ActorNotFound
        : Behind.Any(Says) ? RpcErrorKind.NodeBehind
        : RpcErrorKind.Answer;

    /// <summary>Whether the message contains <paramref name="words"/>, whatever the case.</summary>
    public bool Says(string words) => Message.Contains(words, StringComparison.OrdinalIgnoreCase);
}
