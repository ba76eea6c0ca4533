using System.Net;
using System.Net.Http.Headers;
using System.Net.NetworkInformation;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace SealerRecover.Server.Tests;

public sealed class ListeningTests
{
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
        using X509Certificate2 certificate = NewCertificate();
        SslStreamCertificateContext shown = SslStreamCertificateContext.Create(certificate, null, offline: true);
        await using SiteServer server = await StartAsync(new SiteServerSettings { Listen = new IPEndPoint(IPAddress.Loopback, 0), Certificate = () => shown, Version = "1" });
        Assert.Equal("https", server.Address.Scheme);
        using SocketsHttpHandler trusting = Trusting(certificate);
        using HttpClient client = new(trusting);
        Assert.Contains("\"version\":\"1\"", await client.GetStringAsync(new Uri(server.Address, "/api/about"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new UriBuilder(server.Address) { Scheme = "http" }.Uri, TestContext.Current.CancellationToken));

        // Another one is shown to the next connection, and the one that is open goes on.
        using X509Certificate2 renewed = NewCertificate();
        shown = SslStreamCertificateContext.Create(renewed, null, offline: true);
        Assert.NotEmpty(await client.GetStringAsync(new Uri(server.Address, "/api/about"), TestContext.Current.CancellationToken));
        using SocketsHttpHandler trustingIt = Trusting(renewed);
        using HttpClient next = new(trustingIt);
        Assert.NotEmpty(await next.GetStringAsync(new Uri(server.Address, "/api/about"), TestContext.Current.CancellationToken));
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

    private static X509Certificate2 NewCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static SocketsHttpHandler Trusting(X509Certificate2 certificate) => new()
    {
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == certificate.Thumbprint },
    };
}
