using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SealerRecover.Page.Tests;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd;

/// <summary>The page of real servers in a real browser: a run that goes on, a fleet that is acted on and loses a worker.</summary>
public sealed class PageInBrowser(ParentCaches caches, Databases databases, Chromium chromium) : IDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    // Machines that run many tests at once are slow; nothing here waits for a time, all for what is seen.
    private const float Patience = 120_000;

    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_run_is_seen_while_it_goes_on_and_when_it_is_done()
    {
        Directory.CreateDirectory(_bench.Temp);
        (Executable serving, Uri address) = await ServeAsync($"--sealing-temp={_bench.Temp}");
        using Executable server = serving;
        await using IBrowserContext reader = await chromium.ReaderAsync(new BrowserNewContextOptions { Locale = "en-GB" });
        IPage page = await PageAsync(reader, address);
        await Expect(page.Locator("#content")).ToBeVisibleAsync();
        await Expect(page.Locator("#map .cell")).ToHaveCountAsync(0);

        // What cells look like from here on, in the order in which it was seen.
        await page.EvaluateAsync("""
            () => {
                window.seen = new Set();
                new MutationObserver(() => document.querySelectorAll('#map .cell').forEach(cell => window.seen.add(cell.dataset.look)))
                    .observe(document.getElementById('map'), { subtree: true, childList: true, attributes: true });
            }
            """);
        Ended ended = await _bench.RunAsync(0, _bench.Recover(Workbench.Sample("8MiB"), "1", "2", "3", "--parallel=1", "--kernel=poseidon=scalar"));
        Assert.True(ended.Code == 0, ended.ToString());
        await Expect(page.Locator(".back")).ToHaveTextAsync("3 of 3 sectors are back");
        await Expect(page.Locator(".run")).ToContainTextAsync("exit code 0");

        // A run writes every two seconds how it stands, and three sectors one after the other take longer with this kernel.
        string[] seen = await page.EvaluateAsync<string[]>("[...window.seen]");
        Assert.Contains(seen, look => look is "checking" or "preparing" or "labelling" or "trees" or "installing");

        await page.Locator("#map .cell").First.ClickAsync();
        await Expect(page.Locator("#sector .steps [data-step=done]").First).ToContainTextAsync("layer 1");
        await Expect(page.Locator("#sector .steps [data-step=open]")).ToHaveCountAsync(0);
        await Expect(page.Locator("#sector .facts")).ToContainTextAsync("SealedCID");

        // A run of one machine is only watched.
        await Expect(page.Locator("#sector .buttons")).ToHaveCountAsync(0);
        server.Terminate();
        ended = await server.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(ended.Code == 130, ended.ToString());
        await Expect(page.Locator("#banners")).ToContainTextAsync("Not connected since");
    }

    [Fact]
    public async Task A_fleet_is_acted_on_with_the_token_only_and_a_worker_that_dies_is_seen()
    {
        _bench.Environment["SEALER_RECOVER_FLEET_DB"] = await databases.CreateEmptyAsync();
        _bench.Environment["SEALER_RECOVER_HTTP_TOKEN"] = Token;
        await _bench.RunAsync(0, ["fleet", "init"]);
        await _bench.RunAsync(0, ["fleet", "submit", $"--metadata={Workbench.Sample("2KiB")}", "1", "2", "8"]);
        (Executable serving, Uri address) = await ServeAsync("--silent-after=2");
        using Executable server = serving;
        await using IBrowserContext reader = await chromium.ReaderAsync(new BrowserNewContextOptions { Locale = "en-GB" });
        IPage page = await PageAsync(reader, address);
        await Expect(page.Locator(".back")).ToHaveTextAsync("0 of 3 sectors are back");

        await page.EvaluateAsync("location.hash = '#/f01000/8'");
        ILocator panel = page.Locator("#sector");
        ILocator ask = page.Locator("dialog.ask");
        await panel.GetByText("Pause", new LocatorGetByTextOptions { Exact = true }).ClickAsync();
        await ask.Locator("input").FillAsync("some other token");
        await ask.Locator("[type=submit]").ClickAsync();
        await Expect(ask).ToContainTextAsync("does not accept that token");
        Assert.Equal("queued", await StateAsync(8));
        await ask.Locator("input").FillAsync(Token);
        await ask.Locator("[type=submit]").ClickAsync();
        await Expect(panel.Locator("header")).ToContainTextAsync("paused");
        Assert.Equal("paused", await StateAsync(8));
        await page.Keyboard.PressAsync("Escape");

        using (Executable worker = _bench.Start(
            ["fleet", "work", $"--sealing-result={_bench.Result}", $"--sealing-temp={_bench.Temp}", "--worker=one", "--silent-after=2", "--give-back-after=3", "--json"]))
        {
            ILocator card = page.Locator("[data-machine=one]");
            await Expect(card).ToHaveAttributeAsync("data-standing", "alive");
            await Expect(page.Locator(".back")).ToHaveTextAsync("2 of 3 sectors are back");
            await Expect(page.Locator("#map .cell[data-look=paused]")).ToHaveCountAsync(1);
            worker.Kill();
            await Expect(card).ToHaveAttributeAsync("data-standing", "gone");
        }

        // What is done from elsewhere is seen, too.
        await _bench.RunAsync(0, ["fleet", "cancel", "8"]);
        await Expect(page.Locator("#map .cell[data-look=cancelled]")).ToHaveCountAsync(1);
        Assert.DoesNotMatch(new Regex(Token), page.Url);
    }

    private async Task<string> StateAsync(int number)
    {
        JsonNode site = (await _bench.RunAsync(0, ["fleet", "status", "--json"])).Lines.First(line => (string?)line["event"] == "site")["site"]!;
        JsonNode sector = site["sectors"]!.AsArray().First(one => (int)one!["sector"]!["number"]! == number)!;
        return (bool?)sector["paused"] == true ? "paused" : (string)sector["stage"]!;
    }

    private static async Task<IPage> PageAsync(IBrowserContext reader, Uri address)
    {
        SetDefaultExpectTimeout(Patience);
        IPage page = await reader.NewPageAsync();
        page.SetDefaultTimeout(Patience);
        await page.GotoAsync(address.ToString());
        return page;
    }

    private async Task<(Executable Server, Uri Address)> ServeAsync(params string[] arguments)
    {
        TaskCompletionSource<Uri> served = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Executable server = _bench.Start(["serve", "--http=127.0.0.1:0", "--json", .. arguments], line =>
        {
            if (JsonNode.Parse(line) is { } told && (string?)told["event"] == "serving")
            {
                served.TrySetResult(new Uri((string)told["url"]!));
            }
        });
        return (server, await served.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken));
    }
}
