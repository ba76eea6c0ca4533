using System.Globalization;
using Filecoin.Primitives;
using Microsoft.Data.Sqlite;
using SealerRecover.Recovery.Scrub;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Ledger;

/// <summary>The reading of one file. What was kept since the last writing is in memory; the rest is asked of the database.</summary>
internal sealed class LedgerReading : IKeptReading
{
    private readonly LedgerDatabase _database;
    private readonly Lock _lock;
    private readonly string _path;
    private readonly Action _kept;
    private readonly HashSet<long> _known;
    private readonly Dictionary<long, (byte[] Nodes, PartTrouble? Trouble)> _pending = [];

    private readonly FileIdentity _identity;
    private readonly int _partNodes;

    private LedgerReading(LedgerDatabase database, Lock gate, string path, FileIdentity identity, int partNodes, IEnumerable<long> known, Action kept)
    {
        _database = database;
        _lock = gate;
        _path = path;
        _identity = identity;
        _partNodes = partNodes;
        _known = [.. known];
        _kept = kept;
    }

    /// <summary>Whether anything is kept in memory alone.</summary>
    public bool IsPending => _pending.Count > 0;

    /// <summary>Whether it is of a file as it is now, and of parts of so many nodes.</summary>
    public bool IsOf(FileIdentity now, int partNodes) => (_identity, _partNodes) == (now, partNodes);

    /// <summary>Opens a reading: the one that was begun, or, where the file is another now, a new one. The lock is held.</summary>
    /// <param name="database">Where it is kept.</param>
    /// <param name="gate">Held while the database is used.</param>
    /// <param name="path">The file.</param>
    /// <param name="now">What it is now.</param>
    /// <param name="partNodes">Nodes that each part is reduced to.</param>
    /// <param name="kept">Called behind each keeping, the lock held.</param>
    /// <exception cref="ReadingNotKeptException">The database cannot be used.</exception>
    public static LedgerReading Open(LedgerDatabase database, Lock gate, string path, FileIdentity now, int partNodes, Action kept) => Kept(() =>
    {
        (FileIdentity Identity, int PartNodes)? there = database.Rows<(FileIdentity, int)?>(
            "SELECT length, modified, changed, inode, part_nodes FROM reading WHERE path = ?1", row => (IdentityIn(row, 0), row.GetInt32(4)), path).FirstOrDefault();
        if (there == (now, partNodes))
        {
            return new LedgerReading(
                database, gate, path, now, partNodes, database.Rows("SELECT number FROM part WHERE path = ?1", row => row.GetInt64(0), path), kept);
        }

        database.Together(() =>
        {
            database.Run("DELETE FROM part WHERE path = ?1", path);
            database.Run(
                "INSERT OR REPLACE INTO reading VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                path,
                now.Length,
                now.Modified.UtcTicks,
                now.Changed.UtcTicks,
                (long)now.Inode,
                partNodes);
        });
        return new LedgerReading(database, gate, path, now, partNodes, [], kept);
    });

    /// <inheritdoc/>
    public bool TryRecall(long part, Span<byte> nodes, out PartTrouble? trouble)
    {
        trouble = null;
        (byte[] Nodes, PartTrouble? Trouble) found;
        lock (_lock)
        {
            if (!_known.Contains(part))
            {
                return false;
            }

            found = _pending.TryGetValue(part, out (byte[], PartTrouble?) pending) ? pending : Kept(() => Stored(part));
        }

        found.Nodes.CopyTo(nodes);
        trouble = found.Trouble;
        return true;
    }

    /// <inheritdoc/>
    public void Keep(long part, ReadOnlySpan<byte> nodes, PartTrouble? trouble)
    {
        lock (_lock)
        {
            if (_known.Add(part))
            {
                _pending[part] = (nodes.ToArray(), trouble);
                Kept(() =>
                {
                    _kept();
                    return true;
                });
            }
        }
    }

    /// <inheritdoc/>
    public void Forget()
    {
        lock (_lock)
        {
            _known.Clear();
            _pending.Clear();
            Kept(() =>
            {
                _database.Run("DELETE FROM part WHERE path = ?1", _path);
                return true;
            });
        }
    }

    /// <summary>Writes what is kept in memory alone. The lock is held.</summary>
    public void Write()
    {
        foreach ((long part, (byte[] nodes, PartTrouble? trouble)) in _pending)
        {
            _database.Run(
                "INSERT OR REPLACE INTO part VALUES(?1, ?2, ?3, ?4, ?5)", _path, part, nodes, trouble is null ? null : Text(trouble.Bad), trouble?.Failure);
        }

        _pending.Clear();
    }

    /// <summary>Ranges as "offset+length", with commas; null for none.</summary>
    public static string? Text(IReadOnlyList<ByteRange> ranges) => ranges.Count == 0
        ? null
        : string.Join(',', ranges.Select(range => string.Create(CultureInfo.InvariantCulture, $"{range.Offset}+{range.Length}")));

    /// <summary>The ranges of such a text.</summary>
    public static IReadOnlyList<ByteRange> Ranges(string? text) => text is null
        ? []
        :
        [
            .. text.Split(',').Select(range => range.Split('+')).Select(ends => new ByteRange(
                long.Parse(ends[0], CultureInfo.InvariantCulture), long.Parse(ends[1], CultureInfo.InvariantCulture))),
        ];

    /// <summary>What a file was: four columns from <paramref name="column"/> on.</summary>
    public static FileIdentity IdentityIn(SqliteDataReader row, int column) => new(
        row.GetInt64(column),
        new DateTimeOffset(row.GetInt64(column + 1), TimeSpan.Zero),
        new DateTimeOffset(row.GetInt64(column + 2), TimeSpan.Zero),
        (ulong)row.GetInt64(column + 3));

    private (byte[] Nodes, PartTrouble? Trouble) Stored(long part) => _database.Rows(
        "SELECT nodes, bad, failure FROM part WHERE path = ?1 AND number = ?2",
        row => (
            row.GetFieldValue<byte[]>(0),
            row.IsDBNull(1) ? null : new PartTrouble(Ranges(row.GetString(1)), row.IsDBNull(2) ? null : row.GetString(2))),
        _path,
        part)[0];

    private static T Kept<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (OperatorException failure)
        {
            // Not to be taken for a failure of the file that is read.
            throw new ReadingNotKeptException(failure);
        }
    }
}
