using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using SealerRecover.Recovery.Metrics;
using static Microsoft.Playwright.Assertions;

namespace SealerRecover.Page.Tests;

/// <summary>What axe finds wrong for people who see little, hear, or use a keyboard: nothing serious, and nothing critical.</summary>
public sealed class AccessTests(Chromium chromium)
{
    [Theory]
    [InlineData(ColorScheme.Light, "en-GB")]
    [InlineData(ColorScheme.Dark, "zh-CN")]
    public async Task Axe_finds_nothing_serious(ColorScheme scheme, string locale)
    {
        ShownSite site = new(SampleFleet.Of(72));
        ulong failed = site.Read().Sectors.First(sector => sector.Stage == SectorStage.Failed).Sector.Number;

        // Every look that a cell can have, not only those of a usual day.
        SectorStage[] stages = Enum.GetValues<SectorStage>();
        site.Change(now => now with { Sectors = [.. now.Sectors.Select((sector, index) => index > 40 ? sector with { Stage = stages[index % stages.Length], Cancelled = index % 7 == 0 } : sector)] });
        await using Reader reader = await (await Reader.OpenAsync(chromium, site, new BrowserNewContextOptions { ColorScheme = scheme, Locale = locale })).ShownAsync();
        await CleanAsync("map");
        await reader.Page.Locator("#view-list").ClickAsync();
        await CleanAsync("list");
        await reader.Page.EvaluateAsync($"location.hash = '#/f01000/{failed}'");
        await Expect(reader.Page.Locator("#sector .facts")).ToBeVisibleAsync();
        await CleanAsync("sector");
        await reader.Page.Locator("#sector .buttons button").First.ClickAsync();
        await Expect(reader.Page.Locator("dialog.ask")).ToBeVisibleAsync();
        await CleanAsync("token");

        async Task CleanAsync(string view)
        {
            // All but contrast is the same in both themes.
            AxeResult result = await reader.Page.RunAxe(scheme == ColorScheme.Light
                ? null
                : new AxeRunOptions { RunOnly = new RunOnlyOptions { Type = "rule", Values = ["color-contrast"] } });
            Assert.NotEmpty(result.Passes);
            string wrong = string.Join('\n', result.Violations.Where(one => one.Impact is "serious" or "critical").Select(one =>
                $"{view}: {one.Id} ({one.Impact}), {one.Help}: {string.Join(" | ", one.Nodes.Take(4).Select(node => $"{node.Html} {string.Join(' ', node.Any.Select(check => check.Message))}"))}"));
            Assert.True(wrong.Length == 0, wrong);
        }
    }
}
