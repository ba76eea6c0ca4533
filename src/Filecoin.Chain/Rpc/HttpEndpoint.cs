using System.Net;
using System.Net.Http.Headers;
using Filecoin.Chain.Progress;
using Filecoin.Chain.Transport;

namespace Filecoin.Chain.Rpc;

/// <summary>One answer over HTTP.</summary>
internal readonly record struct HttpReply(HttpStatusCode Status, byte[] Body);

/// <summary>
/// POSTs to one endpoint. Everything that can go wrong below JSON-RPC becomes an <see cref="EndpointException"/> here: no connection, TLS,
/// time-out, broken-off or endless answer, redirect, refused token, overload.
/// </summary>
internal sealed class HttpEndpoint(
    ChainEndpoint endpoint, JsonRpcOptions options, TimeProvider time, bool hasOthers, IProgress<LookupReport>? listener) : IDisposable
{
    /// <summary>What is read of an abandoned answer, so that its connection can be used again.</summary>
    private const int MaxDrain = 1 << 20;

    private readonly HttpTransport _http = new(endpoint.Url, options, time, MaxDrain);
    private readonly EndpointPause _pause = new(time, options.RetryInterval, options.MaxRetryInterval);

    internal ChainEndpoint Endpoint => endpoint;

    public void Dispose() => _http.Dispose();

    /// <summary>The endpoint asked to be asked less: requests wait for a while, which is told.</summary>
    internal void Refused(DateTimeOffset sent, TimeSpan? retryAfter, string what)
    {
        if (_pause.Refused(sent, retryAfter) is { } pause)
        {
            listener?.Report(new EndpointPaused(endpoint, what, pause));
        }
    }

    /// <summary>Sends one request and reads the whole answer.</summary>
    /// <exception cref="EndpointException">There is no answer worth reading.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    internal async Task<HttpReply> PostAsync(byte[] request, CancellationToken cancellation)
    {
        if (hasOthers && _pause.Left is { } left && left > TimeSpan.Zero)
        {
            // Whoever asked for a pause gets it; meanwhile others are asked.
            throw Failure(EndpointTrouble.Limited, "asked for a pause between requests", left);
        }

        await _pause.WaitAsync(cancellation).ConfigureAwait(false);
        DateTimeOffset sent = time.GetUtcNow();
        using ServerTimeout timeout = new(options.RequestTimeout, time, cancellation);
        try
        {
            using HttpRequestMessage message = new(HttpMethod.Post, endpoint.Url) { Content = new ByteArrayContent(request) };
            message.Headers.Authorization = endpoint.Authorization;
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using HttpResponseMessage response = await _http.SendAsync(message, timeout).ConfigureAwait(false);
            EndpointException? refusal = OfStatus(response, sent);
            byte[] body = await timeout.WatchAsync(token => ReadBodyAsync(response.Content, token), "did not answer", inBody: true).ConfigureAwait(false);
            if (refusal is not null && !JsonRpcMessage.IsKnownError(body))
            {
                throw refusal;
            }

            _pause.Answered();
            return new HttpReply(response.StatusCode, body);
        }
        catch (TransportException failure)
        {
            throw new EndpointException(EndpointFailure.Of(endpoint, failure));
        }
    }

    private async Task<byte[]> ReadBodyAsync(HttpContent content, CancellationToken cancellation)
    {
        try
        {
            await content.LoadIntoBufferAsync(options.MaxResponseBytes, cancellation).ConfigureAwait(false);
            return await content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw Failure(EndpointTrouble.Permanent, $"sent an answer of more than {options.MaxResponseBytes} bytes");
        }
    }

    /// <summary>What a status says where the body says nothing; null for one that says nothing itself.</summary>
    /// <exception cref="EndpointException">The status alone decides: a pause that it asks for, another place that it names.</exception>
    private EndpointException? OfStatus(HttpResponseMessage response, DateTimeOffset sent)
    {
        int status = (int)response.StatusCode;
        switch (response.StatusCode)
        {
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                string why = endpoint.Authorization is null ? "wants a token and none was given" : "refused the token";
                return Failure(EndpointTrouble.NotPermitted, $"{why} (HTTP {status})");
            case HttpStatusCode.TooManyRequests:
                throw Limited("limits the rate of requests (HTTP 429)", _http.RetryAfter(response));
            case HttpStatusCode.ServiceUnavailable when _http.RetryAfter(response) is { } asked:
                throw Limited("is not available now (HTTP 503)", asked);
            case var unavailable when HttpTransport.IsUnavailable(unavailable):
                return Failure(EndpointTrouble.Transient, $"is not available now (HTTP {status})", _http.RetryAfter(response));
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

    private EndpointException Failure(EndpointTrouble trouble, string what, TimeSpan? retryAfter = null) =>
        new(new EndpointFailure(endpoint, trouble, what, RetryAfter: retryAfter));
}
