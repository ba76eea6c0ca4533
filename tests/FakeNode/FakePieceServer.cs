using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

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
    private readonly LoopbackServer _server;
    private readonly PieceDialect _dialect;
    private readonly ConcurrentDictionary<string, byte[]> _pieces = new(StringComparer.Ordinal);
    private readonly List<(PieceFault Fault, int Left)> _faults = [];
    private int _open;
    private int _mostOpen;

    private FakePieceServer(PieceDialect dialect, X509Certificate2? certificate)
    {
        _dialect = dialect;
        _server = new LoopbackServer(HandleAsync, certificate);
    }

    /// <summary>Everything it was asked, in order.</summary>
    public ConcurrentQueue<PieceRequest> Requests { get; } = [];

    /// <summary>Its address, without a slash at the end.</summary>
    public string Url => _server.Url;

    /// <summary>The most requests that were under way at once.</summary>
    public int MostOpen => _mostOpen;

    /// <summary>Wait before each answer.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Whether it sends entity tags.</summary>
    public bool Tags { get; set; } = true;

    /// <summary>A header without which it answers 401; null for none.</summary>
    public KeyValuePair<string, string>? Demands { get; set; }

    /// <summary>Starts a server.</summary>
    /// <param name="dialect">Whose habits it has.</param>
    /// <param name="certificate">With its key: it speaks TLS. Null: plain HTTP.</param>
    public static async Task<FakePieceServer> StartAsync(PieceDialect dialect = PieceDialect.Curio, X509Certificate2? certificate = null)
    {
        FakePieceServer server = new(dialect, certificate);
        await server._server.StartAsync();
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
    public ValueTask DisposeAsync() => _server.DisposeAsync();

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
        PieceReply reply = Demands is { } header && asked.Headers[header.Key] != header.Value ? PieceReply.Text(401, "who are you") : Plain(context, cid);
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
