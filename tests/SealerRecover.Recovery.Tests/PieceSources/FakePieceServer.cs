using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace SealerRecover.Tests;

/// <summary>Whose habits a <see cref="FakePieceServer"/> has.</summary>
public enum PieceDialect
{
    /// <summary>CIDs of both versions, the raw bytes only, a content type guessed from the bytes.</summary>
    Curio,

    /// <summary>CIDs of version 1, the whole unpadded piece with its zeros, gzip for those who take it.</summary>
    Boost,
}

/// <summary>A request that reached a <see cref="FakePieceServer"/>; header values are empty where there was none.</summary>
public sealed record PieceRequest(string Method, string Path, string Range, string IfRange, string AcceptEncoding);

/// <summary>
/// GET and HEAD {base}/piece/{cid} (FRC-0066) on a free port of 127.0.0.1, as Go's http.ServeContent answers them in booster-http and Curio:
/// one range, If-Range, strong entity tags, 416. <see cref="Inject"/> makes it misbehave.
/// </summary>
public sealed class FakePieceServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly PieceDialect _dialect;
    private readonly ConcurrentDictionary<string, byte[]> _pieces = new(StringComparer.Ordinal);
    private readonly List<(PieceFault Fault, int Left)> _faults = [];
    private int _open;
    private int _mostOpen;

    private FakePieceServer(PieceDialect dialect)
    {
        _dialect = dialect;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinResponseDataRate = null;
        });
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>Everything it was asked, in order.</summary>
    public ConcurrentQueue<PieceRequest> Requests { get; } = [];

    /// <summary>Its address, without a slash at the end.</summary>
    public string Url { get; private set; } = string.Empty;

    /// <summary>The most requests that were under way at once.</summary>
    public int MostOpen => _mostOpen;

    /// <summary>Wait before each answer.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Whether it sends entity tags.</summary>
    public bool Tags { get; set; } = true;

    /// <summary>Starts a server.</summary>
    public static async Task<FakePieceServer> StartAsync(PieceDialect dialect = PieceDialect.Curio)
    {
        FakePieceServer server = new(dialect);
        await server._app.StartAsync();
        server.Url = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    /// <summary>Has a piece under these CIDs; what it sends follows from its dialect.</summary>
    /// <param name="raw">Its bytes without the zeros that extend them.</param>
    /// <param name="unpadded">Bytes with them.</param>
    /// <param name="cids">Version 1 first.</param>
    public void Add(byte[] raw, long unpadded, params ReadOnlySpan<string> cids)
    {
        byte[] content = raw;
        if (_dialect == PieceDialect.Boost)
        {
            content = new byte[unpadded];
            raw.CopyTo(content, 0);
        }

        foreach (string cid in _dialect == PieceDialect.Boost ? cids[..1] : cids)
        {
            _pieces[cid] = content;
        }
    }

    /// <summary>Makes the next <paramref name="times"/> requests end in a fault. Earlier faults go first.</summary>
    public void Inject(PieceFault fault, int times = int.MaxValue)
    {
        lock (_faults)
        {
            _faults.Add((fault, times));
        }
    }

    /// <summary>Ends all faults.</summary>
    public void Heal()
    {
        lock (_faults)
        {
            _faults.Clear();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new();
        await now.CancelAsync();
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // Hanging requests are cut off, as meant.
        }

        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        int open = Interlocked.Increment(ref _open);
        for (int most = _mostOpen; open > most && Interlocked.CompareExchange(ref _mostOpen, open, most) != most; most = _mostOpen)
        {
        }

        try
        {
            await AnswerAsync(context);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // The client went away.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        HttpRequest asked = context.Request;
        Requests.Enqueue(new PieceRequest(
            asked.Method,
            asked.Path.ToString(),
            asked.Headers.Range.ToString(),
            asked.Headers.IfRange.ToString(),
            asked.Headers.AcceptEncoding.ToString()));
        if (Delay > TimeSpan.Zero)
        {
            await Task.Delay(Delay, context.RequestAborted);
        }

        string path = asked.Path.ToString();
        string cid = path.StartsWith("/piece/", StringComparison.Ordinal) ? path["/piece/".Length..] : string.Empty;
        PieceReply reply = Plain(context, cid);
        if (TakeFault() is { } fault)
        {
            reply = fault.Change(reply);
        }

        await reply.SendAsync(context);
    }

    private PieceReply Plain(HttpContext context, string cid)
    {
        if (_dialect == PieceDialect.Boost && !cid.StartsWith("baga", StringComparison.Ordinal))
        {
            return PieceReply.Text(400, "parsing piece CID: unexpected multihash");
        }

        if (!_pieces.TryGetValue(cid, out byte[]? content))
        {
            return PieceReply.Text(404, _dialect == PieceDialect.Boost ? $"no deals containing piece {cid}: not found" : string.Empty);
        }

        HttpRequest asked = context.Request;
        PieceReply reply = new(200, content) { Tag = Tags ? $"\"{cid}\"" : null, Asked = asked.Headers.Range.ToString() };
        reply.Headers["Accept-Ranges"] = "bytes";
        reply.Headers["Content-Type"] = _dialect == PieceDialect.Boost ? "application/piece" : Sniff(content);
        if (_dialect == PieceDialect.Boost && asked.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            return reply.Compressed() with { Tag = $"\"{cid}.gz\"" };
        }

        bool ranged = asked.Headers.Range.Count > 0
            && (asked.Headers.IfRange.Count == 0 || asked.Headers.IfRange.ToString() == reply.Tag);
        return ranged ? reply.Ranged() : reply;
    }

    private static string Sniff(byte[] content) =>
        content.AsSpan().StartsWith("<html"u8) ? "text/html; charset=utf-8" : "application/octet-stream";

    private PieceFault? TakeFault()
    {
        lock (_faults)
        {
            int index = _faults.FindIndex(entry => entry.Left > 0);
            if (index < 0)
            {
                return null;
            }

            (PieceFault fault, int left) = _faults[index];
            _faults[index] = (fault, left - 1);
            return fault;
        }
    }
}

/// <summary>An answer before it is sent.</summary>
public sealed record PieceReply(int Status, byte[] Content)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    public string? Tag { get; init; }

    /// <summary>The Range header that was sent.</summary>
    public string Asked { get; init; } = string.Empty;

    /// <summary>The first byte sent and the byte after the last.</summary>
    public (int Start, int End)? Part { get; init; }

    /// <summary>What Content-Range says the whole has; null for "*".</summary>
    public long? Total { get; init; } = -1;

    /// <summary>Whether the body comes in chunks that tell no length.</summary>
    public bool InChunks { get; init; }

    /// <summary>Bytes after which the connection is cut, or nothing more comes.</summary>
    public int? StopAfter { get; init; }

    public bool ThenHang { get; init; }

    /// <summary>Wait after each 16 bytes.</summary>
    public TimeSpan Trickle { get; init; }

    public static PieceReply Text(int status, string text)
    {
        PieceReply reply = new(status, System.Text.Encoding.UTF8.GetBytes(text));
        reply.Headers["Content-Type"] = "text/plain; charset=utf-8";
        return reply;
    }

    public PieceReply Compressed()
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.NoCompression))
        {
            gzip.Write(Content);
        }

        Dictionary<string, string> headers = new(Headers) { ["Content-Encoding"] = "gzip" };
        return this with { Content = packed.ToArray(), Headers = headers, Part = null, Status = 200 };
    }

    public PieceReply Ranged()
    {
        string[] bounds = Asked["bytes=".Length..].Split('-');
        int start = int.Parse(bounds[0], CultureInfo.InvariantCulture);
        int end = bounds[1].Length == 0 ? Content.Length : Math.Min(Content.Length, int.Parse(bounds[1], CultureInfo.InvariantCulture) + 1);
        return start >= Content.Length && Content.Length > 0
            ? this with { Status = 416, Content = [] }
            : this with { Status = 206, Part = (start, end) };
    }

    public async Task SendAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.StatusCode = Status;
        foreach ((string name, string value) in Headers)
        {
            response.Headers[name] = value;
        }

        if (Tag is not null)
        {
            response.Headers.ETag = Tag;
        }

        (int start, int end) = Part ?? (0, Content.Length);
        if (Part is not null)
        {
            string total = Total switch { null => "*", -1 => Content.Length.ToString(CultureInfo.InvariantCulture), long other => other.ToString(CultureInfo.InvariantCulture) };
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{end - 1}/{total}");
        }

        response.ContentLength = InChunks ? null : end - start;
        if (context.Request.Method == "HEAD")
        {
            return;
        }

        for (; Trickle > TimeSpan.Zero && start < end; start += 16)
        {
            await response.Body.WriteAsync(Content.AsMemory(start, Math.Min(16, end - start)), context.RequestAborted);
            await response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Trickle, context.RequestAborted);
        }

        int send = Math.Min(Math.Max(0, end - start), StopAfter ?? int.MaxValue);
        await response.Body.WriteAsync(Content.AsMemory(Math.Min(start, end), send), context.RequestAborted);
        await response.Body.FlushAsync(context.RequestAborted);
        if (ThenHang)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }

        if (StopAfter is not null)
        {
            // Cut at once, what was written would be lost with it.
            await Task.Delay(100, context.RequestAborted);
            context.Abort();
        }
    }
}

