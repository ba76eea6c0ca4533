using System.Collections.Concurrent;
using System.Collections.Immutable;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Microsoft.Extensions.Logging;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>
/// Gets the bytes of pieces: from the store, or from the places in their order. A place that has nothing, or something else, is noted and
/// the next one asked. Safe from several threads; two that want the same piece get it once.
/// </summary>
public sealed class PieceFetcher : IDisposable
{
    private readonly PieceVerifier _verifier;
    private readonly StoredPieces _stored;
    private readonly ImmutableArray<IPiecePlace> _places;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<PieceInfo, SemaphoreSlim> _gates = [];
    private readonly ConcurrentDictionary<PieceInfo, VerifiedPiece> _found = [];

    /// <summary>Makes a fetcher; nothing is read or asked before the first piece.</summary>
    /// <param name="sources">Where to look, in this order.</param>
    /// <param name="store">Where downloads go.</param>
    /// <param name="options">How long to wait and how much to ask for at once.</param>
    /// <param name="logger">Warning: every refusal and every try that is repeated; Debug: every request.</param>
    /// <param name="time">Clock for time-outs and delays.</param>
    public PieceFetcher(
        IReadOnlyList<PieceSource> sources, PieceStore store, PieceFetcherOptions options, ILogger logger, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Connections, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RangeBytes, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxTries, 1, nameof(options));
        _logger = logger;
        _verifier = new PieceVerifier(options.Threads, store.Files);
        _stored = new StoredPieces(store, _verifier, logger);
        LocalFiles files = new(store, _stored, _verifier, options, time);
        _places =
        [
            .. sources.Select(source => source switch
            {
                FolderSource folder => new FolderPlace(folder, files),
                FileSource file => new FilePlace(file, files),
                ServerSource server => ServerOf(server),
                ToldSource told => new ToldPlace(told, ServerOf),
                _ => throw new ArgumentException($"{source.GetType()} is no known kind of source", nameof(sources)),
            }),
        ];

        IPiecePlace ServerOf(ServerSource server) => new ServerPlace(server, store, _stored, _verifier, options, logger, time);
    }

    /// <summary>
    /// Says which places seem to have a piece, in their order, without reading it: a file of that name and a fitting length, an unsealed
    /// file of its sector, a server that would send it. Only where none seems to, files count whose names do not tell what they are.
    /// </summary>
    /// <param name="wanted">The piece.</param>
    /// <param name="progress">Not null: such files are read, each once, to see whether one is the piece, as <see cref="FetchAsync"/> does, and this
    /// is told how far. Null: nothing is read, and the first that has the length for it is told.</param>
    /// <param name="cancellation">Ends the looking.</param>
    public async Task<ImmutableArray<PieceSighting>> LookForAsync(
        PieceWanted wanted, IProgress<PieceProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        PieceSearch search = new(wanted, progress, _logger);
        ImmutableArray<PieceSighting>.Builder seen = ImmutableArray.CreateBuilder<PieceSighting>();
        if (_stored.Look(wanted.Piece) is { } stored)
        {
            seen.Add(stored);
        }

        foreach (IPiecePlace place in _places)
        {
            seen.AddRange(await place.LookAllAsync(search, cancellation).ConfigureAwait(false));
        }

        for (int i = 0; i < _places.Length && seen.All(place => place.IsOutOfReach); i++)
        {
            if (await _places[i].LookByLengthAsync(search, progress is not null, cancellation).ConfigureAwait(false) is { } there)
            {
                seen.Add(there);
            }
        }

        return seen.ToImmutable();
    }

    /// <summary>Finds, gets and verifies a piece.</summary>
    /// <param name="wanted">The piece.</param>
    /// <param name="progress">Told a few times a second, from any thread.</param>
    /// <param name="cancellation">Stops within a second; a download goes on from there in a later call or run.</param>
    /// <exception cref="MissingPieceException">No place has it; says why for each.</exception>
    /// <exception cref="OperatorException">Storage: the store cannot be written, e.g. because its disk is full.</exception>
    internal async Task<VerifiedPiece> FetchAsync(PieceWanted wanted, IProgress<PieceProgress> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(progress);
        PieceSearch search = new(wanted, progress, _logger);
        SemaphoreSlim gate = _gates.GetOrAdd(wanted.Piece, static _ => new SemaphoreSlim(1));
        if (!gate.Wait(0, cancellation))
        {
            search.Report(PieceActivity.Waiting, 0, 0, string.Empty);
            await gate.WaitAsync(cancellation).ConfigureAwait(false);
        }

        try
        {
            VerifiedPiece found = Known(wanted.Piece)
                ?? await _stored.FindAsync(search, locked: false, cancellation).ConfigureAwait(false)
                ?? await LookAsync(search, cancellation).ConfigureAwait(false)
                ?? throw new MissingPieceException(wanted, search.Refusals);
            _found[wanted.Piece] = found;
            return found;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IPiecePlace place in _places)
        {
            place.Dispose();
        }

        foreach (SemaphoreSlim gate in _gates.Values)
        {
            gate.Dispose();
        }

        _verifier.Dispose();
    }

    private async Task<VerifiedPiece?> LookAsync(PieceSearch search, CancellationToken cancellation)
    {
        foreach (IPiecePlace place in _places)
        {
            cancellation.ThrowIfCancellationRequested();
            if (await place.TryAsync(search, cancellation).ConfigureAwait(false) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>What was found before, if it is still the same.</summary>
    private VerifiedPiece? Known(PieceInfo piece)
    {
        try
        {
            return _found.TryGetValue(piece, out VerifiedPiece? found) && _verifier.IsUnchanged(found.Path) ? found : null;
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            _logger.LogDebug(failure, "what was found before cannot be looked at");
            return null;
        }
    }
}
