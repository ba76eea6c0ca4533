using System.Globalization;
using Filecoin.Primitives;
using Npgsql;
using NpgsqlTypes;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;

namespace SealerRecover.Fleet.Claims;

/// <summary>The list of a fleet as people see and change it, and its workers.</summary>
/// <param name="database">Where it is.</param>
public sealed class FleetList(FleetDatabase database)
{
    private const string Claims = $"{FleetDatabase.Schema}.claims";
    private const string Workers = $"{FleetDatabase.Schema}.workers";

    /// <summary>All sectors, what a worker has first, then in the order in which they are taken.</summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public IReadOnlyList<ClaimView> Sectors() => database.Rows(
        $"""
        SELECT miner, number, state, paused, priority, due, generation, worker, since, heard, placed, phase, coalesce(step, 0), coalesce(steps, 0), coalesce(fraction, 0),
            outcome, exit_code, message
        FROM {Claims} ORDER BY state <> 'claimed', state <> 'queued', priority DESC, due NULLS LAST, miner, number
        """,
        row => new ClaimView(
            ClaimTable.SectorOf(row, 0),
            Enum.Parse<ClaimState>(row.GetString(2), ignoreCase: true),
            row.GetBoolean(3),
            row.GetInt32(4),
            row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5),
            row.GetInt64(6),
            row.IsDBNull(7) ? null : row.GetString(7),
            row.GetFieldValue<DateTimeOffset>(8),
            row.GetFieldValue<DateTimeOffset>(9),
            new ClaimProgress(row.GetBoolean(10), row.IsDBNull(11) ? null : row.GetString(11), row.GetInt32(12), row.GetInt32(13), row.GetDouble(14)),
            row.IsDBNull(15) ? null : row.GetString(15),
            row.IsDBNull(16) ? null : row.GetInt32(16),
            row.IsDBNull(17) ? null : row.GetString(17)));

    /// <summary>All workers that ever came, by name.</summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public IReadOnlyList<WorkerView> Machines() => database.Rows(
        $"SELECT name, since, extract(epoch FROM now() - heard)::float8, draining, ended, note FROM {Workers} ORDER BY name",
        row => new WorkerView(
            row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), row.GetDouble(2), row.GetBoolean(3), row.GetBoolean(4), row.IsDBNull(5) ? null : row.GetString(5)));

    /// <summary>A worker comes.</summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public void Come(string worker) => database.Send(
        $"""
        INSERT INTO {Workers} (name, form) VALUES (@worker, @form)
        ON CONFLICT (name) DO UPDATE SET since = now(), heard = now(), form = excluded.form, draining = false, ended = false, note = NULL
        """,
        new NpgsqlParameter("worker", worker), new NpgsqlParameter("form", SectorJob.Form));

    /// <summary>A worker is still there.</summary>
    /// <param name="worker">Its name.</param>
    /// <param name="note">What it says about itself; null for nothing.</param>
    /// <returns>Whether it shall take nothing new.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public bool IsThere(string worker, string? note) => database.First(
        $"UPDATE {Workers} SET heard = now(), note = @note WHERE name = @worker RETURNING draining",
        row => row.GetBoolean(0),
        new NpgsqlParameter("worker", worker), new NpgsqlParameter("note", NpgsqlDbType.Text) { Value = (object?)note ?? DBNull.Value });

    /// <summary>A worker goes.</summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public void Go(string worker) => database.Send($"UPDATE {Workers} SET heard = now(), ended = true WHERE name = @worker", new NpgsqlParameter("worker", worker));

    /// <summary>Has a worker, or all of them, finish what they have and take nothing new.</summary>
    /// <param name="worker">Its name; null for all.</param>
    /// <returns>How many were told.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public int Drain(string? worker) => database.Send(
        $"UPDATE {Workers} SET draining = true WHERE NOT ended AND (@worker IS NULL OR name = @worker)",
        new NpgsqlParameter("worker", NpgsqlDbType.Text) { Value = (object?)worker ?? DBNull.Value });

    /// <summary>Has nobody take sectors for now, or take them again. What a worker has goes on.</summary>
    /// <param name="paused">Which of the two.</param>
    /// <param name="numbers">Which sectors; none for all that have not ended.</param>
    /// <returns>How many it changed.</returns>
    /// <exception cref="OperatorException">The database does not answer; or a number is that of several miners' sectors.</exception>
    public int Pause(bool paused, IReadOnlyList<ulong> numbers) => Change($"SET paused = {(paused ? "true" : "false")}", $"state IN ('queued', 'claimed') AND paused <> {(paused ? "true" : "false")}", numbers);

    /// <summary>Takes sectors off the list. Who has one is refused when it would install it.</summary>
    /// <inheritdoc cref="Pause"/>
    public int Cancel(IReadOnlyList<ulong> numbers) => Change(
        "SET state = 'cancelled', since = now(), generation = generation + 1", "state IN ('queued', 'claimed')", numbers);

    /// <summary>Puts sectors that failed, or were taken off, on the list again; none named for all that failed.</summary>
    /// <inheritdoc cref="Pause"/>
    public int Retry(IReadOnlyList<ulong> numbers) => Change(
        "SET state = 'queued', paused = false, since = now(), not_before = NULL, outcome = NULL, exit_code = NULL, message = NULL",
        numbers.Count == 0 ? "state = 'failed'" : "state IN ('failed', 'cancelled')",
        numbers);

    private int Change(string set, string which, IReadOnlyList<ulong> numbers)
    {
        NpgsqlParameter Named() => new("numbers", NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = numbers.Select(number => (long)number).ToArray() };
        const string Of = "(cardinality(@numbers) = 0 OR number = ANY(@numbers))";
        if (numbers.Count > 0 && database.Rows(
            $"SELECT number FROM {Claims} WHERE number = ANY(@numbers) GROUP BY number HAVING count(DISTINCT miner) > 1 LIMIT 1", row => row.GetInt64(0), Named()) is [var twice, ..])
        {
            throw new OperatorException(
                FailureKind.BadInput,
                string.Create(CultureInfo.InvariantCulture, $"{twice} is the number of sectors of several miners on this list, so it does not say which"),
                "keep a list, which is a database, for each miner.");
        }

        return database.Send($"UPDATE {Claims} {set} WHERE {which} AND {Of}", Named());
    }
}
