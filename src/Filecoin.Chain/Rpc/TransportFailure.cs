using System.Net;
using Filecoin.Chain.Transport;
using Filecoin.Primitives;

namespace Filecoin.Chain.Rpc;

/// <summary>What an endpoint's failure below JSON-RPC means, and what to do where one protocol is spoken in place of the other.</summary>
internal static class TransportFailure
{
    /// <summary>What Go's servers (Caddy, Traefik), nginx and Apache answer, with HTTP 400, to plain HTTP where they speak TLS.</summary>
    private static readonly string[] WantsTls =
        ["http request to an https server", "http request was sent to https port", "plain http to an ssl-enabled server port"];

    /// <summary>The endpoint's failure.</summary>
    internal static EndpointFailure Of(ChainEndpoint endpoint, TransportException failure) => new(
        endpoint,
        failure.Trouble == TransportTrouble.TimedOut ? EndpointTrouble.TimedOut : failure.MayPass ? EndpointTrouble.Transient : EndpointTrouble.Permanent,
        failure.Message,
        Cause: failure.InnerException,
        Hint: failure.Trouble switch
        {
            TransportTrouble.NoAnswer or TransportTrouble.NotHttp when IsPlain(endpoint) =>
                $"check that the node runs; if it speaks https at this port, write https instead of http for it in {endpoint.Api.Variable}",
            TransportTrouble.HandshakeBrokenOff or TransportTrouble.NotTls =>
                $"check that the node runs; if it speaks plain http at this port, write http instead of https for it in {endpoint.Api.Variable}",
            TransportTrouble.Handshake => "check the TLS settings of the node, or of the proxy before it",
            _ => failure.Hint,
        });

    /// <summary>The failure of an answer by which a server says that it speaks TLS, to a request without; null if it does not say so.</summary>
    internal static EndpointFailure? OfTlsServer(ChainEndpoint endpoint, HttpReply reply) =>
        IsPlain(endpoint) && reply.Status == HttpStatusCode.BadRequest
        && SafeText.Line(reply.Body, 1000) is var said && WantsTls.Any(words => said.Contains(words, StringComparison.OrdinalIgnoreCase))
            ? new(endpoint, EndpointTrouble.Permanent, "speaks https at this port, not http", Hint: $"write https instead of http for it in {endpoint.Api.Variable}")
            : null;

    private static bool IsPlain(ChainEndpoint endpoint) => endpoint.Url.Scheme == Uri.UriSchemeHttp;
}
