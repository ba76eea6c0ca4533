using System.Collections.Concurrent;
using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Microsoft.Extensions.Logging;
using SealerRecover.Recovery.PieceSources;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Content;

/// <summary>
/// Looks for the pieces of a run without reading them, so that what is missing is told before hours of work, and the plan knows what will
/// be downloaded. A place that does not answer soon is left for the run itself.
/// </summary>
/// <param name="settings">Where to look.</param>
/// <param name="store">What is there already.</param>
/// <param name="logger">Told what places answer.</param>
/// <param name="time">Clock for time-outs.</param>
internal sealed class PieceSurvey(RecoverySettings settings, PieceStore store, ILogger logger, TimeProvider time)
{
    private const int AtOnce = 8;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private static readonly PieceFetcherOptions Quick = new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(5),
        AnswerTimeout = TimeSpan.FromSeconds(15),
        MaxTries = 1,
    };

    private readonly ConcurrentDictionary<PieceInfo, PlannedPiece> _seen = [];

    /// <summary>What was seen of the pieces of these sectors; each piece is looked for once. In the order of sectors and pieces.</summary>
    public ImmutableArray<PlannedPiece> Of(IEnumerable<(SectorFacts Facts, SectorContent Content)> sectors)
    {
        (SectorId Sector, PieceWanted Wanted)[] all =
            [.. sectors.SelectMany(sector => sector.Content.Parts.SelectMany(part => part.Wanted.Select(wanted => (sector.Facts.Sector, wanted))))];
        (SectorId Sector, PieceWanted Wanted)[] unknown = [.. all.Where(entry => !_seen.ContainsKey(entry.Wanted.Piece))];
        if (unknown.Length > 0)
        {
            LookAsync(unknown).GetAwaiter().GetResult();
        }

        return [.. all.Select(entry => _seen[entry.Wanted.Piece] with { Sector = entry.Sector })];
    }

    /// <summary>Bytes that getting these pieces may take in the store.</summary>
    public long BytesToCome(IEnumerable<PieceInfo> pieces) =>
        store.BytesToCome(pieces.Where(piece => !(_seen.TryGetValue(piece, out PlannedPiece? seen) && seen.IsInPlace)));

    private async Task LookAsync((SectorId Sector, PieceWanted Wanted)[] wanted)
    {
        using CancellationTokenSource soon = new(Timeout, time);
        using PieceFetcher fetcher = new(settings.PieceSources, store, Quick with { CertificateFile = settings.CertificateFile }, logger, time);
        ParallelOptions options = new() { MaxDegreeOfParallelism = AtOnce };
        await Parallel.ForEachAsync(wanted, options, async (entry, _) =>
            _seen[entry.Wanted.Piece] = await LookAsync(fetcher, entry.Sector, entry.Wanted, soon.Token).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task<PlannedPiece> LookAsync(PieceFetcher fetcher, SectorId sector, PieceWanted wanted, CancellationToken soon)
    {
        PlannedPiece piece = new(sector, wanted.Piece, null, IsInPlace: false, Looked: true);
        try
        {
            return (await fetcher.LookForAsync(wanted, progress: null, soon).ConfigureAwait(false)).FirstOrDefault(place => !place.IsOutOfReach) is { } seen
                ? piece with { Seen = seen, IsInPlace = IsInPlace(seen, wanted.Piece) }
                : piece;
        }
        catch (Exception failure) when (failure is OperationCanceledException or OperatorException)
        {
            return piece with { Looked = false };
        }
    }

    /// <summary>A file of the piece's own is read where it is; out of a sector's unsealed file, which is longer, it is copied.</summary>
    private static bool IsInPlace(PieceSighting seen, PieceInfo piece)
    {
        try
        {
            return seen.Evidence != SightingEvidence.Length && seen.Source is FolderSource or FileSource && FileLook.Through(seen.Where).Length <= piece.UnpaddedSize;
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            return false;
        }
    }
}

/// <summary>A piece that a run needs, and the first place that seems to have it.</summary>
/// <param name="Sector">For which sector.</param>
/// <param name="Piece">The piece.</param>
/// <param name="Seen">Where; null for nowhere.</param>
/// <param name="IsInPlace">Whether it is a local file that is read where it is.</param>
/// <param name="Looked">Whether all places were looked at in time.</param>
public sealed record PlannedPiece(SectorId Sector, PieceInfo Piece, PieceSighting? Seen, bool IsInPlace, bool Looked)
{
    /// <summary>Whether no place seems to have it.</summary>
    public bool IsMissing => Seen is null && Looked;
}
