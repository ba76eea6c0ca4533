using Filecoin.Primitives;
using Microsoft.Playwright;
using SealerRecover.Recovery.Site;
using static Microsoft.Playwright.Assertions;

namespace SealerRecover.Page.Tests;

/// <summary>What is seen when something goes away, and when it comes back.</summary>
public sealed class ConnectionTests(Chromium chromium)
{
    private static readonly LocatorAssertionsToContainTextOptions Long = new() { Timeout = 60_000 };

    [Fact]
    public async Task When_the_server_goes_the_page_says_since_when_and_when_it_is_back_goes_on()
    {
        ShownSite site = new(SampleFleet.Of(60));
        await using Reader reader = await (await Reader.OpenAsync(chromium, site)).ShownAsync();
        await Expect(reader.Page.Locator("#link")).ToHaveAttributeAsync("data-link", "live");
        await reader.StopAsync();
        await Expect(reader.Page.Locator("#banners")).ToContainTextAsync("Not connected since", Long);
        await Expect(reader.Page.Locator("#link")).ToHaveAttributeAsync("data-link", "broken");
        await Expect(reader.Page.Locator("#map .cell")).ToHaveCountAsync(60);
        Assert.StartsWith("⚠", await reader.Page.TitleAsync(), StringComparison.Ordinal);
        site.Change(now => now with { Source = "somewhere else" });
        await reader.StartAsync();
        await Expect(reader.Page.Locator("#source")).ToHaveTextAsync("somewhere else", new LocatorAssertionsToHaveTextOptions { Timeout = 60_000 });
        await Expect(reader.Page.Locator("#banners")).ToBeEmptyAsync();
        await Expect(reader.Page.Locator("#link")).ToHaveAttributeAsync("data-link", "live");
    }

    [Fact]
    public async Task A_site_that_cannot_be_read_is_told_as_such_until_it_can_be_read_again()
    {
        ShownSite site = new(SampleFleet.Of(60));
        await using Reader reader = await (await Reader.OpenAsync(chromium, site)).ShownAsync();
        site.Trouble = new OperatorException(FailureKind.NodeUnreachable, "the database does not answer", "look whether it runs");
        await Expect(reader.Page.Locator("#banners")).ToContainTextAsync("the database does not answer", Long);
        await Expect(reader.Page.Locator("#banners")).ToContainTextAsync("look whether it runs");
        site.Trouble = null;
        await Expect(reader.Page.Locator("#banners")).ToBeEmptyAsync(new LocatorAssertionsToBeEmptyOptions { Timeout = 60_000 });
    }

    [Fact]
    public async Task A_machine_that_dies_is_seen_in_its_card_its_sectors_and_among_what_needs_a_person()
    {
        ShownSite site = new(SampleFleet.Of(240));
        await using Reader reader = await (await Reader.OpenAsync(chromium, site)).ShownAsync();
        ILocator card = reader.Page.Locator("[data-machine=seal-2]");
        await Expect(card).ToHaveAttributeAsync("data-standing", "alive");
        int had = site.Read().Sectors.Count(sector => sector.Machine == "seal-2" && sector.Phase is not null);
        site.Change(now => now with
        {
            Machines = [.. now.Machines.Select(machine => machine.Name == "seal-2" ? machine with { Alive = false, HeardSecondsAgo = 130 } : machine)],
            Concerns = [new SiteConcern(ConcernLevel.Urgent, "machine_gone", [], "seal-2", "It has sectors with layers.", []), .. now.Concerns],
        });
        await Expect(card).ToHaveAttributeAsync("data-standing", "gone");
        await Expect(card).ToContainTextAsync("heard 2 min");
        await Expect(reader.Page.Locator(".concern").First).ToContainTextAsync("seal-2 is not heard any more");
        await reader.Page.Locator("#search").FillAsync("seal-2");
        await Expect(reader.Page.Locator("#map .cell[data-orphan]:not([data-dim])")).ToHaveCountAsync(had);
    }

    [Fact]
    public async Task From_elsewhere_nothing_is_shown_before_the_token_is_given()
    {
        await using Reader reader = await Reader.OpenAsync(
            chromium, new ShownSite(SampleFleet.Of(60)), new BrowserNewContextOptions { ExtraHTTPHeaders = new Dictionary<string, string> { ["X-Forwarded-For"] = "10.0.0.9" } });
        await Expect(reader.Page.Locator("#banners")).ToContainTextAsync("needs the token", Long);
        await Expect(reader.Page.Locator("#content")).ToBeHiddenAsync();
        await reader.Page.Locator("#banners button").ClickAsync();
        await reader.Page.Locator("dialog.ask input").FillAsync(Reader.Token);
        await reader.Page.Keyboard.PressAsync("Enter");
        await reader.ShownAsync();
        await Expect(reader.Page.Locator("#banners")).ToBeEmptyAsync();
    }
}
