using System.Net;
using Filecoin.Chain.Transport;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>Why a server did not give bytes; never leaves this room.</summary>
/// <param name="kind">For the refusal.</param>
/// <param name="what">Its half of a sentence, without the address: "answered HTTP 503".</param>
/// <param name="mayPass">Whether the same request is worth another try.</param>
/// <param name="retryAfter">How long the server asked to wait.</param>
/// <param name="cause">What is behind it.</param>
internal sealed class ServerTrouble(
    RefusalKind kind, string what, bool mayPass, TimeSpan? retryAfter = null, Exception? cause = null) : Exception(what, cause)
{
    /// <summary>How much of what a server says goes into a sentence.</summary>
    public const int QuotedCharacters = 160;

    public RefusalKind Kind { get; } = kind;

    public bool MayPass { get; } = mayPass;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>A server that does not know a CID may know the same piece by another.</summary>
    public bool MayKnowOtherCid { get; init; }

    /// <summary>HTTP 416: the server's piece ends before the range begins.</summary>
    public bool IsOutOfRange { get; init; }

    /// <summary>What a status that is not 200 or 206 means.</summary>
    public static ServerTrouble Of(HttpStatusCode answered, string body, TimeSpan? retryAfter)
    {
        int status = (int)answered;
        string said = body.Length == 0 ? string.Empty : $" (\"{body}\")";
        return answered switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone =>
                new(RefusalKind.NotThere, $"does not have it: HTTP {status}{said}", mayPass: false) { MayKnowOtherCid = true },
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.ProxyAuthenticationRequired =>
                new(RefusalKind.NotPermitted, $"does not allow it: HTTP {status}{said}", mayPass: false),
            HttpStatusCode.TooManyRequests =>
                new(RefusalKind.ServerError, $"limits the rate of requests: HTTP {status}{said}", mayPass: true, retryAfter),
            _ when answered == HttpStatusCode.InternalServerError || HttpTransport.IsUnavailable(answered) =>
                new(RefusalKind.ServerError, $"failed: HTTP {status}{said}", mayPass: true, retryAfter),
            HttpStatusCode.RequestedRangeNotSatisfiable =>
                new(RefusalKind.Garbled, $"has none of the bytes asked for: HTTP {status}", mayPass: false) { IsOutOfRange = true },
            _ => new(RefusalKind.ServerError, $"refused: HTTP {status}{said}", mayPass: false) { MayKnowOtherCid = status is >= 400 and < 500 },
        };
    }

    /// <summary>What went wrong below HTTP.</summary>
    public static ServerTrouble Of(TransportException failure)
    {
        (RefusalKind kind, string what) = failure.Trouble switch
        {
            TransportTrouble.TimedOut => (RefusalKind.Stalled, failure.Message),
            TransportTrouble.BrokenOff when failure.InnerException is HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse } =>
                (RefusalKind.Garbled, "answered with something that is not HTTP"),
            TransportTrouble.BrokenOff => (RefusalKind.Truncated, "broke off before its answer was complete"),
            TransportTrouble.NotHttp => (RefusalKind.Garbled, failure.Message),
            TransportTrouble.NoAnswer or TransportTrouble.Lost => (RefusalKind.Unreachable, "closed the connection without an answer"),
            TransportTrouble.Certificate => (RefusalKind.Unreachable, $"{failure.Message} ({failure.Hint})"),
            TransportTrouble.NotTls or TransportTrouble.Handshake or TransportTrouble.HandshakeBrokenOff =>
                (RefusalKind.Unreachable, "failed the TLS handshake"),
            _ => (RefusalKind.Unreachable, failure.Message),
        };
        bool mayPass = failure.MayPass && kind != RefusalKind.Garbled && failure.Trouble != TransportTrouble.HandshakeBrokenOff;
        return new ServerTrouble(kind, what, mayPass, cause: failure);
    }

    /// <summary>An answer that contradicts itself, the request or HTTP.</summary>
    public static ServerTrouble Garbled(string what) => new(RefusalKind.Garbled, what, mayPass: false);
}

/// <summary>What was got so far cannot be gone on with: the server's length or tag changed, or it no longer knows ranges.</summary>
/// <param name="what">Half a sentence about the server.</param>
internal sealed class StartOverException(string what) : Exception(what);
