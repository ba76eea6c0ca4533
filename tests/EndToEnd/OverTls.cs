using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>Nodes that are asked over TLS: trusted as the system trusts, and refused at once with a sentence that helps.</summary>
public sealed class OverTls(ParentCaches caches) : IAsyncLifetime
{
    private const ulong Miner = 1000;
    private const long TicketEpoch = 9_000;
    private const string Token = "s3cr3t";
    private const RegisteredSealProof Proof = RegisteredSealProof.StackedDrg2KiBV1_1;

    private readonly Workbench _bench = new(caches);
    private readonly TestAuthority _authority = new();
    private readonly FakeChain _chain = new();
    private readonly List<IAsyncDisposable> _servers = [];
    private FakeMiner _miner = null!;

    public ValueTask InitializeAsync()
    {
        _miner = _chain.AddMiner(Miner, SectorSize.KiB2);
        _miner.Add(new FakeSector
        {
            Number = 1,
            SealProof = (int)Proof,
            SealedCid = SealedByHand.SealedCid(caches, _chain, Miner, 1, Proof, TicketEpoch),
            SealRandEpoch = TicketEpoch,
            PreCommitEpoch = TicketEpoch + 900,
            Activation = TicketEpoch + 1_200,
        });
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable server in _servers)
        {
            await server.DisposeAsync();
        }

