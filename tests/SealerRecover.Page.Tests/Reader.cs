using System.Collections.Concurrent;
using System.Net;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;
using SealerRecover.Server;

namespace SealerRecover.Page.Tests;

/// <summary>A real server of a site, and a browser that shows its page. At the end nothing may have gone wrong in the browser.</summary>
internal sealed class Reader : IAsyncDisposable
{
    public const string Token = "a-token-that-is-long-enough";

    private static readonly string[] OfTheNetwork = ["Failed to load resource", "net::ERR_"];

    private readonly ShownSite _site;
    private readonly string? _token;
    private readonly ConcurrentQueue<string> _wrong = [];
    private SiteServer? _server;
    private int _port;

    private Reader(ShownSite site, string? token) => (_site, _token) = (site, token);

    public IPage Page { get; private set; } = null!;

    public Uri Address => new($"http://127.0.0.1:{_port}/");

    /// <summary>Opens the page.</summary>
    public static async Task<Reader> OpenAsync(Chromium chromium, ShownSite site, BrowserNewContextOptions? options = null, string? token = Token, string hash = "")
    {
        options ??= new BrowserNewContextOptions();
        options.Locale ??= "en-GB";
        options.TimezoneId ??= "UTC";
        options.ViewportSize ??= new ViewportSize { Width = 1440, Height = 900 };
        options.ReducedMotion ??= ReducedMotion.Reduce;
        IBrowserContext context = await chromium.ReaderAsync(options);
        Reader reader = new(site, token);
        await reader.StartAsync();
        reader.Page = await context.NewPageAsync();
        reader.Page.SetDefaultTimeout(60_000);
        reader.Page.Console += (_, message) => reader.Note(message.Type == "error" ? message.Text : null);
        reader.Page.PageError += (_, error) => reader.Note(error);
        Assertions.SetDefaultExpectTimeout(60_000);
        await reader.Page.GotoAsync(new Uri(reader.Address, hash).ToString());
        return reader;
    }

    /// <summary>Waits for the whole to be shown.</summary>
    public async Task<Reader> ShownAsync()
    {
        await Assertions.Expect(Page.Locator("#content")).ToBeVisibleAsync(Long);
        return this;
    }

    public static LocatorAssertionsToBeVisibleOptions Long { get; } = new() { Timeout = 60_000 };

    /// <summary>The server begins to listen, at the port that it had before, if it had one.</summary>
    public async Task StartAsync()
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                _server = await SiteServer.StartAsync(
                    _site,
                    new SiteServerSettings { Listen = new IPEndPoint(IPAddress.Loopback, _port), Token = _token, Version = "0.1.0" },
                    () => "",
                    TimeProvider.System,
                    NullLoggerFactory.Instance);
                _port = _server.Address.Port;
                return;
            }
            catch (OperatorException) when (attempt < 50)
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>The server goes away.</summary>
    public async Task StopAsync()
    {
        await _server!.DisposeAsync();
        _server = null;
    }

    /// <summary>What the browser complained of, but for answers and connections that the test wanted to fail.</summary>
    public IReadOnlyCollection<string> Wrong => [.. _wrong];

    public async ValueTask DisposeAsync()
    {
        await Page.Context.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Assert.Empty(_wrong);
    }

    private void Note(string? text)
    {
        if (text is not null && !OfTheNetwork.Any(text.Contains))
        {
            _wrong.Enqueue(text);
        }
    }
}
