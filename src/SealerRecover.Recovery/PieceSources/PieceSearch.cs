using System.Collections.Immutable;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>One search for one piece: what is wanted, what was refused so far, and whom to tell.</summary>
/// <param name="wanted">The piece.</param>
/// <param name="progress">Told how far it is.</param>
/// <param name="logger">Told of every refusal.</param>
internal sealed class PieceSearch(PieceWanted wanted, IProgress<PieceProgress>? progress, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly List<PieceRefusal> _refusals = [];

    /// <summary>The piece and what is known about it.</summary>
    public PieceWanted Wanted => wanted;

    public PieceInfo Piece => wanted.Piece;

    /// <summary>All refusals so far.</summary>
    public ImmutableArray<PieceRefusal> Refusals
    {
        get
        {
            lock (_gate)
            {
                return [.. _refusals];
            }
        }
    }

    /// <summary>Notes that a place did not give the piece, or gave something else.</summary>
    public void Refuse(PieceSource source, RefusalKind kind, string what)
    {
        lock (_gate)
        {
            _refusals.Add(new PieceRefusal(source, kind, what));
        }

        logger.Log(kind == RefusalKind.NotThere ? LogLevel.Debug : LogLevel.Warning, "{Wanted}: {What}", wanted, what);
    }

    /// <summary>Tells how far an activity is.</summary>
    public void Report(PieceActivity activity, long done, long total, string from) =>
        progress?.Report(new PieceProgress(wanted.Piece, activity, done, total, from));
}

/// <summary>A place where pieces may be.</summary>
internal interface IPiecePlace : IDisposable
{
    /// <summary>Looks for the piece without reading it; refuses on the search if it is not there.</summary>
    Task<PieceSighting?> LookAsync(PieceSearch search, CancellationToken cancellation);

    /// <summary>
    /// Looks among files whose names do not tell what they are, where <see cref="LookAsync"/> saw nothing anywhere.
    /// </summary>
    /// <param name="search">The piece.</param>
    /// <param name="read">Whether to read those that may be it, to see whether one is; else the first of the right length is told.</param>
    /// <param name="cancellation">Stops within 1 MiB.</param>
    Task<PieceSighting?> LookByLengthAsync(PieceSearch search, bool read, CancellationToken cancellation) => Task.FromResult<PieceSighting?>(null);

    /// <summary>The same of a place that may have it several times, also out of reach.</summary>
    async Task<ImmutableArray<PieceSighting>> LookAllAsync(PieceSearch search, CancellationToken cancellation) =>
        await LookAsync(search, cancellation).ConfigureAwait(false) is { } there ? [there] : [];

    /// <summary>Gets the piece, or refuses on the search and returns null.</summary>
    /// <exception cref="OperatorException">The store failed; other places would not help.</exception>
    Task<VerifiedPiece?> TryAsync(PieceSearch search, CancellationToken cancellation);
}
