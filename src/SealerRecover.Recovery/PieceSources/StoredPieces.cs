using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Microsoft.Extensions.Logging;
using SealerRecover.Recovery.Files;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>Pieces the store has whole, verified again the first time this process uses them.</summary>
internal sealed class StoredPieces(PieceStore store, PieceVerifier verifier, ILogger logger)
{
    /// <summary>The piece, if it is there and undamaged. A damaged one is deleted; it is this tool's own and nobody can use it.</summary>
    /// <exception cref="OperatorException">Storage: it cannot be read.</exception>
    public async Task<VerifiedPiece?> FindAsync(PieceErrand errand, CancellationToken cancellation)
    {
        string path = store.FileOf(errand.Piece);
        try
        {
            if (FileLook.At(path) is not { Kind: FileKind.File, Length: long length } || length > errand.Piece.UnpaddedSize)
            {
                return null;
            }

            (PieceInfo found, length) = await verifier.ComputeAsync(
                path,
                errand.Piece.PaddedSize,
                (done, total) => errand.Report(PieceActivity.Verifying, done, total, path),
                cancellation).ConfigureAwait(false);
            if (found == errand.Piece)
            {
                return new VerifiedPiece(errand.Piece, path, length, path, InPlace: false);
            }
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            throw StorageFailure.From(failure, $"reading {path}");
        }

        logger.LogWarning("{Path} is damaged: its CommP is another; it is deleted and got again", path);
        store.DiscardFile(errand.Piece);
        return null;
    }
}
