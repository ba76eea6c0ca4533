using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Filecoin.Chain.Progress;
using Filecoin.Chain.Transport;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;
using Polly;

namespace Filecoin.Chain.Rpc;

/// <summary>
/// Asks full nodes over JSON-RPC 2.0 (HTTP POST). A call goes round the endpoints, the one that answered last first, until one answers.
/// What may pass (no connection, time-out, HTTP 429 and 502 to 504) is asked again in further rounds, with exponential backoff and jitter or
/// as Retry-After says, for which all calls to that endpoint wait together (<see cref="EndpointPause"/>);
/// what will not (refused token, HTML, garbage, pruned state, an error in words that are not known) leaves its endpoint out of this call, and a
/// method that an endpoint lacks, has switched off or does not permit is not asked of it again.
/// An error that is the chain's answer ("actor not found") ends the call at once.
/// Calls that come while others are under way share requests (<see cref="CallQueue"/>).
/// Requests and answers are logged at Debug, tokens never. Safe for concurrent use.
/// </summary>
public sealed class JsonRpcClient : IDisposable
{
    private const int LoggedCharacters = 2000;
    private const int QuotedCharacters = 80;

    private readonly ImmutableArray<(HttpEndpoint Http, CallQueue Queue)> _endpoints;
    private readonly JsonRpcOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CallNews _news;
    private readonly ConcurrentDictionary<(ChainEndpoint Endpoint, string Method), EndpointFailure> _refused = [];
    private long _lastId;
    private int _preferred;

