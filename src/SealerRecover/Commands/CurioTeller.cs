using Filecoin.Curio;
using Filecoin.Primitives;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Commands;

/// <summary>Curio's database as one who tells where pieces are.</summary>
/// <param name="database">The database.</param>
internal sealed class CurioTeller(CuriosDatabase database) : IPieceTeller
{
    /// <inheritdoc/>
    public string Name => database.Name;

    /// <inheritdoc/>
    public async Task<ToldPlaces> WhereAsync(PieceInfo piece, CancellationToken cancellation)
    {
        CurioPiecePlaces places = await database.FindPieceAsync(piece, cancellation);
        return new ToldPlaces(
            [.. places.Addresses.Select(address => ToldAddress.From(address.Url, address.Headers)).OfType<ToldAddress>()],
            [.. places.Files]);
    }
}
