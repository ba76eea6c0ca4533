using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>A file the operator named: the piece's raw bytes, or a sector's unsealed data.</summary>
internal sealed class FilePlace(FileSource source, LocalFiles files) : IPiecePlace
{
    public Task<PieceSighting?> LookAsync(PieceSearch search, CancellationToken cancellation)
    {
        bool unsealed = false;
        if (!IsOther(search, out _) && LengthOf(source.Path) is long length and > 0
            && ((unsealed = IsUnsealed(search, length)) || length <= search.Piece.UnpaddedSize))
        {
            return Task.FromResult<PieceSighting?>(
                new PieceSighting(source, source.Path, unsealed ? search.Piece.UnpaddedSize : length));
        }

        return Task.FromResult<PieceSighting?>(null);
    }

    public async Task<VerifiedPiece?> TryAsync(PieceSearch search, CancellationToken cancellation)
    {
        if (IsOther(search, out string why))
        {
            search.Refuse(source, RefusalKind.NotThere, why);
            return null;
        }

        if (IsUnsealed(search, LengthOf(source.Path)))
        {
            return await files.TryUnsealedAsync(source, source.Path, search.Wanted.Place!.Value, search, cancellation).ConfigureAwait(false);
        }

        long? announced = PieceFileName.TryParse(Path.GetFileName(source.Path), out PieceFileName name) ? name.V2?.PayloadSize : null;
        return await files.TryRawAsync(source, source.Path, announced, search, cancellation).ConfigureAwait(false);
    }

    public void Dispose()
    {
    }

    /// <summary>Whether its name says that it is something else.</summary>
    private bool IsOther(PieceSearch search, out string why)
    {
        string name = Path.GetFileName(source.Path);
        if (IsOfSector(out SectorId sector) && search.Wanted.Place?.Sector != sector)
        {
            why = $"{source.Path} is named after another sector, {sector}";
            return true;
        }

        why = $"{source.Path} is named after another piece";
        return PieceFileName.TryParse(name, out PieceFileName piece) && piece.CommP != search.Piece.CommP
            && !(piece.V2 is { } v2 && PieceVerifier.Extend(v2.Piece, search.Piece.PaddedSize) == search.Piece);
    }

    /// <summary>Raw bytes of a piece are always shorter than the sector it is in, so the length tells which of the two it is.</summary>
    private bool IsUnsealed(PieceSearch search, long length) =>
        search.Wanted.Place is { } place && (IsOfSector(out _) || length >= place.Size.Bytes);

    private bool IsOfSector(out SectorId sector) =>
        SectorId.TryParseFileName(Path.GetFileName(source.Path), out sector) && sector.Miner.Value != 0;

    private static long LengthOf(string path)
    {
        try
        {
            return FileLook.Through(path).Length;
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            return 0; // Reading it tells why.
        }
    }
}

/// <summary>A folder: looked through once, when the first piece is asked for.</summary>
internal sealed class FolderPlace(FolderSource source, LocalFiles files) : IPiecePlace
{
    private readonly SemaphoreSlim _one = new(1);
    private FolderIndex? _index;

    public async Task<PieceSighting?> LookAsync(PieceSearch search, CancellationToken cancellation)
    {
        FolderIndex index = await IndexAsync(search, cancellation).ConfigureAwait(false);
        PiecePlace? place = search.Wanted.Place;
        return index.Named(search.Piece.CommP).Select(path => Seen(path, 1, search.Piece.UnpaddedSize, null))
            .Concat(place is { } at
                ? index.Unsealed(at.Sector).Select(path => Seen(path, at.Size.Bytes, long.MaxValue, search.Piece.UnpaddedSize))
                : [])
            .FirstOrDefault(seen => seen is not null);
    }

