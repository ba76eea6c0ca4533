using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Filecoin.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Server;

/// <summary>
/// Serves the page of a site, and what the page asks for, over HTTP. Readers from this machine need nothing, others a token; whoever acts needs the
/// token, always (<see cref="Guard"/>).
/// </summary>
public sealed class SiteServer : IAsyncDisposable
{
    private const int MostConnections = 200;
    private const long LargestBody = 1 << 20;
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(1);

    private readonly WebApplication _application;
    private readonly CancellationTokenSource _stop;

    private SiteServer(WebApplication application, CancellationTokenSource stop, Uri address) =>
        (_application, _stop, Address) = (application, stop, address);

    /// <summary>Where its page is, as somebody on this machine types it.</summary>
    public Uri Address { get; }

    /// <summary>Begins to listen.</summary>
    /// <param name="site">What is watched.</param>
    /// <param name="settings">Where and for whom.</param>
    /// <param name="metrics">Prometheus' text, asked for each time; from any thread.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">What goes wrong inside.</param>
    /// <exception cref="OperatorException">Busy: nothing can listen there.</exception>
    public static async Task<SiteServer> StartAsync(ISite site, SiteServerSettings settings, Func<string> metrics, TimeProvider time, ILoggerFactory log)
    {
        ArgumentNullException.ThrowIfNull(settings);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => Configure(options, settings));
        builder.Services.AddRoutingCore().AddSingleton<ILoggerFactory>(new Troubles(log)).AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = StopTimeout);

        WebApplication application = builder.Build();
        CancellationTokenSource stop = new();
        SiteReading reading = new(site, time);
        Guard guard = new(settings);
        application.Use(new Failures(settings.Word, log.CreateLogger<SiteServer>()).AnswerAsync);
        application.Use(guard.PassAsync);
        PageFiles.Embedded().MapTo(application);
        new SiteAnswers(site, reading, settings, metrics).MapTo(application);
        new ShelfAnswers(settings.Shelf).MapTo(application);
        new SiteEvents(reading, settings.Word, time, stop.Token).MapTo(application);
        try
        {
            await application.StartAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            stop.Dispose();
            throw Refused(settings.Listen, failure);
        }

        return new SiteServer(application, stop, AddressOf(application));
    }

    /// <summary>Stops within a second or two, whoever reads.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _application.StopAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private static OperatorException Refused(IPEndPoint listen, Exception failure) => new(
        FailureKind.Busy, $"nothing can listen at {listen}: {failure.Message}", "choose another port, or stop what listens there", failure);

    private static void Configure(KestrelServerOptions options, SiteServerSettings settings)
    {
        options.AddServerHeader = false;
        options.Limits.MaxConcurrentConnections = MostConnections;
        options.Limits.MaxRequestBodySize = LargestBody;
        options.Listen(settings.Listen, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (settings.Certificate is { } certificate)
            {
                listen.UseHttps(new TlsHandshakeCallbackOptions
                {
                    OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = certificate() }),
                });
            }
        });
    }

    /// <summary>With the port that was taken; whoever listens at every address is found at this machine's own.</summary>
    private static Uri AddressOf(WebApplication application)
    {
        string bound = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        UriBuilder address = new(bound.Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal));
        return address.Uri;
    }

    /// <summary>Of what the framework says only what is wrong.</summary>
    private sealed class Troubles(ILoggerFactory log) : ILoggerFactory
    {
        // That the host does not start is thrown, and told by whoever starts it.
        public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal)
            ? NullLogger.Instance
            : new Trouble(log.CreateLogger(categoryName));

        public void AddProvider(ILoggerProvider provider) => log.AddProvider(provider);

        public void Dispose()
        {
            // The log is somebody else's.
        }
    }

    /// <summary>A log in which nothing is less than a warning.</summary>
    private sealed class Trouble(ILogger log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && log.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }

    /// <summary>Signals are the executable's business.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
