using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Microsoft.Data.Sqlite;
using SealerRecover.Recovery.Scrub;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Ledger;

/// <summary>
/// What scrubs remember, in an SQLite file: a row for each sector and each of its files, for each run, and for each part of the files whose reading
/// is not finished. One process writes it; any may read it meanwhile.
/// </summary>
public sealed class ScrubLedger : IScrubLedger, IDisposable
{
    /// <summary>What a crash may lose of a reading: it is read again.</summary>
    private static readonly TimeSpan FlushAfter = TimeSpan.FromSeconds(2);

    private readonly LedgerDatabase _database;
    private readonly FolderLock? _owner;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LedgerReading> _readings = [];
    private long _flushed;

    private ScrubLedger(LedgerDatabase database, FolderLock? owner, TimeProvider time)
    {
        _database = database;
        _owner = owner;
        _time = time;
        _flushed = time.GetTimestamp();
    }

    /// <summary>Opens a ledger to write it; made if it is not there.</summary>
    /// <param name="path">The file; beside it stand SQLite's own and one that tells who writes.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="OperatorException">Busy: another scrub has it. Storage: it cannot be opened.</exception>
    public static ScrubLedger Open(string path, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        FolderLock owner = StorageFailure.Explain(
            path, () => FolderLock.Take(LinuxFileSystem.Instance, path + ".lock", $"{path}", "written"));
        try
        {
            return new ScrubLedger(LedgerDatabase.Open(path, reads: false), owner, time);
        }
        catch
        {
            owner.Dispose();
            throw;
        }
    }

