using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using Filecoin.Chain.Transport;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>
/// Sends requests to one server, a bounded number at once, follows redirects and turns everything that can go wrong into
/// <see cref="ServerTrouble"/>.
/// </summary>
internal sealed class PieceServer(ServerSource source, PieceFetcherOptions options, ILogger logger, TimeProvider time) : IDisposable
{
    private const int ErrorBodyBytes = 512;
    private static readonly TimeSpan GiveUpTime = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _connections = new(options.Connections);

    // An abandoned body is not read to its end.
    private readonly HttpTransport _http = new(source.Base, options, time, maxDrain: 0);
    private long _givenUpAt;

    public ServerSource Source => source;

    /// <summary>Whether it could lately not be reached at all, however often tried: then one try must do for the next piece.</summary>
    public bool IsGivenUp => Interlocked.Read(ref _givenUpAt) is long at and not 0 && time.GetElapsedTime(at) < GiveUpTime;

    /// <summary>It cannot be reached.</summary>
    public void GiveUp() => Interlocked.Exchange(ref _givenUpAt, Math.Max(1, time.GetTimestamp()));

    /// <summary>It can.</summary>
    public void Answered() => Interlocked.Exchange(ref _givenUpAt, 0);

    /// <summary>Tries something until it succeeds, fails in a way that will not pass, or has failed too often.</summary>
    /// <exception cref="ServerTrouble">The last failure.</exception>
    public ValueTask<T> TryAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] T>(string address, Func<CancellationToken, Task<T>> work, CancellationToken cancellation) => Retry.Of<T>(
        options.MaxTries,
        options,
        time,
        tried => tried.Outcome.Exception is ServerTrouble { MayPass: true } trouble && !(trouble.Kind == RefusalKind.Unreachable && IsGivenUp),
        tried => (tried.Exception as ServerTrouble)?.RetryAfter,
        retry => logger.LogWarning(
            "{Address} {What}; trying again in {Seconds:0.0} s ({Try} of {Tries})",
            address,
            retry.Outcome.Exception?.Message,
            retry.RetryDelay.TotalSeconds,
            retry.AttemptNumber + 2,
            options.MaxTries)).ExecuteAsync(async token => await work(token).ConfigureAwait(false), cancellation);

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
                return new ServerAnswer(response, start, end, options, time, connection, cancellation);
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
        Uri address = source.AddressOf(pieceCid);
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
                    string said = await ErrorTextAsync(response, cancellation).ConfigureAwait(false);
                    throw ServerTrouble.Of(response.StatusCode, said, _http.RetryAfter(response));
                }

                address = Target(address, response.Headers.Location, redirects, options.MaxRedirects);
            }
        }
    }

    /// <summary>Where a redirect leads.</summary>
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

        if (Uri.Compare(address, source.Base, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0)
        {
            foreach ((string name, string value) in source.Headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (!request.Headers.Contains("Accept-Encoding"))
        {
            // What is compressed has no ranges of the piece.
            request.Headers.Add("Accept-Encoding", "identity");
        }

        logger.LogDebug("GET {Address} {Range}", ServerSource.Shown(address), request.Headers.Range);
        using ServerTimeout timeout = new(options.AnswerTimeout, time, cancellation);
        try
        {
            return await _http.SendAsync(request, timeout).ConfigureAwait(false);
        }
        catch (TransportException failure)
        {
            throw ServerTrouble.Of(failure);
        }
    }

    /// <summary>What the server says about its refusal, where it says it in a line of text: Boost tells there that a piece is sealed only.</summary>
    private async Task<string> ErrorTextAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentType?.MediaType is not ("text/plain" or "application/json"))
        {
            return string.Empty;
        }

        using ServerTimeout timeout = new(options.StallTimeout, time, cancellation);
        byte[] text = new byte[ErrorBodyBytes];
        int length = 0;
        try
        {
            length = await timeout.WatchAsync(
                async token =>
                {
                    using Stream body = await response.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
                    return await body.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, token).ConfigureAwait(false);
                },
                "stopped sending",
                inBody: true).ConfigureAwait(false);
        }
        catch (TransportException error)
        {
            logger.LogDebug(error, "the text of a refusal could not be read");
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
