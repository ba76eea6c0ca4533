using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;

namespace Filecoin.Chain.Transport;

/// <summary>
/// Sends requests to one server over HTTP. Redirects are answers here: whoever follows one blindly carries secrets elsewhere and turns POST
/// into GET.
/// </summary>
public sealed class HttpTransport : IDisposable
{
    private readonly HttpClient _http;
    private readonly TimeSpan _connectTimeout;
    private readonly TimeProvider _time;

    /// <summary>Makes the client; nothing is sent yet.</summary>
    /// <param name="server">Any address of the server.</param>
    /// <param name="options">How long to wait for a connection.</param>
    /// <param name="time">The clock by which certificates are judged.</param>
    /// <param name="maxDrain">Bytes of an abandoned answer that are read to keep its connection.</param>
    public HttpTransport(Uri server, TransportOptions options, TimeProvider time, int maxDrain)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(options);
        ServerCertificate certificate = new(time, options.CertificateFile);
        _time = time;
        _connectTimeout = options.ConnectTimeout;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,
            UseCookies = false,

            // A proxy set for the internet is not meant for a server on this machine (Go's clients, hence Lotus, do the same).
            UseProxy = !server.IsLoopback,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = certificate.Check },
            MaxResponseDrainSize = maxDrain,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("sealer-recover", null));
    }

    /// <summary>Sends a request and waits for the head of the answer.</summary>
    /// <exception cref="TransportException">There is none.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, ServerTimeout timeout)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        return timeout.WatchAsync(
            async token =>
            {
                try
                {
                    return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token).ConfigureAwait(false);
                }
                catch (OperationCanceledException error) when (!token.IsCancellationRequested)
                {
                    throw new TransportException(
                        TransportTrouble.NoConnection, ServerTimeout.Within("could not be connected to", _connectTimeout), error);
                }
            },
            "did not answer",
            inBody: false);
    }

    /// <summary>Whether a server, or a proxy before it, is not there now: it restarts, or is overloaded. The same request may be answered later.</summary>
    public static bool IsUnavailable(HttpStatusCode status) => status
        is HttpStatusCode.RequestTimeout or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>How long the server asks to wait, by its header Retry-After; null where it does not say, zero for a time that is over.</summary>
    public TimeSpan? RetryAfter(HttpResponseMessage answer)
    {
        RetryConditionHeaderValue? header = answer?.Headers.RetryAfter;
        TimeSpan? wait = header?.Delta ?? (header?.Date - _time.GetUtcNow());
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
