using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Site;
using static Microsoft.Playwright.Assertions;

namespace SealerRecover.Page.Tests;

/// <summary>What each view shows of a site, in a real browser.</summary>
public sealed partial class ViewTests(Chromium chromium)
{
    private const string Hostile = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

    [Fact]
    public async Task The_whole_says_how_many_are_back_when_all_will_be_what_it_costs_and_what_is_due()
    {
        SiteState state = SampleFleet.Of(240);
        await using Reader reader = await (await Reader.OpenAsync(chromium, new ShownSite(state))).ShownAsync();
        ILocator whole = reader.Page.Locator("#whole");
        int done = state.Sectors.Count(sector => sector.Stage == SectorStage.Done);
        await Expect(whole.Locator(".back")).ToHaveTextAsync($"{done} of 240 sectors are back");
        await Expect(whole.Locator(".figure").Nth(0)).ToContainTextAsync("Tue 1 Dec, 21:24");
        await Expect(whole.Locator(".figure").Nth(0)).ToContainTextAsync("in 2 d 18 h");
        await Expect(whole.Locator(".figure").Nth(1)).ToContainTextAsync("14.72 FIL");
        await Expect(whole.Locator(".figure").Nth(2)).ToContainTextAsync("412 FIL of terminations");
        await Expect(whole.Locator(".figure").Nth(3)).ToContainTextAsync("deadline 2");
        await Expect(reader.Page.Locator("#link-text")).ToContainTextAsync("last told");
        await Expect(reader.Page).ToHaveTitleAsync($"{done}/240 · 3 ! · sealer-recover");

        // What presses most comes first, with what mends it.
        ILocator concerns = reader.Page.Locator(".concern");
        await Expect(concerns).ToHaveCountAsync(3);
        await Expect(concerns.Last).ToContainTextAsync("2 sectors failed");
        await Expect(concerns.Last.Locator("code").Last).ToHaveTextAsync("sealer-recover fleet retry 1280 1610");
    }

