using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using Filecoin.Chain.Rpc;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>
/// Sends requests to one server, a bounded number at once, follows redirects and turns everything that can go wrong into
/// <see cref="ServerTrouble"/>.
/// </summary>
internal sealed class PieceServer : IDisposable
{
    private const int ErrorBodyBytes = 512;
    private static readonly TimeSpan GiveUpTime = TimeSpan.FromMinutes(5);

    private readonly PieceFetcherOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _connections;
    private readonly HttpClient _http;
    private long _givenUpAt;

    public PieceServer(ServerSource source, PieceFetcherOptions options, ILogger logger, TimeProvider time)
    {
        Source = source;
        _options = options;
        _logger = logger;
        _time = time;
        _connections = new SemaphoreSlim(options.Connections);
        _http = new HttpClient(new SocketsHttpHandler
        {
            // Followed here, where they can be bounded and looked at.
            AllowAutoRedirect = false,

            // What is compressed has no ranges of the piece.
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,
            UseCookies = false,

            // A proxy set for the internet is not meant for a server on this machine.
            UseProxy = !source.Base.IsLoopback,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = ServerCertificate.Check },

            // An abandoned body is not read to its end.
            MaxResponseDrainSize = 0,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("sealer-recover", null));
        _http.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
    }

    /// <summary>Which server.</summary>
    public ServerSource Source { get; }

    /// <summary>Whether it could lately not be reached at all, however often tried: then one try must do for the next piece.</summary>
    public bool IsGivenUp => Interlocked.Read(ref _givenUpAt) is long at and not 0 && _time.GetElapsedTime(at) < GiveUpTime;

    /// <summary>It cannot be reached.</summary>
    public void GiveUp() => Interlocked.Exchange(ref _givenUpAt, Math.Max(1, _time.GetTimestamp()));

    /// <summary>It can.</summary>
    public void Answered() => Interlocked.Exchange(ref _givenUpAt, 0);

    /// <summary>Asks for a piece or a range of it.</summary>
    /// <param name="pieceCid">By which CID.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">The byte after the last; null for the whole piece without a range.</param>
    /// <param name="tag">If not null: the range only if the piece still has this tag, else the whole.</param>
    /// <param name="cancellation">Ends waiting and, later, reading.</param>
    /// <exception cref="ServerTrouble">There is no answer of 200 or 206.</exception>
    public async Task<ServerAnswer> GetAsync(Cid pieceCid, long start, long? end, string? tag, CancellationToken cancellation)
    {
        await _connections.WaitAsync(cancellation).ConfigureAwait(false);
        Connection connection = new(_connections);
        try
        {
            HttpResponseMessage response = await FollowAsync(pieceCid, start, end, tag, cancellation).ConfigureAwait(false);
            try
            {
                return ServerAnswer.Take(response, start, end, _options, _time, connection, cancellation);
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _connections.Dispose();
    }

    private async Task<HttpResponseMessage> FollowAsync(Cid pieceCid, long start, long? end, string? tag, CancellationToken cancellation)
    {
        Uri address = Source.AddressOf(pieceCid);
        for (int redirects = 0; ; redirects++)
        {
            HttpResponseMessage response = await SendAsync(address, start, end, tag, cancellation).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
            {
                return response;
            }

            using (response)
            {
                if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                    or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                {
                    throw ServerTrouble.FromStatus(response, await ErrorTextAsync(response, cancellation).ConfigureAwait(false), _time);
                }

                address = Target(address, response.Headers.Location, redirects, _options.MaxRedirects);
            }
        }
    }

    /// <summary>Where a redirect leads.</summary>
    /// <param name="from">The address that redirects.</param>
    /// <param name="location">What it said.</param>
    /// <param name="followed">Redirects followed so far.</param>
    /// <param name="most">How many may be followed.</param>
    /// <exception cref="ServerTrouble">It is not to be followed.</exception>
    internal static Uri Target(Uri from, Uri? location, int followed, int most)
    {
        if (followed >= most)
        {
            throw Redirected($"redirects more than {most} times");
        }

        if (location is null || !Uri.TryCreate(from, location, out Uri? target))
        {
            throw Redirected("redirects without saying where to");
        }

        if (from.Scheme == Uri.UriSchemeHttps && target.Scheme == Uri.UriSchemeHttp)
        {
            throw Redirected($"redirects from https to http, to {target.Host}, which is not followed");
        }

        return target.Scheme == Uri.UriSchemeHttps || target.Scheme == Uri.UriSchemeHttp
            ? target
            : throw Redirected($"redirects to an address of scheme {SafeText.Line(target.Scheme, ServerTrouble.QuotedCharacters)}");

        static ServerTrouble Redirected(string what) => new(RefusalKind.Redirected, what, mayPass: false);
    }

    private async Task<HttpResponseMessage> SendAsync(Uri address, long start, long? end, string? tag, CancellationToken cancellation)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        if (end is long after)
        {
            request.Headers.Range = new RangeHeaderValue(start, after - 1);
            request.Headers.IfRange = tag is null ? null : new RangeConditionHeaderValue(tag);
        }

        if (Uri.Compare(address, Source.Base, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0)
        {
            foreach ((string name, string value) in Source.Headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        _logger.LogDebug("GET {Address} {Range}", ServerSource.Shown(address), request.Headers.Range);
        using CancellationTokenSource patience = new(_options.AnswerTimeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error)
        {
            cancellation.ThrowIfCancellationRequested();
            throw patience.IsCancellationRequested
                ? ServerTrouble.Stalled("did not answer", _options.AnswerTimeout)
                : new ServerTrouble(
                    RefusalKind.Unreachable, $"could not be connected to within {_options.ConnectTimeout.TotalSeconds} s", mayPass: true, cause: error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw ServerTrouble.FromTransport(error, inBody: false);
        }
    }

    /// <summary>What the server says about its refusal, where it says it in a line of text: Boost tells there that a piece is sealed only.</summary>
    private async Task<string> ErrorTextAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentType?.MediaType is not ("text/plain" or "application/json"))
        {
            return string.Empty;
        }

        using CancellationTokenSource patience = new(_options.StallTimeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        byte[] text = new byte[ErrorBodyBytes];
        int length = 0;
        try
        {
            using Stream body = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            length = await body.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, either.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            _logger.LogDebug(error, "the text of a refusal could not be read");
        }

        return SafeText.Line(text.AsSpan(0, length), ServerTrouble.QuotedCharacters);
    }

    private sealed class Connection(SemaphoreSlim connections) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                connections.Release();
            }
        }
    }
}