    /// <summary>Makes a client; nothing is sent before the first call.</summary>
    /// <param name="endpoints">At least one, in order of preference.</param>
    /// <param name="options">How long to wait and how often to ask.</param>
    /// <param name="logger">Debug: every request and answer, and every failed try that is repeated or passed on.</param>
    /// <param name="time">Clock for time-outs and delays.</param>
    /// <param name="progress">Told of pauses that endpoints ask for, and that calls are repeated; null for nobody.</param>
    public JsonRpcClient(
        IReadOnlyList<ChainEndpoint> endpoints, JsonRpcOptions options, ILogger logger, TimeProvider time, IProgress<LookupReport>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfZero(endpoints.Count, nameof(endpoints));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxRounds, 1, nameof(options));
        _options = options;
        _logger = logger;
        _time = time;
        _news = new CallNews(progress, time);
        _endpoints = [.. endpoints.Select(endpoint => new HttpEndpoint(endpoint, options, time, hasOthers: endpoints.Count > 1, progress)).Select(http =>
            (http, new CallQueue(http.Endpoint, (message, what, cancellation) => ExchangeAsync(http, message, what, cancellation), logger)))];
    }

    /// <summary>The endpoints, in order of preference.</summary>
    public IReadOnlyList<ChainEndpoint> Endpoints => [.. _endpoints.Select(endpoint => endpoint.Http.Endpoint)];

    /// <summary>Calls a method whose result may be null.</summary>
    /// <typeparam name="T">What the result is read as.</typeparam>
    /// <param name="method">Name without "Filecoin.".</param>
    /// <param name="writeParams">Writes the parameters, each one value, inside the already opened array.</param>
    /// <param name="type">Source-generated reader of the result.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <param name="isOfPast">Whether it is about states, messages or events that nodes prune.</param>
    /// <returns>The result; default when the node answered null.</returns>
    /// <exception cref="ChainCallException">No endpoint answered with a result of this type, or the chain answered with an error.</exception>
    public async Task<T?> CallAsync<T>(
        string method, Action<Utf8JsonWriter> writeParams, JsonTypeInfo<T> type, CancellationToken cancellation, bool isOfPast = false)
    {
        Call<T> call = new(method, writeParams, type, nullable: true, isOfPast);
        return await RunAsync(call, cancellation).ConfigureAwait(false);
    }

    /// <summary>Calls a method whose result is never null; a null counts as an unusable answer. See <see cref="CallAsync"/>.</summary>
    /// <exception cref="ChainCallException">As for <see cref="CallAsync"/>.</exception>
    public async Task<T> CallRequiredAsync<T>(
        string method, Action<Utf8JsonWriter> writeParams, JsonTypeInfo<T> type, CancellationToken cancellation, bool isOfPast = false)
        where T : notnull
    {
        Call<T> call = new(method, writeParams, type, nullable: false, isOfPast);
        return (await RunAsync(call, cancellation).ConfigureAwait(false))!;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((HttpEndpoint http, CallQueue queue) in _endpoints)
        {
            queue.Dispose();
            http.Dispose();
        }
    }

    private int MostRounds => Math.Max(_options.MaxRounds, _options.MaxLimitedRounds);

    private async Task<T?> RunAsync<T>(Call<T> call, CancellationToken cancellation)
    {
        ResiliencePipeline<bool> rounds = Rounds(call);
        bool answered = await rounds.ExecuteAsync(async token => await RoundAsync(call, token).ConfigureAwait(false), cancellation).ConfigureAwait(false);
        return answered ? call.Result : throw EndpointFailure.Conclude(call.Method, call.IsOfPast, call.Failures.Values);
    }

    /// <summary>One try at every endpoint that is not out of the question; true once one has answered.</summary>
    private async Task<bool> RoundAsync<T>(Call<T> call, CancellationToken cancellation)
    {
        int first = Volatile.Read(ref _preferred);

        for (int i = 0; i < _endpoints.Length; i++)
        {
            int index = (first + i) % _endpoints.Length;
            (HttpEndpoint http, CallQueue queue) = _endpoints[index];
            ChainEndpoint endpoint = http.Endpoint;
            if (call.Failures.TryGetValue(endpoint, out EndpointFailure? earlier) && !earlier.MayPass)
            {
                continue;
            }

            if (_refused.TryGetValue((endpoint, call.Method), out EndpointFailure? refused))
            {
                call.Failures[endpoint] = refused;
                continue;
            }

            try
            {
                await AskAsync(http, queue, call, cancellation).ConfigureAwait(false);
                Volatile.Write(ref _preferred, index);
                return true;
            }
            catch (EndpointException error)
            {
                call.Failures[endpoint] = error.Failure.After(earlier);
                if (error.Failure.IsOfMethod)
                {
                    _refused.TryAdd((endpoint, call.Method), error.Failure);
                }

                _logger.LogDebug("{Endpoint} {What} ({Method})", endpoint, error.Failure.What, call.Method);
            }
        }

        return false;
    }

    private async Task AskAsync<T>(HttpEndpoint http, CallQueue queue, Call<T> call, CancellationToken cancellation)
    {
        ChainEndpoint endpoint = http.Endpoint;
        DateTimeOffset asked = _time.GetUtcNow();
        RpcAnswer answer = await queue.AskAsync(
            new RpcRequest(Interlocked.Increment(ref _lastId), call.Method, call.WriteParams), cancellation).ConfigureAwait(false);
        if (answer.Error is { } rpcError)
        {
            rpcError = rpcError with { Message = endpoint.WithoutToken(rpcError.Message) };
            if (EndpointFailure.From(endpoint, rpcError) is not { } failure)
            {
                throw Answer(endpoint, call.Method, rpcError);
            }

            if (failure.Trouble == EndpointTrouble.Limited)
            {
                http.Refused(asked, retryAfter: null, failure.What);
            }

            throw new EndpointException(failure);
        }

        call.Result = Read(endpoint, call, answer.Result);
    }

    /// <summary>Sends a message and reads the whole reply; both go to the log.</summary>
    private async Task<HttpReply> ExchangeAsync(HttpEndpoint endpoint, byte[] message, string what, CancellationToken cancellation)
    {
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            _logger.LogDebug("-> {Endpoint} {Request}", endpoint.Endpoint, SafeText.Line(message, LoggedCharacters));
        }

        long started = _time.GetTimestamp();
        HttpReply reply = await endpoint.PostAsync(message, cancellation).ConfigureAwait(false);
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            _logger.LogDebug(
                "<- {Endpoint} HTTP {Status}, {Milliseconds:0} ms, {Bytes} bytes for {What}: {Body}",
                endpoint.Endpoint,
                (int)reply.Status,
                _time.GetElapsedTime(started).TotalMilliseconds,
                reply.Body.Length,
                what,
                endpoint.Endpoint.WithoutToken(SafeText.Line(reply.Body, LoggedCharacters)));
        }

        return reply;
    }

    private static T? Read<T>(ChainEndpoint endpoint, Call<T> call, JsonElement result)
    {
        if (result.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return call.Nullable
                ? default
                : throw new EndpointException(new EndpointFailure(endpoint, EndpointTrouble.Permanent, "answered null where there must be a result"));
        }

        try
        {
            return result.Deserialize(call.Type);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            string field = error is JsonException { Path: { Length: > 1 } path } ? $" at {SafeText.Line(path, QuotedCharacters)}" : "";
            throw new EndpointException(new EndpointFailure(
                endpoint, EndpointTrouble.Permanent, $"answered with a result that is not of the documented form{field}", Cause: error));
        }
    }

    private static ChainCallException Answer(ChainEndpoint endpoint, string method, RpcError error) => new(
        Primitives.FailureKind.NotOnChain,
        $"{endpoint} answered {method} with the error \"{error.Message}\"",
        $"if the words do not explain it, run with {Setting.Verbose} to see what was asked, and try another node",
        method,
        error,
        null);

    private ResiliencePipeline<bool> Rounds<T>(Call<T> call) => Retry.Of<bool>(
        MostRounds,
        _options,
        _time,
        round => round.Outcome is { Exception: null, Result: false } && call.MayPass && (round.AttemptNumber < _options.MaxRounds - 1 || call.IsLimited),
        _ => call.RetryAfter,
        retry =>
        {
            int rounds = call.IsLimited ? MostRounds : _options.MaxRounds;
            _logger.LogDebug(
                "{Failures}; trying {Method} again in {Seconds:0.0} s (round {Round} of {Rounds})",
                EndpointFailure.Sentence(call.Failures.Values),
                call.Method,
                retry.RetryDelay.TotalSeconds,
                retry.AttemptNumber + 2,
                rounds);
            if (!call.IsLimited)
            {
                // Of a limit the pause itself is told, which all calls share.
                int left = rounds - 1 - retry.AttemptNumber;
                _news.Repeated(call.Failures.Values, retry.RetryDelay, call.HasTimedOut ? 1 : left);
            }
        });

    /// <summary>A call on its way round the endpoints.</summary>
    private sealed class Call<T>(string method, Action<Utf8JsonWriter> writeParams, JsonTypeInfo<T> type, bool nullable, bool isOfPast)
    {
        public string Method { get; } = method;

        public Action<Utf8JsonWriter> WriteParams { get; } = writeParams;

        public JsonTypeInfo<T> Type { get; } = type;

        public bool Nullable { get; } = nullable;

        public bool IsOfPast { get; } = isOfPast;

        public T? Result { get; set; }

        /// <summary>Each endpoint's last failure, in the order they were first asked.</summary>
        public OrderedDictionary<ChainEndpoint, EndpointFailure> Failures { get; } = [];

        /// <summary>Whether another round may help. Where an endpoint has answered, those that are silent are not waited for; those that ask for time are.</summary>
        public bool MayPass => Failures.Values.Any(failure => failure.MayPass)
            && (IsLimited || !Failures.Values.Any(failure => failure.Trouble == EndpointTrouble.Unexplained));

        /// <summary>Whether an endpoint would answer if it were asked less.</summary>
        public bool IsLimited => Failures.Values.Any(failure => failure.Trouble == EndpointTrouble.Limited);

        /// <summary>Whether all that may pass is silence, which is put up with once more and no more.</summary>
        public bool HasTimedOut => Failures.Values.Where(failure => failure.MayPass).All(failure => failure.Trouble == EndpointTrouble.TimedOut);

        /// <summary>The shortest wait that an endpoint asked for.</summary>
        public TimeSpan? RetryAfter => Failures.Values.Min(failure => failure.RetryAfter);
    }
}
