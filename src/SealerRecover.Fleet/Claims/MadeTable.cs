using Filecoin.Primitives;
using Npgsql;
using NpgsqlTypes;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;

namespace SealerRecover.Fleet.Claims;

/// <summary>A sector that was made by a worker without the folder it goes to, and waits to be fetched by one that has it.</summary>
/// <param name="Candidate">The sector.</param>
/// <param name="Place">The folder that it goes to.</param>
/// <param name="Maker">Who made it.</param>
/// <param name="Address">Where that can be asked for it.</param>
public sealed record MadeSector(Candidate Candidate, string Place, string Maker, string Address);

/// <summary>
/// The list as it is for results that go from the worker that made them to the one that has their place: such a row is queued, names its maker, and
/// is taken as others are, by one statement that raises its generation; it is done when it stands in its place. A maker that was not heard for the
/// grace has made it in vain (<see cref="ClaimTable"/>).
/// </summary>
/// <param name="database">Where the table is.</param>
/// <param name="silence">After which a worker that has a sector counts as gone.</param>
public sealed class MadeTable(FleetDatabase database, TimeSpan silence)
{
    private const string Claims = $"{FleetDatabase.Schema}.claims";
    private const string Events = $"{FleetDatabase.Schema}.events";
    private const string Workers = $"{FleetDatabase.Schema}.workers";

    /// <summary>Nothing of it is lasting where it is fetched to, so that silence alone gives it to others.</summary>
    private const string MayFetch = $"""
        made_by IS NOT NULL AND form - {ClaimTable.Made} <= @form AND NOT paused AND (not_before IS NULL OR not_before < now())
        AND (state = 'queued' OR (state = 'claimed' AND (worker = @worker OR heard < now() - @silence)))
        """;

    /// <summary>Whether somebody other than this worker lives who has the place of a row.</summary>
    private const string HasKeeper =
        $"EXISTS (SELECT FROM {Workers} AS w WHERE NOT w.ended AND w.heard > now() - @silence AND w.name <> @worker AND c.place = ANY(w.places))";

    /// <summary>The next sector that a worker with these folders may fetch; null for none.</summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public MadeSector? Next(string worker, IReadOnlyList<string> places) => database.First(
        $"""
        SELECT id, generation, miner, number, job, place, made_by, made_at FROM {Claims}
        WHERE {MayFetch} AND place = ANY(@places) ORDER BY {ClaimTable.Order} LIMIT 1
        """,
        row => new MadeSector(
            new Candidate(row.GetInt64(0), row.GetInt64(1), ClaimTable.SectorOf(row, 2), row.GetString(4)), row.GetString(5), row.GetString(6), row.GetString(7)),
        [.. Taker(worker), Parameters.Many("places", NpgsqlDbType.Text, places)]);

    /// <summary>Takes it.</summary>
    /// <returns>The claim; null where somebody was faster, or it is not to be had any more.</returns>
    /// <exception cref="OperatorException">The database does not answer; it may be taken all the same, which is found when it is looked for again.</exception>
    public Claim? TryTake(string worker, MadeSector made)
    {
        ArgumentNullException.ThrowIfNull(made);
        return database.First(
            $"""
            WITH changed AS (
                UPDATE {Claims} SET state = 'claimed', generation = generation + 1, worker = @worker, since = now(), heard = now(), not_before = NULL,
                    phase = 'install', step = 1, steps = 1, fraction = 0, rate = NULL, unit = NULL, moved = now(), outcome = NULL, exit_code = NULL, message = NULL
                WHERE id = @id AND generation = @generation AND {MayFetch} RETURNING id, generation),
            told AS (INSERT INTO {Events} (claim, worker, text) SELECT id, @worker, @text FROM changed),
            {ClaimTable.Pruned}
            SELECT generation FROM changed
            """,
            row => new Claim(made.Candidate.Id, row.GetInt64(0), made.Candidate.Sector),
            [.. Taker(worker), new("id", made.Candidate.Id), new("generation", made.Candidate.Generation), new("text", $"taken, to be fetched from {made.Maker}")]);
    }

    /// <summary>Those of a worker's sectors that stand where they belong, and that it need not keep any more.</summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public IReadOnlyList<SectorId> Done(IReadOnlyList<SectorId> sectors)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        return sectors.Count == 0 ? [] : database.Rows(
            $"SELECT miner, number FROM {Claims} WHERE state = 'done' AND (miner, number) IN (SELECT * FROM unnest(@miners, @numbers))",
            row => ClaimTable.SectorOf(row, 0),
            Parameters.Sectors(sectors));
    }

    /// <summary>
    /// Whether a worker that takes nothing new is still needed: others that live fetch from it, or it has the place of what others have made or are
    /// making.
    /// </summary>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public bool Needs(string worker, IReadOnlyList<string> places) => database.First(
        $"""
        SELECT EXISTS (
            SELECT FROM {Claims} AS c WHERE c.state IN ('queued', 'claimed') AND NOT c.paused AND (
                (c.made_by = @worker AND {HasKeeper})
                OR (c.place = ANY(@places) AND EXISTS (
                    SELECT FROM {Workers} AS m WHERE NOT m.ended AND m.heard > now() - @silence AND m.name <> @worker AND (
                        m.name = c.made_by OR (c.state = 'claimed' AND m.name = c.worker AND m.places IS NOT NULL AND NOT c.place = ANY(m.places)))))))
        """,
        row => row.GetBoolean(0),
        new("worker", worker), new("silence", silence), Parameters.Many("places", NpgsqlDbType.Text, places));

    private NpgsqlParameter[] Taker(string worker) => [new("worker", worker), new("form", SectorJob.Form), new("silence", silence)];
}
