using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace SealerRecover.Tests;

/// <summary>
/// A Lotus full node that tells of a <see cref="FakeChain"/>; several may share one.
/// <code>
/// await using FakeNode node = await FakeNode.StartAsync(chain);
/// node.Inject("StateMinerInfo", Fault.Status(503), times: 2);
/// … FULLNODE_API_INFO=node.ApiInfo …
/// </code>
/// </summary>
public sealed class FakeNode : FakeServer
{
    private readonly FakeMethods _methods;

    private FakeNode(FakeChain chain, string? token, X509Certificate2? certificate)
        : base("/rpc/v1", token, certificate)
    {
        Chain = chain;
        _methods = new FakeMethods(chain, this);
    }

    /// <summary>The chain it tells of.</summary>
    public FakeChain Chain { get; }

    /// <summary>State of tipsets below this epoch is pruned (the head's never).</summary>
    public long StateKeptFrom { get; set; }

    /// <summary>Messages of tipsets below this epoch are pruned.</summary>
    public long MessagesKeptFrom { get; set; }

    /// <summary>Whether it keeps actor events, as Lotus does only if told to.</summary>
    public bool KeepsEvents { get; set; }

    /// <summary>Whether it finds messages that ran by an index of their CIDs, as Lotus does only if told to; else it walks back through states.</summary>
    public bool IndexesMessages { get; set; }

    /// <summary>Whether it still has messages that were replaced by others with a higher fee, as a node does that saw them waiting.</summary>
    public bool SawReplaced { get; set; }

    /// <summary>Speaks as Lotus of 2022: an error instead of null for a missing pre-commit, DealIDs told, UnsealedCid not.</summary>
    public bool OldLotus { get; set; }

    /// <summary>With which error it tells of what it has pruned; null for Lotus' own.</summary>
    public (int Code, string Words)? PrunedWords { get; set; }

    /// <summary>With which error it says that a sector is not pre-committed; null for the null of today's nodes.</summary>
    public string? AbsentWords { get; set; }

    /// <summary>'f' or 't': how it prints addresses.</summary>
    public char AddressPrefix { get; set; } = 'f';

    /// <summary>Starts a node; with a certificate one that speaks TLS.</summary>
    public static Task<FakeNode> StartAsync(FakeChain chain, string? token = null, X509Certificate2? certificate = null) =>
        StartAsync(new FakeNode(chain, token, certificate));

    /// <summary>From now on it has nothing but block headers and the newest state, as a node that prunes.</summary>
    public void KeepHeadersOnly()
    {
        StateKeptFrom = long.MaxValue;
        MessagesKeptFrom = long.MaxValue;
    }

    private protected override JsonNode? Call(string method, JsonArray parameters)
    {
        try
        {
            return _methods.Call(method, parameters);
        }
        catch (RpcFailure pruned) when (PrunedWords is not null && pruned.Message.Contains("ipld: could not find", StringComparison.Ordinal))
        {
            throw new RpcFailure(PrunedWords.Value.Code, PrunedWords.Value.Words);
        }
    }
}
