using System.Text;

namespace SealerRecover.Tests;

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
        PieceReply reply = new(200, Encoding.UTF8.GetBytes(html));
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
