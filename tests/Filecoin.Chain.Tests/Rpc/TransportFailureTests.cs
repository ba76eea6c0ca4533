using System.Net;
using System.Net.Sockets;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

public sealed class TransportFailureTests
{
    private static readonly FakeChain Chain = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What a server answers to anything, as ASCII or hexadecimal, and what the sentence and its hint say.</summary>
    public static TheoryData<string, string, string, string, bool> Answers => new()
    {
        { "https", "HTTP/1.0 400 Bad Request\r\n\r\n", "failed the TLS handshake: its answer is not TLS", "write http instead of https", false },
        { "https", "", "broke off the TLS handshake", "write http instead of https", true },

        // Alerts: protocol version, and an internal error.
        { "https", "0x15030300020246", "failed the TLS handshake (\"", "check the TLS settings", false },
        { "https", "0x15030300020250", "failed the TLS handshake (\"", "check the TLS settings", false },
        { "http", "", "broke off the connection instead of answering", "write https instead of http", true },
        { "http", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n\r\n", "answered with something that is not HTTP", "write https instead of http", false },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task What_is_no_answer_over_this_protocol_is_one_sentence_with_a_hint(string scheme, string answer, string says, string hint, bool mayPass)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        byte[] bytes = answer.StartsWith("0x", StringComparison.Ordinal) ? Convert.FromHexString(answer[2..]) : [.. answer.Select(c => (byte)c)];
        int tries = 0;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task serving = ServeAsync();
        KeptLog log = new();

        string address = $"{scheme}://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        ChainCallException error = await FailedAsync($"SECRETTOKEN:{address}", log);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);

        Assert.StartsWith($"{address}/rpc/v1 {says}", error.Message, StringComparison.Ordinal);
        Assert.Contains(hint, error.Hint.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.Equal(mayPass ? Asking.Impatient.MaxRounds : 1, tries);

        async Task ServeAsync()
        {
            while (true)
            {
                using Socket client = await listener.AcceptSocketAsync(stop.Token);
                tries++;
                try
                {
                    await client.ReceiveAsync(new byte[4096], stop.Token);
                    await client.SendAsync(bytes, stop.Token);
                    client.Shutdown(SocketShutdown.Send);
                }
                catch (SocketException)
                {
                    // The client had enough.
                }
            }
        }
    }

    [Theory]
    [InlineData("Client sent an HTTP request to an HTTPS server.\n")]
    [InlineData("<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>\r\n<body>\r\n")]
    [InlineData("<!DOCTYPE HTML><p>Your browser sent a request that this server could not understand.<br />\nReason: You're speaking plain HTTP to an SSL-enabled server port.<br />")]
    public async Task A_server_that_says_it_wants_TLS_is_understood(string body)
    {
        await using FakeNode node = await FakeNode.StartAsync(Chain, token: "SECRETTOKEN");
        node.Inject("*", Fault.Status(400, body));
        ChainCallException error = await FailedAsync(node.ApiInfo, new KeptLog());
        Assert.Equal($"{node.Url}/rpc/v1 speaks https at this port, not http, asked for StateNetworkName", error.Message);
        Assert.Equal("write https instead of http for it in FULLNODE_API_INFO", error.Hint.ToString());
        Assert.Single(node.Requests);
    }

    [Fact]
    public async Task An_untrusted_certificate_fails_at_once_and_before_the_token_is_sent()
    {
        using TestAuthority authority = new();
        await using FakeNode node = await FakeNode.StartAsync(Chain, token: "SECRETTOKEN", authority.Issue("127.0.0.1"));
        KeptLog log = new();
        ChainCallException error = await FailedAsync(node.ApiInfo, log, new JsonRpcOptions());
        Assert.Equal(
            $"{node.Url}/rpc/v1 shows a certificate that is not trusted: its issuer \"Authority of a test\" is not known here, asked for StateNetworkName",
            error.Message);
        Assert.Contains("SSL_CERT_FILE", error.Hint.ToString(), StringComparison.Ordinal);
        Assert.Empty(node.Requests);
        Assert.DoesNotContain(log.Lines, line => line.Text.Contains(" again in ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_endpoint_stands_in_for_one_whose_certificate_is_not_trusted()
    {
        using TestAuthority authority = new();
        await using FakeNode untrusted = await FakeNode.StartAsync(Chain, certificate: authority.Issue("127.0.0.1"));
        await using FakeNode plain = await FakeNode.StartAsync(Chain);
        using JsonRpcClient client = Asking.Client(untrusted, plain);
        Assert.Equal("localnet", await new FullNode(client).StateNetworkNameAsync(Cancellation));
    }

    private static async Task<ChainCallException> FailedAsync(string apiInfo, KeptLog log, JsonRpcOptions? options = null)
    {
        using JsonRpcClient client = Asking.Client(apiInfo, options, log);
        ChainCallException error = await Assert.ThrowsAsync<ChainCallException>(() => new FullNode(client).StateNetworkNameAsync(Cancellation));
        Assert.Equal(FailureKind.NodeUnreachable, error.Kind);
        Assert.DoesNotContain("SECRETTOKEN", error.Message + error.Hint.ToString() + log.All, StringComparison.Ordinal);
        return error;
    }
}
