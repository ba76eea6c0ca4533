using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace SealerRecover.Server;

/// <summary>The page's files, which the assembly brings along.</summary>
internal sealed class PageFiles
{
    private const string Prefix = "page/";
    private const string First = "index.html";

    private static readonly ImmutableDictionary<string, string> Types = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".json"] = "application/json",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".ico"] = "image/x-icon",
    }.ToImmutableDictionary();

    private readonly ImmutableDictionary<string, PageFile> _files;

    private PageFiles(ImmutableDictionary<string, PageFile> files) => _files = files;

    /// <summary>Names of all, as they stand behind /page/.</summary>
    public IEnumerable<string> Names => _files.Keys;

    /// <summary>Reads them.</summary>
    public static PageFiles Embedded()
    {
        Assembly assembly = typeof(PageFiles).Assembly;
        return new PageFiles(assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToImmutableDictionary(name => name[Prefix.Length..].Replace('\\', '/'), name => Read(assembly, name), StringComparer.Ordinal));
    }

    /// <summary>Serves them: the first one at the root, the others behind /page/.</summary>
    public void MapTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", context => SendAsync(context, First));
        routes.MapGet("/page/{**name}", context => SendAsync(context, context.GetRouteValue("name") as string ?? ""));
    }

    private static PageFile Read(Assembly assembly, string name)
    {
        using Stream stream = assembly.GetManifestResourceStream(name)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new PageFile(bytes, Types.GetValueOrDefault(Path.GetExtension(name), "application/octet-stream"), $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}\"");
    }

    private Task SendAsync(HttpContext context, string name)
    {
        if (!_files.TryGetValue(name, out PageFile? file))
        {
            return Failures.TellAsync(context, Refusal.NoFile);
        }

        HttpResponse response = context.Response;
        response.Headers.ETag = file.Tag;
        if (context.Request.Headers.IfNoneMatch == file.Tag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.Headers[HeaderNames.ContentType] = file.Type;
        response.ContentLength = file.Bytes.Length;
        return response.Body.WriteAsync(file.Bytes, context.RequestAborted).AsTask();
    }

    private sealed record PageFile(byte[] Bytes, string Type, string Tag);
}
