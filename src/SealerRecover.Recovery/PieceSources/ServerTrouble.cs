using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Filecoin.Chain.Rpc;

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
    public static ServerTrouble FromStatus(HttpResponseMessage response, string body, TimeProvider time)
    {
        int status = (int)response.StatusCode;
        string said = body.Length == 0 ? string.Empty : $" (\"{body}\")";
        TimeSpan? retryAfter = response.Headers.RetryAfter is { } header ? header.Delta ?? (header.Date - time.GetUtcNow()) : null;
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone =>
                new(RefusalKind.NotThere, $"does not have it: HTTP {status}{said}", mayPass: false) { MayKnowOtherCid = true },
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.ProxyAuthenticationRequired =>
                new(RefusalKind.NotPermitted, $"does not allow it: HTTP {status}{said}", mayPass: false),
            HttpStatusCode.TooManyRequests =>
                new(RefusalKind.ServerError, $"limits the rate of requests: HTTP {status}{said}", mayPass: true, retryAfter),
            HttpStatusCode.RequestTimeout or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
                new(RefusalKind.ServerError, $"failed: HTTP {status}{said}", mayPass: true, retryAfter),
            HttpStatusCode.RequestedRangeNotSatisfiable =>
                new(RefusalKind.Garbled, $"has none of the bytes asked for: HTTP {status}", mayPass: false) { IsOutOfRange = true },
            _ => new(RefusalKind.ServerError, $"refused: HTTP {status}{said}", mayPass: false) { MayKnowOtherCid = status is >= 400 and < 500 },
        };
    }

    /// <summary>What went wrong below HTTP.</summary>
    /// <param name="error">An HttpRequestException or IOException of the client.</param>
    /// <param name="inBody">Whether the answer had begun.</param>
    public static ServerTrouble FromTransport(Exception error, bool inBody)
    {
        SocketException? socket = error as SocketException ?? error.InnerException as SocketException;
        HttpRequestError kind = error switch
        {
            HttpRequestException request => request.HttpRequestError,
            HttpIOException io => io.HttpRequestError,
            _ => HttpRequestError.Unknown,
        };
        return (kind, socket?.SocketErrorCode) switch
        {
            _ when inBody && kind != HttpRequestError.InvalidResponse =>
                new(RefusalKind.Truncated, "broke off before its answer was complete", mayPass: true, cause: error),
            (HttpRequestError.NameResolutionError, _) => Unreachable("has a host name that does not resolve", mayPass: true),
            (_, SocketError.ConnectionRefused) => Unreachable("refused the connection", mayPass: true),
            (HttpRequestError.SecureConnectionError, _) => Unreachable(
                error.InnerException is CertificateRefusedException refused ? $"{refused.Message} ({refused.Hint})" : "failed the TLS handshake", mayPass: false),
            (HttpRequestError.InvalidResponse, _) =>
                new(RefusalKind.Garbled, "answered with something that is not HTTP", mayPass: false, cause: error),
            (HttpRequestError.ConnectionError, { } code) => Unreachable($"cannot be connected to ({code})", mayPass: true),
            _ => Unreachable("closed the connection without an answer", mayPass: true),
        };

        ServerTrouble Unreachable(string what, bool mayPass) => new(RefusalKind.Unreachable, what, mayPass, cause: error);
    }

    /// <summary>Nothing came for too long.</summary>
    public static ServerTrouble Stalled(string what, TimeSpan time) => new(
        RefusalKind.Stalled, string.Create(CultureInfo.InvariantCulture, $"{what} within {time.TotalSeconds:0.###} s"), mayPass: true);

    /// <summary>An answer that contradicts itself, the request or HTTP.</summary>
    public static ServerTrouble Garbled(string what) => new(RefusalKind.Garbled, what, mayPass: false);
}

/// <summary>What was got so far cannot be gone on with: the server's length or tag changed, or it no longer knows ranges.</summary>
/// <param name="what">Half a sentence about the server.</param>
internal sealed class StartOverException(string what) : Exception(what);