/// <summary>What a <see cref="FakePieceServer"/> does instead of answering rightly.</summary>
public sealed record PieceFault(Func<PieceReply, PieceReply> Change)
{
    /// <summary>Sends the whole whatever range was asked for.</summary>
    public static PieceFault IgnoreRanges { get; } = new(reply => reply.Status is 206 or 416 ? reply with { Status = 200, Part = null } : reply);

    /// <summary>As <see cref="IgnoreRanges"/>, in chunks that tell no length.</summary>
    public static PieceFault Chunked { get; } = new(reply => reply with { Status = 200, Part = null, InChunks = true });

    /// <summary>Compresses although asked not to.</summary>
    public static PieceFault Gzip { get; } = new(reply => reply.Compressed());

    /// <summary>Sends compressed bytes and does not say so.</summary>
    public static PieceFault SilentGzip { get; } = new(reply =>
    {
        PieceReply packed = reply.Compressed();
        packed.Headers.Remove("Content-Encoding");
        return packed;
    });

    /// <summary>A range of another place than asked for.</summary>
    public static PieceFault OtherRange { get; } =
        new(reply => reply.Part is var (start, end) ? reply with { Part = (start + 1, end) } : reply);

    /// <summary>Ranges of a whole of unknown length.</summary>
    public static PieceFault NoTotal { get; } = new(reply => reply with { Total = null });

