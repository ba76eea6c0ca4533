using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Filecoin.Chain.Transport;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>
/// The body of an answer of 200 or 206, checked against what was asked for, read with an eye on stalls. Holds one of the server's
/// connections until disposed.
/// </summary>
internal sealed class ServerAnswer : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly int _stallBytes;
    private readonly ServerTimeout _stall;
    private readonly IDisposable _connection;
    private Stream? _body;
    private int _sinceRestart;

    /// <summary>Takes an answer of 200 or 206 over, or throws and leaves it to the caller.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="start">First byte asked for.</param>
    /// <param name="end">The byte after the last asked for; null if no range was asked for.</param>
    /// <param name="options">When a body has stalled.</param>
    /// <param name="time">Clock.</param>
    /// <param name="connection">Disposed with this.</param>
    /// <param name="cancellation">Ends reading.</param>
    /// <exception cref="ServerTrouble">It is not what was asked for.</exception>
    public ServerAnswer(
        HttpResponseMessage response,
        long start,
        long? end,
        PieceFetcherOptions options,
        TimeProvider time,
        IDisposable connection,
        CancellationToken cancellation)
    {
        HttpContentHeaders headers = response.Content.Headers;
        if (headers.ContentEncoding.FirstOrDefault(coding => !coding.Equals("identity", StringComparison.OrdinalIgnoreCase)) is { } coding)
        {
            throw new ServerTrouble(
                RefusalKind.Compressed, $"sent the piece compressed ({SafeText.Line(coding, ServerTrouble.QuotedCharacters)}) although asked not to", mayPass: false);
        }

        Length = headers.ContentLength;
        Total = Length;
        IsRange = response.StatusCode == HttpStatusCode.PartialContent;
        if (IsRange)
        {
            ContentRangeHeaderValue? range = headers.ContentRange;
            if (end is null || range is not { Unit: "bytes", From: long from, To: long to } || from != start || to >= end || to < from)
            {
                throw ServerTrouble.Garbled($"sent another range than it was asked for ({SafeText.Line(range?.ToString() ?? "none", ServerTrouble.QuotedCharacters)})");
            }

            if (Length is not null && Length != to - from + 1)
            {
                throw ServerTrouble.Garbled(string.Create(
                    CultureInfo.InvariantCulture, $"announced {Length} bytes for a range of {to - from + 1}"));
            }

            Length = to - from + 1;
            Total = range.Length;
        }

        IsHtml = headers.ContentType?.MediaType is "text/html" or "application/xhtml+xml";
        Tag = response.Headers.ETag is { IsWeak: false } tag ? tag.Tag : null;
        _response = response;
        _stallBytes = options.StallBytes;
        _stall = new ServerTimeout(options.StallTimeout, time, cancellation);
        _connection = connection;
    }

    /// <summary>Whether it is a range; otherwise the whole.</summary>
    public bool IsRange { get; }

    /// <summary>Bytes of the body, where told.</summary>
    public long? Length { get; }

    /// <summary>Bytes of the whole, where told.</summary>
    public long? Total { get; }

    /// <summary>The entity tag if it is a strong one.</summary>
    public string? Tag { get; }

    /// <summary>Whether the server calls it HTML; so does Curio if a piece's data looks like it.</summary>
    public bool IsHtml { get; }

    /// <summary>Reads on; 0 at the end, which is where it was announced to be.</summary>
    /// <exception cref="ServerTrouble">It stalled or broke off.</exception>
    public async Task<int> ReadAsync(Memory<byte> buffer)
    {
        try
        {
            int read = await _stall.WatchAsync(
                async token =>
                {
                    _body ??= await _response.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
                    return await _body.ReadAsync(buffer, token).ConfigureAwait(false);
                },
                "stopped sending, with nothing or next to nothing",
                inBody: true).ConfigureAwait(false);
            _sinceRestart += read;
            if (_sinceRestart >= _stallBytes)
            {
                _sinceRestart = 0;
                _stall.Restart();
            }

            return read;
        }
        catch (TransportException failure)
        {
            throw ServerTrouble.Of(failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _response.Dispose();
        _stall.Dispose();
        _connection.Dispose();
    }
}
