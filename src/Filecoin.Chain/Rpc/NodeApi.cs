namespace Filecoin.Chain.Rpc;

/// <summary>A kind of API and how operators call it: what differs between the nodes that are asked.</summary>
/// <param name="Node">What answers, for messages.</param>
/// <param name="Program">The program whose `auth api-info` prints where it is.</param>
/// <param name="Variable">The variable that says where it is.</param>
/// <param name="Path">What is put behind its address.</param>
public sealed record NodeApi(string Node, string Program, string Variable, string Path)
{
    /// <summary>A full node: Lotus, Forest, Venus.</summary>
    public static NodeApi FullNode { get; } = new("the chain node", "lotus", "FULLNODE_API_INFO", "/rpc/v1");

    /// <summary>A lotus-miner, which has no /rpc/v1.</summary>
    public static NodeApi LotusMiner { get; } = new("the lotus-miner", "lotus-miner", "MINER_API_INFO", "/rpc/v0");

    /// <summary>How to say where it is.</summary>
    internal string Hint =>
        $"write it as `{Program} auth api-info --perm read` prints it, e.g. eyJ…:/ip4/127.0.0.1/tcp/1234/http, or as TOKEN:https://host or https://host";
}
