using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SealerRecover.Page.Tests;

/// <summary>All of the page without a mouse.</summary>
public sealed class KeyboardTests(Chromium chromium)
{
    [Fact]
    public async Task Sectors_are_reached_by_the_skip_link_and_arrows_opened_by_Enter_and_closed_by_Escape()
    {
        await using Reader reader = await (await Reader.OpenAsync(chromium, new ShownSite(SampleFleet.Of(240)))).ShownAsync();
        IKeyboard keys = reader.Page.Keyboard;
        await keys.PressAsync("Tab");
        await Expect(reader.Page.Locator(".skip")).ToBeFocusedAsync();
        await Expect(reader.Page.Locator(".skip")).ToBeInViewportAsync();
        await keys.PressAsync("Enter");
        await Expect(reader.Page.Locator("#sectors")).ToBeFocusedAsync();

        // View, search and filters stand before the map, which is one stop.
        for (int stop = 0; stop < 20 && !await InMapAsync(); stop++)
        {
            await keys.PressAsync("Tab");
        }

        Assert.True(await InMapAsync());
        ILocator rows = reader.Page.Locator("#map [role=row]");
        ILocator focused = reader.Page.Locator("#map .cell:focus");
        string first = (await rows.Nth(0).Locator(".cell").First.GetAttributeAsync("data-name"))!;
        await Expect(focused).ToHaveAttributeAsync("data-name", first);
        await keys.PressAsync("ArrowRight");
        await keys.PressAsync("ArrowDown");
        string below = (await rows.Nth(1).Locator(".cell").Nth(1).GetAttributeAsync("data-name"))!;
        await Expect(focused).ToHaveAttributeAsync("data-name", below);
        await Expect(focused).ToHaveAttributeAsync("aria-label", new System.Text.RegularExpressions.Regex("^f01000 sector \\d+ · "));
        await Expect(reader.Page.Locator("#map-line")).ToContainTextAsync("deadline 1");
        Assert.NotEqual("none", await focused.EvaluateAsync<string>("cell => getComputedStyle(cell).outlineStyle"));
        await keys.PressAsync("Home");
        await keys.PressAsync("ArrowUp");
        await Expect(focused).ToHaveAttributeAsync("data-name", first);
        await keys.PressAsync("Shift+End");
        await Expect(focused).ToHaveAttributeAsync("data-name", (await rows.Last.Locator(".cell").Last.GetAttributeAsync("data-name"))!);
        await Expect(reader.Page.Locator("#map [tabindex='0']")).ToHaveCountAsync(1);

        await keys.PressAsync("Enter");
        await Expect(reader.Page.Locator("#sector")).ToBeVisibleAsync();
        await Expect(reader.Page.Locator("#sector-title")).ToBeFocusedAsync();
        await keys.PressAsync("Escape");
        await Expect(reader.Page.Locator("#sector")).ToBeHiddenAsync();
        await Expect(focused).ToHaveCountAsync(1);
        Assert.DoesNotContain("#/", reader.Page.Url, StringComparison.Ordinal);

        Task<bool> InMapAsync() => reader.Page.EvaluateAsync<bool>("document.activeElement.closest('#map') !== null");
    }
}
