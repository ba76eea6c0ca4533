using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;

namespace SealerRecover.Recovery.Content;

/// <summary>Data whose pieces are only waited for if it is read after all: what is finished already needs none of it.</summary>
internal sealed class AwaitedData(SectorSize size, SectorFetch pieces) : ISectorData
{
    public SectorSize Size => size;

    public void Read(long offset, Span<byte> destination) => pieces.Data().Read(offset, destination);
}
