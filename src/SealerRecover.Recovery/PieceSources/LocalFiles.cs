using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Unsealed;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>Looks whether a local file holds a piece, as raw bytes or within a sector's unsealed data.</summary>
internal sealed class LocalFiles(
    PieceStore store, StoredPieces stored, PieceVerifier verifier, PieceFetcherOptions options, TimeProvider time)
{
    /// <summary>Uses a file of raw bytes where it lies, if it is the piece; refuses if it is not.</summary>
    /// <param name="source">For refusals.</param>
    /// <param name="path">The file, which the operator or its name says is the piece.</param>
    /// <param name="announced">Bytes its name tells that it has, if it does.</param>
    /// <param name="search">What for.</param>
    /// <param name="cancellation">Stops within 1 MiB.</param>
    public async Task<VerifiedPiece?> TryRawAsync(
        PieceSource source, string path, long? announced, PieceSearch search, CancellationToken cancellation)
    {
        try
        {
            FileLook look = FileLook.Through(path);
            if (look.Kind != FileKind.File)
            {
                search.Refuse(
                    source,
                    look.Kind == FileKind.Missing ? RefusalKind.NotThere : RefusalKind.Unreadable,
                    look.Kind == FileKind.Missing ? $"{path} is no longer there" : $"{path} is no regular file");
                return null;
            }

            if (look.Length > search.Piece.UnpaddedSize)
            {
                search.Refuse(
                    source,
                    RefusalKind.TooLong,
                    $"{path} has {look.Length} bytes, more than the {search.Piece.UnpaddedSize} that the piece can hold");
                return null;
            }

            (PieceInfo found, long length) = await ComputeAsync(path, search, cancellation).ConfigureAwait(false);
            if (found == search.Piece)
            {
                return new VerifiedPiece(search.Piece, path, length, path, InPlace: true);
            }

            if (announced > length)
            {
                search.Refuse(source, RefusalKind.Truncated, $"{path} is truncated: it has {length} of {announced} bytes");
            }
            else
            {
                search.Refuse(source, RefusalKind.WrongBytes, $"{path} holds other bytes: its {length} bytes have CommP {found.CommP}");
            }
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            search.Refuse(source, RefusalKind.Unreadable, CannotRead(path, failure));
        }

        return null;
    }

    /// <summary>As <see cref="TryRawAsync"/>, for a file of which nobody says that it is the piece: only failures to read it are told.</summary>
    public async Task<VerifiedPiece?> LookAtRawAsync(PieceSource source, string path, PieceSearch search, CancellationToken cancellation)
    {
        try
        {
            FileLook look = FileLook.Through(path);
            if (look.Kind != FileKind.File || look.Length > search.Piece.UnpaddedSize)
            {
                return null;
            }

            (PieceInfo found, long length) = await ComputeAsync(path, search, cancellation).ConfigureAwait(false);
            return found == search.Piece ? new VerifiedPiece(search.Piece, path, length, path, InPlace: true) : null;
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            search.Refuse(source, RefusalKind.Unreadable, CannotRead(path, failure));
            return null;
        }
    }

    /// <summary>
    /// Takes the piece's padded range out of a sector's unsealed file, without its padding, into the store. What follows the sector's data
    /// in the file, Lotus's list of filled ranges, is not looked at: the commitment tells whether the range is filled.
    /// </summary>
    public async Task<VerifiedPiece?> TryUnsealedAsync(
        PieceSource source, string path, PiecePlace place, PieceSearch search, CancellationToken cancellation)
    {
        PieceInfo piece = search.Piece;
        try
        {
            FileLook look = FileLook.Through(path);
            if (look.Kind != FileKind.File || look.Length < place.Size.Bytes)
            {
                search.Refuse(
                    source,
                    look.Kind == FileKind.Missing ? RefusalKind.NotThere : RefusalKind.Truncated,
                    look.Kind == FileKind.Missing
                        ? $"{path} is no longer there"
                        : $"{path} is no unsealed file of a {place.Size} sector: it has {look.Length} bytes");
                return null;
            }

            using IOpenFile sector = store.Files.OpenToRead(path);
            using IDisposable held = await store.LockAsync(
                piece, () => search.Report(PieceActivity.Waiting, 0, 0, path), time, cancellation).ConfigureAwait(false);
            if (await stored.FindAsync(search, locked: true, cancellation).ConfigureAwait(false) is { } there)
            {
                return there;
            }

            CommD found = await Task.Run(() => Extract(sector, path, place.Offset, search, cancellation), cancellation).ConfigureAwait(false);
            if (found == piece.CommP)
            {
                store.Publish(piece, store.ExtractOf(piece));
                verifier.Learn(store.FileOf(piece), piece);
                return new VerifiedPiece(piece, store.FileOf(piece), piece.UnpaddedSize, path, InPlace: false);
            }

            store.DiscardExtract(piece);
            search.Refuse(
                source,
                RefusalKind.WrongBytes,
                found == PieceCommitment.Zero(piece.PaddedSize).CommP
                    ? $"{path} has nothing but zeros where the piece should be, from padded byte {place.Offset}"
                    : IsReplica(path, place.Size)
                    ? $"{path} is sealed or an update, of which no piece can be read before it is unsealed"
                    : $"{path} holds other bytes where the piece should be, from padded byte {place.Offset}: their CommP is {found}");
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            search.Refuse(source, RefusalKind.Unreadable, CannotRead(path, failure));
        }

        return null;
    }

    private static bool IsReplica(string path, SectorSize size)
    {
        using PaddedFile file = new(path, size);
        return DataLook.IsReplica(file);
    }

    private Task<(PieceInfo Piece, long Length)> ComputeAsync(string path, PieceSearch search, CancellationToken cancellation) =>
        verifier.ComputeAsync(
            path,
            search.Piece.PaddedSize,
            (done, total) => search.Report(PieceActivity.Verifying, done, total, path),
            cancellation);

    private static string CannotRead(string path, Exception failure) => $"{path} cannot be read: {failure.Message.TrimEnd('.')}";

    private CommD Extract(IOpenFile sector, string path, long offset, PieceSearch search, CancellationToken cancellation)
    {
        PieceInfo piece = search.Piece;
        string to = store.ExtractOf(piece);
        string subject = $"taking piece {piece.CommP} out of {path} to {to}";
        using IOpenFile target = StorageFailure.Explain(subject, () => store.Files.Create(to));
        StorageFailure.Explain(subject, () => target.SetLength(piece.UnpaddedSize));
        using FileRange range = new(sector, offset, piece.PaddedSize);
        using Fr32Stream raw = Fr32Stream.Unpadding(range);
        using WatchedStream data = new(
            raw,
            piece.UnpaddedSize,
            path,
            (done, total) => search.Report(PieceActivity.Extracting, done, total, path),
            (at, bytes) => WriteWithHoles(target, at, bytes, subject));
        return PieceCommitment.Compute(data, piece.PaddedSize, options.Threads, cancellation).CommP;
    }

    /// <summary>Zeros stay holes: much of an unsealed sector is padding at the end of its pieces.</summary>
    private static void WriteWithHoles(IOpenFile target, long at, ReadOnlySpan<byte> bytes, string subject)
    {
        if (bytes.IndexOfAnyExcept((byte)0) < 0)
        {
            return;
        }

        try
        {
            target.Write(at, bytes);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            throw StorageFailure.From(failure, subject);
        }
    }
}
