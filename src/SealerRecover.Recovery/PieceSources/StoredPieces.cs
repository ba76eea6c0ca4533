using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Microsoft.Extensions.Logging;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>Pieces the store has whole, verified again the first time this process uses them.</summary>
internal sealed class StoredPieces(PieceStore store, PieceVerifier verifier, ILogger logger)
{
    /// <summary>The piece's file, if there is one, unread.</summary>
    public PieceSighting? Look(PieceInfo piece) => StorageFailure.Explain(
        $"looking at {store.FileOf(piece)}",
        () => FileLook.At(store.FileOf(piece)) is { Kind: FileKind.File, Length: long length } && length <= piece.UnpaddedSize
            ? new PieceSighting(null, store.FileOf(piece), length)
            : null);

    /// <summary>The piece, if it is there and undamaged.</summary>
    /// <param name="search">What is wanted.</param>
    /// <param name="locked">
    /// Whether the piece is locked: then a damaged file is deleted, being this tool's own and of use to nobody. Otherwise somebody may be
    /// replacing it this moment, and whatever is wrong with it counts as its not being there.
    /// </param>
    /// <param name="cancellation">Stops within 1 MiB.</param>
    /// <exception cref="OperatorException">Storage: it is locked and cannot be read.</exception>
    public async Task<VerifiedPiece?> FindAsync(PieceSearch search, bool locked, CancellationToken cancellation)
    {
        string path = store.FileOf(search.Piece);
        try
        {
            if (FileLook.At(path) is not { Kind: FileKind.File, Length: long length } || length > search.Piece.UnpaddedSize)
            {
                return null;
            }

            (PieceInfo found, length) = await verifier.ComputeAsync(
                path,
                search.Piece.PaddedSize,
                (done, total) => search.Report(PieceActivity.Verifying, done, total, path),
                cancellation).ConfigureAwait(false);
            if (found == search.Piece)
            {
                return new VerifiedPiece(search.Piece, path, length, path, InPlace: false);
            }
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            if (locked)
            {
                throw StorageFailure.From(failure, $"reading {path}");
            }

            logger.LogWarning("{Path} cannot be read now: {Failure}", path, failure.Message);
            return null;
        }

        if (!locked)
        {
            return null;
        }

        logger.LogWarning("{Path} is damaged: its CommP is another; it is deleted and got again", path);
        store.DiscardFile(search.Piece);
        return null;
    }
}
