using Filecoin.Primitives;
using Microsoft.Playwright;
using SealerRecover.Recovery.Metrics;
using static Microsoft.Playwright.Assertions;

namespace SealerRecover.Page.Tests;

/// <summary>What a person does, with the token and without.</summary>
public sealed class ActionTests(Chromium chromium)
{
    [Fact]
    public async Task A_failed_sector_is_tried_again_once_the_right_token_is_given()
    {
        ShownSite site = new(SampleFleet.Of(240));
        SectorId failed = site.Read().Sectors.First(sector => sector.Stage == SectorStage.Failed).Sector;
        await using Reader reader = await (await Reader.OpenAsync(chromium, site, hash: $"#/f01000/{failed.Number}")).ShownAsync();
        await Button(reader, "Try again").ClickAsync();
        ILocator ask = reader.Page.Locator("dialog.ask");
        await Expect(ask).ToContainTextAsync("needs the token");
        await ask.Locator("input").FillAsync("a token that nobody has");
        await ask.Locator("[type=submit]").ClickAsync();
        await Expect(ask).ToContainTextAsync("does not accept that token");
        Assert.Empty(site.Done);
        await ask.Locator("input").FillAsync(Reader.Token);
        await reader.Page.Keyboard.PressAsync("Enter");
        await Expect(reader.Page.Locator("#told")).ToContainTextAsync("one sector changed");
        Assert.Equal([$"retry {failed.Number}"], site.Done);
        await Expect(reader.Page.Locator("#sector header")).ToContainTextAsync("waiting");

        // Kept for this tab only, and in no address.
        Assert.Equal(Reader.Token, await reader.Page.EvaluateAsync<string>("sessionStorage.getItem('sealer-recover.token')"));
        Assert.DoesNotContain(Reader.Token, await reader.Page.EvaluateAsync<string>("JSON.stringify(localStorage) + document.cookie + location.href"), StringComparison.Ordinal);
        await reader.Page.Keyboard.PressAsync("Escape");
        await reader.Page.Locator("#forget").ClickAsync();
        Assert.Null(await reader.Page.EvaluateAsync<string?>("sessionStorage.getItem('sealer-recover.token')"));
    }

    [Fact]
    public async Task Taking_off_the_list_asks_first_and_a_refusal_says_why_and_what_to_do()
    {
        ShownSite site = new(SampleFleet.Of(60));
        SectorId waiting = site.Read().Sectors.First(sector => sector.Stage == SectorStage.Queued).Sector;
        await using Reader reader = await KnownAsync(site, $"#/f01000/{waiting.Number}");
        await Button(reader, "Take off the list …").ClickAsync();
        ILocator ask = reader.Page.Locator("dialog.ask");
        await Expect(ask).ToContainTextAsync("Take one sector off the list?");
        await Expect(ask.GetByText("Leave on the list")).ToBeFocusedAsync();
        await reader.Page.Keyboard.PressAsync("Escape");
        await Expect(ask).ToHaveCountAsync(0);
        Assert.Empty(site.Done);

        site.Refusal = new OperatorException(FailureKind.NodeUnreachable, "the database does not answer", "look whether it runs");
        await Button(reader, "Take off the list …").ClickAsync();
        await ask.Locator("[type=submit]").ClickAsync();
        await Expect(reader.Page.Locator("#errors")).ToContainTextAsync("the database does not answer");
        await Expect(reader.Page.Locator("#errors")).ToContainTextAsync("look whether it runs");
        await reader.Page.Locator("#errors button").ClickAsync();

        site.Refusal = null;
        await Button(reader, "Take off the list …").ClickAsync();
        await ask.Locator("[type=submit]").ClickAsync();
        await Expect(reader.Page.Locator("#sector header")).ToContainTextAsync("taken off the list");
        Assert.Equal([$"cancel {waiting.Number}"], site.Done);
    }

    [Fact]
    public async Task Ticked_sectors_are_paused_and_preferred_together_and_a_machine_is_drained()
    {
        ShownSite site = new(SampleFleet.Of(60));
        ulong[] two = [.. site.Read().Sectors.Where(sector => sector is { Stage: SectorStage.Queued, Paused: false }).Take(2).Select(sector => sector.Sector.Number)];
        await using Reader reader = await KnownAsync(site, "");
        await reader.Page.Locator("#view-list").ClickAsync();
        await TickAsync();
        await reader.Page.Locator("#bulk").GetByText("Pause").ClickAsync();
        await Expect(reader.Page.Locator("#told")).ToContainTextAsync("2 sectors changed");
        await TickAsync();
        await reader.Page.Locator("#bulk").GetByText("Priority …").ClickAsync();
        await reader.Page.Locator("dialog.ask input").FillAsync("7");
        await reader.Page.Keyboard.PressAsync("Enter");
        await Expect(reader.Page.Locator("#list")).ToContainTextAsync("priority 7");
        await reader.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Drain seal-1" }).ClickAsync();
        await reader.Page.Locator("dialog.ask [type=submit]").ClickAsync();
        await Expect(reader.Page.Locator("[data-machine=seal-1]")).ToHaveAttributeAsync("data-standing", "draining");
        Assert.Equal([$"pause {two[0]},{two[1]}", $"prefer 7 {two[0]},{two[1]}", "drain seal-1"], site.Done);

        async Task TickAsync()
        {
            foreach (ulong number in two)
            {
                await reader.Page.GetByLabel($"Choose f01000 {number}", new PageGetByLabelOptions { Exact = true }).CheckAsync();
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_only_watched_or_has_no_token_shows_no_buttons(bool isWatchedOnly)
    {
        ShownSite site = new(SampleFleet.Of(60)) { IsWatchedOnly = isWatchedOnly };
        ulong failed = site.Read().Sectors.First(sector => sector.Stage == SectorStage.Failed).Sector.Number;
        await using Reader reader = await (await Reader.OpenAsync(chromium, site, token: isWatchedOnly ? Reader.Token : null, hash: $"#/f01000/{failed}")).ShownAsync();
        await Expect(reader.Page.Locator("#sector .facts")).ToBeVisibleAsync();
        await Expect(reader.Page.Locator("#sector .buttons, #bulk:visible, #machines button, #list .pick")).ToHaveCountAsync(0);
    }

    private static ILocator Button(Reader reader, string name) => reader.Page.Locator("#sector").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = name });

    /// <summary>The page of somebody who has given the token before.</summary>
    private async Task<Reader> KnownAsync(ShownSite site, string hash)
    {
        Reader reader = await Reader.OpenAsync(chromium, site, hash: hash);
        await reader.Page.EvaluateAsync($"sessionStorage.setItem('sealer-recover.token', '{Reader.Token}')");
        await reader.Page.ReloadAsync();
        return await reader.ShownAsync();
    }
}
