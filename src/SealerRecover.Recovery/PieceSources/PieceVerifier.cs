using System.Collections.Concurrent;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>
/// Computes what piece a file is. A file's commitment is computed once, for the smallest piece that holds it; those of larger pieces follow
/// from it and zeros. One file is read at a time, with all threads.
/// </summary>
internal sealed class PieceVerifier(int threads, IFileSystem files) : IDisposable
{
    private readonly ConcurrentDictionary<string, KnownFile> _known = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>The smallest padded size of a piece that holds <paramref name="rawLength"/> bytes (go-padreader PaddedSize).</summary>
    public static long NaturalSize(long rawLength) => PieceLayout.SmallestFor(rawLength);

    /// <summary>The same data with zeros up to a larger padded size.</summary>
    public static PieceInfo Extend(PieceInfo piece, long paddedSize) => PieceCommitment.Extend(piece, paddedSize);

    /// <summary>The piece of <paramref name="paddedSize"/> that the file is.</summary>
    /// <param name="path">A regular file, not longer than the piece's unpadded size.</param>
    /// <param name="paddedSize">The size.</param>
    /// <param name="progress">Given bytes read and the file's length.</param>
    /// <param name="cancellation">Stops within 1 MiB.</param>
    /// <returns>The piece, and the file's length.</returns>
    /// <exception cref="IOException">The file cannot be read, or became shorter.</exception>
    public async Task<(PieceInfo Piece, long Length)> ComputeAsync(
        string path, long paddedSize, Action<long, long> progress, CancellationToken cancellation)
    {
        if (Find(path) is not { } known)
        {
            await _one.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                known = Find(path) ?? await Task.Run(() => Read(path, progress, cancellation), cancellation).ConfigureAwait(false);
            }
            finally
            {
                _one.Release();
            }
        }

        return (Extend(known.Natural, paddedSize), known.Length);
    }

    /// <summary>Whether the file was computed before and is, by its length, inode and time of writing, still the same.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public bool IsUnchanged(string path) => Find(path) is not null;

    /// <summary>A file was computed otherwise, as the whole of <paramref name="piece"/>'s unpadded bytes.</summary>
    public void Learn(string path, PieceInfo piece) => _known[path] = new KnownFile(Stamp.Of(path), piece, piece.UnpaddedSize);

    /// <summary>A file got another name.</summary>
    public void Renamed(string from, string to)
    {
        if (_known.TryRemove(from, out KnownFile? known))
        {
            _known[to] = known;
        }
    }

    /// <summary>A file was deleted.</summary>
    public void Forget(string path) => _known.TryRemove(path, out _);

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private KnownFile? Find(string path) =>
        _known.TryGetValue(path, out KnownFile? known) && known.Stamp == Stamp.Of(path) ? known : null;

    private KnownFile Read(string path, Action<long, long> progress, CancellationToken cancellation)
    {
        Stamp stamp = Stamp.Of(path);
        using IOpenFile file = files.OpenToRead(path, inOrder: true);
        using FileRange whole = new(file, 0, stamp.Length);
        using WatchedStream data = new(whole, stamp.Length, path, progress);
        PieceInfo natural = PieceCommitment.Compute(data, NaturalSize(stamp.Length), threads, cancellation);
        KnownFile known = new(stamp, natural, stamp.Length);
        if (Stamp.Of(path) != stamp)
        {
            throw new IOException($"{path} changed while it was read");
        }

        _known[path] = known;
        return known;
    }

    /// <summary>What tells that a file is still the same.</summary>
    private readonly record struct Stamp(long Length, ulong Device, ulong Inode, DateTime Written)
    {
        public static Stamp Of(string path)
        {
            FileLook look = FileLook.Through(path);
            string file = FileLook.At(path).Kind == FileKind.Link ? File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName : path;
            return new Stamp(look.Length, look.Device, look.Inode, look.Kind == FileKind.File ? File.GetLastWriteTimeUtc(file) : default);
        }
    }

    private sealed record KnownFile(Stamp Stamp, PieceInfo Natural, long Length);
}
