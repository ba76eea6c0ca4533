namespace Filecoin.Chain.Rpc;

/// <summary>What a JSON-RPC error means for the one who asked.</summary>
public enum RpcErrorKind
{
    /// <summary>Words that are not known: an answer, but of what is not told. Another node may say more.</summary>
    Unknown,

    /// <summary>The chain answered: there is no such thing. Asking another node would not change it.</summary>
    Absent,

    /// <summary>Likewise: no such actor on this chain.</summary>
    ActorNotFound,

    /// <summary>The node no longer has the state or messages that hold the answer.</summary>
    StatePruned,

    /// <summary>The node does not have this method (a gateway, another implementation, an old version), or has it switched off.</summary>
    MethodMissing,

    /// <summary>The token grants too little.</summary>
    PermissionMissing,

    /// <summary>The node's head is before the epoch asked about: it is still syncing.</summary>
    NodeBehind,

    /// <summary>Too many requests; later is better.</summary>
    RateLimited,
}

/// <summary>The error object of a JSON-RPC answer.</summary>
/// <param name="Code">JSON-RPC's own below -32000; nodes number theirs as they like, so <see cref="NodeWordings"/> decides.</param>
/// <param name="Message">The node's words, made printable.</param>
internal readonly record struct RpcError(long Code, string Message)
{
    /// <summary>What the error means.</summary>
    public RpcErrorKind Kind => NodeWordings.Of(Code, Message);
}
