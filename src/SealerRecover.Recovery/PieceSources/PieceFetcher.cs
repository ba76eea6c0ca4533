using Filecoin.Primitives;
using Microsoft.Extensions.Logging;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>
/// Gets the bytes of pieces: from the store, or from the places in their order. A place that has nothing, or something else, is noted and
/// the next one asked. Safe from several threads; two that want the same piece get it once.
/// </summary>
public sealed class PieceFetcher : IDisposable
{
    /// <summary>Makes a fetcher; nothing is read or asked before the first piece.</summary>
    /// <param name="sources">Where to look, in this order.</param>
    /// <param name="store">Where downloads go.</param>
    /// <param name="options">How patient to be.</param>
    /// <param name="logger">Warning: every refusal and every try that is repeated; Debug: every request.</param>
    /// <param name="time">Clock for time-outs and delays.</param>
    public PieceFetcher(
        IReadOnlyList<PieceSource> sources, PieceStore store, PieceFetcherOptions options, ILogger logger, TimeProvider time)
    {
    }

    /// <summary>Finds, gets and verifies a piece.</summary>
    /// <param name="wanted">The piece.</param>
    /// <param name="progress">Told at most a few times a second, from any thread.</param>
    /// <param name="cancellation">Stops within a second; a download goes on from there in a later call or run.</param>
    /// <exception cref="MissingPieceException">No place has it; says why for each.</exception>
    /// <exception cref="OperatorException">Storage: the store cannot be written, e.g. because its disk is full.</exception>
    public Task<VerifiedPiece> FetchAsync(PieceWanted wanted, IProgress<PieceProgress> progress, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
