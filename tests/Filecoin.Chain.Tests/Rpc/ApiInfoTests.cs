using Filecoin.Chain.Rpc;
using Filecoin.Primitives;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace SealerRecover.Tests.Chain;

public sealed class ApiInfoTests
{
    private const string Jwt = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJBbGxvdyI6WyJyZWFkIl19.oGrLPX4KT-J8xsUXGBQ";

    [Theory]
    [InlineData("/ip4/10.0.0.5/tcp/1234/http", "http://10.0.0.5:1234/rpc/v1")]
    [InlineData("/ip4/10.0.0.5/tcp/1234", "http://10.0.0.5:1234/rpc/v1")]
    [InlineData("/ip4/0.0.0.0/tcp/1234/http", "http://127.0.0.1:1234/rpc/v1")]
    [InlineData("/ip6/::1/tcp/1234", "http://[::1]:1234/rpc/v1")]
    [InlineData("/ip6/::/tcp/1234/ws", "http://[::1]:1234/rpc/v1")]
    [InlineData("/ip6/2001:db8::5/tcp/80/http", "http://[2001:db8::5]/rpc/v1")]
    [InlineData("/dns/node.example/tcp/443/https", "https://node.example/rpc/v1")]
    [InlineData("/dns4/node.example/tcp/443/tls/ws", "https://node.example/rpc/v1")]
    [InlineData("/dns6/node.example/tcp/8443/wss", "https://node.example:8443/rpc/v1")]
    [InlineData("/dns/localhost/tcp/1234/ws/", "http://localhost:1234/rpc/v1")]
    [InlineData("http://127.0.0.1:1234", "http://127.0.0.1:1234/rpc/v1")]
    [InlineData("http://127.0.0.1:1234/", "http://127.0.0.1:1234/rpc/v1")]
    [InlineData("http://127.0.0.1:1234/rpc/v0", "http://127.0.0.1:1234/rpc/v1")]
    [InlineData("https://api.node.glif.io", "https://api.node.glif.io/rpc/v1")]
    [InlineData("https://api.node.glif.io/rpc/v1", "https://api.node.glif.io/rpc/v1")]
    [InlineData("https://api.node.glif.io/rpc/v1/", "https://api.node.glif.io/rpc/v1")]
    [InlineData("https://host/filecoin/key/rpc/v2", "https://host/filecoin/key/rpc/v1")]
    [InlineData("ws://host:1234/x", "http://host:1234/x/rpc/v1")]
    [InlineData("wss://host/x?token=abc", "https://host/x/rpc/v1?token=abc")]
    [InlineData("HTTPS://Host", "https://host/rpc/v1")]
    public void Every_form_of_address_becomes_the_url_to_post_to_with_and_without_a_token(string address, string url)
    {
        ChainEndpoint bare = Assert.Single(ApiInfo.Parse(address));
        Assert.Equal(url, bare.Url.AbsoluteUri);
        Assert.Null(bare.Authorization);

        foreach (string token in new[] { Jwt, "KEY", "opaque-token_1" })
        {
            ChainEndpoint endpoint = Assert.Single(ApiInfo.Parse($"{token}:{address}"));
            Assert.Equal(url, endpoint.Url.AbsoluteUri);
            Assert.Equal($"Bearer {token}", endpoint.Authorization?.ToString());
        }
    }

