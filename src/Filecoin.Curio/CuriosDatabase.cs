using System.Runtime.ExceptionServices;
using Filecoin.Chain.Messages;
using Filecoin.Chain.Sources;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;

namespace Filecoin.Curio;

/// <summary>
/// What the Curio cluster that sealed a sector keeps of it in its database: ticket and its epoch, CommD, CommR, pieces, messages, those of its
/// update too; the messages themselves; what stood on which disk; and where pieces came from. Only ever read. Sectors that it was told of before are read hundreds at a time. Safe for concurrent use.
/// </summary>
public sealed class CuriosDatabase : ISectorSource, IMessageKeeper
{
    /// <summary>Sectors read at once: few round trips for thousands, and no more rows in memory than these have.</summary>
    private const int AtOnce = 500;

    private readonly CurioReader _reader;
    private readonly CurioMessages _messages;
    private readonly CurioStorage _storage;
    private readonly CurioPlaces _places;
    private readonly Lock _lock = new();
    private readonly Dictionary<SectorId, Reading> _expected = [];
    private ExceptionDispatchInfo? _failure;

    /// <summary>Makes a source; nothing is connected to before it is asked.</summary>
    /// <param name="connection">Where the database is.</param>
    /// <param name="timeout">How long one statement may take; at least a second, of which fractions do not count.</param>
    /// <param name="log">Told of every reading.</param>
    public CuriosDatabase(CurioConnection connection, TimeSpan timeout, ILogger log)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.FromSeconds(1));
        CurioHosts hosts = new(connection, TimeSpan.FromSeconds(Math.Floor(timeout.TotalSeconds)), log);
        _reader = new CurioReader(connection, hosts, log);
        _messages = new CurioMessages(hosts, connection.Schema, log);
        _storage = new CurioStorage(hosts, connection.Schema);
        _places = new CurioPlaces(hosts, connection.Schema);
    }

    /// <inheritdoc/>
    public string Name => "Curio's database";

    /// <inheritdoc/>
    public bool IsWorthAsking(SourceQuestion question) => true;

    /// <inheritdoc/>
    public void Expect(IReadOnlyCollection<SectorId> sectors)
    {
        foreach (IGrouping<ActorId, SectorId> ofMiner in sectors.GroupBy(sector => sector.Miner))
        {
            foreach (SectorId[] together in ofMiner.Chunk(AtOnce))
            {
                Reading reading = new(this, ofMiner.Key, [.. together.Select(sector => sector.Number)]);
                lock (_lock)
                {
                    Array.ForEach(together, sector => _expected[sector] = reading);
                }
            }
        }
    }

    /// <inheritdoc/>
    public async Task<SourceAnswer> AskAsync(SourceQuestion question, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(question);
        Reading? reading;
        lock (_lock)
        {
            // Taken out, so that a sector asked about again is read again, and rows are let go of when all of a reading were asked about.
            if (!_expected.Remove(question.Sector, out reading))
            {
                reading = new Reading(this, question.Sector.Miner, [question.Sector.Number]);
            }
        }

        IReadOnlyDictionary<ulong, SectorRows> rows = await reading.RowsAsync(cancellation).ConfigureAwait(false);
        return CurioStatements.Of(question, rows.GetValueOrDefault(question.Sector.Number) ?? new SectorRows(), Name);
    }

    /// <inheritdoc/>
    public Task<KeptMessage?> FindAsync(Cid named, CancellationToken cancellation) => OnceAsync(() => _messages.FindAsync(named, cancellation), isOptional: true);

    /// <summary>The storage paths of which a name is the storage ID or a URL, with the miner's sectors that stood there; none for a name that nothing has.</summary>
    /// <exception cref="OperatorException">The database could not be asked, or does not keep where files stand.</exception>
    public Task<IReadOnlyList<CurioPath>> FindPathsAsync(ActorId miner, string name, CancellationToken cancellation) => _storage.FindAsync(miner, name, cancellation);

    /// <summary>All storage paths of the cluster, by ID. The database does not know their folders.</summary>
    /// <exception cref="OperatorException">The database could not be asked, or keeps no storage paths that may be read.</exception>
    public Task<IReadOnlyList<CurioStoragePath>> StoragePathsAsync(CancellationToken cancellation) => _storage.AllAsync(cancellation);

    /// <summary>Every file of a miner's sectors that it believes to be in a storage path, by path and sector.</summary>
    /// <exception cref="OperatorException">The database could not be asked, or does not keep where files stand.</exception>
    public Task<IReadOnlyList<CurioFile>> FilesAsync(ActorId miner, CancellationToken cancellation) => _storage.FilesAsync(miner, cancellation);

    /// <summary>Whether a URL of a storage path is meant by a name: the URL itself, or its host alone.</summary>
    public static bool IsUrl(string url, string name) => CurioStorage.IsUrl(url, name);

    /// <summary>Where the bytes of a piece are, or were when Curio took it over.</summary>
    /// <exception cref="OperatorException">The database could not be asked.</exception>
    public Task<CurioPiecePlaces> FindPieceAsync(PieceInfo piece, CancellationToken cancellation) => OnceAsync(() => _places.FindAsync(piece, cancellation), isOptional: true);

    private Task<IReadOnlyDictionary<ulong, SectorRows>> ReadAsync(ActorId miner, IReadOnlyCollection<ulong> sectors, CancellationToken cancellation) =>
        OnceAsync(() => _reader.ReadAsync(miner, sectors, cancellation), isOptional: false);

    /// <summary>Reads, unless that has failed before: a database that is not there costs its timeout once and not for every sector.</summary>
    /// <param name="read">Reads.</param>
    /// <param name="isOptional">Whether it reads what the sectors' own rows can do without: then only that nobody answers counts for them, too.</param>
    private async Task<T> OnceAsync<T>(Func<Task<T>> read, bool isOptional)
    {
        _failure?.Throw();
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (OperatorException failure) when (!isOptional || failure.Kind == FailureKind.NodeUnreachable)
        {
            _failure = ExceptionDispatchInfo.Capture(failure);
            throw;
        }
    }

    /// <summary>Sectors that are read together when the first of them is asked about.</summary>
    private sealed class Reading(CuriosDatabase database, ActorId miner, IReadOnlyCollection<ulong> sectors)
    {
        private readonly Lock _lock = new();
        private Task<IReadOnlyDictionary<ulong, SectorRows>>? _rows;

        internal Task<IReadOnlyDictionary<ulong, SectorRows>> RowsAsync(CancellationToken cancellation)
        {
            lock (_lock)
            {
                return _rows ??= database.ReadAsync(miner, sectors, cancellation);
            }
        }
    }
}