    public async Task<PieceSighting?> LookByLengthAsync(PieceSearch search, bool read, CancellationToken cancellation)
    {
        FolderIndex index = await IndexAsync(search, cancellation).ConfigureAwait(false);
        if (read)
        {
            return await UnnamedAsync(index, search, cancellation).ConfigureAwait(false) is { } found
                ? new PieceSighting(source, found.Path, found.RawLength) { Evidence = SightingEvidence.Commitment }
                : null;
        }

        // Clients may choose a size larger than the data needs, usually the next.
        return Candidates(index, search)
            .Where(file => PieceVerifier.NaturalSize(file.Length) >= search.Piece.PaddedSize / 2)
            .OrderByDescending(file => PieceVerifier.NaturalSize(file.Length))
            .Select(file => new PieceSighting(source, file.Path, file.Length) { Evidence = SightingEvidence.Length })
            .FirstOrDefault();
    }

    public async Task<VerifiedPiece?> TryAsync(PieceSearch search, CancellationToken cancellation)
    {
        FolderIndex index = await IndexAsync(search, cancellation).ConfigureAwait(false);
        int before = search.Refusals.Length;
        VerifiedPiece? found =
            await NamedAsync(index, search, cancellation).ConfigureAwait(false)
            ?? await UnsealedAsync(index, search, cancellation).ConfigureAwait(false)
            ?? await UnnamedAsync(index, search, cancellation).ConfigureAwait(false);
        if (found is null && search.Refusals.Length == before)
        {
            string unreadable = index.Unreadable.Count == 0 ? string.Empty
                : index.Unreadable is [string only] ? $" ({only} in it cannot be looked into)"
                : $" ({index.Unreadable.Count} folders in it, {index.Unreadable[0]} among them, cannot be looked into)";
            string unnamed = index.Unnamed.Count == 0 ? string.Empty : $", nor is it one of the {index.Unnamed.Count} that have other names";
            search.Refuse(
                source,
                index.Unreadable.Count == 0 ? RefusalKind.NotThere : RefusalKind.Unreadable,
                $"{source.Path} has no file of that name{unnamed}{unreadable}");
        }

        return found;
    }

    public void Dispose() => _one.Dispose();

    private PieceSighting? Seen(string path, long shortest, long longest, long? length)
    {
        try
        {
            return FileLook.Through(path) is { Kind: FileKind.File, Length: long there } && there >= shortest && there <= longest
                ? new PieceSighting(source, path, length ?? there)
                : null;
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            return null; // Reading it tells why.
        }
    }

    private async Task<FolderIndex> IndexAsync(PieceSearch search, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_index is null)
            {
                search.Report(PieceActivity.Looking, 0, 0, source.Path);
                _index = await Task.Run(() => FolderIndex.Scan(source.Path, source.AnyName, cancellation), cancellation).ConfigureAwait(false);
            }

            return _index;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<VerifiedPiece?> NamedAsync(FolderIndex index, PieceSearch search, CancellationToken cancellation)
    {
        foreach (string path in index.Named(search.Piece.CommP))
        {
            long? announced = PieceFileName.TryParse(Path.GetFileName(path), out PieceFileName name) ? name.V2?.PayloadSize : null;
            if (await files.TryRawAsync(source, path, announced, search, cancellation).ConfigureAwait(false) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private async Task<VerifiedPiece?> UnsealedAsync(FolderIndex index, PieceSearch search, CancellationToken cancellation)
    {
        if (search.Wanted.Place is not { } place)
        {
            return null;
        }

        foreach (string path in index.Unsealed(place.Sector))
        {
            if (await files.TryUnsealedAsync(source, path, place, search, cancellation).ConfigureAwait(false) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Files whose names tell nothing, those of the wanted length or closest to it first.</summary>
    private static IEnumerable<SizedFile> Candidates(FolderIndex index, PieceSearch search)
    {
        long expected = search.Wanted.RawLength ?? search.Piece.UnpaddedSize;
        return index.Unnamed.Where(file => file.Length <= search.Piece.UnpaddedSize).OrderBy(file => Math.Abs(file.Length - expected));
    }

    /// <summary>Looks into those files. That one is another piece is no refusal worth telling.</summary>
    private async Task<VerifiedPiece?> UnnamedAsync(FolderIndex index, PieceSearch search, CancellationToken cancellation)
    {
        foreach (SizedFile file in Candidates(index, search))
        {
            if (await files.LookAtRawAsync(source, file.Path, search, cancellation).ConfigureAwait(false) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
