using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace SealerRecover.Tests;

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
        PieceReply reply = new(status, Encoding.UTF8.GetBytes(text));
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