    /// <summary>Whether a file is a database, as ledgers are.</summary>
    /// <param name="path">The file.</param>
    public static bool IsDatabase(string path)
    {
        byte[] begin = new byte[LedgerDatabase.Magic.Length];
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return file.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false) == begin.Length && LedgerDatabase.Magic.SequenceEqual(begin);
    }

    /// <summary>Opens a ledger to look at it, whoever writes it meanwhile.</summary>
    /// <param name="path">The file, which is there.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="OperatorException">Storage: it cannot be opened.</exception>
    public static ScrubLedger OpenToRead(string path, TimeProvider time) => new(LedgerDatabase.Open(path, reads: true), owner: null, time);

    /// <inheritdoc/>
    public IReadOnlyList<ActorId> Miners()
    {
        lock (_lock)
        {
            return _database.Rows("SELECT DISTINCT miner FROM night ORDER BY miner", row => new ActorId((ulong)row.GetInt64(0)));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ScrubbedSector> SectorsOf(ActorId miner)
    {
        lock (_lock)
        {
            ILookup<ulong, ScrubbedFile> files = _database.Rows(
                "SELECT number, part, name, path, length, modified, changed, inode, state, against_chain, depth, found, ranges FROM file WHERE miner = ?1",
                row => (Number: (ulong)row.GetInt64(0), File: FileIn(row)),
                (long)miner.Value).ToLookup(row => row.Number, row => row.File);
            return _database.Rows(
                "SELECT number, looked_at, whole, complaint, bytes FROM sector WHERE miner = ?1",
                row => new ScrubbedSector(
                    new SectorId(miner, (ulong)row.GetInt64(0)),
                    Instant(row.GetString(1)),
                    row.GetInt64(2) != 0,
                    Text(row, 3),
                    row.GetInt64(4),
                    [.. files[(ulong)row.GetInt64(0)]]),
                (long)miner.Value);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ScrubNight> NightsOf(ActorId miner, int most)
    {
        lock (_lock)
        {
            return _database.Rows(
                "SELECT started, ended, how, bytes, looked, damaged, there, remaining, remaining_bytes FROM night WHERE miner = ?1 ORDER BY started DESC LIMIT ?2",
                row => new ScrubNight(
                    miner,
                    Instant(row.GetString(0)),
                    Text(row, 1) is { } ended ? Instant(ended) : null,
                    Enum.Parse<ScrubEnd>(row.GetString(2)),
                    row.GetInt64(3),
                    row.GetInt32(4),
                    row.GetInt32(5),
                    row.GetInt32(6),
                    row.GetInt32(7),
                    row.GetInt64(8)),
                (long)miner.Value,
                most);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<UnfinishedReading> Unfinished()
    {
        lock (_lock)
        {
            return _database.Rows(
                "SELECT path, length, (SELECT count(*) FROM part WHERE part.path = reading.path) FROM reading ORDER BY path",
                row => new UnfinishedReading(row.GetString(0), row.GetInt64(1), row.GetInt64(2)));
        }
    }

    /// <inheritdoc/>
    public void Update(ScrubNight night)
    {
        ArgumentNullException.ThrowIfNull(night);
        lock (_lock)
        {
            _database.Run(
                "INSERT OR REPLACE INTO night VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                (long)night.Miner.Value,
                Text(night.Started),
                night.Ended is { } ended ? Text(ended) : null,
                night.End.ToString(),
                night.Bytes,
                night.Looked,
                night.Damaged,
                night.There,
                night.Left,
                night.LeftBytes);
        }
    }

    /// <inheritdoc/>
    public void Record(ScrubbedSector sector)
    {
        ArgumentNullException.ThrowIfNull(sector);
        lock (_lock)
        {
            (long miner, long number) = ((long)sector.Sector.Miner.Value, (long)sector.Sector.Number);
            _database.Together(() =>
            {
                _database.Run("DELETE FROM file WHERE miner = ?1 AND number = ?2", miner, number);
                _database.Run(
                    "INSERT OR REPLACE INTO sector VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                    miner,
                    number,
                    Text(sector.LookedAt),
                    sector.IsWhole ? 1 : 0,
                    sector.Complaint,
                    sector.Bytes);
                foreach (ScrubbedFile file in sector.Files)
                {
                    _database.Run(
                        "INSERT OR REPLACE INTO file VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
                        miner,
                        number,
                        file.Path,
                        file.Part.ToString(),
                        file.Name,
                        file.Identity?.Length,
                        file.Identity?.Modified.UtcTicks,
                        file.Identity?.Changed.UtcTicks,
                        (long?)file.Identity?.Inode,
                        file.State.ToString(),
                        file.AgainstChain ? 1 : 0,
                        file.Depth?.ToString(),
                        file.Found,
                        LedgerReading.Text(file.Ranges));
                }

                Drop(sector.Files.Select(file => file.Path));
            });
        }
    }

    /// <inheritdoc/>
    public void Forget(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        lock (_lock)
        {
            _database.Together(() => Drop(paths));
        }
    }

    /// <inheritdoc/>
    public IKeptReading Of(string path, int partNodes)
    {
        lock (_lock)
        {
            FileIdentity now = FileIdentity.Of(path) ?? default;
            if (!_readings.TryGetValue(path, out LedgerReading? reading) || !reading.IsOf(now, partNodes))
            {
                _readings[path] = reading = LedgerReading.Open(_database, _lock, path, now, partNodes, FlushIfDue);
            }

            return reading;
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
        lock (_lock)
        {
            _flushed = _time.GetTimestamp();
            LedgerReading[] pending = [.. _readings.Values.Where(reading => reading.IsPending)];
            if (pending.Length > 0)
            {
                _database.Together(() => Array.ForEach(pending, reading => reading.Write()));
            }
        }
    }

    /// <summary>Keeps what is not yet durable, and lets go.</summary>
    public void Dispose()
    {
        _database.Dispose();
        _owner?.Dispose();
    }

    private void FlushIfDue()
    {
        if (_time.GetElapsedTime(_flushed) >= FlushAfter)
        {
            Flush();
        }
    }

    private void Drop(IEnumerable<string> paths)
    {
        foreach (string path in paths)
        {
            _readings.Remove(path);
            _database.Run("DELETE FROM part WHERE path = ?1", path);
            _database.Run("DELETE FROM reading WHERE path = ?1", path);
        }
    }

    private static ScrubbedFile FileIn(SqliteDataReader row) => new(
        Enum.Parse<SectorPart>(row.GetString(1)),
        row.GetString(2),
        row.GetString(3),
        row.IsDBNull(4) ? null : LedgerReading.IdentityIn(row, 4),
        Enum.Parse<ScrubbedState>(row.GetString(8)),
        Text(row, 10) is { } depth ? Enum.Parse<CheckDepth>(depth) : null,
        Text(row, 11),
        LedgerReading.Ranges(Text(row, 12)))
    {
        AgainstChain = row.GetInt64(9) != 0,
    };

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
