using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using Filecoin.Chain.Progress;

namespace Filecoin.Chain.Rpc;

/// <summary>One answer over HTTP.</summary>
internal readonly record struct HttpReply(HttpStatusCode Status, byte[] Body);

/// <summary>
/// POSTs to one endpoint. Everything that can go wrong below JSON-RPC becomes an <see cref="EndpointException"/> here: no connection, TLS,
/// time-out, broken-off or endless answer, redirect, refused token, overload.
/// </summary>
internal sealed class HttpEndpoint : IDisposable
{
    private readonly JsonRpcOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly bool _hasOthers;
    private readonly IProgress<LookupReport>? _listener;
    private readonly EndpointPause _pause;

    internal HttpEndpoint(
        ChainEndpoint endpoint, JsonRpcOptions options, TimeProvider time, bool hasOthers, IProgress<LookupReport>? listener)
    {
        _listener = listener;
        _hasOthers = hasOthers;
        Endpoint = endpoint;
        _pause = new EndpointPause(time, options.FirstDelay, options.MaxDelay);
        _options = options;
        _time = time;
        _http = new HttpClient(new SocketsHttpHandler
        {
            // A redirect would carry the token elsewhere and turn POST into GET.
            AllowAutoRedirect = false,
            ConnectTimeout = options.ConnectTimeout,
            UseCookies = false,

            // A proxy set for the internet is not meant for a node on this machine (Go's clients, hence Lotus, do the same).
            UseProxy = !endpoint.Url.IsLoopback,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = ServerCertificate.Check },
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("sealer-recover", null));
        _http.DefaultRequestHeaders.Authorization = endpoint.Authorization;
    }

    internal ChainEndpoint Endpoint { get; }

    public void Dispose() => _http.Dispose();

    /// <summary>The endpoint asked to be asked less: requests wait for a while, which is told.</summary>
    /// <param name="sent">When the request was sent.</param>
    /// <param name="retryAfter">How long the endpoint asks to wait; null if it does not say.</param>
    /// <param name="what">Its half of a sentence.</param>
    internal void Refused(DateTimeOffset sent, TimeSpan? retryAfter, string what)
    {
        if (_pause.Refused(sent, retryAfter) is { } pause)
        {
            _listener?.Report(new EndpointPaused(Endpoint, what, pause));
        }
    }

    /// <summary>Sends one request and reads the whole answer.</summary>
    /// <exception cref="EndpointException">There is no answer worth reading.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    internal async Task<HttpReply> PostAsync(byte[] request, CancellationToken cancellation)
    {
        if (_hasOthers && _pause.Left is { } left && left > TimeSpan.Zero)
        {
            // Whoever asked for a pause gets it; meanwhile others are asked.
            throw Failure(EndpointTrouble.Limited, "asked for a pause between requests", left);
        }

        await _pause.WaitAsync(cancellation).ConfigureAwait(false);
        DateTimeOffset sent = _time.GetUtcNow();
        using CancellationTokenSource patience = new(_options.RequestTimeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            using HttpRequestMessage message = new(HttpMethod.Post, Endpoint.Url) { Content = new ByteArrayContent(request) };
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using HttpResponseMessage response = await _http
                .SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            EndpointException? refusal = OfStatus(response, sent);
            HttpReply reply = new(response.StatusCode, await ReadBodyAsync(response.Content, either.Token).ConfigureAwait(false));
            if (refusal is not null && !JsonRpcMessage.IsKnownError(reply.Body))
            {
                throw refusal;
            }

            _pause.Answered();
            return reply;
        }
        catch (OperationCanceledException timeout) when (!cancellation.IsCancellationRequested)
        {
            throw patience.IsCancellationRequested
                ? Failure(EndpointTrouble.TimedOut, Within("did not answer", _options.RequestTimeout), cause: timeout)
                : Failure(EndpointTrouble.Transient, Within("could not be connected to", _options.ConnectTimeout), cause: timeout);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new EndpointException(TransportFailure.Of(Endpoint, error));
        }
    }

    private async Task<byte[]> ReadBodyAsync(HttpContent content, CancellationToken cancellation)
    {
        int limit = _options.MaxResponseBytes;
        if (content.Headers.ContentLength > limit)
        {
            throw TooLong();
        }

        using Stream source = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using MemoryStream body = new((int)(content.Headers.ContentLength ?? 0));
        byte[] buffer = new byte[16 << 10];
        for (int read; (read = await source.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
        {
            if (body.Length + read > limit)
            {
                throw TooLong();
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();

        EndpointException TooLong() => Failure(
            EndpointTrouble.Permanent, string.Create(CultureInfo.InvariantCulture, $"sent an answer of more than {limit} bytes"));
    }

    /// <summary>What a status says where the body says nothing; null for one that says nothing itself.</summary>
    /// <exception cref="EndpointException">The status alone decides: a pause that it asks for, another place that it names.</exception>
    private EndpointException? OfStatus(HttpResponseMessage response, DateTimeOffset sent)
    {
        int status = (int)response.StatusCode;
        switch (response.StatusCode)
        {
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                string why = Endpoint.Authorization is null ? "wants a token and none was given" : "refused the token";
                return Failure(EndpointTrouble.NotPermitted, $"{why} (HTTP {status})");
            case HttpStatusCode.TooManyRequests:
                throw Limited("limits the rate of requests (HTTP 429)", RetryAfter(response));
            case HttpStatusCode.ServiceUnavailable when RetryAfter(response) is { } asked:
                throw Limited("is not available now (HTTP 503)", asked);
            case HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.RequestTimeout:
                return Failure(EndpointTrouble.Transient, $"is not available now (HTTP {status})", RetryAfter(response));
            case >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest:
                throw Failure(EndpointTrouble.Permanent, $"redirects elsewhere (HTTP {status}), which is not followed so that the token goes nowhere else");
            default:
                return null;
        }

        EndpointException Limited(string what, TimeSpan? retryAfter)
        {
            Refused(sent, retryAfter, what);
            return Failure(EndpointTrouble.Limited, what, retryAfter);
        }
    }

    private static string Within(string what, TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{what} within {time.TotalSeconds:0.###} s");

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        RetryConditionHeaderValue? header = response.Headers.RetryAfter;
        TimeSpan? delay = header?.Delta ?? (header?.Date - _time.GetUtcNow());
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
    }

    private EndpointException Failure(EndpointTrouble trouble, string what, TimeSpan? retryAfter = null, Exception? cause = null) =>
        new(new EndpointFailure(Endpoint, trouble, what, RetryAfter: retryAfter, Cause: cause));
}
