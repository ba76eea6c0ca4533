using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace SealerRecover.Tests;

/// <summary>An HTTP server on a free port of 127.0.0.1, with TLS where it is given a certificate.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    /// <summary>Makes a server that does not listen yet.</summary>
    /// <param name="answer">Answers a request; that the client went away meanwhile is no failure.</param>
    /// <param name="certificate">With its key: it speaks TLS. Null: plain HTTP.</param>
    public LoopbackServer(Func<HttpContext, Task> answer, X509Certificate2? certificate)
    {
        Scheme = certificate is null ? "http" : "https";
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                if (certificate is not null)
                {
                    listen.UseHttps(certificate);
                }
            });
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinResponseDataRate = null;
        });
        _app = builder.Build();
        _app.Run(async context =>
        {
            try
            {
                await answer(context);
            }
            catch (Exception gone) when (gone is OperationCanceledException or IOException)
            {
                // The client went away.
            }
        });
    }

    /// <summary>The port it listens on.</summary>
    public int Port { get; private set; }

    /// <summary>"http" or "https".</summary>
    public string Scheme { get; }

    /// <summary>Its base address, without a slash at the end, e.g. http://127.0.0.1:40001.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"{Scheme}://127.0.0.1:{Port}");

    /// <summary>Begins to listen.</summary>
    public async Task StartAsync()
    {
        await _app.StartAsync();
        string address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Port = new Uri(address).Port;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new();
        await now.CancelAsync();
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // Hanging requests are cut off, as meant.
        }

        await _app.DisposeAsync();
    }
}
