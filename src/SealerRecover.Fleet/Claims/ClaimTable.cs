using Filecoin.Primitives;
using Npgsql;
using NpgsqlTypes;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;

namespace SealerRecover.Fleet.Claims;

/// <summary>
/// Who has which sector. A sector is taken by one statement that raises its generation, if it still has the one that was seen: of any number who
/// try, one succeeds. From then on every word about it says that generation, and none is heard that says another. How long somebody was not
/// heard is measured by the database's clock alone.
/// </summary>
/// <param name="database">Where the table is.</param>
/// <param name="silence">After which a worker that has a sector counts as gone.</param>
/// <param name="giveBackAfter">After which others may begin anew what a worker that is gone has the first layer of.</param>
public sealed class ClaimTable(FleetDatabase database, TimeSpan silence, TimeSpan giveBackAfter)
{
    private const string Table = $"{FleetDatabase.Schema}.claims";
    private const string Events = $"{FleetDatabase.Schema}.events";

    /// <summary>When a sector is due next: what is due for a deadline is due again each day.</summary>
    internal const string NextDue =
        "CASE WHEN deadline IS NOT NULL AND due < now() THEN due + interval '1 day' * (floor(extract(epoch FROM now() - due) / 86400) + 1) ELSE due END";

    /// <summary>
    /// What goes first: a higher priority; a fault that ends within three days, which costs more than days; what is due first; what a day costs
    /// most for; then by number.
    /// </summary>
    internal const string Order = $"priority DESC, CASE WHEN fault_end < now() + interval '3 days' THEN fault_end END NULLS LAST, {NextDue} NULLS LAST, per_day DESC NULLS LAST, miner, number";

    /// <summary>What is added to a row's form while its result waits to be fetched: a worker of a build that cannot fetch leaves it.</summary>
    internal const string Made = "100";

    /// <summary>Whether who made a row's sector was not heard for so long that it is made again.</summary>
    private const string MakerIsGone =
        $"NOT EXISTS (SELECT FROM {FleetDatabase.Schema}.workers AS w WHERE w.name = made_by AND w.heard > now() - @grace) AND (state = 'queued' OR heard < now() - @silence)";

    /// <summary>Leaves the newest 200 events of each sector that was changed.</summary>
    internal const string Pruned = $"""
        pruned AS (DELETE FROM {Events} AS e USING changed WHERE e.claim = changed.id
            AND e.id <= (SELECT o.id FROM {Events} AS o WHERE o.claim = changed.id ORDER BY o.id DESC OFFSET 200 LIMIT 1))
        """;

    /// <summary>
    /// Whether a worker may take a row: it waits and belongs nowhere else, or it is this worker's own of an earlier life, or who has it is gone.
    /// </summary>
    private const string MayTake = $"""
        NOT paused AND (form <= @form OR (made_by IS NOT NULL AND form - {Made} <= @form AND {MakerIsGone})) AND (not_before IS NULL OR not_before < now()) AND (
            (state = 'queued' AND (worker IS NULL OR worker = @worker OR NOT placed OR heard < now() - @grace))
            OR (state = 'claimed' AND worker = @worker)
            OR (state = 'claimed' AND heard < now() - CASE WHEN placed THEN @grace ELSE @silence END))
        """;

    /// <summary>Whether a row's sector goes where this worker can bring it, or where another that is there can fetch it from this one.</summary>
    private const string IsInReach = $"""
        kind = ANY(@kinds) AND (place IS NULL OR place = ANY(@places) OR (@serves AND kind = 'recover' AND EXISTS (
            SELECT FROM {FleetDatabase.Schema}.workers AS w WHERE NOT w.ended AND NOT w.draining AND w.heard > now() - @silence AND place = ANY(w.places))))
        """;

    /// <summary>Whether a sector that is submitted again, for some folder, keeps the result that waits to be fetched.</summary>
    private const string StaysMade = "claims.made_by IS NOT NULL AND claims.state = 'queued' AND excluded.kind = 'recover' AND excluded.place IS NOT NULL";

