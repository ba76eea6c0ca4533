using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Filecoin.Chain.Transport;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Transfer;

/// <summary>The shelf of another machine, over HTTP: <c>remote/s-t01000-7</c> is a sector's receipt, <c>remote/s-t01000-7/p_aux</c> one of its files.</summary>
public sealed class RemoteShelf : IDisposable
{
    /// <summary>Begins the paths of all that is on a shelf.</summary>
    public const string Path = "remote";

    private const int LargestReceipt = 1 << 20;
    private const int Drain = 1 << 16;

    private readonly HttpTransport _http;
    private readonly TimeProvider _time;
    private readonly Uri _server;
    private readonly string? _token;

    /// <summary>Nothing is asked yet.</summary>
    /// <param name="server">The machine's address.</param>
    /// <param name="token">The token of its page; null for none.</param>
    /// <param name="certificateFile">Certificates that are trusted instead of the system's; null for those.</param>
    /// <param name="time">The clock.</param>
    public RemoteShelf(Uri server, string? token, string? certificateFile, TimeProvider time)
    {
        (_server, _token, _time) = (server, token, time);
        _http = new HttpTransport(server, new TransportOptions { CertificateFile = certificateFile }, time, Drain);
    }

    /// <summary>How long it may take to answer, and to send on.</summary>
    internal static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Where a file of it is, for messages.</summary>
    public Uri AddressOf(SectorId sector, string? name = null)
    {
        string path = name is null ? "" : "/" + string.Join('/', name.Split('/').Select(Uri.EscapeDataString));
        return new Uri(_server, $"{Path}/{sector.FileName}{path}");
    }

    /// <summary>The receipt of a sector.</summary>
    /// <exception cref="ResultGoneException">It has none.</exception>
    /// <exception cref="OperatorException">It lets nobody in, or answers something else.</exception>
    /// <exception cref="TransportException">It cannot be asked now.</exception>
    public byte[] ReceiptOf(SectorId sector, CancellationToken cancellation)
    {
        using RemoteBody body = Open(AddressOf(sector), offset: 0, length: null, cancellation);
        byte[] receipt = new byte[LargestReceipt];
        int length = body.Read(receipt);
        return receipt[..length];
    }

    /// <summary>The bytes of a file from an offset on.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="name">As its receipt names it.</param>
    /// <param name="offset">The first byte, which is within the file or, of an empty one, 0.</param>
    /// <param name="length">Of the whole file, as the receipt says.</param>
    /// <param name="cancellation">Ends waiting.</param>
    /// <inheritdoc cref="ReceiptOf"/>
    internal RemoteBody Open(SectorId sector, string name, long offset, long length, CancellationToken cancellation) =>
        Open(AddressOf(sector, name), offset, length, cancellation);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private RemoteBody Open(Uri address, long offset, long? length, CancellationToken cancellation)
    {
        ServerTimeout timeout = new(Patience, _time, cancellation);
        HttpResponseMessage? answer = null;
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Get, address);
            request.Headers.Authorization = _token is null ? null : new AuthenticationHeaderValue("Bearer", _token);
            request.Headers.Range = offset == 0 ? null : new RangeHeaderValue(offset, null);
            answer = _http.SendAsync(request, timeout).GetAwaiter().GetResult();
            Check(answer, address, offset, length);
            return new RemoteBody(answer, timeout);
        }
        catch
        {
            answer?.Dispose();
            timeout.Dispose();
            throw;
        }
    }

    private static void Check(HttpResponseMessage answer, Uri address, long offset, long? length)
    {
        switch (answer.StatusCode)
        {
            case HttpStatusCode.OK when offset == 0 && (length is null || answer.Content.Headers.ContentLength == length):
            case HttpStatusCode.PartialContent when answer.Content.Headers.ContentRange is { From: { } from, Length: { } all } && from == offset && all == length:
                return;
            case HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable when length is not null:
                throw new ResultGoneException(string.Create(CultureInfo.InvariantCulture, $"{address} does not have the {length} bytes that were recorded when it was made"));
            case HttpStatusCode.NotFound or HttpStatusCode.Gone:
                throw new ResultGoneException($"{address} is not there any more");
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                throw new OperatorException(
                    FailureKind.BadInput, $"{address} may not be read by this machine", "start all workers of the fleet with the same token.");
            case var status when HttpTransport.IsUnavailable(status):
                throw new TransportException(TransportTrouble.NoAnswer, Said(status), new HttpRequestException(Said(status)));
            case var status:
                throw new OperatorException(FailureKind.NodeUnreachable, $"{address}: {Said(status)}", "see whether that is the worker that made the sector.");
        }

        static string Said(HttpStatusCode status) => string.Create(CultureInfo.InvariantCulture, $"answered with status {(int)status}");
    }
}
