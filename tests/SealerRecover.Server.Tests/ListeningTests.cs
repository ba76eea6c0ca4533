using System.Net;
using System.Net.Http.Headers;
using System.Net.NetworkInformation;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace SealerRecover.Server.Tests;

public sealed class ListeningTests : IDisposable
{
    private readonly Folder _folder = new();
    private int _certificates;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Who_comes_by_another_address_than_the_loopback_needs_the_token_to_read()
    {
        IPAddress? own = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(card => card.GetIPProperties().UnicastAddresses).Select(address => address.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        Assert.SkipWhen(own is null, "this machine has no other address than the loopback");
        await using SiteServer server = await StartAsync(new SiteServerSettings { Listen = new IPEndPoint(IPAddress.Any, 0), Token = Served.Token, Version = "1" });
        using HttpClient client = new();
        Uri site = new($"http://{own}:{server.Address.Port}/api/site");
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(site, TestContext.Current.CancellationToken)).StatusCode);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Served.Token);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(site, TestContext.Current.CancellationToken)).StatusCode);
        client.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(server.Address, "/api/site"), TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task With_a_certificate_it_speaks_TLS_and_nothing_else()
    {
        string name = WriteCertificate();
        using CertificateFiles files = new(_folder[name], _folder[name], TimeProvider.System, NullLoggerFactory.Instance);
        await using SiteServer server = await StartAsync(new SiteServerSettings { Listen = new IPEndPoint(IPAddress.Loopback, 0), Certificate = files, Version = "1" });
        Assert.Equal("https", server.Address.Scheme);
        using X509Certificate2 expected = X509CertificateLoader.LoadCertificateFromFile(_folder[name]);
        using SocketsHttpHandler trusting = new()
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == expected.Thumbprint,
            },
        };
        using HttpClient client = new(trusting);
        Assert.Contains("\"version\":\"1\"", await client.GetStringAsync(new Uri(server.Address, "/api/about"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new UriBuilder(server.Address) { Scheme = "http" }.Uri, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_certificate_that_was_renewed_is_shown_to_new_connections_and_a_bad_one_is_not()
    {
        Clock time = new();
        Lines log = new();
        string name = WriteCertificate();
        using CertificateFiles files = new(_folder[name], _folder[name], time, log);
        await using SiteServer server = await StartAsync(new SiteServerSettings { Listen = new IPEndPoint(IPAddress.Loopback, 0), Certificate = files, Version = "1" });
        string first = await ShownAsync(server.Address);
        File.Copy(_folder[WriteCertificate()], _folder[name], overwrite: true);

        // It is not looked at for a minute.
        Assert.Equal(first, await ShownAsync(server.Address));
        time.Pass(CertificateFiles.Interval);
        string second = await ShownAsync(server.Address);
        Assert.NotEqual(first, second);
        Assert.StartsWith("Information the certificate in ", Assert.Single(log.Told), StringComparison.Ordinal);

        // As while it is written, and gone for a moment.
        File.WriteAllText(_folder[name], "-----BEGIN CERTIFICATE-----");
        for (int minutes = 0; minutes < 3; minutes++)
        {
            time.Pass(CertificateFiles.Interval);
            Assert.Equal(second, await ShownAsync(server.Address));
        }

        Assert.Equal(2, log.Told.Count);
        Assert.StartsWith("Warning ", log.Told[1], StringComparison.Ordinal);
        File.Delete(_folder[name]);
        time.Pass(CertificateFiles.Interval);
        Assert.Equal(second, await ShownAsync(server.Address));
        File.Copy(_folder[WriteCertificate()], _folder[name]);
        time.Pass(CertificateFiles.Interval);
        Assert.DoesNotContain(await ShownAsync(server.Address), new[] { first, second });
    }

    [Fact]
    public void Files_that_are_no_certificate_are_a_sentence()
    {
        File.WriteAllText(_folder["none.pem"], "none");
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => new CertificateFiles(_folder["none.pem"], _folder["none.pem"], TimeProvider.System, NullLoggerFactory.Instance)).Kind);
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => new CertificateFiles(_folder["not-there"], _folder["none.pem"], TimeProvider.System, NullLoggerFactory.Instance)).Kind);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_a_sentence()
    {
        SiteServerSettings settings = new() { Listen = new IPEndPoint(IPAddress.Loopback, 0), Version = "1" };
        await using SiteServer first = await StartAsync(settings);
        OperatorException refused = await Assert.ThrowsAsync<OperatorException>(
            () => StartAsync(settings with { Listen = new IPEndPoint(IPAddress.Loopback, first.Address.Port) }));
        Assert.Equal(FailureKind.Busy, refused.Kind);

        // Of somebody else's address, too.
        refused = await Assert.ThrowsAsync<OperatorException>(() => StartAsync(settings with { Listen = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0) }));
        Assert.Equal(FailureKind.Busy, refused.Kind);
    }

    private static Task<SiteServer> StartAsync(SiteServerSettings settings) =>
        SiteServer.StartAsync(new FakeSite(), settings, () => "", TimeProvider.System, NullLoggerFactory.Instance);

    /// <summary>Writes another certificate and its key to one file, and names it.</summary>
    private string WriteCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string name = $"{++_certificates}.pem";
        File.WriteAllText(_folder[name], $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        return name;
    }

    /// <summary>Digest of the certificate that a new connection is shown.</summary>
    private static async Task<string> ShownAsync(Uri address)
    {
        using TcpClient client = new();
        await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        using SslStream stream = new(client.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => shown?.Subject == "CN=localhost");
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, TestContext.Current.CancellationToken);
        return stream.RemoteCertificate!.GetCertHashString();
    }

    private sealed class Folder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("listening");

        public string this[string name] => Path.Combine(_folder.FullName, name);

        public void Dispose() => _folder.Delete(recursive: true);
    }

    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);

        public override long GetTimestamp() => Interlocked.Read(ref _now);
    }

    /// <summary>Keeps what is logged.</summary>
    private sealed class Lines : ILoggerFactory, ILogger
    {
        public List<string> Told { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Told)
            {
                Told.Add($"{logLevel} {formatter(state, exception)}");
            }
        }

        public void Dispose()
        {
            // Holds nothing.
        }
    }
}
