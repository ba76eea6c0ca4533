using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Net;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>Where a page is served, and for whom, as it was decided.</summary>
/// <param name="Listen">Address and port.</param>
/// <param name="Certificate">PEM file of the certificate and those above it; null for no TLS.</param>
/// <param name="Key">PEM file of its key.</param>
/// <param name="Token">Whoever has it may act, and read from other machines; null for nobody.</param>
/// <param name="Names">Names that the server is called by, the one that other machines know it by first.</param>
internal sealed record HttpSettings(IPEndPoint Listen, string? Certificate, string? Key, string? Token, ImmutableArray<string> Names)
{
    /// <summary>Where other machines find the page; null where they do not.</summary>
    public string? Url => IPAddress.IsLoopback(Listen.Address) || Listen.Port == 0 ? null
        : new UriBuilder(Certificate is null ? "http" : "https", Equals(Listen.Address, IPAddress.Any) || Equals(Listen.Address, IPAddress.IPv6Any) ? Names[0] : Listen.Address.ToString(), Listen.Port).Uri.ToString();
}

/// <summary>Where a page is served, and for whom. Knows nothing of what serves it, so that whoever serves nothing loads nothing.</summary>
/// <param name="description">What --http is for, in help.</param>
/// <param name="otherwise">Where it is served if nothing is said; null for nowhere.</param>
internal sealed class HttpOptions(string description, string? otherwise)
{
    /// <summary>The option's name.</summary>
    public const string Name = "--http";

    /// <summary>Where <c>serve</c> listens if nothing is said.</summary>
    public const string Default = "127.0.0.1:8700";

    private const int ShortestToken = 16;
    private const int LargestTokenFile = 4096;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly Option<string?> _http = new(Name) { Description = description, HelpName = "address:port" };
    private readonly Option<string?> _certificate = new("--http-cert")
    {
        Description = "A PEM file with the certificate of the page's server, and those above it; then it speaks TLS. What is renewed is taken up within a minute.",
        HelpName = "file",
    };

    private readonly Option<string?> _key = new("--http-key") { Description = "A PEM file with the certificate's key, if it is not in the same file.", HelpName = "file" };
    private readonly Option<string?> _token = new("--http-token-file")
    {
        Description = $"A file with the token that actions need, and reading from other machines; at least {ShortestToken} characters in one line. Default: SEALER_RECOVER_HTTP_TOKEN.",
        HelpName = "file",
    };

    private readonly Option<string[]> _names = new("--http-name")
    {
        Description = "A name that the page's server is called by, beside localhost, this machine's name and addresses; requests for others are not answered. The first is what other workers call it by. May be repeated.",
        HelpName = "name",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>Adds them.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _http, _certificate, _key, _token, _names })
        {
            command.Add(option);
        }
    }

    /// <summary>Reads them; null where nothing is served. What is doubtful about them is told.</summary>
    /// <exception cref="OperatorException">BadInput; or a file cannot be read.</exception>
    public HttpSettings? Read(CommandContext context)
    {
        if ((context.Parsed.GetValue(_http) ?? otherwise) is not { } where)
        {
            return null;
        }

        IPEndPoint listen = Parse(where);
        string? key = Absolute(context, _key);
        string? certificate = Absolute(context, _certificate);
        if (key is not null && certificate is null)
        {
            throw new OperatorException(FailureKind.BadInput, $"{_key.Name} names a key, and there is no certificate", $"name it with {_certificate.Name}");
        }

        string? token = Token(context);
        if (!IPAddress.IsLoopback(listen.Address))
        {
            Warn(context, certificate, token);
        }

        return new HttpSettings(listen, certificate, key, token, [.. context.Parsed.GetValue(_names) ?? [], Environment.MachineName]);
    }

    /// <summary>An address with a port: 127.0.0.1:8700, [::1]:8700, localhost:8700, 0.0.0.0:8700.</summary>
    /// <exception cref="OperatorException">BadInput: it is none.</exception>
    internal static IPEndPoint Parse(string where)
    {
        int colon = where.LastIndexOf(':');
        string host = colon < 0 ? "" : where[..colon];
        bool isBracketed = host is ['[', .., ']'];
        return ushort.TryParse(where.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            && isBracketed == host.Contains(':', StringComparison.Ordinal)
            && IPAddress.TryParse(host == "localhost" ? "127.0.0.1" : isBracketed ? host[1..^1] : host, out IPAddress? address)
                ? new IPEndPoint(address, port)
                : throw new OperatorException(
                    FailureKind.BadInput, $"{Name} is \"{SafeText.Short(where)}\", not an address with a port", "write it as 127.0.0.1:8700, [::1]:8700, or 0.0.0.0:8700 for all addresses of this machine");
    }

    private static string? Absolute(CommandContext context, Option<string?> option) =>
        context.Parsed.GetValue(option) is { } given ? context.Folders.Absolute(given, option.Name) : null;

    private void Warn(CommandContext context, string? certificate, string? token)
    {
        if (token is null)
        {
            context.Events.Notice($"without a token nobody reads the page from other machines; name a file with one with {_token.Name}");
        }
        else if (certificate is null)
        {
            context.Events.Notice($"without TLS the token and all that is read go over the network for everybody on it to see; name a certificate with {_certificate.Name}");
        }
    }

    /// <summary>The token that was named; null for none.</summary>
    /// <exception cref="OperatorException">BadInput; or the file cannot be read.</exception>
    public string? Token(CommandContext context)
    {
        if (Absolute(context, _token) is not { } path)
        {
            return context.Environment.HttpToken is { } told ? Checked(told, EnvironmentSettings.HttpTokenVariable) : null;
        }

        FileLook look = StorageFailure.Explain($"reading {path}", () => FileLook.Through(path));
        if (look.Kind != FileKind.File || look.Length > LargestTokenFile)
        {
            throw new OperatorException(FailureKind.BadInput, $"{path} is no file with a token", $"name one with {_token.Name}");
        }

        if ((StorageFailure.Explain($"looking at {path}", () => new FileInfo(path).UnixFileMode) & Others) != 0)
        {
            context.Events.Notice($"other users of this machine can read the token in {path}");
        }

        return Checked(StorageFailure.Explain($"reading {path}", () => File.ReadAllText(path)).Trim(), path);
    }

    private static string Checked(string token, string origin) => token.Length >= ShortestToken && token.All(letter => char.IsBetween(letter, '!', '~'))
        ? token
        : throw new OperatorException(
            FailureKind.BadInput,
            $"the token of {origin} is too short, or has other characters than a token may have",
            string.Create(CultureInfo.InvariantCulture, $"write at least {ShortestToken} letters and digits in one line, as `openssl rand -hex 32` prints them"));
}
