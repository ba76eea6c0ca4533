using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>A server as a place: asked by each CID a piece has; what it sends is verified before the store has it.</summary>
internal sealed class ServerPlace(
    ServerSource source,
    PieceStore store,
    StoredPieces stored,
    PieceVerifier verifier,
    PieceFetcherOptions options,
    ILogger logger,
    TimeProvider time) : IPiecePlace
{
    private const int SniffedBytes = 512;
    private static readonly byte[] GzipMagic = [0x1f, 0x8b];

    private readonly PieceServer _server = new(source, options, logger, time);

    public async Task<PieceSighting?> LookAsync(PieceSearch search, CancellationToken cancellation)
    {
        search.Report(PieceActivity.Looking, 0, 0, source.Text);
        ServerTrouble? said = null;
        foreach (Cid cid in CidsOf(search.Wanted))
        {
            string address = source.NameOf(cid);
            try
            {
                // A byte rather than HEAD: not every server that knows GET knows that, and it tells the same.
                using ServerAnswer answer = await _server.TryAsync(
                    address, token => _server.GetAsync(cid, 0, 1, tag: null, token), cancellation).ConfigureAwait(false);
                return answer.Total > search.Piece.UnpaddedSize ? null : new PieceSighting(source, address, answer.Total);
            }
            catch (ServerTrouble trouble)
            {
                said ??= trouble;
                if (!trouble.MayKnowOtherCid)
                {
                    break;
                }
            }
        }

        search.Refuse(source, said!.Kind, $"{source.NameOf(search.Piece.CommP.ToCid())} {said.Message}");
        return null;
    }

    public async Task<VerifiedPiece?> TryAsync(PieceSearch search, CancellationToken cancellation)
    {
        PieceInfo piece = search.Piece;
        search.Report(PieceActivity.Looking, 0, 0, source.Text);
        using IDisposable held = await store.LockAsync(
            piece, () => search.Report(PieceActivity.Waiting, 0, 0, source.Text), time, cancellation).ConfigureAwait(false);
        if (await stored.FindAsync(search, locked: true, cancellation).ConfigureAwait(false) is { } there)
        {
            return there;
        }

        for (bool again = false; ; again = true)
        {
            using PartialDownload part = new(store, piece, options, time);
            if (await DownloadAsync(part, search, cancellation).ConfigureAwait(false) is not { } address)
            {
                return null;
            }

            (CommD found, long length) = await VerifyAsync(part, search, cancellation).ConfigureAwait(false);
            if (found == piece.CommP)
            {
                store.Publish(piece, part.Path);
                verifier.Renamed(part.Path, store.FileOf(piece));
                return new VerifiedPiece(piece, store.FileOf(piece), length, address, InPlace: false);
            }

            bool mixed = part.IsMixed && !again;
            (RefusalKind kind, string what) = mixed ? default : Judge(part.Path, length, found, search.Wanted.RawLength);
            verifier.Forget(part.Path);
            store.DiscardPart(piece);
            if (!mixed)
            {
                search.Refuse(source, kind, $"{address} {what}");
                return null;
            }

            logger.LogWarning(
                "{Wanted}: what was downloaded at several times does not fit together (CommP {Found}); getting all of it from {Address} again",
                search.Wanted,
                found,
                address);
        }
    }

    public void Dispose() => _server.Dispose();

    /// <summary>Asks by one CID after the other; returns the address that gave all bytes, or null after a refusal.</summary>
    private async Task<string?> DownloadAsync(PartialDownload part, PieceSearch search, CancellationToken cancellation)
    {
        ServerTrouble? said = null;
        string saidBy = source.Text;
        part.Resume();
        foreach (Cid cid in CidsOf(search.Wanted))
        {
            string address = source.NameOf(cid);
            try
            {
                await new PieceDownload(_server, cid, part, search, options, logger).RunAsync(cancellation).ConfigureAwait(false);
                _server.Answered();
                return address;
            }
            catch (ServerTrouble trouble)
            {
                WriteDown(part);

                // What it says to the first is what counts: a server of version 1 cannot even read the others.
                (said, saidBy) = said is null || !trouble.MayKnowOtherCid ? (trouble, address) : (said, saidBy);
                if (!trouble.MayKnowOtherCid)
                {
                    break;
                }
            }
            catch
            {
                WriteDown(part);
                throw;
            }
        }

        bool unreachable = said!.Kind == RefusalKind.Unreachable;
        string often = said.MayPass && options.MaxTries > 1 && !(unreachable && _server.IsGivenUp)
            ? string.Create(CultureInfo.InvariantCulture, $", {options.MaxTries} times")
            : string.Empty;
        if (!unreachable)
        {
            _server.Answered();
        }
        else if (!_server.IsGivenUp)
        {
            _server.GiveUp();
        }

        search.Refuse(source, said.Kind, $"{saidBy} {said.Message}{often}");
        return null;
    }

    private void WriteDown(PartialDownload part)
    {
        try
        {
            part.WriteDown();
        }
        catch (OperatorException failure)
        {
            // What made the download end is told; this only costs a later run some bytes.
            logger.LogWarning("{Failure}", failure.Message);
        }
    }

    private async Task<(CommD CommP, long Length)> VerifyAsync(PartialDownload part, PieceSearch search, CancellationToken cancellation)
    {
        // Flushed and closed, so that a crash while it is read costs nothing, and no late write makes it look altered.
        WriteDown(part);
        part.Dispose();
        try
        {
            (PieceInfo found, long length) = await verifier.ComputeAsync(
                part.Path,
                search.Piece.PaddedSize,
                (done, total) => search.Report(PieceActivity.Verifying, done, total, part.Path),
                cancellation).ConfigureAwait(false);
            return (found.CommP, length);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            throw StorageFailure.From(failure, $"reading {part.Path}");
        }
    }

    /// <summary>Says what bytes of another commitment are, as far as their start tells.</summary>
    private static (RefusalKind Kind, string What) Judge(string path, long length, CommD found, long? expected)
    {
        byte[] start = new byte[SniffedBytes];
        int read = StorageFailure.Explain($"reading {path}", () =>
        {
            using SafeFileHandle handle = File.OpenHandle(path);
            return RandomAccess.Read(handle, start, 0);
        });
        string text = SafeText.Line(start.AsSpan(0, read), read).ToUpperInvariant();
        return
            text.StartsWith("<!DOCTYPE HTML", StringComparison.Ordinal) || text.StartsWith("<HTML", StringComparison.Ordinal)
                ? (RefusalKind.WebPage, $"sent a web page of {length} bytes instead of the piece")
            : start.AsSpan().StartsWith(GzipMagic)
                ? (RefusalKind.Compressed, $"sent other bytes, which look compressed by gzip: {length} of CommP {found}")
            : length < expected
                ? (RefusalKind.Truncated, $"sent other bytes: {length} of CommP {found}, where the piece has {expected}")
            : (RefusalKind.WrongBytes, $"sent other bytes: {length} of CommP {found}");
    }

    private IEnumerable<Cid> CidsOf(PieceWanted wanted)
    {
        PieceInfo piece = wanted.Piece;
        yield return piece.CommP.ToCid();
        if (source.Exact is not null)
        {
            yield break;
        }

        if (wanted.RawLength is long raw && raw < piece.UnpaddedSize && raw > piece.UnpaddedSize / 2)
        {
            yield return new PieceCidV2(piece, raw).ToCid();
        }

        yield return PieceCidV2.OfWhole(piece).ToCid();
    }
}
