using System.Net.Http.Headers;
using System.Text;

namespace Filecoin.Chain.Rpc;

/// <summary>
/// One JSON-RPC endpoint of a node: where to POST and how to prove who asks. The secret parts (token, user and password, query, long
/// path segments, in which hosted providers put their keys) never appear in <see cref="ToString"/>.
/// </summary>
public sealed class ChainEndpoint
{
    /// <summary>Path segments at least this long are taken for a provider's key and not shown.</summary>
    private const int KeyLikeLength = 16;

    private readonly string _shown;

    internal ChainEndpoint(Uri url, string? token, NodeApi api)
    {
        Api = api;
        Token = token;
        Authorization = token is not null ? new AuthenticationHeaderValue("Bearer", token) : BasicFrom(url);
        Url = new UriBuilder(url) { UserName = "", Password = "", Fragment = "" }.Uri;
        _shown = Show(Url);
    }

    /// <summary>What answers there.</summary>
    public NodeApi Api { get; }

    /// <summary>The full address to POST to, http or https, ending in /rpc/v1 or /rpc/v0, without user and password. May hold a provider's key.</summary>
    public Uri Url { get; }

    /// <summary>Whether it came with a token, or with user and password.</summary>
    public bool HasCredentials => Authorization is not null;

    /// <summary>The Authorization header to send; null when the endpoint came without a token and without user and password.</summary>
    internal AuthenticationHeaderValue? Authorization { get; }

    /// <summary>The bearer token, for taking it out of logged text.</summary>
    internal string? Token { get; }

    /// <summary>The address for messages and logs, secrets left out.</summary>
    public override string ToString() => _shown;

    /// <summary>A node may repeat the token it was given; a log or message must not.</summary>
    internal string WithoutToken(string text) => Token is { Length: > 0 } token ? text.Replace(token, "***", StringComparison.Ordinal) : text;

    private static string Show(Uri url)
    {
        IEnumerable<string> segments = url.AbsolutePath.Split('/').Select(segment => segment.Length < KeyLikeLength ? segment : "…");
        return url.GetLeftPart(UriPartial.Authority) + string.Join('/', segments);
    }

    private static AuthenticationHeaderValue? BasicFrom(Uri url) =>
        url.UserInfo.Length == 0
            ? null
            : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo))));
}
