using Filecoin.Primitives;

namespace Filecoin.Chain.Rpc;

/// <summary>A call that no endpoint answered with a result. <see cref="Error"/> is there when a node spoke JSON-RPC to say no.</summary>
internal sealed class ChainCallException : OperatorException
{
    internal ChainCallException(FailureKind kind, string message, Hint hint, string method, RpcError? error, Exception? inner)
        : base(kind, message, hint, inner)
    {
        Method = method;
        Error = error;
    }

    /// <summary>The method called, without "Filecoin.".</summary>
    public string Method { get; }

    /// <summary>The node's error that decided; null when no node got as far.</summary>
    public RpcError? Error { get; }

    /// <summary>Whether every endpoint refused the token, or that none was given; no other call would do better.</summary>
    internal bool IsNotPermitted { get; init; }

    /// <summary>Whether the chain answered no, rather than a node being unable to answer.</summary>
    public bool IsAnswer => Error?.Kind is RpcErrorKind.Absent or RpcErrorKind.ActorNotFound;

    /// <summary>Whether every node spoke, but none to the question: another source may.</summary>
    internal bool IsUntold =>
        Error?.Kind is RpcErrorKind.MethodMissing or RpcErrorKind.StatePruned or RpcErrorKind.PermissionMissing or RpcErrorKind.Unknown;
}
