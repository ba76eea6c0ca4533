using System.Text;
using System.Text.RegularExpressions;
using Filecoin.Primitives;

namespace Filecoin.Chain.Rpc;

/// <summary>
/// Reads where a node is and with which token, from the text of FULLNODE_API_INFO or MINER_API_INFO or from a Lotus repository folder. The forms are
/// those of Lotus (cli/util/apiinfo.go): "token:multiaddr", "token:url", either without token, several with commas between. What differs is
/// kinder: blanks around an entry, quotes around the whole and a trailing /rpc/vN (which Lotus would double) are taken off, and ws(s) becomes
/// http(s), since the same node answers POST there. No message repeats any part of the text that could be a token.
/// </summary>
public static partial class ApiInfo
{
    private const int MaxTextLength = 64 << 10;

    /// <summary>Reads one or more entries separated by commas; order is kept, it is the order of preference.</summary>
    /// <param name="text">The text, e.g. the value of FULLNODE_API_INFO.</param>
    /// <param name="source">What the text is called in messages; default: the API's variable.</param>
    /// <param name="api">What is there; default: a full node.</param>
    /// <exception cref="OperatorException">BadInput: no entry, or one that is not usable; says which and why.</exception>
    public static IReadOnlyList<ChainEndpoint> Parse(string text, string? source = null, NodeApi? api = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        api ??= NodeApi.FullNode;
        source ??= api.Variable;
        if (text.Length > MaxTextLength)
        {
            throw Bad(api, source, "it is longer than 64 KiB");
        }

        List<ChainEndpoint> endpoints = [];
        string[] entries = Unwrap(text, api).Split(',');
        for (int i = 0; i < entries.Length; i++)
        {
            string entry = entries[i].Trim();
            if (entry.Length > 0)
            {
                endpoints.Add(ParseEntry(api, entry, entries.Length == 1 ? source : $"{source}, entry {i + 1}"));
            }
        }

        return endpoints.Count > 0 ? endpoints : throw Bad(api, source, "it is empty");
    }

    /// <summary>Reads the files "api" (a multiaddr) and "token" (may be missing: a node grants read permission without) of a running node.</summary>
    /// <param name="folder">The repository, e.g. ~/.lotus with ~ expanded.</param>
    /// <exception cref="OperatorException">BadInput: there is no api file, or a file is not readable or not usable.</exception>
    public static ChainEndpoint FromRepository(string folder)
    {
        NodeApi api = NodeApi.FullNode;
        string file = Path.Combine(folder, "api");
        string address = ReadSmallFile(api, file) ?? throw new OperatorException(
            FailureKind.BadInput,
            $"no chain node is configured: {api.Variable} is not set and {file} does not exist",
            $"set {api.Variable} ({api.Hint}), or start the Lotus node of this machine");
        string tokenFile = Path.Combine(folder, "token");
        string? token = ReadSmallFile(api, tokenFile);
        return new ChainEndpoint(ParseAddress(api, address, file), string.IsNullOrEmpty(token) ? null : CheckToken(api, token, tokenFile), api);
    }

    /// <summary>Takes off blanks, the "FULLNODE_API_INFO=" that `lotus auth api-info` prints before, and quotes that an env file left around.</summary>
    private static string Unwrap(string text, NodeApi api)
    {
        string result = text.Trim();
        if (result.StartsWith(api.Variable + "=", StringComparison.Ordinal))
        {
            result = result[(api.Variable.Length + 1)..];
        }

        return result.Length >= 2 && result[0] is '"' or '\'' && result[^1] == result[0] ? result[1..^1] : result;
    }

    private static ChainEndpoint ParseEntry(NodeApi api, string entry, string source)
    {
        // A multiaddr holds no token; in "scheme://…" the first colon is the scheme's. Else what is before the first colon is the token.
        int colon = entry[0] == '/' ? -1 : entry.IndexOf(':', StringComparison.Ordinal);
        return colon <= 0 || entry.AsSpan(colon + 1).StartsWith("//")
            ? new ChainEndpoint(ParseAddress(api, entry, source), token: null, api)
            : new ChainEndpoint(ParseAddress(api, entry[(colon + 1)..].Trim(), source), CheckToken(api, entry[..colon], source), api);
    }

    private static string CheckToken(NodeApi api, string token, string source) =>
        token.All(c => c is > ' ' and < '\x7f')
            ? token
            : throw Bad(api, source, "its token holds blanks, line breaks or characters outside ASCII");

    private static Uri ParseAddress(NodeApi api, string address, string source)
    {
        if (address.StartsWith('/'))
        {
            return Multiaddr.TryToUrl(address, api.Path, out Uri? fromMultiaddr, out string problem) ? fromMultiaddr : throw Bad(api, source, problem);
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? url) || url.Host.Length == 0 || !address.Contains("://", StringComparison.Ordinal))
        {
            throw Bad(api, source, "its address is neither a multiaddr, which begins with /ip4/, /ip6/ or /dns/, nor a URL, which begins with http:// or https://");
        }

        string scheme = url.Scheme switch
        {
            "http" or "ws" => "http",
            "https" or "wss" => "https",
            _ => throw Bad(api, source, "its URL has another scheme than http, https, ws or wss"),
        };
        string path = ApiPathSuffix().Replace(url.AbsolutePath, "").TrimEnd('/') + api.Path;
        return new UriBuilder(url) { Scheme = scheme, Port = url.IsDefaultPort ? -1 : url.Port, Path = path }.Uri;
    }

    private static string? ReadSmallFile(NodeApi api, string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.Length > MaxTextLength)
            {
                throw Bad(api, path, "it is longer than 64 KiB");
            }

            using StreamReader reader = new(file, Encoding.UTF8);
            return reader.ReadToEnd().Trim();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OperatorException(
                FailureKind.BadInput, $"{path} cannot be read: {error.Message}", $"run as the user of the Lotus node, or set {api.Variable}", error);
        }
    }

    private static OperatorException Bad(NodeApi api, string source, string problem) =>
        new(FailureKind.BadInput, $"{source} does not say where {api.Node} is: {problem}", api.Hint);

    [GeneratedRegex(@"/rpc/v[0-9]{1,3}/*\z", RegexOptions.CultureInvariant)]
    private static partial Regex ApiPathSuffix();
}
