using System.Collections.Immutable;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Recovery.Content;

/// <summary>How the sectors of a run get their pieces.</summary>
/// <param name="Fetcher">Gets them.</param>
/// <param name="Store">Keeps what came from elsewhere.</param>
/// <param name="Survey">Knows what need not come.</param>
internal sealed record RunPieces(PieceFetcher Fetcher, PieceStore Store, PieceSurvey Survey);

/// <summary>
/// Gets the pieces of one sector while it is labelled. What failed is told at once and thrown when the data is asked for: labels are worth
/// having without it, since a later run finds them.
/// </summary>
/// <param name="content">What is needed.</param>
/// <param name="pieces">How it is got.</param>
/// <param name="events">Told how far each piece is, and of one that is missing.</param>
/// <param name="cancellation">Of the run.</param>
internal sealed class SectorFetch(
    DataContent content,
    RunPieces pieces,
    SectorSink events,
    CancellationToken cancellation)
{
    private const int AtOnce = 2;

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly Lock _gate = new();
    private readonly Dictionary<PieceInfo, VerifiedPiece> _found = [];
    private readonly List<OperatorException> _failures = [];
    private Task? _work;
    private SectorData? _data;

    /// <summary>Ends when every piece is there or known not to be, without a failure of its own.</summary>
    public Task Work
    {
        get
        {
            lock (_gate)
            {
                return _work ??= Task.Run(FetchAllAsync, CancellationToken.None);
            }
        }
    }

    /// <summary>Bytes that may still come to the store.</summary>
    public long BytesToCome
    {
        get
        {
            lock (_gate)
            {
                return pieces.Survey.BytesToCome(content.Wanted.Select(wanted => wanted.Piece).Where(piece => !_found.ContainsKey(piece)));
            }
        }
    }

    /// <summary>The data; waits for all pieces.</summary>
    /// <exception cref="OperatorException">A piece is missing, or the store failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public SectorData Data()
    {
        Work.GetAwaiter().GetResult();
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_failures.Count > 0)
            {
                throw Failure();
            }

            return _data ??= content.From(pieces.Store.Files, piece => new PieceFile(_found[piece].Path, _found[piece].RawLength));
        }
    }

    /// <summary>Stops what is under way, and waits for that; closes the files.</summary>
    public void Stop()
    {
        _stop.Cancel();

        // However it ended: whoever asks for the data is told.
        ((IAsyncResult?)_work)?.AsyncWaitHandle.WaitOne();
        _ = _work?.Exception;
        _data?.Dispose();
    }

    private async Task FetchAllAsync()
    {
        ParallelOptions options = new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = _stop.Token };
        try
        {
            pieces.Store.Hold(content.Sector, content.Wanted.Select(wanted => wanted.Piece));
            await Parallel.ForEachAsync(content.Wanted, options, async (wanted, stop) => await FetchAsync(wanted, stop).ConfigureAwait(false))
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Whoever asks for the data is told.
        }
        catch (OperatorException failure)
        {
            Fail(failure);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            Fail(StorageFailure.From(failure, $"getting the pieces of {content.Sector}"));
        }
    }

    private async Task FetchAsync(PieceWanted wanted, CancellationToken stop)
    {
        try
        {
            VerifiedPiece piece = await pieces.Fetcher.FetchAsync(wanted, events.Pieces, stop).ConfigureAwait(false);
            lock (_gate)
            {
                _found[wanted.Piece] = piece;
            }
        }
        catch (MissingPieceException missing)
        {
            Fail(missing);
            events.Notice($"{missing.Message}; labels are made meanwhile and kept");
        }
    }

    private void Fail(OperatorException failure)
    {
        lock (_gate)
        {
            _failures.Add(failure);
        }
    }

    private OperatorException Failure()
    {
        ImmutableArray<MissingPieceException> missing = [.. _failures.OfType<MissingPieceException>()];
        if (_failures.FirstOrDefault(failure => failure is not MissingPieceException) is { } other)
        {
            return other;
        }

        string which = missing.Length == 1 ? missing[0].Message
            : $"{missing.Length} of {content.Wanted.Length} pieces are missing: {string.Join("; ", missing.Select(piece => piece.Message))}";
        return new OperatorException(
            FailureKind.PieceMissing, $"{content.Sector}: {which}", $"{missing[0].Hint} Finished layers are kept: the same command goes on from there.", missing[0]);
    }
}
