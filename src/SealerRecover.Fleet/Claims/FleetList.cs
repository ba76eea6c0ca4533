using System.Globalization;
using System.Numerics;
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

    private const string SectorRows = $"""
        SELECT miner, number, state, paused, priority, {ClaimTable.NextDue}, generation, worker, since, heard, placed, phase, coalesce(step, 0), coalesce(steps, 0), coalesce(fraction, 0),
            outcome, exit_code, message, kind, submitted, size, deadline, partition, fault_end, per_day, termination, debt, rate, unit, moved, made_by
        FROM {Claims} ORDER BY state <> 'claimed', state <> 'queued', {ClaimTable.Order}
        """;

    private const string WorkerRows = $"SELECT name, since, extract(epoch FROM now() - heard)::float8, draining, ended, note, about FROM {Workers} ORDER BY name";

    /// <summary>All sectors, what a worker has first, then in the order in which they are taken.</summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public IReadOnlyList<ClaimView> Sectors() => database.Rows(SectorRows, SectorOf);

    /// <summary>All workers that ever came, by name.</summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public IReadOnlyList<WorkerView> Machines() => database.Rows(WorkerRows, WorkerOf);

    /// <summary>Both, on one connection and in one round.</summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public FleetView All() => database.Ask(connection =>
    {
        using NpgsqlBatch batch = new(connection) { BatchCommands = { new("SELECT now()"), new(SectorRows), new(WorkerRows), new(CheckTable.Rows) } };
        using NpgsqlDataReader reader = batch.ExecuteReader();
        DateTimeOffset now = FleetDatabase.ReadAll(reader, row => row.GetFieldValue<DateTimeOffset>(0))[0];
        reader.NextResult();
        IReadOnlyList<ClaimView> sectors = FleetDatabase.ReadAll(reader, SectorOf);
        reader.NextResult();
        IReadOnlyList<WorkerView> workers = FleetDatabase.ReadAll(reader, WorkerOf);
        reader.NextResult();
        return new FleetView(now, sectors, workers) { Checks = FleetDatabase.ReadAll(reader, CheckTable.Of) };
    });

    /// <summary>The job of a sector, as it is kept; null where it is not on the list.</summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public string? JobOf(SectorId sector) => database.First(
        $"SELECT job FROM {Claims} WHERE miner = @miner AND number = @number",
        row => row.GetString(0),
        new NpgsqlParameter("miner", (long)sector.Miner.Value), new NpgsqlParameter("number", (long)sector.Number));

    /// <summary>What happened to a sector, the newest first; those that are kept.</summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public IReadOnlyList<ClaimHistory> Events(SectorId sector) => database.Rows(
        $"""
        SELECT e.at, e.worker, e.text, e.step, e.seconds FROM {FleetDatabase.Schema}.events AS e JOIN {Claims} AS c ON c.id = e.claim
        WHERE c.miner = @miner AND c.number = @number ORDER BY e.id DESC
        """,
        row => new ClaimHistory(
            row.GetFieldValue<DateTimeOffset>(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3),
            row.IsDBNull(4) ? null : row.GetDouble(4)),
        new NpgsqlParameter("miner", (long)sector.Miner.Value), new NpgsqlParameter("number", (long)sector.Number));

    /// <summary>A worker comes.</summary>
    /// <param name="worker">Its name.</param>
    /// <param name="places">The folders that it has, by name.</param>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public void Come(string worker, params IEnumerable<string> places) => database.Send(
        $"""
        INSERT INTO {Workers} (name, form, places) VALUES (@worker, @form, @places)
        ON CONFLICT (name) DO UPDATE SET since = now(), heard = now(), form = excluded.form, places = excluded.places, draining = false, ended = false, note = NULL, about = NULL
        """,
        new NpgsqlParameter("worker", worker), new NpgsqlParameter("form", SectorJob.Form), Parameters.Many("places", NpgsqlDbType.Text, places));

    /// <summary>A worker is still there.</summary>
    /// <param name="worker">Its name.</param>
    /// <param name="note">What it says about itself; null for nothing.</param>
    /// <param name="about">What it is and has; null for nothing.</param>
    /// <param name="instance">What tells it from another of its name; null where that is not looked at.</param>
    /// <returns>Whether it shall take nothing new; null where another has its name by now.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public bool? IsThere(string worker, string? note, MachineAbout? about = null, string? instance = null) => database.First(
        $"""
        UPDATE {Workers} SET heard = now(), note = @note, about = coalesce(@about, about)
        WHERE name = @worker AND (@instance IS NULL OR instance = @instance) RETURNING draining
        """,
        row => (bool?)row.GetBoolean(0),
        Parameters.OrNull("instance", NpgsqlDbType.Text, instance),
        new NpgsqlParameter("worker", worker), Parameters.OrNull("note", NpgsqlDbType.Text, note),
        Parameters.OrNull("about", NpgsqlDbType.Text, about?.Write()));

    /// <summary>A worker goes.</summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public void Go(string worker) => database.Send($"UPDATE {Workers} SET heard = now(), ended = true WHERE name = @worker", new NpgsqlParameter("worker", worker));

    /// <summary>Has a worker, or all of them, finish what they have and take nothing new.</summary>
    /// <param name="worker">Its name; null for all.</param>
    /// <returns>How many were told.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public int Drain(string? worker) => database.Send(
        $"UPDATE {Workers} SET draining = true WHERE NOT ended AND (@worker IS NULL OR name = @worker)",
        Parameters.OrNull("worker", NpgsqlDbType.Text, worker));

    /// <summary>Has nobody take sectors for now, or take them again. What a worker has goes on.</summary>
    /// <param name="paused">Which of the two.</param>
    /// <param name="sectors">Which sectors; none for all that have not ended.</param>
    /// <returns>How many it changed.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public int Pause(bool paused, IReadOnlyList<SectorId> sectors) => Change(
        $"SET paused = {(paused ? "true" : "false")}", $"state IN ('queued', 'claimed') AND paused <> {(paused ? "true" : "false")}",
        paused ? "paused by somebody" : "no longer paused", sectors);

    /// <summary>Takes sectors off the list. Who has one is refused when it would install it.</summary>
    /// <inheritdoc cref="Pause"/>
    public int Cancel(IReadOnlyList<SectorId> sectors) => Change(
        "SET state = 'cancelled', since = now(), generation = generation + 1", "state IN ('queued', 'claimed')", "taken off the list by somebody", sectors);

    /// <summary>Puts sectors that failed, or were taken off, on the list again; none named for all that failed.</summary>
    /// <inheritdoc cref="Pause"/>
    public int Retry(IReadOnlyList<SectorId> sectors)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        return Change(
            "SET state = 'queued', paused = false, since = now(), not_before = NULL, outcome = NULL, exit_code = NULL, message = NULL",
            sectors.Count == 0 ? "state = 'failed'" : "state IN ('failed', 'cancelled')",
            "put on the list again",
            sectors);
    }

    /// <summary>Has sectors of a higher priority go first. What a worker has goes on.</summary>
    /// <param name="sectors">Which sectors; none for all that have not ended.</param>
    /// <param name="priority">Higher goes first.</param>
    /// <returns>How many it changed.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public int Prefer(IReadOnlyList<SectorId> sectors, int priority) => Change(
        "SET priority = @priority", "state IN ('queued', 'claimed') AND priority <> @priority",
        string.Create(CultureInfo.InvariantCulture, $"given priority {priority}"), sectors, new NpgsqlParameter("priority", priority));

    /// <summary>The sectors on the list that have these numbers.</summary>
    /// <param name="numbers">At least one; those that are not on the list are passed over.</param>
    /// <exception cref="OperatorException">BadInput: none is on the list, or a number is that of several miners' sectors. Or the database does not answer.</exception>
    public IReadOnlyList<SectorId> Named(IReadOnlyList<ulong> numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        IReadOnlyList<SectorId> found = database.Rows(
            $"SELECT miner, number FROM {Claims} WHERE number = ANY(@numbers) ORDER BY number, miner",
            row => ClaimTable.SectorOf(row, 0),
            Parameters.Many("numbers", NpgsqlDbType.Bigint, numbers.Select(number => (long)number)));
        if (found.Count == 0)
        {
            throw new OperatorException(FailureKind.BadInput, "none of these sectors is on the list", "name sectors that were submitted.");
        }

        return found.GroupBy(sector => sector.Number).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw new OperatorException(
                FailureKind.BadInput,
                string.Create(CultureInfo.InvariantCulture, $"{twice.Key} is the number of sectors of several miners on this list, so it does not say which"),
                "keep a list, which is a database, for each miner.")
            : found;
    }

    private static ClaimView SectorOf(NpgsqlDataReader row) => new(
        ClaimTable.SectorOf(row, 0),
        Enum.Parse<ClaimState>(row.GetString(2), ignoreCase: true),
        row.GetBoolean(3),
        row.GetInt32(4),
        row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5),
        row.GetInt64(6),
        row.IsDBNull(7) ? null : row.GetString(7),
        row.GetFieldValue<DateTimeOffset>(8),
        row.GetFieldValue<DateTimeOffset>(9),
        new ClaimProgress(
            row.GetBoolean(10), row.IsDBNull(11) ? null : row.GetString(11), row.GetInt32(12), row.GetInt32(13), row.GetDouble(14),
            row.IsDBNull(27) ? null : row.GetDouble(27), row.IsDBNull(28) ? null : row.GetString(28)),
        row.IsDBNull(15) ? null : row.GetString(15),
        row.IsDBNull(16) ? null : row.GetInt32(16),
        row.IsDBNull(17) ? null : row.GetString(17),
        row.GetString(18),
        row.GetFieldValue<DateTimeOffset>(19),
        row.IsDBNull(20) ? null : row.GetInt64(20),
        new ClaimStakes(
            row.IsDBNull(21) ? null : row.GetInt32(21),
            row.IsDBNull(22) ? null : row.GetInt32(22),
            row.IsDBNull(23) ? null : row.GetFieldValue<DateTimeOffset>(23),
            row.IsDBNull(24) ? null : row.GetFieldValue<BigInteger>(24),
            row.IsDBNull(25) ? null : row.GetFieldValue<BigInteger>(25),
            row.IsDBNull(26) ? null : row.GetString(26)),
        row.IsDBNull(29) ? null : row.GetFieldValue<DateTimeOffset>(29))
    {
        MadeBy = row.IsDBNull(30) ? null : row.GetString(30),
    };

    private static WorkerView WorkerOf(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), row.GetDouble(2), row.GetBoolean(3), row.GetBoolean(4), row.IsDBNull(5) ? null : row.GetString(5),
        row.IsDBNull(6) ? null : MachineAbout.Read(row.GetString(6)));

    private int Change(string set, string which, string told, IReadOnlyList<SectorId> sectors, params NpgsqlParameter[] values)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        string named = sectors.Count == 0 ? "" : " AND (miner, number) IN (SELECT * FROM unnest(@miners, @numbers))";
        return database.Send(
            $"""
            WITH changed AS (UPDATE {Claims} {set} WHERE {which}{named} RETURNING id)
            INSERT INTO {FleetDatabase.Schema}.events (claim, text) SELECT id, @told FROM changed
            """,
            [.. values, new("told", told), .. sectors.Count == 0 ? [] : Parameters.Sectors(sectors)]);
    }
}