    /// <summary>What this worker may take now, what goes first first.</summary>
    /// <param name="worker">The worker; it has nothing at work.</param>
    /// <param name="reach">What it can do.</param>
    /// <param name="most">At most so many.</param>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public IReadOnlyList<Candidate> Candidates(string worker, WorkerReach reach, int most)
    {
        ArgumentNullException.ThrowIfNull(reach);
        return database.Rows(
            $"""
            SELECT id, generation, miner, number, job FROM {Table}
            WHERE {MayTake} AND {IsInReach} ORDER BY {Order} LIMIT @most
            """,
            row => new Candidate(row.GetInt64(0), row.GetInt64(1), SectorOf(row, 2), row.GetString(4)),
            [
                .. Taker(worker), Parameters.Many("kinds", NpgsqlDbType.Text, reach.Kinds.Select(KindWord)), Parameters.Many("places", NpgsqlDbType.Text, reach.Places),
                new("serves", reach.Serves), new("most", most),
            ]);
    }

    /// <summary>Takes a sector.</summary>
    /// <param name="worker">Who takes it.</param>
    /// <param name="candidate">As it was seen.</param>
    /// <returns>The claim; null where somebody was faster, or it is not to be had any more.</returns>
    /// <exception cref="OperatorException">The database does not answer; the sector may be taken all the same, which is found when it is looked for again.</exception>
    public Claim? TryTake(string worker, Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return database.First(
            $"""
            WITH changed AS (
                UPDATE {Table} SET state = 'claimed', generation = generation + 1, placed = placed AND worker = @worker, worker = @worker,
                    since = now(), heard = now(), not_before = NULL, phase = NULL, step = NULL, steps = NULL, fraction = NULL, rate = NULL, unit = NULL, moved = now(),
                    outcome = NULL, exit_code = NULL, message = NULL, made_by = NULL, made_at = NULL, form = CASE WHEN made_by IS NULL THEN form ELSE form - {Made} END
                WHERE id = @id AND generation = @generation AND {MayTake} RETURNING id, generation),
            told AS (INSERT INTO {Events} (claim, worker, text) SELECT id, @worker, 'taken' FROM changed),
            {Pruned}
            SELECT generation FROM changed
            """,
            row => new Claim(candidate.Id, row.GetInt64(0), candidate.Sector),
            [.. Taker(worker), new("id", candidate.Id), new("generation", candidate.Generation)]);
    }

    /// <summary>Says that a worker still has its sectors, how far they are, and what happened to them; all in one statement.</summary>
    /// <returns>Those that are still its own; of others nothing is kept.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public IReadOnlySet<long> Renew(IReadOnlyList<(Claim Claim, ClaimProgress Progress, IReadOnlyList<ClaimEvent> Events)> held)
    {
        ArgumentNullException.ThrowIfNull(held);
        if (held.Count == 0)
        {
            return new HashSet<long>();
        }

        (long Id, ClaimEvent Event)[] events = [.. held.SelectMany(one => one.Events.Select(happened => (one.Claim.Id, happened)))];
        string told = events.Length == 0 ? "" : $"""
            , told AS (
                INSERT INTO {Events} (claim, at, worker, text, step, seconds)
                SELECT changed.id, now() - interval '1 second' * e.ago, changed.worker, e.text, e.step, e.seconds
                FROM changed JOIN unnest(@of, @texts, @of_step, @took, @ago) WITH ORDINALITY AS e (id, text, step, seconds, ago, place) ON e.id = changed.id ORDER BY e.place),
            {Pruned}
            """;
        return database.Rows(
            $"""
            WITH changed AS (
                UPDATE {Table} AS c SET heard = now(), placed = c.placed OR n.placed, phase = n.phase, step = n.step, steps = n.steps, fraction = n.fraction,
                    rate = n.rate, unit = n.unit,
                    moved = CASE WHEN (c.phase, c.step, c.fraction) IS DISTINCT FROM (n.phase, n.step, n.fraction) THEN now() ELSE c.moved END
                FROM unnest(@ids, @generations, @placed, @phases, @step, @steps, @fractions, @rates, @units)
                    AS n (id, generation, placed, phase, step, steps, fraction, rate, unit)
                WHERE c.id = n.id AND c.generation = n.generation AND c.state = 'claimed' RETURNING c.id, c.worker){told}
            SELECT id FROM changed
            """,
            row => row.GetInt64(0),
            [
                Parameters.Many("ids", NpgsqlDbType.Bigint, held.Select(one => one.Claim.Id)),
                Parameters.Many("generations", NpgsqlDbType.Bigint, held.Select(one => one.Claim.Generation)),
                Parameters.Many("placed", NpgsqlDbType.Boolean, held.Select(one => one.Progress.Placed)),
                Parameters.Many("phases", NpgsqlDbType.Text, held.Select(one => one.Progress.Phase)),
                Parameters.Many("step", NpgsqlDbType.Integer, held.Select(one => one.Progress.Step)),
                Parameters.Many("steps", NpgsqlDbType.Integer, held.Select(one => one.Progress.Steps)),
                Parameters.Many("fractions", NpgsqlDbType.Double, held.Select(one => one.Progress.Fraction)),
                Parameters.Many("rates", NpgsqlDbType.Double, held.Select(one => one.Progress.Rate)),
                Parameters.Many("units", NpgsqlDbType.Text, held.Select(one => one.Progress.Unit)),
                .. events.Length == 0 ? [] : (NpgsqlParameter[])[Parameters.Many("of", NpgsqlDbType.Bigint, events.Select(one => one.Id)), .. Told(events.Select(one => one.Event))],
            ]).ToHashSet();
    }

