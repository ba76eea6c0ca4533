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
public sealed record CheckView(
    ActorId Miner, string Kind, string Place, int? Deadline, int? Partition, ClaimState State, string? Worker, DateTimeOffset Since, int Done, int Total, CheckReport Report, string? Message);

/// <summary>
/// The checks of a fleet and who has which: taken as sectors are, by one statement that raises a generation. Nothing of a check is lasting where it
/// runs, so that one whose worker is silent is anybody's who has its storage path.
/// </summary>
/// <param name="database">Where the table is.</param>
/// <param name="silence">After which a worker that has one counts as gone.</param>
public sealed class CheckTable(FleetDatabase database, TimeSpan silence)
{
    /// <summary>Columns of a <see cref="CheckView"/>, in order.</summary>
    internal const string Rows = $"SELECT miner, kind, place, deadline, partition, state, worker, since, done, total, report, message FROM {Table} ORDER BY submitted, id";

    private const string Table = $"{FleetDatabase.Schema}.checks";

    /// <summary>Takes the next check at one of these places.</summary>
    /// <returns>It; null where there is none, or another was faster.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public CheckClaim? TryTake(string worker, IReadOnlyList<string> places) => database.First(
        $"""
        UPDATE {Table} SET state = 'claimed', generation = generation + 1, worker = @worker, since = now(), heard = now(), done = 0, report = NULL, message = NULL
        WHERE (id, generation) IN (
            SELECT id, generation FROM {Table} WHERE form <= @form AND place = ANY(@places)
                AND (state = 'queued' OR (state = 'claimed' AND (worker = @worker OR heard < now() - @silence)))
            ORDER BY priority DESC, submitted, id LIMIT 1)
            AND (state = 'queued' OR (state = 'claimed' AND (worker = @worker OR heard < now() - @silence)))
        RETURNING id, generation, job
        """,
        row => new CheckClaim(row.GetInt64(0), row.GetInt64(1), row.GetString(2)),
        new("worker", worker), new("form", CheckJob.Form), new("silence", silence),
        new("places", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = places.ToArray() });

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
    /// <returns>Whether it was still this claim's to say.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public bool End(CheckClaim claim, ClaimState state, int done, CheckReport report, string? message)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(report);
        return database.Send(
            $"UPDATE {Table} SET state = @state, since = now(), heard = now(), done = @done, report = @report, message = @message WHERE {Mine}",
            [
                .. Key(claim), new("state", ClaimTable.Word(state)), new("done", done), new("report", report.Write()),
                new("message", NpgsqlDbType.Text) { Value = (object?)message ?? DBNull.Value },
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
                    INSERT INTO {Table} (miner, kind, place, part, deadline, partition, form, job, priority, total) VALUES (@miner, @kind, @place, @part, @deadline, @partition, @form, @job, @priority, @total)
                    ON CONFLICT (miner, kind, place, part) DO UPDATE SET form = excluded.form, job = excluded.job, priority = excluded.priority, total = excluded.total,
                        generation = checks.generation + 1, state = 'queued', since = now(), submitted = now(), done = 0, report = NULL, message = NULL
                    """);
                command.Parameters.AddRange(new NpgsqlParameter[]
                {
                    new("miner", (long)job.Miner.Value), new("kind", Word(job.Kind)), new("place", job.Place), new("part", job.Part), new("form", CheckJob.Form), new("job", job.Write()),
                    new("priority", priority), new("total", job.Sectors.Count), new("deadline", NpgsqlDbType.Integer) { Value = (object?)job.Deadline ?? DBNull.Value },
                    new("partition", NpgsqlDbType.Integer) { Value = (object?)job.Partition ?? DBNull.Value },
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

    /// <summary>Takes checks of storage paths off the list.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public int Cancel(IReadOnlyList<string> places) => database.Send(
        $"UPDATE {Table} SET state = 'cancelled', since = now(), generation = generation + 1 WHERE state IN ('queued', 'claimed') AND place = ANY(@places)",
        new NpgsqlParameter("places", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = places.ToArray() });

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
        CheckReport.Read(row.IsDBNull(10) ? null : row.GetString(10)), row.IsDBNull(11) ? null : row.GetString(11));

    private const string Mine = "id = @id AND generation = @generation AND state = 'claimed'";

    private static string Word(CheckKind kind) => kind == CheckKind.Survey ? "survey" : "verify";

    private static NpgsqlParameter[] Key(CheckClaim claim) => [new("id", claim.Id), new("generation", claim.Generation)];
}
