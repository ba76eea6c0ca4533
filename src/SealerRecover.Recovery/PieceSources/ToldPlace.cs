using System.Collections.Immutable;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>The places that somebody tells of a piece, as one place: each address is a server that has this piece alone.</summary>
/// <param name="source">Who tells.</param>
/// <param name="serverOf">Makes a server's place.</param>
internal sealed class ToldPlace(ToldSource source, Func<ServerSource, IPiecePlace> serverOf) : IPiecePlace
{
    public async Task<ImmutableArray<PieceSighting>> LookAllAsync(PieceSearch search, CancellationToken cancellation)
    {
        if (await WhereAsync(search, cancellation).ConfigureAwait(false) is not { } told)
        {
            return [];
        }

        List<PieceSighting> seen = [];
        foreach (ToldAddress address in told.Addresses)
        {
            using IPiecePlace server = serverOf(address.ToServer());
            if (await server.LookAsync(search, cancellation).ConfigureAwait(false) is { } there)
            {
                seen.Add(there with { Source = source });
            }
        }

        return [.. seen, .. told.Files.Select(file => new PieceSighting(source, file, null) { IsOutOfReach = true })];
    }

    public async Task<PieceSighting?> LookAsync(PieceSearch search, CancellationToken cancellation) =>
        (await LookAllAsync(search, cancellation).ConfigureAwait(false)).FirstOrDefault(seen => !seen.IsOutOfReach);

    public async Task<VerifiedPiece?> TryAsync(PieceSearch search, CancellationToken cancellation)
    {
        if (await WhereAsync(search, cancellation).ConfigureAwait(false) is not { } told)
        {
            return null;
        }

        foreach (ToldAddress address in told.Addresses)
        {
            cancellation.ThrowIfCancellationRequested();
            using IPiecePlace server = serverOf(address.ToServer());
            if (await server.TryAsync(search, cancellation).ConfigureAwait(false) is { } found)
            {
                return found;
            }
        }

        foreach (string file in told.Files)
        {
            search.Refuse(source, RefusalKind.NotThere, $"{source.Text} says that it lies as {file}, where only a piece source on that machine reads it");
        }

        if (told is { Addresses: [], Files: [] })
        {
            search.Refuse(source, RefusalKind.NotThere, $"{source.Text} knows no place of it");
        }

        return null;
    }

    public void Dispose()
    {
    }

    private async Task<ToldPlaces?> WhereAsync(PieceSearch search, CancellationToken cancellation)
    {
        search.Report(PieceActivity.Looking, 0, 0, source.Text);
        try
        {
            return await source.Teller.WhereAsync(search.Piece, cancellation).ConfigureAwait(false);
        }
        catch (OperatorException failure)
        {
            search.Refuse(source, RefusalKind.Unreachable, $"{source.Text} could not be asked where it is ({failure.Message})");
            return null;
        }
    }
}
