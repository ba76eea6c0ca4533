using Filecoin.Primitives;
using Npgsql;
using NpgsqlTypes;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;

namespace SealerRecover.Fleet.Claims;

/// <summary>A check that a worker has.</summary>
/// <param name="Id">Its row.</param>
/// <param name="Generation">The token: while the row has it, the check is this worker's.</param>
/// <param name="Job">What is to be done, as it is kept.</param>
public sealed record CheckClaim(long Id, long Generation, string Job);

/// <summary>A check as everybody may see it.</summary>
/// <param name="Miner">Whose sectors.</param>
/// <param name="Kind">survey or verify.</param>
/// <param name="Place">The storage path.</param>
/// <param name="Deadline">Of a verification; null where nobody told.</param>
/// <param name="Partition">Likewise.</param>
/// <param name="State">Where it is.</param>
/// <param name="Worker">Who has it, or had it last.</param>
/// <param name="Since">When it came into this state.</param>
/// <param name="Done">Sectors that were looked at by now.</param>
/// <param name="Total">All of them.</param>
/// <param name="Report">What was found by now.</param>
/// <param name="Message">Why it failed.</param>
/// <param name="ExitCode">The exit code of that.</param>
/// <param name="Paused">Whether nobody takes it for now.</param>
/// <param name="Priority">Higher goes first.</param>
/// <param name="Reading">How much a survey reads.</param>
public sealed record CheckView(
    ActorId Miner, string Kind, string Place, int? Deadline, int? Partition, ClaimState State, string? Worker, DateTimeOffset Since, int Done, int Total, CheckReport Report, string? Message,
    int? ExitCode, bool Paused, int Priority, CheckReading Reading);

/// <summary>Which checks of a list somebody means.</summary>
/// <param name="Kinds">Of these kinds.</param>
/// <param name="Places">In these storage paths, by name; none for all.</param>
public sealed record CheckChoice(IReadOnlyList<CheckKind> Kinds, IReadOnlyList<string> Places);

/// <summary>
/// The checks of a fleet and who has which: taken as sectors are, by one statement that raises a generation. Nothing of a check is lasting where it
/// runs, so that one whose worker is silent is anybody's who has its storage path.
/// </summary>
/// <param name="database">Where the table is.</param>
/// <param name="silence">After which a worker that has one counts as gone.</param>
public sealed class CheckTable(FleetDatabase database, TimeSpan silence)
{
    /// <summary>Columns of a <see cref="CheckView"/>, in order.</summary>
    internal const string Rows = $"SELECT miner, kind, place, deadline, partition, state, worker, since, done, total, report, message, exit_code, paused, priority, quick, deep, sample FROM {Table} ORDER BY submitted, id";

    private const string Table = $"{FleetDatabase.Schema}.checks";

    /// <summary>Whether a worker may take a row: it waits, or is this worker's own of an earlier life, or who has it is gone.</summary>
    private const string MayTake = "NOT paused AND (state = 'queued' OR (state = 'claimed' AND (worker = @worker OR heard < now() - @silence)))";

