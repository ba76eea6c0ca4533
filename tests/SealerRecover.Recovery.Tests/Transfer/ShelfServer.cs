using System.Collections.Concurrent;
using System.Globalization;
using Filecoin.Primitives;
using Microsoft.AspNetCore.Http;
using SealerRecover.Recovery.Transfer;

namespace SealerRecover.Recovery.Tests.Transfer;

/// <summary>Serves a shelf, or what a test says of it, as the page's server does; and breaks off as told.</summary>
internal sealed class ShelfServer : IAsyncDisposable
{
    public const string Token = "a-token-that-is-long-enough";

    private readonly LoopbackServer _server;

    private ShelfServer() => _server = new LoopbackServer(AnswerAsync, certificate: null);

    /// <summary>What an address under remote/ has; null for nothing.</summary>
    public required Func<string, byte[]?> Content { get; init; }

    /// <summary>Bytes after which the next answers break off, one for each.</summary>
    public ConcurrentQueue<int> Breaks { get; } = [];

    /// <summary>What is waited for before an answer breaks off, since what is not read by then is lost.</summary>
    public Func<bool> IsRead { get; set; } = () => true;

    /// <summary>The status of the next answers, one for each.</summary>
    public ConcurrentQueue<int> Refusals { get; } = [];

    /// <summary>Path and first byte of everything it was asked.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public RemoteShelf Shelf(string? token = Token) => new(new Uri(_server.Url + "/"), token, certificateFile: null, TimeProvider.System);

    public static async Task<ShelfServer> StartAsync(Func<string, byte[]?> content)
    {
        ShelfServer server = new() { Content = content };
        await server._server.StartAsync();
        return server;
    }

    /// <summary>Serves what is on a shelf.</summary>
    public static Task<ShelfServer> OfAsync(ResultShelf shelf) => StartAsync(path =>
    {
        string[] parts = path.Split('/', 2);
        return !SectorId.TryParseFileName(parts[0], out SectorId sector) ? null
            : parts.Length == 1 ? shelf.ReceiptOf(sector)
            : shelf.FileOf(sector, parts[1]) is { } file ? File.ReadAllBytes(file) : null;
    });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!["/remote/".Length..];
        long from = context.Request.GetTypedHeaders().Range?.Ranges.Single().From ?? 0;
        Asked.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{path} {from}"));
        byte[]? content = Content(path);
        context.Response.StatusCode = Refusals.TryDequeue(out int refusal) ? refusal
            : context.Request.Headers.Authorization != $"Bearer {Token}" ? 401
            : content is null ? 404
            : from > 0 && from >= content.Length ? 416
            : from > 0 ? 206 : 200;
        if (context.Response.StatusCode is not (200 or 206))
        {
            return;
        }

        context.Response.ContentLength = content!.Length - from;
        if (from > 0)
        {
            context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{content.Length - 1}/{content.Length}");
        }

        int most = Breaks.TryDequeue(out int bytes) ? bytes : int.MaxValue;
        await context.Response.Body.WriteAsync(content.AsMemory((int)from, Math.Min(most, content.Length - (int)from)), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        if (most < content.Length - from)
        {
            while (!IsRead())
            {
                await Task.Delay(10, context.RequestAborted);
            }

            context.Abort();
        }
    }
}