        _authority.Dispose();
        _bench.Dispose();
    }

    [Theory]
    [InlineData("multiaddr")]
    [InlineData("wss")]
    [InlineData("url")]
    [InlineData("name")]
    [InlineData("folder")]
    [InlineData("folder, self-signed")]
    public async Task A_node_whose_authority_is_named_is_asked_with_its_token(string how)
    {
        bool isAlone = how.EndsWith("self-signed", StringComparison.Ordinal);
        X509Certificate2 certificate = isAlone ? _authority.SelfSigned("127.0.0.1", "localhost") : _authority.Issue("127.0.0.1", "localhost");
        FakeNode node = await NodeAsync(certificate);
        node.RequireToken = true;
        Trust(isAlone ? certificate : _authority.Certificate, inFolder: how.StartsWith("folder", StringComparison.Ordinal));

        Ended ended = await ExportAsync(how switch
        {
            "wss" => node.ApiInfo.Replace("/https", "/wss", StringComparison.Ordinal),
            "url" => $"{Token}:{node.Url}",
            "name" => string.Create(CultureInfo.InvariantCulture, $"{Token}:https://localhost:{node.Port}/rpc/v1"),
            _ => node.ApiInfo,
        });

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.NotEmpty(node.Requests);
        Assert.All(node.Requests, request => Assert.Equal($"Bearer {Token}", request.Authorization));
        JsonNode written = JsonNode.Parse(await File.ReadAllTextAsync(
            Path.Combine(_bench.Home, "sectors-recovery-f01000.json"), TestContext.Current.CancellationToken))!["SectorInfos"]![0]!;
        Assert.Equal(TicketEpoch, (long)written["TicketEpoch"]!);
    }

    [Fact]
    public async Task A_node_with_nothing_but_headers_and_the_lotus_miner_recover_a_sector()
    {
        FakeNode node = await NodeAsync(_authority.Issue("127.0.0.1"));
        node.KeepHeadersOnly();
        FakeLotusMiner lotusMiner = Keep(await FakeLotusMiner.StartAsync(_chain, _miner, token: "miner-token", _authority.Issue("127.0.0.1")));
        _bench.Environment["FULLNODE_API_INFO"] = node.ApiInfo;
        _bench.Environment["MINER_API_INFO"] = lotusMiner.ApiInfo;
        Trust(_authority.Certificate);

        Ended ended = await _bench.RunAsync(
            "--miner=f01000", "--sectors=1", $"--sealing-result={_bench.Result}", $"--sealing-temp={_bench.Temp}", "--json");

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal("installed", (string?)Assert.Single(ended.Report["sectors"]!.AsArray())!["result"]);
        Assert.NotEqual(0, lotusMiner.Count("SectorsStatus"));
        AssertNoSecrets(ended);
    }

    [Fact]
    public async Task A_lotus_miner_that_is_not_trusted_is_told_and_how_to_trust_it()
    {
        FakeNode node = await NodeAsync(certificate: null);
        node.KeepHeadersOnly();
        FakeLotusMiner lotusMiner = Keep(await FakeLotusMiner.StartAsync(_chain, _miner, token: "miner-token", _authority.Issue("127.0.0.1")));
        _bench.Environment["MINER_API_INFO"] = lotusMiner.ApiInfo;

        Ended ended = await ExportAsync(node.ApiInfo);

        Assert.True(ended.Code == 6, ended.ToString());
        Assert.Contains(
            $"lotus-miner: {lotusMiner.Url}/rpc/v0 shows a certificate that is not trusted: its issuer \"Authority of a test\" is not known here",
            ended.Output,
            StringComparison.Ordinal);
        Assert.Contains("hint: lotus-miner could not be asked: if you trust that issuer, name its certificate (a PEM file) in SSL_CERT_FILE", ended.Output, StringComparison.Ordinal);
        Assert.Empty(lotusMiner.Requests);

        // Where nothing is missing without it, it is said all the same.
        node.StateKeptFrom = node.MessagesKeptFrom = 0;
        Ended known = await ExportAsync(node.ApiInfo);
        Assert.True(known.Code == 0, known.ToString());
        Assert.Contains("lotus-miner could not be asked (", known.Output + known.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown issuer", "its issuer \"Authority of a test\" is not known here", "SSL_CERT_FILE")]
    [InlineData("file that is not there, unknown issuer", "its issuer \"Authority of a test\" is not known here", "SSL_CERT_FILE names \"/nowhere/ca.pem\", which is not there; if you trust")]
    [InlineData("self-signed", "it is signed by nobody but itself", "SSL_CERT_DIR")]
    [InlineData("expired", "it expired on ", "Renew the certificate")]
    [InlineData("early", "it is not valid before ", "clock of this machine")]
    [InlineData("other host", "it is for node.example, not for 127.0.0.1", "a host that its certificate is for")]
    [InlineData("other host, expired, unknown issuer", "it is for node.example, not for 127.0.0.1, and it expired on ", "SSL_CERT_FILE")]
    public async Task A_certificate_that_is_not_trusted_ends_the_run_at_once(string how, string why, string hint)
    {
        string host = how.StartsWith("other host", StringComparison.Ordinal) ? "node.example" : "127.0.0.1";
        (int from, int to) = how.Contains("expired", StringComparison.Ordinal) ? (-20, -10) : how == "early" ? (10, 20) : (-1, 20);
        FakeNode node = await NodeAsync(how == "self-signed" ? _authority.SelfSigned(host) : _authority.Issue(from, to, host));
        if (!how.EndsWith("unknown issuer", StringComparison.Ordinal))
        {
            Trust(_authority.Certificate);
        }

        if (how.StartsWith("file", StringComparison.Ordinal))
        {
            _bench.Environment["SSL_CERT_FILE"] = "/nowhere/ca.pem";
        }

        Ended ended = await RefusedAsync(node.ApiInfo);

        Assert.Contains($"error: {node.Url}/rpc/v1 shows a certificate that is not trusted: {why}", ended.Error, StringComparison.Ordinal);
        Assert.Contains(hint, ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("is asked again", ended.Output, StringComparison.Ordinal);
        Assert.Empty(node.Requests);
    }

    [Fact]
    public async Task Pieces_come_from_a_server_whose_authority_is_named_and_else_it_is_said_why_not()
    {
        DataCase data = DataCase.Get("update/2KiB-v1_1-cc");
        FakePieceServer server = Keep(await FakePieceServer.StartAsync(certificate: _authority.Issue("127.0.0.1")));
        data.Serve(server);
        string[] recover = [.. _bench.Recover(_bench.Write(data.Metadata()), $"--piece-source={server.Url}")];

        Ended refused = await _bench.RunAsync(recover);
        Assert.NotEqual(0, refused.Code);
        string said = string.Join(' ', (refused.Output + refused.Error).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("shows a certificate that is not trusted: its issuer \"Authority of a test\" is not known here", said, StringComparison.Ordinal);
        Assert.Contains("SSL_CERT_FILE", said, StringComparison.Ordinal);
        Assert.Empty(server.Requests);

        Trust(_authority.Certificate);
        await _bench.RunAsync(0, recover);
        data.AssertInstalled(_bench.Result);
    }

    [Fact]
    public async Task Https_to_a_plain_port_and_http_to_a_port_with_TLS_are_told_apart()
    {
        FakeNode plain = await NodeAsync(certificate: null);
        Ended ended = await RefusedAsync(plain.ApiInfo.Replace("/http", "/https", StringComparison.Ordinal));
        Assert.Contains(
            $"error: {plain.Url.Replace("http:", "https:", StringComparison.Ordinal)}/rpc/v1 failed the TLS handshake: its answer is not TLS",
            ended.Error,
            StringComparison.Ordinal);
        Assert.Contains("write http instead of https for it in FULLNODE_API_INFO", ended.Error, StringComparison.Ordinal);

        FakeNode secure = await NodeAsync(_authority.Issue("127.0.0.1"));
        ended = await RefusedAsync(secure.ApiInfo.Replace("/https", "/http", StringComparison.Ordinal));
        Assert.Contains(
            $"error: {secure.Url.Replace("https:", "http:", StringComparison.Ordinal)}/rpc/v1 broke off the connection instead of answering",
            ended.Error,
            StringComparison.Ordinal);
        Assert.Contains("write https instead of http for it in FULLNODE_API_INFO", ended.Error, StringComparison.Ordinal);
    }

    /// <summary>A run that no node answers: exit code 3, one sentence and its hint, no token and no trace.</summary>
    private async Task<Ended> RefusedAsync(string apiInfo)
    {
        Ended ended = await ExportAsync(apiInfo);
        Assert.True(ended.Code == 3, ended.ToString());
        Assert.Single(ended.Error.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", ended.Error + ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", ended.Error + ended.Output, StringComparison.Ordinal);
        return ended;
    }

    private async Task<Ended> ExportAsync(string apiInfo, params string[] more)
    {
        _bench.Environment["FULLNODE_API_INFO"] = apiInfo;
        Ended ended = await _bench.RunAsync(["export", "--miner=f01000", "1", .. more]);
        AssertNoSecrets(ended);
        return ended;
    }

    private static void AssertNoSecrets(Ended ended)
    {
        Assert.DoesNotContain(Token, ended.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("miner-token", ended.ToString(), StringComparison.Ordinal);
    }

    private async Task<FakeNode> NodeAsync(X509Certificate2? certificate) => Keep(await FakeNode.StartAsync(_chain, Token, certificate));

    /// <summary>Has the program trust a certificate, beside those of the system.</summary>
    private void Trust(X509Certificate2 certificate, bool inFolder = false)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_bench.Home, "trusted")).FullName;
        string file = Path.Combine(folder, "authority.pem");
        File.WriteAllText(file, certificate.ExportCertificatePem());
        _bench.Environment[inFolder ? "SSL_CERT_DIR" : "SSL_CERT_FILE"] = inFolder ? folder : file;
    }

    private T Keep<T>(T server)
        where T : IAsyncDisposable
    {
        _servers.Add(server);
        return server;
    }
}
