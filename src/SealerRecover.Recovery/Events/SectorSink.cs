using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Recovery.Events;

/// <summary>What is told of one sector, or of what sectors share, in the one stream. From any thread.</summary>
public sealed class SectorSink : IProgress<SealProgress>
{
    private readonly EventSink _sink;
    private readonly SectorId? _sector;
    private readonly Func<bool> _isWorthTelling;

    internal SectorSink(EventSink sink, SectorId? sector, Func<bool> isWorthTelling)
    {
        _sink = sink;
        _sector = sector;
        _isWorthTelling = isWorthTelling;
    }

    /// <summary>Progress of pieces; of a sector only.</summary>
    public IProgress<PieceProgress> Pieces => _sink.Told<PieceProgress>((at, progress) => new PieceProgressed(at, _sector!.Value, progress));

    /// <summary>A sentence.</summary>
    public void Notice(string text) => _sink.Notice(_sector, text);

    /// <inheritdoc/>
    public void Report(SealProgress value) => _sink.Send(at => _isWorthTelling() ? new PhaseProgressed(at, _sector, value) : null);
}
