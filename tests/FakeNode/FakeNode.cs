using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace SealerRecover.Tests;

/// <summary>A request that reached a <see cref="FakeNode"/>.</summary>
/// <param name="Method">Without "Filecoin.".</param>
/// <param name="Params">The parameters as JSON text.</param>
/// <param name="Authorization">The Authorization header; empty when there was none.</param>
public sealed record FakeRequest(string Method, string Params, string Authorization);

/// <summary>
/// A JSON-RPC server on a free port of 127.0.0.1 that speaks as a Lotus full node about a <see cref="FakeChain"/>; several may share one.
/// <code>
/// await using FakeNode node = await FakeNode.StartAsync(chain);
/// node.Inject("StateMinerInfo", Fault.Status(503), times: 2);
/// … FULLNODE_API_INFO=node.ApiInfo …
/// </code>
/// </summary>
public sealed class FakeNode : IAsyncDisposable
{
    private static readonly JsonSerializerOptions AsGoWrites = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly WebApplication _app;
    private readonly FakeMethods _methods;
    private readonly List<(string Method, Fault Fault, int Left)> _faults = [];

    private FakeNode(FakeChain chain, string? token)
    {
        Chain = chain;
        Token = token;
        _methods = new FakeMethods(chain, this);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinResponseDataRate = null;
        });
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>The chain it tells of.</summary>
    public FakeChain Chain { get; }

    /// <summary>The token it accepts; null if it knows none. Requests without any token are served with read permission, as by Lotus.</summary>
    public string? Token { get; }

    /// <summary>Whether requests without a token are refused too, as by a hosted node.</summary>
    public bool RequireToken { get; set; }

    /// <summary>State of tipsets below this epoch is pruned (the head's never).</summary>
    public long StateKeptFrom { get; set; }

    /// <summary>Messages of tipsets below this epoch are pruned.</summary>
    public long MessagesKeptFrom { get; set; }

    /// <summary>Methods it does not offer, without "Filecoin.".</summary>
    public HashSet<string> MissingMethods { get; } = [];

    /// <summary>Whether it keeps actor events, as Lotus does only if told to.</summary>
    public bool KeepsEvents { get; set; }

    /// <summary>Speaks as Lotus of 2022: an error instead of null for a missing pre-commit, DealIDs told, UnsealedCid not.</summary>
    public bool OldLotus { get; set; }

    /// <summary>'f' or 't': how it prints addresses.</summary>
    public char AddressPrefix { get; set; } = 'f';

    /// <summary>Everything it was asked, in order.</summary>
    public ConcurrentQueue<FakeRequest> Requests { get; } = [];

    /// <summary>The port it listens on.</summary>
    public int Port { get; private set; }

    /// <summary>Its base address, e.g. http://127.0.0.1:40001.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    /// <summary>What to put in FULLNODE_API_INFO.</summary>
    public string ApiInfo => (Token is null ? "" : Token + ":") + string.Create(CultureInfo.InvariantCulture, $"/ip4/127.0.0.1/tcp/{Port}/http");

    /// <summary>Starts a node.</summary>
    public static async Task<FakeNode> StartAsync(FakeChain chain, string? token = null)
    {
        FakeNode node = new(chain, token);
        await node._app.StartAsync();
        string address = node._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        node.Port = new Uri(address).Port;
        return node;
    }

    /// <summary>Makes the next <paramref name="times"/> calls of a method ("*": of any) end in a fault. Earlier faults go first.</summary>
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
        using CancellationTokenSource now = new();
        await now.CancelAsync();
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // Hanging requests are cut off, as meant.
        }

        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context);
        }
        catch (OperationCanceledException)
        {
            // The client went away.
        }
        catch (IOException)
        {
            // The same, noticed while writing.
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string authorization = context.Request.Headers.Authorization.ToString();
        JsonNode? body = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        string method = body?["method"]?.GetValue<string>() ?? "";
        long? id = body?["id"]?.GetValue<long>();
        JsonArray parameters = body?["params"] as JsonArray ?? [];
        string name = method.Replace("Filecoin.", "", StringComparison.Ordinal);
        Requests.Enqueue(new FakeRequest(name, parameters.ToJsonString(), authorization));

        if (context.Request.Path != "/rpc/v1")
        {
            context.Response.StatusCode = 404;
            return;
        }

        if (authorization.Length == 0 ? RequireToken : authorization != $"Bearer {Token}")
        {
            context.Response.StatusCode = 401;
            return;
        }

        if (id is null || (TakeFault(name) is { } fault && await fault.ActAsync(context, id.Value)))
        {
            return;
        }

        JsonObject answer = new() { ["jsonrpc"] = "2.0", ["id"] = id };
        try
        {
            answer["result"] = _methods.Call(method, parameters);
        }
        catch (RpcFailure failure)
        {
            context.Response.StatusCode = failure.HttpStatus;
            answer["error"] = new JsonObject { ["code"] = failure.Code, ["message"] = failure.Message };
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString(AsGoWrites), context.RequestAborted);
    }

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