    /// <summary>Takes the next check at one of these places.</summary>
    /// <returns>It; null where there is none, or another was faster.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public CheckClaim? TryTake(string worker, IReadOnlyList<string> places) => database.First(
        $"""
        UPDATE {Table} SET state = 'claimed', generation = generation + 1, worker = @worker, since = now(), heard = now(), done = 0, report = NULL,
            message = NULL, exit_code = NULL
        WHERE (id, generation) IN (SELECT id, generation FROM {Table} WHERE form <= @form AND place = ANY(@places) AND {MayTake} ORDER BY priority DESC, submitted, id LIMIT 1)
            AND {MayTake}
        RETURNING id, generation, job
        """,
        row => new CheckClaim(row.GetInt64(0), row.GetInt64(1), row.GetString(2)),
        new("worker", worker), new("form", CheckJob.Form), new("silence", silence),
        Parameters.Many("places", NpgsqlDbType.Text, places));

    /// <summary>Says that a worker still has a check, and what it found by now.</summary>
    /// <returns>Whether it still does.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public bool Renew(CheckClaim claim, int done, CheckReport report)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(report);
        return database.Send(
            $"UPDATE {Table} SET heard = now(), done = @done, report = @report WHERE {Mine}", [.. Key(claim), new("done", done), new("report", report.Write())]) == 1;
    }

    /// <summary>Says how it ended: done, failed, or given back.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="state">How.</param>
    /// <param name="done">Sectors that were looked at.</param>
    /// <param name="report">What was found in them.</param>
    /// <param name="message">Why it failed; null for nothing.</param>
    /// <param name="exitCode">The exit code of that; null where it did not.</param>
    /// <returns>Whether it was still this claim's to say.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public bool End(CheckClaim claim, ClaimState state, int done, CheckReport report, string? message, int? exitCode = null)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(report);
        return database.Send(
            $"UPDATE {Table} SET state = @state, since = now(), heard = now(), done = @done, report = @report, message = @message, exit_code = @code WHERE {Mine}",
            [
                .. Key(claim), new("state", ClaimTable.Word(state)), new("done", done), new("report", report.Write()),
                Parameters.OrNull("message", NpgsqlDbType.Text, message?.Replace("\0", "", StringComparison.Ordinal)), Parameters.OrNull("code", NpgsqlDbType.Integer, exitCode),
            ]) == 1;
    }

    /// <summary>Puts checks on the list. One of the same kind, place and partition that is there is begun anew with what is given now; who has it loses it.</summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public void Submit(IReadOnlyList<CheckJob> jobs, int priority)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        database.Ask<object?>(connection =>
        {
            // As sectors are, in one go.
            using NpgsqlBatch batch = new(connection);
            foreach (CheckJob job in jobs)
            {
                NpgsqlBatchCommand command = new(
                    $"""
                    INSERT INTO {Table} (miner, kind, place, part, deadline, partition, form, job, priority, total, quick, deep, sample)
                    VALUES (@miner, @kind, @place, @part, @deadline, @partition, @form, @job, @priority, @total, @quick, @deep, @sample)
                    ON CONFLICT (miner, kind, place, part) DO UPDATE SET form = excluded.form, job = excluded.job, priority = excluded.priority, total = excluded.total,
                        quick = excluded.quick, deep = excluded.deep, sample = excluded.sample,
                        generation = checks.generation + 1, state = 'queued', since = now(), submitted = now(), done = 0, report = NULL, message = NULL, exit_code = NULL
                    """);
                command.Parameters.AddRange(new NpgsqlParameter[]
                {
                    new("miner", (long)job.Miner.Value), new("kind", Word(job.Kind)), new("place", job.Place), new("part", job.Part), new("form", job.WrittenIn), new("job", job.Write()),
                    new("priority", priority), new("total", job.Sectors.Count), Parameters.OrNull("deadline", NpgsqlDbType.Integer, job.Deadline),
                    Parameters.OrNull("partition", NpgsqlDbType.Integer, job.Partition), new("quick", job.Reading.Quick), new("deep", job.Reading.Deep),
                    Parameters.OrNull("sample", NpgsqlDbType.Integer, job.Reading.Sample),
                });
                batch.BatchCommands.Add(command);
            }

            if (jobs.Count > 0)
            {
                batch.ExecuteNonQuery();
            }

            return null;
        });
    }

    /// <summary>Has nobody take checks for now, or take them again. What a worker has goes on.</summary>
    /// <param name="paused">Which of the two.</param>
    /// <param name="which">Which checks.</param>
    /// <returns>How many it changed.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public int Pause(bool paused, CheckChoice which) => Change(
        "SET paused = @paused", "state IN ('queued', 'claimed') AND paused <> @paused", which, new NpgsqlParameter("paused", paused));

    /// <summary>Takes checks off the list; who has one stops.</summary>
    /// <inheritdoc cref="Pause"/>
    public int Cancel(CheckChoice which) => Change("SET state = 'cancelled', since = now(), generation = generation + 1", "state IN ('queued', 'claimed')", which);

    /// <summary>Puts checks on the list again that failed, and where storage paths are named those that were taken off. What they found stays until one is begun.</summary>
    /// <inheritdoc cref="Pause"/>
    public int Retry(CheckChoice which)
    {
        ArgumentNullException.ThrowIfNull(which);
        return Change(
            "SET state = 'queued', paused = false, since = now(), message = NULL, exit_code = NULL",
            which.Places.Count == 0 ? "state = 'failed'" : "state IN ('failed', 'cancelled')",
            which);
    }

    /// <summary>Has checks of a higher priority go first.</summary>
    /// <param name="which">Which checks.</param>
    /// <param name="priority">Higher goes first.</param>
    /// <returns>How many it changed.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public int Prefer(CheckChoice which, int priority) => Change(
        "SET priority = @priority", "state IN ('queued', 'claimed') AND priority <> @priority", which, new NpgsqlParameter("priority", priority));

    /// <summary>All checks, in the order in which they were submitted.</summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public IReadOnlyList<CheckView> All() => database.Rows(Rows, Of);

    /// <summary>Sectors of a miner that checks found damaged, each once.</summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public IReadOnlySet<ulong> DamagedOf(ActorId miner) =>
        All().Where(check => check.Miner == miner && check.State != ClaimState.Cancelled).SelectMany(check => check.Report.Damaged).Select(damage => damage.Number).ToHashSet();

    internal static CheckView Of(NpgsqlDataReader row) => new(
        new ActorId((ulong)row.GetInt64(0)), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetInt32(3), row.IsDBNull(4) ? null : row.GetInt32(4),
        Enum.Parse<ClaimState>(row.GetString(5), ignoreCase: true), row.IsDBNull(6) ? null : row.GetString(6), row.GetFieldValue<DateTimeOffset>(7), row.GetInt32(8), row.GetInt32(9),
        CheckReport.Read(row.IsDBNull(10) ? null : row.GetString(10)), row.IsDBNull(11) ? null : row.GetString(11),
        row.IsDBNull(12) ? null : row.GetInt32(12), row.GetBoolean(13), row.GetInt32(14),
        new CheckReading(row.GetBoolean(15), row.GetBoolean(16), row.IsDBNull(17) ? null : row.GetInt32(17)));

    private const string Mine = "id = @id AND generation = @generation AND state = 'claimed'";

    private static string Word(CheckKind kind) => kind == CheckKind.Survey ? "survey" : "verify";

    private int Change(string set, string which, CheckChoice choice, params NpgsqlParameter[] values)
    {
        ArgumentNullException.ThrowIfNull(choice);
        return database.Send(
            $"UPDATE {Table} {set} WHERE {which} AND kind = ANY(@kinds) AND (cardinality(@places) = 0 OR place = ANY(@places))",
            [
                .. values, Parameters.Many("kinds", NpgsqlDbType.Text, choice.Kinds.Select(Word)),
                Parameters.Many("places", NpgsqlDbType.Text, choice.Places),
            ]);
    }

    private static NpgsqlParameter[] Key(CheckClaim claim) => [new("id", claim.Id), new("generation", claim.Generation)];
}
