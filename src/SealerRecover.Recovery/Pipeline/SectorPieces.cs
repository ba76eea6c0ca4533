using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using SealerRecover.Recovery.Content;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>The pieces of one sector: of what it was sealed over, and of its update.</summary>
internal sealed class SectorPieces : IDisposable
{
    private readonly SectorFetch? _sealed;
    private readonly SectorFetch? _update;
    private readonly SectorSize _size;
    private readonly List<SectorFetch> _needed = [];

    /// <param name="content">What is needed.</param>
    /// <param name="sector">The sector.</param>
    public SectorPieces(SectorContent content, SectorContext sector)
    {
        _size = sector.Facts.SealProof.SectorSize;
        _sealed = Fetch(content.Sealed);
        _update = Fetch(content.Update);

        SectorFetch? Fetch(DataContent? part) => part is null
            ? null
            : new SectorFetch(part, sector.Run.Shared.Pieces, sector.Run.Events.Of(part.Sector), sector.Run.Cancellation);
    }

    /// <summary>Ends, without failure, when all pieces that are being got are there or known to be missing.</summary>
    public Task AreThere => Task.WhenAll(_needed.Select(fetch => fetch.Work));

    /// <summary>Data to seal; null for zeros. Reading waits for pieces that are not there yet.</summary>
    public ISectorData? ToSeal => Of(_sealed);

    /// <summary>Data to update with; null unless snapped.</summary>
    public ISectorData? ToUpdate => Of(_update);

    /// <summary>Bytes that may still come.</summary>
    public long BytesToCome => _needed.Sum(fetch => fetch.BytesToCome);

    /// <summary>Says which pieces are needed; they are not got before <see cref="Start"/>.</summary>
    /// <param name="toSeal">Whether those of what is sealed are needed.</param>
    /// <param name="toUpdate">Whether those of the update are needed.</param>
    public void Need(bool toSeal, bool toUpdate)
    {
        foreach (SectorFetch fetch in new[] { toSeal ? _sealed : null, toUpdate ? _update : null }.OfType<SectorFetch>())
        {
            if (!_needed.Contains(fetch))
            {
                _needed.Add(fetch);
            }
        }
    }

    /// <summary>Begins to get what is needed.</summary>
    public void Start() => _needed.ForEach(fetch => _ = fetch.Work);

    /// <summary>Stops what is under way and closes all files.</summary>
    public void Dispose()
    {
        _sealed?.Stop();
        _update?.Stop();
    }

    // What was got is handed on itself, so that a file that has changed can be named.
    private ISectorData? Of(SectorFetch? fetch) => fetch is null ? null
        : _needed.Contains(fetch) ? fetch.Data()
        : new AwaitedData(_size, fetch);
}
