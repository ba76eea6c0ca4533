namespace Filecoin.Chain;

/// <summary>The methods of a full node that recovery needs, typed.</summary>
public sealed class FullNode(JsonRpcClient rpc)
{
    /// <summary>The client that asks.</summary>
    public JsonRpcClient Rpc { get; } = rpc;
}
