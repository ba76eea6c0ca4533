using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using SealerRecover.Recovery.Transfer;

namespace SealerRecover.Server;

/// <summary>
/// Lets nobody in who may not be: by the name that the server is called by, since a page elsewhere can have its own name lead to this machine (DNS
/// rebinding); by where the request comes from; by the token. There are no cookies and nothing that a browser adds by itself. What a proxy forwards
/// comes from elsewhere, wherever the proxy is.
/// </summary>
internal sealed class Guard
{
    private const string Scheme = "Bearer ";

    // Nothing but what the server itself serves, and in no frame.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly byte[]? _token;
    private readonly HashSet<string> _names;

    /// <summary>Makes it.</summary>
    public Guard(SiteServerSettings settings)
    {
        _token = settings.Token is { } token ? Digest(token) : null;
        _names = new HashSet<string>(settings.Names, StringComparer.OrdinalIgnoreCase) { "localhost" };
    }

    /// <summary>Whether this reader has to show the token to read.</summary>
    public static bool NeedsToken(HttpContext context)
    {
        IHeaderDictionary headers = context.Request.Headers;
        bool isForwarded = headers.ContainsKey("Forwarded") || headers.ContainsKey("X-Forwarded-For") || headers.ContainsKey("X-Real-IP") || headers.ContainsKey("Via");
        return isForwarded
            || context.Connection.RemoteIpAddress is not { } address
            || !IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
    }

    /// <summary>Sets what every answer says to browsers, and answers those itself that go no further.</summary>
    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        PathString path = context.Request.Path;
        bool isPage = path.Value is "/" || path.StartsWithSegments("/page", StringComparison.OrdinalIgnoreCase);
        headers.CacheControl = isPage ? "no-cache" : "no-store";

        if ((IsOurName(context.Request.Host.Host) ? RefusalOf(context, isPage) : Refusal.UnknownName) is { } refused)
        {
            if (refused == Refusal.TokenNeeded)
            {
                headers.WWWAuthenticate = "Bearer";
            }

            await Failures.TellAsync(context, refused).ConfigureAwait(false);
            return;
        }

        await next(context).ConfigureAwait(false);
    }

    private static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Open is only what is known to be: however a path is spelt, what is not the page is data, and what does not read acts.</summary>
    private Refusal? RefusalOf(HttpContext context, bool isPage)
    {
        PathString path = context.Request.Path;
        bool isAction = !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
            || path.StartsWithSegments("/api/actions", StringComparison.OrdinalIgnoreCase);

        // Whoever may log in here may look on, but sectors may hold data that is not everybody's.
        bool isResult = path.StartsWithSegments("/" + RemoteShelf.Path, StringComparison.OrdinalIgnoreCase);
        bool isOpen = isPage || path.StartsWithSegments("/api/about", StringComparison.OrdinalIgnoreCase) || !(isResult || NeedsToken(context));
        if (isOpen && !isAction)
        {
            return null;
        }

        if (_token is null)
        {
            return isAction ? Refusal.NobodyActs : isResult ? Refusal.NobodyFetches : Refusal.NobodyElseReads;
        }

        return IsShown(context.Request.Headers.Authorization) ? null : Refusal.TokenNeeded;
    }

    /// <summary>Digests are compared, which have one length, in a time that tells nothing.</summary>
    private bool IsShown(StringValues authorization) =>
        authorization is [{ } only]
        && only.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Digest(only[Scheme.Length..].Trim()), _token);

    private bool IsOurName(string host) => _names.Contains(host) || IPAddress.TryParse(host.Trim('[', ']'), out _);
}
