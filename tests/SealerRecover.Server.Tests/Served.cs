using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using SealerRecover.Recovery.Transfer;

namespace SealerRecover.Server.Tests;

/// <summary>A real server of a fake site, and somebody who asks it.</summary>
internal sealed class Served : IAsyncDisposable
{
    public const string Token = "a-token-that-is-long-enough";

    private readonly SiteServer _server;

    private Served(SiteServer server) => (_server, Client) = (server, new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(2) });

    public HttpClient Client { get; }

    public static async Task<Served> StartAsync(FakeSite site, string? token = Token, TimeProvider? time = null, ResultShelf? shelf = null) => new(await SiteServer.StartAsync(
        site,
        new SiteServerSettings { Listen = new IPEndPoint(IPAddress.Loopback, 0), Token = token, Names = ["sealer.example"], Version = "1.2.3", Shelf = shelf },
        () => "a_metric 1\n",
        time ?? TimeProvider.System,
        NullLoggerFactory.Instance));

    /// <summary>The status of an answer and its text.</summary>
    public async Task<(int Status, string Text)> AskAsync(
        string path, string? body = null, string? token = null, string? host = null, (string Name, string Value)? header = null)
    {
        using HttpRequestMessage request = new(body is null ? HttpMethod.Get : HttpMethod.Post, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        request.Headers.Host = host;
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        if (header is { } more)
        {
            request.Headers.Add(more.Name, more.Value);
        }

        using HttpResponseMessage response = await Client.SendAsync(request, Xunit.TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Xunit.TestContext.Current.CancellationToken));
    }

    /// <summary>Opens the stream of events.</summary>
    public async Task<StreamReader> ListenAsync() =>
        new(await Client.GetStreamAsync(new Uri("/api/events", UriKind.Relative), Xunit.TestContext.Current.CancellationToken));

    /// <summary>The next event: its name and data.</summary>
    public static async Task<(string Name, string Data)> NextAsync(StreamReader events)
    {
        string name = "";
        while (await events.ReadLineAsync(Xunit.TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return (name, line[6..]);
            }
        }

        return ("end", "");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
    }
}