    [Fact]
    public void User_and_password_of_a_url_are_no_token()
    {
        ChainEndpoint endpoint = Assert.Single(ApiInfo.Parse("http://u:p%40w@h:1234/x"));
        Assert.Equal("http://h:1234/x/rpc/v1", endpoint.Url.AbsoluteUri);
        Assert.Equal("Basic " + Convert.ToBase64String("u:p@w"u8), endpoint.Authorization?.ToString());
        Assert.DoesNotContain("p@w", endpoint.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($"FULLNODE_API_INFO={Jwt}:/ip4/127.0.0.1/tcp/1234/http")]
    [InlineData($"\"{Jwt}:/ip4/127.0.0.1/tcp/1234/http\"")]
    [InlineData($"  '{Jwt}:/ip4/127.0.0.1/tcp/1234/http'\n")]
    [InlineData($"{Jwt}: /ip4/127.0.0.1/tcp/1234/http")]
    public void What_gets_pasted_along_is_taken_off(string text)
    {
        ChainEndpoint endpoint = Assert.Single(ApiInfo.Parse(text));
        Assert.Equal("http://127.0.0.1:1234/rpc/v1", endpoint.Url.AbsoluteUri);
        Assert.Equal($"Bearer {Jwt}", endpoint.Authorization?.ToString());
    }

    [Fact]
    public void Several_keep_their_order_and_blanks_and_empty_entries_do_not_matter()
    {
        IReadOnlyList<ChainEndpoint> endpoints = ApiInfo.Parse($" {Jwt}:/ip4/10.0.0.1/tcp/1/http , https://b ,, K:wss://c ,");
        Assert.Equal(["http://10.0.0.1:1/rpc/v1", "https://b/rpc/v1", "https://c/rpc/v1"], endpoints.Select(e => e.Url.AbsoluteUri));
        Assert.Equal([$"Bearer {Jwt}", null, "Bearer K"], endpoints.Select(e => e.Authorization?.ToString()));
    }

    [Fact]
    public void Secrets_are_never_shown()
    {
        ChainEndpoint endpoint = Assert.Single(ApiInfo.Parse($"{Jwt}:https://user:pass@host/v2/0123456789abcdef0123456789abcdef/rpc/v1?token=querysecret#frag"));
        Assert.Equal("https://host/v2/…/rpc/v1", endpoint.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData(",,")]
    [InlineData("localhost:1234")]
    [InlineData("SECRETTOKEN")]
    [InlineData("SECRETTOKEN:")]
    [InlineData("SECRETTOKEN:host")]
    [InlineData("SECRETTOKEN:host:1234")]
    [InlineData("SECRETTOKEN:ftp://host")]
    [InlineData("SECRETTOKEN:http://")]
    [InlineData("SECRETTOKEN:file:///etc/passwd")]
    [InlineData("SECRETTOKEN:/ip4/10.0.0.5")]
    [InlineData("SECRETTOKEN:/ip4/10.0.0.5/udp/1234")]
    [InlineData("SECRETTOKEN:/ip4/10.0.0.5/tcp/0")]
    [InlineData("SECRETTOKEN:/ip4/10.0.0.5/tcp/65536")]
    [InlineData("SECRETTOKEN:/ip4/10.0.0.5/tcp/-1")]
    [InlineData("SECRETTOKEN:/ip4/10.0.0/tcp/1234")]
    [InlineData("SECRETTOKEN:/ip4/::1/tcp/1234")]
    [InlineData("SECRETTOKEN:/ip6/10.0.0.5/tcp/1234")]
    [InlineData("SECRETTOKEN:/dns/ho st/tcp/1234")]
    [InlineData("SECRETTOKEN:/dns4//tcp/1234")]
    [InlineData("SECRETTOKEN:/unix/tmp/x/y/z")]
    [InlineData("/ip4/10.0.0.5/tcp/1234:SECRETTOKEN")]
    [InlineData("/ip4/10.0.0.5/tcp/1234/SECRETTOKEN")]
    [InlineData("/ip4/10.0.0.5/tcp/1234/http,SECRETTOKEN:nothing")]
    [InlineData("SECRET TOKEN:/ip4/10.0.0.5/tcp/1234")]
    [InlineData("SECRETTOKEN\r\nX-Evil: 1:/ip4/10.0.0.5/tcp/1234")]
    [InlineData("SECRETTOKÉN:/ip4/10.0.0.5/tcp/1234")]
    public void What_is_not_usable_is_refused_without_repeating_the_token(string text)
    {
        OperatorException error = Assert.Throws<OperatorException>(() => ApiInfo.Parse(text));
        Assert.Equal(FailureKind.BadInput, error.Kind);
        Assert.StartsWith("FULLNODE_API_INFO", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", error.Message + error.Hint.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void The_faulty_one_of_several_is_named()
    {
        OperatorException error = Assert.Throws<OperatorException>(() => ApiInfo.Parse("https://a,https://b,/ip4/1/tcp/1"));
        Assert.Contains("entry 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_parses_or_is_refused_and_nothing_else()
    {
        Prop.ForAll<string?>(text =>
        {
            try
            {
                return ApiInfo.Parse(text ?? "").Count > 0;
            }
            catch (OperatorException error)
            {
                return error.Kind == FailureKind.BadInput;
            }
        }).QuickCheckThrowOnFailure();
        Assert.Throws<OperatorException>(() => ApiInfo.Parse(new string('/', 10_000_000)));
    }

    [Fact]
    public void A_repository_gives_address_and_token()
    {
        string folder = Directory.CreateTempSubdirectory("lotus").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "api"), "/ip4/127.0.0.1/tcp/1234/http\n");
            Assert.Null(ApiInfo.FromRepository(folder).Authorization);
            File.WriteAllText(Path.Combine(folder, "token"), Jwt + "\n");
            ChainEndpoint endpoint = ApiInfo.FromRepository(folder);
            Assert.Equal("http://127.0.0.1:1234/rpc/v1", endpoint.Url.AbsoluteUri);
            Assert.Equal($"Bearer {Jwt}", endpoint.Authorization?.ToString());

            File.WriteAllText(Path.Combine(folder, "api"), "");
            OperatorException error = Assert.Throws<OperatorException>(() => ApiInfo.FromRepository(folder));
            Assert.Contains(Path.Combine(folder, "api"), error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void No_repository_means_that_no_node_is_configured()
    {
        OperatorException error = Assert.Throws<OperatorException>(() => ApiInfo.FromRepository("/nonexistent/.lotus"));
        Assert.Equal(FailureKind.BadInput, error.Kind);
        Assert.Contains("FULLNODE_API_INFO is not set and /nonexistent/.lotus/api does not exist", error.Message, StringComparison.Ordinal);
    }
}
