using System.Collections.Immutable;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>One search for one piece: what is wanted, what was refused so far, and whom to tell.</summary>
/// <param name="wanted">The piece.</param>
/// <param name="progress">Told every <paramref name="interval"/> at most, and of every change of activity.</param>
/// <param name="interval">See there.</param>
/// <param name="logger">Told of every refusal.</param>
/// <param name="time">Clock for the progress.</param>
internal sealed class PieceErrand(
    PieceWanted wanted, IProgress<PieceProgress>? progress, TimeSpan interval, ILogger logger, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<PieceRefusal> _refusals = [];
    private (PieceActivity Activity, string From)? _told;
    private long _toldAt;

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
    public void Report(PieceActivity activity, long done, long total, string from)
    {
        lock (_gate)
        {
            bool same = _told == (activity, from);
            if (same && done < total && time.GetElapsedTime(_toldAt) < interval)
            {
                return;
            }

            _told = (activity, from);
            _toldAt = time.GetTimestamp();
        }

        progress?.Report(new PieceProgress(wanted.Piece, activity, done, total, from));
    }
}

/// <summary>A place where pieces may be.</summary>
internal interface IPiecePlace : IDisposable
{
    /// <summary>Looks for the piece without reading it; refuses on the errand if it is not there.</summary>
    Task<PieceSighting?> LookAsync(PieceErrand errand, CancellationToken cancellation);

    /// <summary>
    /// Looks among files whose names do not tell what they are, where <see cref="LookAsync"/> saw nothing anywhere.
    /// </summary>
    /// <param name="errand">The piece.</param>
    /// <param name="read">Whether to read those that may be it, to see whether one is; else the first of the right length is told.</param>
    /// <param name="cancellation">Stops within 1 MiB.</param>
    Task<PieceSighting?> LookByLengthAsync(PieceErrand errand, bool read, CancellationToken cancellation) => Task.FromResult<PieceSighting?>(null);

    /// <summary>The same of a place that may have it several times, also out of reach.</summary>
    async Task<ImmutableArray<PieceSighting>> LookAllAsync(PieceErrand errand, CancellationToken cancellation) =>
        await LookAsync(errand, cancellation).ConfigureAwait(false) is { } there ? [there] : [];

    /// <summary>Gets the piece, or refuses on the errand and returns null.</summary>
    /// <exception cref="OperatorException">The store failed; other places would not help.</exception>
    Task<VerifiedPiece?> TryAsync(PieceErrand errand, CancellationToken cancellation);
}
