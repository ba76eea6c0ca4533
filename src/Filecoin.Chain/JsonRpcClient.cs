using Microsoft.Extensions.Logging;

namespace Filecoin.Chain;

/// <summary>Asks a full node over JSON-RPC 2.0; see the members for what is retried and how failures are told.</summary>
public sealed class JsonRpcClient(IReadOnlyList<ChainEndpoint> endpoints, JsonRpcOptions options, ILogger logger, TimeProvider time) : IDisposable
{
    /// <summary>The endpoints, in order of preference.</summary>
    public IReadOnlyList<ChainEndpoint> Endpoints { get; } = endpoints;

    /// <inheritdoc/>
    public void Dispose() => logger.LogTrace("{Options}{Time}", options, time);
}
