using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Filecoin.Primitives;

namespace Filecoin.Chain.Rpc;

/// <summary>What went wrong below JSON-RPC, in words: no connection, TLS, an answer that breaks off, one protocol where the other is spoken.</summary>
internal static class TransportFailure
{
    private const int QuotedCharacters = 120;

    /// <summary>What Go's servers (Caddy, Traefik), nginx and Apache answer, with HTTP 400, to plain HTTP where they speak TLS.</summary>
    private static readonly string[] WantsTls =
        ["http request to an https server", "http request was sent to https port", "plain http to an ssl-enabled server port"];

    /// <summary>The failure that an exception of the HTTP client stands for.</summary>
    internal static EndpointFailure Of(ChainEndpoint endpoint, Exception error)
    {
        SocketException? socket = error as SocketException ?? error.InnerException as SocketException;
        HttpRequestError kind = (error as HttpRequestException)?.HttpRequestError ?? HttpRequestError.Unknown;
        return (kind, socket?.SocketErrorCode) switch
        {
            (HttpRequestError.NameResolutionError, _) => Transient("has a host name that does not resolve"),
            (_, SocketError.ConnectionRefused) => Transient("refused the connection"),
            (HttpRequestError.SecureConnectionError, _) => OfHandshake(endpoint, error),
            (HttpRequestError.InvalidResponse, _) => Permanent("answered with something that is not HTTP", IfItSpeaksTls(endpoint)),
            (HttpRequestError.ConnectionError, { } code) => Transient($"cannot be connected to ({code})"),
            (HttpRequestError.ResponseEnded, _) => Transient("broke off the connection instead of answering", IfItSpeaksTls(endpoint)),
            _ => Transient("broke off the connection before its answer was complete"),
        };

        EndpointFailure Transient(string what, string? hint = null) => new(endpoint, EndpointTrouble.Transient, what, Cause: error, Hint: hint);

        EndpointFailure Permanent(string what, string? hint) => new(endpoint, EndpointTrouble.Permanent, what, Cause: error, Hint: hint);
    }

    /// <summary>The failure of an answer by which a server says that it speaks TLS, to a request without; null if it does not say so.</summary>
    internal static EndpointFailure? OfTlsServer(ChainEndpoint endpoint, HttpReply reply) =>
        IsPlain(endpoint) && reply.Status == HttpStatusCode.BadRequest
        && SafeText.Line(reply.Body, 1000) is var said && WantsTls.Any(words => said.Contains(words, StringComparison.OrdinalIgnoreCase))
            ? new(endpoint, EndpointTrouble.Permanent, "speaks https at this port, not http", Hint: $"write https instead of http for it in {endpoint.Api.Variable}")
            : null;

    private static EndpointFailure OfHandshake(ChainEndpoint endpoint, Exception error) => error.InnerException switch
    {
        CertificateRefusedException refused => new(endpoint, EndpointTrouble.Permanent, refused.Message, Cause: error, Hint: refused.Hint),

        // Whoever starts anew or has too much to do breaks off as well.
        IOException => new(endpoint, EndpointTrouble.Transient, "broke off the TLS handshake", Cause: error, Hint: IfItSpeaksHttp(endpoint)),

        // With nothing of OpenSSL behind it, the first bytes were no TLS record.
        AuthenticationException { InnerException: null } =>
            new(endpoint, EndpointTrouble.Permanent, "failed the TLS handshake: its answer is not TLS", Cause: error, Hint: IfItSpeaksHttp(endpoint)),
        _ => new(
            endpoint,
            EndpointTrouble.Permanent,
            $"failed the TLS handshake (\"{SafeText.Line(error.GetBaseException().Message, QuotedCharacters)}\")",
            Cause: error,
            Hint: "check the TLS settings of the node, or of the proxy before it"),
    };

    private static string? IfItSpeaksTls(ChainEndpoint endpoint) => IsPlain(endpoint)
        ? $"check that the node runs; if it speaks https at this port, write https instead of http for it in {endpoint.Api.Variable}"
        : null;

    private static string IfItSpeaksHttp(ChainEndpoint endpoint) =>
        $"check that the node runs; if it speaks plain http at this port, write http instead of https for it in {endpoint.Api.Variable}";

    private static bool IsPlain(ChainEndpoint endpoint) => endpoint.Url.Scheme == Uri.UriSchemeHttp;
}
