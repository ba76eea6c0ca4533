using Filecoin.Primitives;
using Microsoft.Playwright;
using SealerRecover.Recovery.Metrics;

namespace SealerRecover.Page.Tests;

/// <summary>The pictures in docs/images, of a fleet that looks like a real one. Made anew with SEALER_RECOVER_RENEW_PAGES=1.</summary>
public sealed class ScreenshotTests(Chromium chromium)
{
    private const int LargestFile = 150_000;
    private const int LargestAll = 800_000;

    private static string Folder => Path.Combine(VectorFiles.RepositoryRoot, "docs", "images");

    [Theory]
    [InlineData("page-light", "en-GB", ColorScheme.Light, 1440, 900, "whole")]
    [InlineData("page-dark", "en-GB", ColorScheme.Dark, 1440, 900, "whole")]
    [InlineData("page-zh", "zh-CN", ColorScheme.Light, 1440, 900, "whole")]
    [InlineData("page-sector", "en-GB", ColorScheme.Light, 1440, 900, "sector")]
    [InlineData("page-list", "en-GB", ColorScheme.Dark, 1440, 900, "list")]
    [InlineData("page-narrow", "en-GB", ColorScheme.Light, 400, 900, "map")]
    [InlineData("page-narrow-zh", "zh-CN", ColorScheme.Dark, 400, 900, "sector")]
    public async Task A_picture_is_there_and_small(string name, string locale, ColorScheme scheme, int width, int height, string what)
    {
        string file = Path.Combine(Folder, name + ".png");
        if (Environment.GetEnvironmentVariable("SEALER_RECOVER_RENEW_PAGES") == "1")
        {
            Directory.CreateDirectory(Folder);
            byte[] picture = await TakenAsync(new BrowserNewContextOptions { Locale = locale, ColorScheme = scheme, ViewportSize = new ViewportSize { Width = width, Height = height } }, what);
            await File.WriteAllBytesAsync(file, IndexedPng.Of(picture), TestContext.Current.CancellationToken);
        }

        Assert.InRange(new FileInfo(file).Length, 1, LargestFile);
        Assert.InRange(new DirectoryInfo(Folder).EnumerateFiles("page-*.png").Sum(picture => picture.Length), 1, LargestAll);
    }

    private async Task<byte[]> TakenAsync(BrowserNewContextOptions options, string what)
    {
        ShownSite site = new(SampleFleet.Of(240));
        SectorId failed = site.Read().Sectors.First(sector => sector.Stage == SectorStage.Failed).Sector;
        await using Reader reader = await Reader.OpenAsync(chromium, site, options, hash: what == "sector" ? $"#/{failed.Miner}/{failed.Number}" : "");
        await reader.ShownAsync();
        if (what == "sector")
        {
            await Assertions.Expect(reader.Page.Locator("#sector .facts")).ToBeVisibleAsync(Reader.Long);
        }
        else if (what == "list")
        {
            await reader.Page.Locator("#view-list").ClickAsync();
            await reader.Page.Locator("#filters [data-kind=working]").ClickAsync();
        }

        if (what is "map" or "list")
        {
            await reader.Page.Locator("#sectors").EvaluateAsync("section => section.scrollIntoView()");
        }

        await reader.Page.EvaluateAsync("document.fonts.ready");
        return await reader.Page.ScreenshotAsync(new PageScreenshotOptions { FullPage = what == "whole" });
    }
}