    /// <summary>Answers with a status.</summary>
    public static PieceFault Status(int code, string? retryAfter = null, string text = "")
    {
        PieceReply reply = PieceReply.Text(code, text);
        if (retryAfter is not null)
        {
            reply.Headers["Retry-After"] = retryAfter;
        }

        return new(_ => reply);
    }

    /// <summary>Sends elsewhere.</summary>
    public static PieceFault Redirect(string location, int code = 302)
    {
        PieceReply reply = new(code, []);
        reply.Headers["Location"] = location;
        return new(_ => reply);
    }

    /// <summary>Sends a page with status 200.</summary>
    public static PieceFault Page(string html)
    {
        PieceReply reply = new(200, System.Text.Encoding.UTF8.GetBytes(html));
        reply.Headers["Content-Type"] = "text/html; charset=utf-8";
        return new(_ => reply);
    }

    /// <summary>Cuts the connection after some bytes of the body.</summary>
    public static PieceFault BreakOff(int after) => new(reply => reply with { StopAfter = after });

    /// <summary>Sends some bytes of the body and then nothing more.</summary>
    public static PieceFault Stall(int after) => new(reply => reply with { StopAfter = after, ThenHang = true });

    /// <summary>Sends a few bytes now and then.</summary>
    public static PieceFault Trickle(TimeSpan pause) => new(reply => reply with { Trickle = pause });

    /// <summary>Says that the whole has another length.</summary>
    public static PieceFault ClaimTotal(long total) => new(reply => reply with { Total = total });

    /// <summary>Changes what is sent.</summary>
    public static PieceFault Alter(Func<byte[], byte[]> change) => new(reply => reply with { Content = change(reply.Content) });
}