    /// <summary>Whether a claim still holds; it is renewed by that, so that nobody else takes the sector right after.</summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public bool Holds(Claim claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return database.Send($"UPDATE {Table} SET heard = now() WHERE id = @id AND generation = @generation AND state = 'claimed'", Key(claim)) == 1;
    }

    /// <summary>Says how a sector ended. Its place stays what it is, but for one that is done, of which nothing is left there.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="end">How.</param>
    /// <param name="placed">Whether it has layers where it was, which may not have been told yet.</param>
    /// <param name="events">What happened to it before and was not told yet.</param>
    /// <returns>Whether it was still this claim's to say.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public bool End(Claim claim, ClaimEnd end, bool placed = false, IReadOnlyList<ClaimEvent>? events = null)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(end);
        return database.First(
            $"""
            WITH changed AS (
                UPDATE {Table} SET state = @state, since = now(), heard = now(), placed = (placed OR @placed) AND @state <> 'done' AND @made_at IS NULL, outcome = @outcome,
                    exit_code = @code, message = @message, not_before = CASE WHEN @state = 'queued' THEN now() + @wait END,
                    made_by = CASE WHEN @made_at IS NOT NULL THEN worker WHEN @state <> 'done' AND NOT @gone THEN made_by END,
                    made_at = CASE WHEN @made_at IS NOT NULL THEN @made_at WHEN @state <> 'done' AND NOT @gone THEN made_at END,
                    form = form + CASE WHEN @made_at IS NOT NULL THEN {Made} WHEN made_by IS NOT NULL AND (@state = 'done' OR @gone) THEN -{Made} ELSE 0 END
                WHERE id = @id AND generation = @generation AND state = 'claimed' RETURNING id, worker),
            told AS (
                INSERT INTO {Events} (claim, at, worker, text, step, seconds)
                SELECT changed.id, now() - interval '1 second' * e.ago, changed.worker, e.text, e.step, e.seconds
                FROM changed CROSS JOIN unnest(@texts, @of_step, @took, @ago) WITH ORDINALITY AS e (text, step, seconds, ago, place) ORDER BY e.place),
            {Pruned}
            SELECT id FROM changed
            """,
            row => row.GetInt64(0),
            [
                .. Key(claim), new("state", Word(end.State)), new("outcome", end.Outcome), new("code", end.ExitCode), new("placed", placed),
                Parameters.OrNull("message", NpgsqlDbType.Text, end.Message), new("wait", end.Wait),
                Parameters.OrNull("made_at", NpgsqlDbType.Text, end.MadeAt), new("gone", end.IsGone),
                .. Told([.. events ?? [], new ClaimEvent(Words(end))]),
            ]) == claim.Id;
    }

    /// <summary>Puts sectors on the list. One that has ended is begun anew; one that is on it keeps its place and gets the new job and priority.</summary>
    /// <param name="sectors">The sectors.</param>
    /// <param name="priority">Higher goes first.</param>
    /// <returns>Those that a worker has by now, which were left alone.</returns>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public IReadOnlyList<SectorId> Submit(IReadOnlyList<Submission> sectors, int priority)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        return database.Ask<IReadOnlyList<SectorId>>(connection =>
        {
            // All of them or none, in one go: hundreds of answers take long over a bad network, and one that ends half-way shall leave nothing locked.
            using NpgsqlBatch batch = new(connection);
            foreach (Submission sector in sectors)
            {
                NpgsqlBatchCommand command = new(
                    $"""
                    WITH changed AS (
                        INSERT INTO {Table} (miner, number, form, kind, place, job, priority, due, size, deadline, partition, fault_end, per_day, termination, debt)
                        VALUES (@miner, @number, @form, @kind, @place, @job, @priority, @due, @size, @deadline, @partition, @fault_end, @per_day, @termination, @debt)
                        ON CONFLICT (miner, number) DO UPDATE SET form = excluded.form + CASE WHEN {StaysMade} THEN {Made} ELSE 0 END,
                            made_by = CASE WHEN {StaysMade} THEN claims.made_by END, made_at = CASE WHEN {StaysMade} THEN claims.made_at END, kind = excluded.kind, place = excluded.place, job = excluded.job,
                            priority = excluded.priority, due = excluded.due, size = excluded.size, deadline = excluded.deadline, partition = excluded.partition,
                            fault_end = excluded.fault_end, per_day = excluded.per_day, termination = excluded.termination, debt = excluded.debt,
                            state = 'queued', since = now(), submitted = now(), not_before = NULL, outcome = NULL, exit_code = NULL, message = NULL
                        WHERE claims.state <> 'claimed' RETURNING id)
                    INSERT INTO {Events} (claim, text) SELECT id, 'put on the list' FROM changed
                    """);
                SectorJob job = sector.Job;
                command.Parameters.AddRange(new NpgsqlParameter[]
                {
                    new("miner", (long)job.Facts.Sector.Miner.Value), new("number", (long)job.Facts.Sector.Number), new("form", job.WrittenIn), new("job", job.Write()),
                    new("kind", KindWord(job.Kind)), Parameters.OrNull("place", NpgsqlDbType.Text, job.Place), new("priority", priority),
                    Parameters.OrNull("due", NpgsqlDbType.TimestampTz, sector.Due?.ToUniversalTime()), new("size", job.Facts.SealProof.SectorSize.Bytes),
                    Parameters.OrNull("deadline", NpgsqlDbType.Integer, sector.Deadline), Parameters.OrNull("partition", NpgsqlDbType.Integer, sector.Partition),
                    Parameters.OrNull("fault_end", NpgsqlDbType.TimestampTz, sector.FaultEnd?.ToUniversalTime()), Parameters.OrNull("per_day", NpgsqlDbType.Numeric, sector.PerDay),
                    Parameters.OrNull("termination", NpgsqlDbType.Numeric, sector.Termination), Parameters.OrNull("debt", NpgsqlDbType.Text, sector.Debt),
                });
                batch.BatchCommands.Add(command);
            }

            if (sectors.Count > 0)
            {
                batch.ExecuteNonQuery();
            }

            return [.. sectors.Where((_, i) => batch.BatchCommands[i].RecordsAffected == 0).Select(sector => sector.Job.Facts.Sector)];
        });
    }

    private static string Words(ClaimEnd end) => end switch
    {
        { MadeAt: not null } => "made; waits to be fetched",
        { State: ClaimState.Done, Outcome: "already_there" } => "stood there already",
        { State: ClaimState.Done } => "installed",
        { State: ClaimState.Failed } => $"failed: {end.Message}",
        { Message: { } why } => $"given back: {why}",
        _ => "given back",
    };

    internal static string Word(ClaimState state) => state switch
    {
        ClaimState.Queued => "queued",
        ClaimState.Claimed => "claimed",
        ClaimState.Done => "done",
        ClaimState.Failed => "failed",
        _ => "cancelled",
    };

    private static string KindWord(JobKind kind) => kind == JobKind.Repair ? "repair" : "recover";

    private static NpgsqlParameter[] Told(IEnumerable<ClaimEvent> events)
    {
        ClaimEvent[] all = [.. events];
        return
        [
            Parameters.Many("texts", NpgsqlDbType.Text, all.Select(one => one.Text.Replace("\0", "", StringComparison.Ordinal))), Parameters.Many("of_step", NpgsqlDbType.Text, all.Select(one => one.Step)),
            Parameters.Many("took", NpgsqlDbType.Double, all.Select(one => one.Seconds)), Parameters.Many("ago", NpgsqlDbType.Double, all.Select(one => one.Ago)),
        ];
    }

    private static NpgsqlParameter[] Key(Claim claim) => [new("id", claim.Id), new("generation", claim.Generation)];

    internal static SectorId SectorOf(NpgsqlDataReader row, int column) => new(new ActorId((ulong)row.GetInt64(column)), (ulong)row.GetInt64(column + 1));

    private NpgsqlParameter[] Taker(string worker) => [new("worker", worker), new("form", SectorJob.Form), new("grace", giveBackAfter), new("silence", silence)];
}
