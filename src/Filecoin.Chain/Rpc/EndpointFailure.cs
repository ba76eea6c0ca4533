using System.Net;
using Filecoin.Chain.Transport;
using Filecoin.Primitives;

namespace Filecoin.Chain.Rpc;

/// <summary>What a failure of one endpoint means for the others and for a later try.</summary>
internal enum EndpointTrouble
{
    /// <summary>May pass: worth asking the same endpoint again after a while.</summary>
    Transient,

    /// <summary>Asked too much (HTTP 429, 503 with Retry-After, JSON-RPC -32005): it will answer, only later.</summary>
    Limited,

    /// <summary>No answer in time. Worth one more try; whoever is silent twice stays silent, and each try costs a minute.</summary>
    TimedOut,

    /// <summary>Will not pass by waiting; another endpoint may do.</summary>
    Permanent,

    /// <summary>The token is refused or grants too little.</summary>
    NotPermitted,

    /// <summary>State or messages were pruned there.</summary>
    Pruned,

    /// <summary>The method does not exist there.</summary>
    MethodMissing,

    /// <summary>It answered with an error whose words are not known; another endpoint may say more.</summary>
    Unexplained,
}

/// <summary>Why one endpoint gave no answer.</summary>
/// <param name="Endpoint">Which.</param>
/// <param name="Trouble">What follows from it.</param>
/// <param name="What">Its half of a sentence, e.g. "refused the connection"; printable, without secrets.</param>
/// <param name="Error">The node's own error, where it spoke JSON-RPC.</param>
/// <param name="RetryAfter">How long the node asked to wait.</param>
/// <param name="Cause">The exception behind it.</param>
/// <param name="Hint">What to do about it, where the trouble alone does not say.</param>
internal sealed record EndpointFailure(
    ChainEndpoint Endpoint,
    EndpointTrouble Trouble,
    string What,
    RpcError? Error = null,
    TimeSpan? RetryAfter = null,
    Exception? Cause = null,
    Hint? Hint = null)
{
    private const int QuotedCharacters = 80;

    private static readonly Hint PrunedHint =
        $"use an archive node, or another endpoint that keeps this height: several can stand in {NodeApi.FullNode.Variable} with commas between and each is "
        + $"asked, and {Setting.ArchiveNode} names one that is asked only what the others cannot answer";

    /// <summary>What Go's servers (Caddy, Traefik), nginx and Apache answer, with HTTP 400, to plain HTTP where they speak TLS.</summary>
    private static readonly string[] WantsTls =
        ["http request to an https server", "http request was sent to https port", "plain http to an ssl-enabled server port"];

    /// <summary>Whether the same endpoint is worth another try in this call.</summary>
    internal bool MayPass => Trouble is EndpointTrouble.Transient or EndpointTrouble.Limited or EndpointTrouble.TimedOut;

    /// <summary>This failure, seen after an <paramref name="earlier"/> one of the same endpoint in the same call.</summary>
    internal EndpointFailure After(EndpointFailure? earlier) =>
        Trouble == EndpointTrouble.TimedOut && earlier?.Trouble == EndpointTrouble.TimedOut
            ? this with { Trouble = EndpointTrouble.Permanent, What = What + ", twice" }
            : this;

    /// <summary>Whether it holds for every call of the method in this run: it is not asked again.</summary>
    internal bool IsOfMethod => Trouble == EndpointTrouble.MethodMissing || this is { Trouble: EndpointTrouble.NotPermitted, Error: not null };

    /// <summary>Turns an error object that is no answer of the chain into the endpoint's failure; null for an answer.</summary>
    internal static EndpointFailure? From(ChainEndpoint endpoint, RpcError error) => error.Kind switch
    {
        RpcErrorKind.StatePruned => new(endpoint, EndpointTrouble.Pruned, $"no longer has the state or messages of that height (\"{error.Message}\")", error),
        RpcErrorKind.MethodMissing => new(endpoint, EndpointTrouble.MethodMissing, $"does not offer this method (\"{error.Message}\")", error),
        RpcErrorKind.PermissionMissing => new(endpoint, EndpointTrouble.NotPermitted, $"says its token grants too little (\"{error.Message}\")", error),
        RpcErrorKind.NodeBehind => new(endpoint, EndpointTrouble.Permanent, $"is not synced to that height yet (\"{error.Message}\")", error),
        RpcErrorKind.RateLimited => new(endpoint, EndpointTrouble.Limited, $"limits the rate of requests (\"{error.Message}\")", error),
        RpcErrorKind.Unknown => new(endpoint, EndpointTrouble.Unexplained, $"answered with the error \"{error.Message}\"", error),
        _ => null,
    };

    /// <summary>What an endpoint's failure below JSON-RPC means, and what to do where one protocol is spoken in place of the other.</summary>
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

    /// <summary>What each endpoint did, in one sentence.</summary>
    internal static string Sentence(IEnumerable<EndpointFailure> failures) => string.Join("; ", failures.Select(failure => $"{failure.Endpoint} {failure.What}"));

    /// <summary>The failure of an answer that is none. Its status speaks only here: FRC-0116 sends JSON-RPC errors with 404, 500 and 501, too.</summary>
    internal static EndpointException Unusable(ChainEndpoint endpoint, HttpReply reply, string problem)
    {
        if (IsPlain(endpoint) && reply.Status == HttpStatusCode.BadRequest
            && SafeText.Line(reply.Body, 1000) is var said && WantsTls.Any(words => said.Contains(words, StringComparison.OrdinalIgnoreCase)))
        {
            string https = $"write https instead of http for it in {endpoint.Api.Variable}";
            return new EndpointException(new EndpointFailure(endpoint, EndpointTrouble.Permanent, "speaks https at this port, not http", Hint: https));
        }

        if (reply.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            return new EndpointException(new EndpointFailure(
                endpoint, EndpointTrouble.Permanent, $"has no JSON-RPC API at this address (HTTP {(int)reply.Status})"));
        }

        string start = endpoint.WithoutToken(SafeText.Line(reply.Body, QuotedCharacters));
        string what =
            start.Length == 0 ? "answered with nothing"
            : start[0] == '<' ? $"answered with a web page instead of JSON-RPC (\"{start}\")"
            : $"{problem} (\"{start}\")";
        string status = reply.Status == HttpStatusCode.OK ? "" : $" and HTTP {(int)reply.Status}";
        return new EndpointException(new EndpointFailure(endpoint, EndpointTrouble.Permanent, what + status));
    }

    /// <summary>The failure of a call: the last word of every endpoint, told in one sentence, and the one that decides what to do.</summary>
    /// <param name="method">What was called.</param>
    /// <param name="isOfPast">Whether it was about what nodes prune: then words that nobody knows are taken for that.</param>
    /// <param name="failures">One of each endpoint.</param>
    internal static ChainCallException Conclude(string method, bool isOfPast, IReadOnlyCollection<EndpointFailure> failures)
    {
        // Pruned first: that node is otherwise fine, and an archive node is the way out whatever ails the others.
        EndpointFailure decisive = failures.FirstOrDefault(failure => failure.Trouble == EndpointTrouble.Pruned)
            ?? failures.FirstOrDefault(failure => failure.Trouble == EndpointTrouble.Unexplained)
            ?? failures.FirstOrDefault(failure => failure.Trouble == EndpointTrouble.NotPermitted)
            ?? failures.FirstOrDefault(failure => failure.Trouble != EndpointTrouble.MethodMissing)
            ?? failures.First();
        NodeApi api = decisive.Endpoint.Api;
        (FailureKind kind, Hint hint) = decisive.Trouble switch
        {
            EndpointTrouble.Pruned => (FailureKind.StatePruned, PrunedHint),
            EndpointTrouble.Unexplained when isOfPast => (FailureKind.StatePruned, PrunedHint),
            EndpointTrouble.Unexplained => (
                FailureKind.NodeUnreachable, $"if the words do not explain it, run with {Setting.Verbose} to see what was asked, and try another node"),
            EndpointTrouble.NotPermitted => (
                FailureKind.NodeUnreachable,
                $"give a token with read permission in {api.Variable}: `{api.Program} auth api-info --perm read` on the node prints the whole value"),
            EndpointTrouble.MethodMissing => (
                FailureKind.NodeUnreachable,
                api == NodeApi.FullNode
                    ? $"ask a full node (Lotus, Forest, Venus) itself rather than a gateway, in {api.Variable}"
                    : $"check that {api.Variable} leads to a {api.Program}"),
            EndpointTrouble.Limited => (
                FailureKind.NodeUnreachable,
                $"run the same command again later, ask fewer sectors at once with {Setting.Concurrency}, or ask a node of your own, which has no such limit"),
            EndpointTrouble.Transient or EndpointTrouble.TimedOut => (FailureKind.NodeUnreachable, "check that the node runs and is reachable from here, then run the same command again"),
            _ => (FailureKind.NodeUnreachable, $"check the address in {api.Variable}, or add another endpoint to it after a comma"),
        };
        string message = failures.Count == 1
            ? $"{decisive.Endpoint} {decisive.What}, asked for {method}"
            : $"no endpoint answered {method}: {Sentence(failures)}";
        return new ChainCallException(kind, message, decisive.Hint ?? hint, method, decisive.Error, decisive.Cause)
        {
            IsNotPermitted = failures.All(failure => failure.Trouble == EndpointTrouble.NotPermitted),
        };
    }

    private static bool IsPlain(ChainEndpoint endpoint) => endpoint.Url.Scheme == Uri.UriSchemeHttp;
}

/// <summary>Carries an <see cref="EndpointFailure"/> from where it happens to the loop over the endpoints; never leaves the client.</summary>
internal sealed class EndpointException(EndpointFailure failure) : Exception(failure.What, failure.Cause)
{
    internal EndpointFailure Failure { get; } = failure;
}
