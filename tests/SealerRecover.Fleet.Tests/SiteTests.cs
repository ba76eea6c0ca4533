using System.Text.Json;
using Filecoin.Primitives;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Fleet.Site;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Tests.Fleet;

/// <summary>A fleet as whoever watches it sees it and acts on it.</summary>
public sealed class SiteTests(Databases databases)
{
    private static readonly WorkerReach Reach = new([JobKind.Recover], []);

    [Fact]
    public async Task It_shows_who_has_what_and_how_far_it_is()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        FleetSite site = Site(fleet);
        Assert.Empty(site.Read().Sectors);
        fleet.Submit(4);
        fleet.List.Come("a");
        fleet.List.Come("gone");
        fleet.List.IsThere("a", "note", new MachineAbout { Version = "1", Cores = 16, Gpus = ["a card"], LabelRate = 5, LabelRateExpected = 6, LabelShare = 0.8, Disk = 10, DiskAvailable = 7 });
        fleet.Database.Send($"UPDATE {FleetDatabase.Schema}.workers SET heard = now() - interval '5 minutes' WHERE name = 'gone'");
        ClaimTable table = fleet.Table();
        Claim[] claims = [.. table.Candidates("a", Reach, 3).Select(candidate => table.TryTake("a", candidate)!)];
        table.Renew([(claims[0], new ClaimProgress(true, "label", 2, 2, 0.5), [])]);
        table.End(claims[1], new ClaimEnd(ClaimState.Done, "installed", 0, null));
        table.End(claims[2], new ClaimEnd(ClaimState.Failed, "failed", 8, "another CommR"));

        SiteState state = Site(fleet).Read();
        Assert.True(state.IsFleet);
        Assert.Equal(0.4, state.Run.Fraction);
        Assert.Equal(
            [(0ul, SectorStage.Labelling, "a"), (3, SectorStage.Queued, null), (1, SectorStage.Done, "a"), (2, SectorStage.Failed, "a")],
            state.Sectors.Select(sector => (sector.Sector.Number, sector.Stage, sector.Machine)));
        SiteSector first = state.Sectors[0];
        Assert.Equal(("label", 2, 2, 0.5, "recover"), (first.Phase, first.Step, first.Steps, first.Fraction, first.Kind));
        Assert.Equal((8, "another CommR"), (state.Sectors[3].ExitCode, state.Sectors[3].Message));
        Assert.Equal([("a", true), ("gone", false)], state.Machines.Select(machine => (machine.Name, machine.Alive)));
        SiteMachine machine = state.Machines[0];
        Assert.Equal(("1", 16, 5.0, 6.0, 10L, 7L, "note"), (machine.Version, machine.Cores, machine.LabelRate, machine.LabelRateExpected, machine.Disk, machine.DiskAvailable, machine.Note));
        Assert.Equal(["a card"], machine.Gpus);
        Assert.DoesNotContain(PostgresServer.Password, JsonSerializer.Serialize(state, SiteJson.Default.SiteState), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sector_is_shown_with_its_facts_and_steps()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Submit(1);
        ClaimTable table = fleet.Table();
        Claim claim = table.TryTake("a", Assert.Single(table.Candidates("a", Reach, 1)))!;
        table.Renew([(claim, new ClaimProgress(true, "label", 2, 2, 0.5), [])]);
        SiteSectorDetail detail = Site(fleet).Sector(claim.Sector)!;
        Assert.Equal(FleetCase.Sample.SealedCid.ToString(), Assert.Single(detail.Facts, fact => fact.Name == "sealed_cid").Value);
        Assert.Equal([("layer_1", 1.0), ("layer_2", 0.5), ("trees", 0), ("install", 0)], detail.Steps.Select(step => (step.Name, step.Fraction)));
        table.Renew([(claim, new ClaimProgress(true, "trees", 1, 1, 0.5), [new ClaimEvent("layer 1 of 2 labelled in 3 s", "layer_1", 3)])]);
        detail = Site(fleet).Sector(claim.Sector)!;
        Assert.Equal([3.0, null, null, null], detail.Steps.Select(step => step.Seconds));
        Assert.Equal(["layer 1 of 2 labelled in 3 s", "taken", "put on the list"], detail.Events.Select(one => one.Text));
        Assert.Null(Site(fleet).Sector(new SectorId(claim.Sector.Miner, 99)));
    }

    [Fact]
    public async Task Many_readers_ask_the_database_once_a_second_and_what_was_done_is_seen_at_once()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        fleet.Submit(1);
        FleetSite site = Site(fleet);
        SiteState first = site.Read();
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        SiteState[] all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(site.Read)));
        Assert.InRange(all.Append(first).Distinct(ReferenceEqualityComparer.Instance).Count(), 1, 2 + (int)watch.Elapsed.TotalSeconds);
        SectorId sector = first.Sectors[0].Sector;
        Assert.Equal(1, site.Actions!.Prefer([sector], 7));
        Assert.Equal(7, site.Read().Sectors[0].Priority);
        Assert.Equal(0, site.Actions.Prefer([new SectorId(new ActorId(sector.Miner.Value + 1), sector.Number)], 9));
        Assert.Equal(1, site.Actions.Pause([sector], true));
        Assert.True(site.Read().Sectors[0].Paused);
        Assert.Throws<OperatorException>(() => site.Actions.Cancel([]));
        Assert.Equal(1, site.Actions.Cancel([sector]));
        Assert.True(site.Read().Sectors[0].Cancelled);
        Assert.Equal(1, site.Actions.Retry([sector]));
        Assert.Equal(0, site.Actions.Drain("nobody"));
    }

    [Fact]
    public async Task That_the_database_does_not_answer_is_said_to_every_reader_and_it_is_asked_again()
    {
        string url = await databases.CreateEmptyAsync();
        int port = new Uri(url).Port;
        using CutLine line = new(port);
        using FleetCase fleet = FleetCase.At(url);
        using FleetDatabase cut = FleetDatabase.At(url.Replace($":{port}/", $":{line.Port}/", StringComparison.Ordinal), "the test");
        FleetSite site = new(cut, TimeSpan.FromMinutes(2), "0");
        Assert.Empty(site.Read().Sectors);
        line.Cut();
        await FleetCase.UntilAsync(() => Fails(site));
        line.Mend();
        await FleetCase.UntilAsync(() => !Fails(site));
    }

    private static bool Fails(FleetSite site)
    {
        try
        {
            site.Read();
            return false;
        }
        catch (OperatorException failure)
        {
            Assert.Equal(FailureKind.NodeUnreachable, failure.Kind);
            return true;
        }
    }

    private static FleetSite Site(FleetCase fleet) => new(fleet.Database, TimeSpan.FromMinutes(2), "0");
}
