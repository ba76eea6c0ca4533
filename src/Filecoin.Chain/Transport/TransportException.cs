using System.Net.Sockets;
using System.Security.Authentication;
using Filecoin.Primitives;

namespace Filecoin.Chain.Transport;

/// <summary>What went wrong with a server below what it says.</summary>
public enum TransportTrouble
{
    /// <summary>There is no connection: no such name, nobody listens, no way there.</summary>
    NoConnection,

    /// <summary>Its certificate is not trusted: <see cref="CertificateRefusedException"/>.</summary>
    Certificate,

    /// <summary>It broke off the TLS handshake, as whoever starts anew or has too much to do does as well.</summary>
    HandshakeBrokenOff,

    /// <summary>It speaks something else where TLS is spoken.</summary>
    NotTls,

    /// <summary>The TLS handshake failed otherwise.</summary>
    Handshake,

    /// <summary>It was given a time, which is over.</summary>
    TimedOut,

    /// <summary>It ended the connection instead of answering.</summary>
    NoAnswer,

    /// <summary>The connection was lost before an answer began.</summary>
    Lost,

    /// <summary>An answer that had begun broke off.</summary>
    BrokenOff,

    /// <summary>It answered with something that is not HTTP.</summary>
    NotHttp,
}

/// <summary>A server could not be asked, or its answer is not all there.</summary>
/// <param name="trouble">What went wrong.</param>
/// <param name="what">The same as half a sentence about the server, printable: "refused the connection".</param>
/// <param name="cause">The exception behind it.</param>
public sealed class TransportException(TransportTrouble trouble, string what, Exception cause) : Exception(what, cause)
{
    private const int QuotedCharacters = 120;

    /// <summary>What went wrong.</summary>
    public TransportTrouble Trouble { get; } = trouble;

    /// <summary>Whether the same request may be answered later.</summary>
    public bool MayPass => Trouble is not (TransportTrouble.Certificate or TransportTrouble.NotTls or TransportTrouble.Handshake or TransportTrouble.NotHttp);

    /// <summary>What to do where the certificate is refused; else null.</summary>
    public string? Hint => (InnerException?.InnerException as CertificateRefusedException)?.Hint;

    /// <summary>What an exception of the HTTP client stands for.</summary>
    /// <param name="error">An <see cref="HttpRequestException"/> or <see cref="IOException"/>.</param>
    /// <param name="inBody">Whether the answer had begun.</param>
    public static TransportException Of(Exception error, bool inBody)
    {
        ArgumentNullException.ThrowIfNull(error);
        SocketException? socket = error as SocketException ?? error.InnerException as SocketException;
        (TransportTrouble trouble, string what) = ((error as HttpRequestException)?.HttpRequestError, socket?.SocketErrorCode) switch
        {
            _ when inBody => (TransportTrouble.BrokenOff, "broke off the connection before its answer was complete"),
            (HttpRequestError.NameResolutionError, _) => (TransportTrouble.NoConnection, "has a host name that does not resolve"),
            (_, SocketError.ConnectionRefused) => (TransportTrouble.NoConnection, "refused the connection"),
            (HttpRequestError.SecureConnectionError, _) => OfHandshake(error),
            (HttpRequestError.InvalidResponse, _) => (TransportTrouble.NotHttp, "answered with something that is not HTTP"),
            (HttpRequestError.ConnectionError, { } code) => (TransportTrouble.NoConnection, $"cannot be connected to ({code})"),
            (HttpRequestError.ResponseEnded, _) => (TransportTrouble.NoAnswer, "broke off the connection instead of answering"),
            _ => (TransportTrouble.Lost, "broke off the connection before its answer was complete"),
        };
        return new TransportException(trouble, what, error);
    }

    private static (TransportTrouble Trouble, string What) OfHandshake(Exception error) => error.InnerException switch
    {
        CertificateRefusedException refused => (TransportTrouble.Certificate, refused.Message),
        IOException => (TransportTrouble.HandshakeBrokenOff, "broke off the TLS handshake"),

        // With nothing of OpenSSL behind it, the first bytes were no TLS record.
        AuthenticationException { InnerException: null } => (TransportTrouble.NotTls, "failed the TLS handshake: its answer is not TLS"),
        _ => (TransportTrouble.Handshake, $"failed the TLS handshake (\"{SafeText.Line(error.GetBaseException().Message, QuotedCharacters)}\")"),
    };
}
