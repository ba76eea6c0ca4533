using System.Net;
using System.Net.Sockets;
using Filecoin.Chain.Rpc;
using Microsoft.Extensions.Logging;

namespace SealerRecover.Tests.Chain;

/// <summary>Clients for tests: impatient, and with their log kept.</summary>
internal static class Asking
{
    internal static JsonRpcOptions Impatient { get; } = new()
    {
        RequestTimeout = TimeSpan.FromSeconds(20),
        RetryInterval = TimeSpan.FromMilliseconds(1),
        MaxRetryInterval = TimeSpan.FromMilliseconds(20),
        MaxRounds = 3,
        MaxLimitedRounds = 3,
    };

    internal static JsonRpcClient Client(string apiInfo, JsonRpcOptions? options = null, ILogger? logger = null) =>
        new(ApiInfo.Parse(apiInfo), options ?? Impatient, logger ?? new KeptLog(), TimeProvider.System);

    internal static JsonRpcClient Client(params FakeNode[] nodes) => Client(string.Join(',', nodes.Select(node => node.ApiInfo)));

    /// <summary>An address where nothing listens.</summary>
    internal static string Nowhere()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return $"/ip4/127.0.0.1/tcp/{((IPEndPoint)listener.LocalEndpoint).Port}/http";
    }
}
