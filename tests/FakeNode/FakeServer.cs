using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace SealerRecover.Tests;

/// <summary>A request that reached a <see cref="FakeServer"/>.</summary>
/// <param name="Method">Without "Filecoin.".</param>
/// <param name="Params">The parameters as JSON text.</param>
/// <param name="Authorization">The Authorization header; empty when there was none.</param>
public sealed record FakeRequest(string Method, string Params, string Authorization);

/// <summary>
/// A JSON-RPC server on a free port of 127.0.0.1 that speaks as go-jsonrpc does: tokens, error codes and HTTP statuses, over TLS if it is given
/// a certificate. Faults can be put in its way.
/// </summary>
public abstract class FakeServer : IAsyncDisposable
{
    /// <summary>What <see cref="Inject"/> calls a batch.</summary>
    public const string BatchFaults = "batch";

    private static readonly JsonSerializerOptions AsGoWrites = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly LoopbackServer _server;
    private readonly string _path;
    private readonly List<(string Method, Fault Fault, int Left)> _faults = [];
    private int _roundTrips;
    private int _batches;

    /// <param name="path">Where it answers.</param>
    /// <param name="token">See <see cref="Token"/>.</param>
    /// <param name="certificate">With its key: it speaks TLS. Null: plain HTTP.</param>
    private protected FakeServer(string path, string? token, X509Certificate2? certificate)
    {
        _path = path;
        Token = token;
        _server = new LoopbackServer(AnswerAsync, certificate);
    }

    /// <summary>The token it accepts; null if it knows none. Requests without any token are served with read permission, as by Lotus.</summary>
    public string? Token { get; }

    /// <summary>Whether requests without a token are refused too, as by a hosted node.</summary>
    public bool RequireToken { get; set; }

    /// <summary>Methods it does not offer, without "Filecoin.".</summary>
    public HashSet<string> MissingMethods { get; } = [];

    /// <summary>How long each request takes at least, as over a long line.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Whether it answers a batch with an error, as some gateways do.</summary>
    public bool RefusesBatches { get; set; }

    /// <summary>Requests that reached it: a batch is one.</summary>
    public int RoundTrips => _roundTrips;

    /// <summary>Whether it tells errors by HTTP statuses, too, as FRC-0116 drafts it; else as Lotus does today.</summary>
    public bool TellsByStatus { get; set; }

    /// <summary>Batches among them.</summary>
    public int BatchCount => _batches;

    /// <summary>Everything it was asked, in order.</summary>
    public ConcurrentQueue<FakeRequest> Requests { get; } = [];

    /// <summary>The port it listens on.</summary>
    public int Port => _server.Port;

    /// <summary>Its base address, e.g. http://127.0.0.1:40001, https with TLS.</summary>
    public string Url => _server.Url;

    /// <summary>What to put in FULLNODE_API_INFO or MINER_API_INFO.</summary>
    public string ApiInfo => (Token is null ? "" : Token + ":") + string.Create(CultureInfo.InvariantCulture, $"/ip4/127.0.0.1/tcp/{Port}/{_server.Scheme}");

    /// <summary>Starts a server.</summary>
    private protected static async Task<T> StartAsync<T>(T server)
        where T : FakeServer
    {
        await server._server.StartAsync();
        return server;
    }

    /// <summary>Answers a call; throws <see cref="RpcFailure"/> for an error.</summary>
    /// <param name="method">With "Filecoin." before it.</param>
    /// <param name="parameters">The parameters.</param>
    private protected abstract JsonNode? Call(string method, JsonArray parameters);

    /// <summary>Makes the next <paramref name="times"/> calls of a method ("*": of any; "batch": batches) end in a fault. Earlier faults go first.</summary>
    public void Inject(string method, Fault fault, int times = int.MaxValue)
    {
        lock (_faults)
        {
            _faults.Add((method, fault, times));
        }
    }

    /// <summary>Ends all faults.</summary>
    public void Heal()
    {
        lock (_faults)
        {
            _faults.Clear();
        }
    }

    /// <summary>How often a method was called.</summary>
    public int Count(string method) => Requests.Count(request => request.Method == method);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string authorization = context.Request.Headers.Authorization.ToString();
        JsonNode? body = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        Interlocked.Increment(ref _roundTrips);
        await Task.Delay(Latency, context.RequestAborted);
        JsonArray? batch = body as JsonArray;
        Queue(authorization, batch?.ToArray() ?? [body]);
        if (context.Request.Path != _path)
        {
            context.Response.StatusCode = 404;
            return;
        }

        if (authorization.Length == 0 ? RequireToken : authorization != $"Bearer {Token}")
        {
            context.Response.StatusCode = 401;
            return;
        }

        string name = batch is null ? Name(body) : BatchFaults;
        long? id = batch is null ? body?["id"]?.GetValue<long>() : 0;
        if (id is null || (TakeFault(name) is { } fault && await fault.ActAsync(context, id.Value)))
        {
            return;
        }

        JsonNode answer;
        if (batch is null)
        {
            (JsonObject single, int status) = Answer(body!);
            context.Response.StatusCode = status;
            answer = single;
        }
        else
        {
            Interlocked.Increment(ref _batches);
            answer = RefusesBatches
                ? new JsonObject { ["jsonrpc"] = "2.0", ["id"] = null, ["error"] = new JsonObject { ["code"] = -32600, ["message"] = "batches are not allowed" } }
                : new JsonArray([.. batch.Select(call => Answer(call!).Answer)]);
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString(AsGoWrites), context.RequestAborted);
    }

    private static string Name(JsonNode? call) => (call?["method"]?.GetValue<string>() ?? "").Replace("Filecoin.", "", StringComparison.Ordinal);

    private void Queue(string authorization, IEnumerable<JsonNode?> calls)
    {
        foreach (JsonNode? call in calls)
        {
            Requests.Enqueue(new FakeRequest(Name(call), (call?["params"] as JsonArray ?? []).ToJsonString(), authorization));
        }
    }

    private (JsonObject Answer, int Status) Answer(JsonNode call)
    {
        JsonObject answer = new() { ["jsonrpc"] = "2.0", ["id"] = call["id"]?.GetValue<long>() };
        try
        {
            answer["result"] = Call(call["method"]?.GetValue<string>() ?? "", call["params"] as JsonArray ?? []);
            return (answer, 200);
        }
        catch (RpcFailure failure)
        {
            answer["error"] = new JsonObject { ["code"] = failure.Code, ["message"] = failure.Message };
            return (answer, TellsByStatus ? StatusOf(failure) : failure.HttpStatus);
        }
    }

    private static int StatusOf(RpcFailure failure) =>
        failure.Code == -32601 ? 404 : failure.Message.Contains("not supported", StringComparison.Ordinal) ? 501 : 500;

    private Fault? TakeFault(string method)
    {
        lock (_faults)
        {
            int index = _faults.FindIndex(entry => entry.Left > 0 && (entry.Method == method || entry.Method == "*"));
            if (index < 0)
            {
                return null;
            }

            (string name, Fault fault, int left) = _faults[index];
            _faults[index] = (name, fault, left - 1);
            return fault;
        }
    }
}
