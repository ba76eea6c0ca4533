using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SealerRecover.Tests;

/// <summary>Something a <see cref="FakeNode"/> does instead of answering, or before.</summary>
public sealed class Fault
{
    private readonly Func<HttpContext, long, Task<bool>> _act;

    private Fault(Func<HttpContext, long, Task<bool>> act) => _act = act;

    /// <summary>Closes the connection without an answer.</summary>
    public static Fault Reset { get; } = new((context, _) =>
    {
        context.Abort();
        return Task.FromResult(true);
    });

    /// <summary>Never answers.</summary>
    public static Fault Hang { get; } = new(async (context, _) =>
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        return true;
    });

    /// <summary>A web page, as from a login portal or a wrong port.</summary>
    public static Fault Html { get; } = Body("<!DOCTYPE html><html><body><h1>Welcome to nginx!</h1></body></html>", "text/html");

    /// <summary>Bytes that are nothing.</summary>
    public static Fault Garbage { get; } = Body("\u0001\u001b[31mboom\u0007{]", "application/octet-stream");

    /// <summary>Announces more than it sends, then closes.</summary>
    public static Fault Truncated { get; } = new(async (context, _) =>
    {
        context.Response.ContentLength = 1000;
        await context.Response.WriteAsync("{\"jsonrpc\":\"2.0\",");
        await context.Response.Body.FlushAsync();
        context.Abort();
        return true;
    });

    /// <summary>Sends blanks without end.</summary>
    public static Fault Endless { get; } = new(async (context, _) =>
    {
        byte[] blanks = new byte[64 << 10];
        Array.Fill(blanks, (byte)' ');
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(blanks, context.RequestAborted);
        }

        return true;
    });

    /// <summary>An HTTP status with a body.</summary>
    public static Fault Status(int status, string body = "", TimeSpan? retryAfter = null) => new(async (context, _) =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        await context.Response.WriteAsync(body);
        return true;
    });

    /// <summary>HTTP 429 or 503 with a date in Retry-After.</summary>
    public static Fault StatusUntil(int status, DateTimeOffset retryAfter) => new((context, _) =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = retryAfter.ToString("R", CultureInfo.InvariantCulture);
        return Task.FromResult(true);
    });

    /// <summary>A redirect to another place.</summary>
    public static Fault Redirect(string location) => new((context, _) =>
    {
        context.Response.Redirect(location, permanent: false, preserveMethod: true);
        return Task.FromResult(true);
    });

    /// <summary>HTTP 200 with any body.</summary>
    public static Fault Body(string body, string contentType = "application/json") => new(async (context, _) =>
    {
        context.Response.ContentType = contentType;
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
        return true;
    });

    /// <summary>A proper answer with this result, given as JSON text.</summary>
    public static Fault Result(string json) => new(async (context, id) =>
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{json}}}"));
        return true;
    });

    /// <summary>A proper answer with this error.</summary>
    public static Fault Error(string message, int code = 1) => new(async (context, id) =>
    {
        context.Response.ContentType = "application/json";
        string text = JsonSerializer.Serialize(message);
        await context.Response.WriteAsync(
            string.Create(CultureInfo.InvariantCulture, $"{{\"error\":{{\"code\":{code},\"message\":{text}}},\"id\":{id},\"jsonrpc\":\"2.0\"}}"));
        return true;
    });

    /// <summary>Answers properly, after a while.</summary>
    public static Fault Delay(TimeSpan delay) => new(async (context, _) =>
    {
        await Task.Delay(delay, context.RequestAborted);
        return false;
    });

    /// <summary>Acts; true when nothing more is to be answered.</summary>
    internal Task<bool> ActAsync(HttpContext context, long id) => _act(context, id);
}
