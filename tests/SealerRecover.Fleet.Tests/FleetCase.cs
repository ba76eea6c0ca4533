using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Recovery.Metadata;

namespace SealerRecover.Tests.Fleet;

/// <summary>A list of a fleet in a database of its own, prepared.</summary>
internal sealed class FleetCase : IDisposable
{
    private FleetCase(FleetDatabase database) => Database = database;

    /// <summary>Where it is.</summary>
    public FleetDatabase Database { get; }

    /// <summary>As people see it.</summary>
    public FleetList List => new(Database);

    /// <summary>The first sample sector of 2KiB.</summary>
    public static SectorFacts Sample { get; } =
        MetadataFile.Read(Path.Combine(VectorFiles.RepositoryRoot, "samples", "2KiB", "sectors-recovery-f01000.json")).Sectors[0];

    /// <summary>Makes it.</summary>
    public static async Task<FleetCase> CreateAsync(Databases databases) => At(await databases.CreateEmptyAsync());

    /// <summary>Makes it in an empty database.</summary>
    public static FleetCase At(string url)
    {
        FleetDatabase database = FleetDatabase.At(url, "the test");
        FleetSchema.Prepare(database);
        return new FleetCase(database);
    }

    /// <summary>The list as a worker sees it.</summary>
    public ClaimTable Table(double silenceSeconds = 60, double giveBackSeconds = 3600) =>
        new(Database, TimeSpan.FromSeconds(silenceSeconds), TimeSpan.FromSeconds(giveBackSeconds));

    /// <summary>Puts sectors 0, 1, 2… on it.</summary>
    public void Submit(int count, int priority = 0) => Table().Submit([.. Enumerable.Range(0, count).Select(number => new Submission(Job(number)))], priority);

    /// <summary>The job of a sector that is like the sample but for its number.</summary>
    public static SectorJob Job(int number, JobKind kind = JobKind.Recover, string? place = null) =>
        new(Sample with { Sector = new SectorId(Sample.Sector.Miner, (ulong)number) }, kind, place);

    /// <summary>Makes all that was heard be heard so much longer ago.</summary>
    public void Pass(TimeSpan time) => Database.Send($"UPDATE {FleetDatabase.Schema}.claims SET heard = heard - @time", new Npgsql.NpgsqlParameter("time", time));

    /// <summary>Waits until something is so, for a minute at most.</summary>
    public static async Task UntilAsync(Func<bool> isSo)
    {
        using CancellationTokenSource impatient = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        impatient.CancelAfter(TimeSpan.FromMinutes(1));
        while (!isSo())
        {
            await Task.Delay(20, impatient.Token);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Database.Dispose();
}