    [Fact]
    public async Task Chinese_is_spoken_to_a_Chinese_browser_and_a_switch_is_kept()
    {
        await using Reader reader = await (await Reader.OpenAsync(chromium, new ShownSite(SampleFleet.Of(60)), new BrowserNewContextOptions { Locale = "zh-CN" })).ShownAsync();
        await Expect(reader.Page.Locator("html")).ToHaveAttributeAsync("lang", "zh-Hans");
        await Expect(reader.Page.Locator("#concerns-title")).ToContainTextAsync("需要人处理");
        await Expect(reader.Page.Locator("#machines")).ToContainTextAsync("没有消息");
        await Expect(reader.Page.Locator(".concern .text[lang=en]")).ToHaveCountAsync(0);
        await Expect(reader.Page.Locator("#concerns")).ToContainTextAsync("退出码 13：所有 piece 来源中都没有某个 piece 的数据");
        await reader.Page.Locator("#map .cell[data-look=failed]").First.ClickAsync();
        await Expect(reader.Page.Locator("#sector .failure")).ToContainTextAsync("退出码 13：所有 piece 来源中都没有某个 piece 的数据");
        await Expect(reader.Page.Locator("#sector .steps")).ToContainTextAsync("第 11 层");
        await reader.Page.Keyboard.PressAsync("Escape");
        await reader.Page.Locator("#language").ClickAsync();
        await Expect(reader.Page.Locator("#concerns-title")).ToContainTextAsync("Needs a person");
        await reader.Page.ReloadAsync();
        await Expect(reader.Page.Locator("#concerns-title")).ToContainTextAsync("Needs a person");
        Assert.DoesNotMatch(Chinese(), (await reader.Page.Locator("main").InnerTextAsync()).Replace("中文", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Light_and_dark_follow_the_system_and_a_switch_that_is_kept()
    {
        await using Reader reader = await (await Reader.OpenAsync(chromium, new ShownSite(SampleFleet.Of(12)), new BrowserNewContextOptions { ColorScheme = ColorScheme.Dark })).ShownAsync();
        string dark = await GroundAsync();
        await reader.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
        string light = await GroundAsync();
        Assert.NotEqual(light, dark);
        await reader.Page.Locator("#theme").SelectOptionAsync("dark");
        Assert.Equal(dark, await GroundAsync());
        await reader.Page.ReloadAsync();
        await reader.ShownAsync();
        Assert.Equal(dark, await GroundAsync());

        Task<string> GroundAsync() => reader.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
    }

    [Fact]
    public async Task On_400_pixels_nothing_hangs_over_the_edge()
    {
        await using Reader reader = await (await Reader.OpenAsync(
            chromium, new ShownSite(SampleFleet.Of(240)), new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 400, Height = 800 } })).ShownAsync();
        await FitsAsync();
        await reader.Page.Locator("#view-list").ClickAsync();
        await Expect(reader.Page.Locator("#list tbody tr").First).ToBeVisibleAsync();
        await FitsAsync();
        await reader.Page.Locator("#filters [data-kind=failed]").ClickAsync();
        await reader.Page.Locator("#list tbody tr:visible a").First.ClickAsync();
        await Expect(reader.Page.Locator("#sector .facts")).ToBeVisibleAsync();
        await FitsAsync();
        Assert.True(await reader.Page.Locator("#sector").EvaluateAsync<bool>("dialog => dialog.scrollWidth <= dialog.clientWidth"));

        async Task FitsAsync() => Assert.True(await reader.Page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 400);
    }

    [Fact]
    public async Task A_sector_shows_facts_with_sources_steps_as_they_grow_and_why_it_failed_with_what_mends_it()
    {
        ShownSite site = new(SampleFleet.Of(240));
        SiteSector failed = site.Read().Sectors.First(sector => sector.Stage == SectorStage.Failed);
        SiteSector labelling = site.Read().Sectors.First(sector => sector is { Stage: SectorStage.Labelling, Step: 7 });
        await using Reader reader = await Reader.OpenAsync(
            chromium, site, new BrowserNewContextOptions { Permissions = ["clipboard-read", "clipboard-write"] }, hash: $"#/f01000/{failed.Sector.Number}");
        ILocator panel = reader.Page.Locator("#sector");
        await Expect(panel.Locator(".failure")).ToContainTextAsync("exit code 13: the bytes of a piece are in none of the piece sources");
        await Expect(panel.Locator(".facts")).ToContainTextAsync("told by computed from block headers");
        await Expect(panel.Locator(".facts")).ToContainTextAsync("nobody noted who told it");
        await Expect(panel.Locator(".events li")).ToHaveCountAsync(3);
        string command = $"sealer-recover fleet retry {failed.Sector.Number}";
        await panel.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = $"Copy {command}", Exact = true }).ClickAsync();
        Assert.Equal(command, await reader.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));

        await reader.Page.EvaluateAsync($"location.hash = '#/f01000/{labelling.Sector.Number}'");
        await Expect(panel.Locator("header")).ToContainTextAsync("labelling layer 7 of 11");
        await Expect(panel.Locator(".steps [data-step=done]")).ToHaveCountAsync(6);
        await Expect(panel.Locator(".steps [data-step=now] .of")).ToHaveTextAsync("layer 7");
        site.Change(sector => sector.Sector == labelling.Sector, sector => sector with { Step = 8, Fraction = 0.25 });
        await Expect(panel.Locator("header")).ToContainTextAsync("labelling layer 8 of 11");
        await Expect(panel.Locator(".steps [data-step=done]")).ToHaveCountAsync(7);
        await Expect(panel.Locator(".steps [data-step=now]")).ToContainTextAsync("25 %");
    }

    [Fact]
    public async Task The_list_is_searched_by_number_range_and_machine_and_filtered_by_state()
    {
        SiteState state = SampleFleet.Of(240);
        await using Reader reader = await (await Reader.OpenAsync(chromium, new ShownSite(state))).ShownAsync();
        await reader.Page.Locator("#view-list").ClickAsync();
        ILocator rows = reader.Page.Locator("#list tbody tr:visible");
        await Expect(rows).ToHaveCountAsync(240);
        await reader.Page.Locator("#filters [data-kind=working]").ClickAsync();
        await Expect(rows).ToHaveCountAsync(state.Sectors.Count(sector => sector.Phase is not null));
        await reader.Page.Locator("#search").FillAsync("seal-4");
        await Expect(rows).ToHaveCountAsync(state.Sectors.Count(sector => sector.Machine == "seal-4" && sector.Phase is not null));
        await reader.Page.Locator("#filters [data-kind=all]").ClickAsync();
        ulong first = state.Sectors.Min(sector => sector.Sector.Number);
        await reader.Page.Locator("#search").FillAsync($"{first}-{first + 40}");
        await Expect(rows).ToHaveCountAsync(state.Sectors.Count(sector => sector.Sector.Number <= first + 40));
        await reader.Page.Locator("#search").FillAsync("nothing is called so");
        await Expect(reader.Page.Locator("#nothing")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Of_600_sectors_only_cells_that_changed_are_touched()
    {
        ShownSite site = new(SampleFleet.Of(600));
        await using Reader reader = await (await Reader.OpenAsync(chromium, site)).ShownAsync();
        await Expect(reader.Page.Locator("#map .cell")).ToHaveCountAsync(600);
        await reader.Page.EvaluateAsync("""
            () => {
                window.touched = new Set();
                new MutationObserver(list => list.forEach(one => window.touched.add((one.target.closest ? one.target : one.target.parentElement).closest('.cell')?.dataset.name ?? one.target.id)))
                    .observe(document.getElementById('map'), { subtree: true, childList: true, attributes: true, characterData: true });
            }
            """);
        ulong[] changed = [.. site.Read().Sectors.Where(sector => sector.Stage == SectorStage.Queued).Take(3).Select(sector => sector.Sector.Number)];
        site.Change(sector => changed.Contains(sector.Sector.Number), sector => sector with { Stage = SectorStage.Labelling, Phase = "label", Step = 1, Steps = 11, Fraction = 0.01, Machine = "seal-1" });
        await Expect(reader.Page.Locator($"#map [data-name='f01000/{changed[0]}']")).ToHaveAttributeAsync("data-look", "labelling");
        string[] touched = await reader.Page.EvaluateAsync<string[]>("[...window.touched].sort()");
        Assert.Equal(changed.Select(number => $"f01000/{number}").Order(StringComparer.Ordinal), touched);

        // How long a browser takes for all of them at once, and for three, laid out. Told, not judged: it depends on what else the machine does.
        double[] took = await reader.Page.EvaluateAsync<double[]>("""
            async () => {
                const { store } = await import('/page/store.js');
                return [600, 3].map(n => {
                    const begun = performance.now();
                    store.takeChange({ ...store.state, sectors: store.state.sectors.slice(0, n).map(sector => ({ ...sector, stage: 'labelling', phase: 'label', step: n % 11, steps: 11, fraction: 0.5 })) });
                    document.body.offsetHeight;
                    return performance.now() - begun;
                });
            }
            """);
        TestContext.Current.TestOutputHelper?.WriteLine($"600 sectors that change are shown within {took[0]:0} ms, 3 within {took[1]:0} ms");
    }

    [Fact]
    public async Task Markup_in_what_others_say_stays_text()
    {
        SiteState state = SampleFleet.Of(60);
        ShownSite site = new(state with
        {
            Source = Hostile,
            Sectors = [.. state.Sectors.Select(sector => sector.Stage == SectorStage.Failed ? sector with { Message = Hostile } : sector.Stage == SectorStage.Labelling ? sector with { Machine = Hostile, Phase = Hostile } : sector)],
            Machines = [.. state.Machines.Select((machine, index) => index == 0 ? machine with { Name = Hostile, Note = Hostile, Processor = Hostile, Url = "javascript:alert(1)" } : machine)],
            Concerns = [new SiteConcern(ConcernLevel.Urgent, Hostile, [], Hostile, Hostile, [Hostile])],
        });
        SiteSector failed = site.Read().Sectors.First(sector => sector.Stage == SectorStage.Failed);
        await using Reader reader = await (await Reader.OpenAsync(chromium, site)).ShownAsync();
        await Expect(reader.Page.Locator("#source")).ToHaveTextAsync(Hostile);
        await Expect(reader.Page.Locator(".concern .text")).ToHaveTextAsync(Hostile);
        await reader.Page.Locator("#view-list").ClickAsync();
        await Expect(reader.Page.Locator("#list")).ToContainTextAsync(Hostile);
        await reader.Page.EvaluateAsync($"location.hash = '#/f01000/{failed.Sector.Number}'");
        await Expect(reader.Page.Locator("#sector .failure")).ToContainTextAsync(Hostile);
        Assert.Equal(0, await reader.Page.Locator("img, body script, a[href^='javascript']").CountAsync());
        Assert.DoesNotContain("owned", await reader.Page.TitleAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_of_one_machine_without_deadlines_is_shown_whole()
    {
        ShownSite site = new(new SiteState
        {
            At = SampleFleet.At,
            Source = "vm:/temp",
            IsFleet = false,
            Version = "0.1.0",
            Run = new SiteRun { Command = "recover", Started = SampleFleet.At.AddHours(-3), Fraction = 0.2 },
            Sectors = [.. Enumerable.Range(0, 3).Select(index => new SiteSector { Sector = SampleFleet.Id((ulong)index), Stage = index == 0 ? SectorStage.Done : SectorStage.Queued })],
        })
        { IsWatchedOnly = true };
        await using Reader reader = await (await Reader.OpenAsync(chromium, site)).ShownAsync();
        await Expect(reader.Page.Locator(".run")).ToContainTextAsync("recover");
        await Expect(reader.Page.Locator("#map [role=gridcell]")).ToHaveCountAsync(3);
        await Expect(reader.Page.Locator("#machines")).ToBeHiddenAsync();
        await Expect(reader.Page.Locator("#concerns")).ToContainTextAsync("Nothing. All goes on by itself.");
        site.Change(now => now with { Run = now.Run with { Ended = now.At, ExitCode = 8 }, Sectors = [.. now.Sectors.Select(sector => sector with { Stage = SectorStage.Done })] });
        await Expect(reader.Page.Locator(".run")).ToContainTextAsync("exit code 8: the computed CommR is not the SealedCID; nothing was installed");
        await Expect(reader.Page.Locator(".figures")).ToContainTextAsync("nothing is left to do");
    }

    [Fact]
    public async Task A_look_at_a_storage_path_tells_how_far_it_is_and_what_it_found()
    {
        SiteCheck check = new() { Kind = "survey", Place = "/sector1", Stage = SectorStage.Checking, Machine = "seal-1", Done = 3, Total = 40, Good = 2, Damaged = [new SiteDamage(SampleFleet.Id(99), Hostile)] };
        ShownSite site = new(SampleFleet.Of(60));
        await using Reader reader = await (await Reader.OpenAsync(chromium, site)).ShownAsync();
        ILocator checks = reader.Page.Locator("#checks");
        await Expect(checks).ToBeHiddenAsync();
        site.Change(now => now with { Checks = [check], Concerns = [new SiteConcern(ConcernLevel.Warning, Concerns.Damaged, [SampleFleet.Id(99)], null, "1 sector in /sector1 is damaged", [])] });
        await Expect(checks).ToContainTextAsync("3 of 40 looked at · 2 good");
        await checks.Locator("summary").ClickAsync();
        await Expect(checks.Locator(".damaged")).ToContainTextAsync(Hostile);
        await Expect(reader.Page.Locator(".concern")).ToContainTextAsync("A check found one sector damaged");

        // What is unfolded stays so; what is not on the list leads nowhere.
        site.Change(now => now with { Checks = [check with { Done = 4, Good = 3, Deep = true, Sample = 50 }] });
        await Expect(checks).ToContainTextAsync("4 of 40 looked at · 3 good");
        await Expect(checks).ToContainTextAsync("replicas read, too · 50 stretches of each");
        await Expect(checks.Locator(".damaged")).ToBeVisibleAsync();
        await Expect(reader.Page.Locator(".concern .links a")).ToHaveCountAsync(0);
    }

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}")]
    private static partial Regex Chinese();
}
