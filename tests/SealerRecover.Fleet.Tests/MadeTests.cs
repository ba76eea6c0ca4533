using System.Net;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging.Abstractions;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Fleet.Site;
using SealerRecover.Fleet.Work;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Settings;
using SealerRecover.Server;

namespace SealerRecover.Tests.Fleet;

/// <summary>Sectors that a worker makes which does not have their folder, and another fetches which has.</summary>
public sealed class MadeTests(Databases databases) : IRecoveryObserver, IDisposable
{
    private const string Token = "a-token-that-is-long-enough";

    private static readonly WorkerReach Serving = new([JobKind.Recover], ["/own"], Serves: true);
    private static readonly WorkerReach Keeping = new([JobKind.Recover], ["/sector"]);
    private static readonly ClaimEnd Made = new(ClaimState.Queued, "made", 0, null) { MadeAt = "http://maker:8700/" };

    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-made-").FullName;
    private Action<RecoveryEvent> _hear = _ => { };

    void IRecoveryObserver.On(RecoveryEvent happened) => _hear(happened);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_is_made_elsewhere_only_where_somebody_lives_who_can_fetch_it()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        ClaimTable table = fleet.Table();
        table.Submit([new(FleetCase.Job(0, place: "/sector")), new(FleetCase.Job(1, JobKind.Repair, place: "/sector"))], 0);
        WorkerReach serving = Serving with { Kinds = [JobKind.Recover, JobKind.Repair] };
        Assert.Empty(table.Candidates("maker", serving, 9));
        fleet.List.Come("keeper", "/sector");
        Assert.Equal(0UL, Assert.Single(table.Candidates("maker", serving, 9)).Sector.Number);
        Assert.Empty(table.Candidates("maker", serving with { Serves = false }, 9));
        fleet.List.Drain("keeper");
        Assert.Empty(table.Candidates("maker", serving, 9));
        fleet.List.Come("keeper", "/sector");
        fleet.List.Go("keeper");
        Assert.Empty(table.Candidates("maker", serving, 9));
    }

    [Fact]
    public async Task What_is_made_waits_for_who_has_its_folder_and_nobody_makes_it_again_while_its_maker_is_there()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        (ClaimTable table, MadeTable made) = (fleet.Table(), new MadeTable(fleet.Database, TimeSpan.FromSeconds(60)));
        MakeOne(fleet);
        ClaimView waiting = Assert.Single(fleet.List.Sectors());
        Assert.Equal((ClaimState.Queued, "maker", false), (waiting.State, waiting.MadeBy, waiting.Progress.Placed));
        Assert.Empty(table.Candidates("keeper", Keeping, 9));
        Assert.Empty(table.Candidates("maker", Serving, 9));
        Assert.Null(made.Next("other", ["/elsewhere"]));

        // Submitted again it stays made; what presses may change.
        table.Submit([new(FleetCase.Job(0, place: "/sector"))], 7);
        MadeSector seen = made.Next("keeper", ["/sector"])!;
        Assert.Equal(("/sector", "maker", "http://maker:8700/"), (seen.Place, seen.Maker, seen.Address));
        Claim claim = made.TryTake("keeper", seen)!;
        Assert.Null(made.TryTake("second", seen));
        Assert.Equal("maker", Assert.Single(fleet.List.Sectors()).MadeBy);

        // A fetch that fails leaves it made; one that was silent is another's, and the late word is not heard.
        Assert.True(table.End(claim, new ClaimEnd(ClaimState.Queued, "stopped", 0, "does not answer")));
        claim = made.TryTake("keeper", made.Next("keeper", ["/sector"])!)!;
        Assert.Null(made.Next("second", ["/sector"]));
        fleet.Pass(TimeSpan.FromSeconds(61));
        Claim second = made.TryTake("second", made.Next("second", ["/sector"])!)!;
        Assert.False(table.End(claim, new ClaimEnd(ClaimState.Done, "installed", 0, null)));
        Assert.Empty(made.Done([claim.Sector]));
        Assert.True(table.End(second, new ClaimEnd(ClaimState.Done, "installed", 0, null)));
        Assert.Equal([claim.Sector], made.Done([claim.Sector]));
        Assert.Null(Assert.Single(fleet.List.Sectors()).MadeBy);
    }

    [Fact]
    public async Task It_is_made_again_when_its_maker_is_gone_for_the_grace_or_what_was_made_is()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        (ClaimTable table, MadeTable made) = (fleet.Table(), new MadeTable(fleet.Database, TimeSpan.FromSeconds(60)));
        MakeOne(fleet);
        fleet.Database.Send($"UPDATE {FleetDatabase.Schema}.workers SET heard = now() - interval '59 minutes' WHERE name = 'maker'");
        Assert.Empty(table.Candidates("keeper", Keeping, 9));
        fleet.Database.Send($"UPDATE {FleetDatabase.Schema}.workers SET heard = now() - interval '61 minutes' WHERE name = 'maker'");
        Claim anew = table.TryTake("keeper", Assert.Single(table.Candidates("keeper", Keeping, 9)))!;
        Assert.Null(Assert.Single(fleet.List.Sectors()).MadeBy);
        Assert.Null(made.Next("keeper", ["/sector"]));
        table.End(anew, new ClaimEnd(ClaimState.Queued, "stopped", 0, null));

        fleet.List.Come("maker", "/own");
        MakeOne(fleet, submit: false);
        Claim fetching = made.TryTake("keeper", made.Next("keeper", ["/sector"])!)!;
        table.End(fetching, new ClaimEnd(ClaimState.Queued, "stopped", 0, "is not there any more") { IsGone = true });
        Assert.Null(made.Next("keeper", ["/sector"]));
        Assert.Single(table.Candidates("keeper", Keeping, 9));
    }

    [Fact]
    public async Task Who_is_drained_stays_while_others_need_it()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        MadeTable made = new(fleet.Database, TimeSpan.FromSeconds(60));
        MakeOne(fleet);
        Assert.True(made.Needs("maker", ["/own"]));
        Assert.True(made.Needs("keeper", ["/sector"]));
        Assert.False(made.Needs("third", ["/third"]));
        fleet.List.Go("keeper");
        Assert.False(made.Needs("maker", ["/own"]));
        fleet.List.Come("keeper", "/sector");
        fleet.List.Pause(paused: true, []);
        Assert.False(made.Needs("maker", ["/own"]));
        Assert.False(made.Needs("keeper", ["/sector"]));
    }

    [Fact]
    public async Task A_worker_with_the_folder_fetches_what_another_made_which_then_keeps_nothing_of_it()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        SectorId sector = FleetCase.Sample.Sector;
        string place = Path.Combine(_folder, "place");
        WorkerSettings maker = Settings("maker", Path.Combine(_folder, "own"));
        await using SiteServer server = await ServeAsync(fleet, maker);
        maker = maker with { Url = server.Address.ToString() };
        fleet.List.Come("keeper", place);
        fleet.Table().Submit([new(new SectorJob(FleetCase.Sample, JobKind.Recover, place))], 0);
        Task<IReadOnlyList<WorkedSector>> making = Task.Run(() => new FleetWorker(fleet.Database, maker, TimeProvider.System, NullLogger.Instance).Run(this, TestContext.Current.CancellationToken));
        await FleetCase.UntilAsync(() => fleet.List.Sectors()[0].MadeBy == "maker");
        Assert.False(Directory.Exists(Path.Combine(_folder, "own", "sealed")));
        string sealedThere = Path.Combine(maker.Shelf.Folder, "sealed", sector.FileName);
        byte[] good = await File.ReadAllBytesAsync(sealedThere, TestContext.Current.CancellationToken);
        string[] cache = [.. Directory.EnumerateFiles(Path.Combine(maker.Shelf.Folder, "cache", sector.FileName)).Select(file => $"{Path.GetFileName(file)} {VectorFiles.Sha256OfFile(file)}").Order(StringComparer.Ordinal)];

        // What does not equal what was made is not installed, and made again by whichever of the two takes it.
        byte[] bad = [.. good];
        bad[77] ^= 1;
        await File.WriteAllBytesAsync(sealedThere, bad, TestContext.Current.CancellationToken);
        int gone = 0;
        _hear = happened => gone += happened is Notice { Text: var text } && text.Contains("is not what was recorded when it was made", StringComparison.Ordinal) ? 1 : 0;
        Task<IReadOnlyList<WorkedSector>> keeping = Task.Run(() => new FleetWorker(fleet.Database, Settings("keeper", place), TimeProvider.System, NullLogger.Instance).Run(this, TestContext.Current.CancellationToken));
        await FleetCase.UntilAsync(() => fleet.List.Sectors()[0].State == ClaimState.Done);
        Assert.Equal(1, gone);
        fleet.List.Drain(null);
        await Task.WhenAll(making, keeping);

        Assert.Empty(maker.Shelf.Sectors());
        Assert.Equal(good, await File.ReadAllBytesAsync(Path.Combine(place, "sealed", sector.FileName), TestContext.Current.CancellationToken));
        Assert.Equal(cache, Directory.EnumerateFiles(Path.Combine(place, "cache", sector.FileName)).Select(file => $"{Path.GetFileName(file)} {VectorFiles.Sha256OfFile(file)}").Order(StringComparer.Ordinal));
        Assert.Contains(fleet.List.Events(sector), one => one.Text.Contains("to be fetched from maker", StringComparison.Ordinal));
    }

    /// <summary>Has maker take a sector for /sector and make it.</summary>
    private static void MakeOne(FleetCase fleet, bool submit = true)
    {
        ClaimTable table = fleet.Table();
        fleet.List.Come("maker", "/own");
        fleet.List.Come("keeper", "/sector");
        if (submit)
        {
            table.Submit([new(FleetCase.Job(0, place: "/sector"))], 0);
        }

        Claim claim = table.TryTake("maker", Assert.Single(table.Candidates("maker", Serving, 9)))!;
        Assert.True(table.End(claim, Made, placed: true));
    }

    private static Task<SiteServer> ServeAsync(FleetCase fleet, WorkerSettings settings) => SiteServer.StartAsync(
        new FleetSite(fleet.Database, TimeSpan.FromSeconds(60), "test"),
        new SiteServerSettings { Listen = new IPEndPoint(IPAddress.Loopback, 0), Token = Token, Version = "test", Shelf = settings.Shelf },
        () => "",
        TimeProvider.System,
        NullLoggerFactory.Instance);

    private WorkerSettings Settings(string name, string result) => new()
    {
        Name = name,
        Recover = new RecoverySettings
        {
            ResultFolder = result,
            TempFolder = Path.Combine(_folder, name),
            ParentCacheFolder = Path.Combine(_folder, "parents"),
            Threads = 1,
        },
        Most = 1,
        Silence = TimeSpan.FromSeconds(5),
        Pause = TimeSpan.FromMilliseconds(50),
        Token = Token,
        ExitCodeOf = _ => 70,
    };
}
