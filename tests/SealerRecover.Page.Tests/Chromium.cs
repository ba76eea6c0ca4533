using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(SealerRecover.Page.Tests.Chromium))]

namespace SealerRecover.Page.Tests;

/// <summary>The one browser of all tests, started when the first wants it: the system's own Chromium. Tests are skipped where there is none.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private readonly SemaphoreSlim _one = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>A reader with nothing kept from others.</summary>
    public async Task<IBrowserContext> ReaderAsync(BrowserNewContextOptions options)
    {
        string? program = Find();
        Assert.SkipWhen(program is null, "there is no chromium on this machine");
        await _one.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _playwright ??= await Playwright.CreateAsync();

            // The sandbox of a browser does not work for root, as which containers run.
            _browser ??= await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = program,
                Args = Environment.UserName == "root" ? ["--no-sandbox", "--disable-dev-shm-usage"] : ["--disable-dev-shm-usage"],
                Timeout = 120_000,
            });
        }
        finally
        {
            _one.Release();
        }

        return await _browser.NewContextAsync(options);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _one.Dispose();
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
}
