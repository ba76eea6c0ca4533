using System.Collections.Frozen;
using Microsoft.Extensions.Logging;

namespace Filecoin.Chain.Rpc;

/// <summary>
/// The calls to one endpoint. A few requests are under way at once; calls that come meanwhile wait and go together in one message, a batch, so
/// that asking about hundreds of sectors takes no more round trips than a few dozen. Nothing waits for company: a call that finds a place free
/// is sent at once and alone. An endpoint that does not answer a batch as JSON-RPC says (some gateways refuse them), or not in time, is asked
/// one by one from then on. Safe for concurrent use.
/// </summary>
/// <param name="endpoint">The endpoint.</param>
/// <param name="exchange">Sends a message and reads the whole reply.</param>
/// <param name="logger">Information: batches are given up.</param>
internal sealed class CallQueue(ChainEndpoint endpoint, Func<byte[], string, CancellationToken, Task<HttpReply>> exchange, ILogger logger) : IDisposable
{
    /// <summary>Requests under way at once, where batches are taken.</summary>
    private const int AtOnce = 4;

    /// <summary>Calls in one batch. Hosted nodes limit it, to 100 or more where they say.</summary>
    private const int MostTogether = 50;

    /// <summary>
    /// Calls whose answers are short and quickly found; a node works through a batch one after the other. Others always go alone.
    /// </summary>
    private static readonly FrozenSet<string> Light = FrozenSet.Create(
        "StateSectorGetInfo",
        "StateSectorPreCommitInfo",
        "StateSectorPartition",
        "StateSectorExpiration",
        "StateGetRandomnessFromTickets",
        "StateMarketStorageDeal",
        "StateLookupID",
        "ChainGetTipSetByHeight",
        "ChainGetTipSetAfterHeight",
        "ChainGetMessage",
        "SectorsStatus");

    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = [];
    private readonly CancellationTokenSource _end = new();
    private int _underWay;
    private bool _takesBatches = true;

    /// <summary>Ends what is under way.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    /// <summary>Sends a call, alone or with others, and reads its answer.</summary>
    /// <exception cref="EndpointException">There is no usable answer.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    internal async Task<RpcAnswer> AskAsync(RpcRequest request, CancellationToken cancellation)
    {
        bool counts;
        Waiting? waiting = null;
        lock (_lock)
        {
            counts = _takesBatches && Light.Contains(request.Method);
            if (counts && _underWay == AtOnce)
            {
                waiting = new Waiting(request);
                _waiting.Enqueue(waiting);
            }
            else if (counts)
            {
                _underWay++;
            }
        }

        if (waiting is not null)
        {
            using CancellationTokenRegistration gone = cancellation.Register(() => waiting.Answer.TrySetCanceled(cancellation));
            return await waiting.Answer.Task.ConfigureAwait(false);
        }

        try
        {
            return await AloneAsync(request, cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (counts)
            {
                Next();
            }
        }
    }

    private async Task<RpcAnswer> AloneAsync(RpcRequest request, CancellationToken cancellation)
    {
        HttpReply reply = await exchange(JsonRpcMessage.Request(request), request.Method, cancellation).ConfigureAwait(false);
        return JsonRpcMessage.TryReadAnswer(reply.Body, request.Id, out RpcAnswer answer, out string problem)
            ? answer
            : throw EndpointFailure.Unusable(endpoint, reply, problem);
    }

    /// <summary>A place has become free: what waits takes it.</summary>
    private void Next()
    {
        List<Waiting> next = [];
        bool together;
        lock (_lock)
        {
            together = _takesBatches;
            while (_waiting.Count > 0 && (next.Count < MostTogether || !together))
            {
                Waiting first = _waiting.Dequeue();
                if (!first.Answer.Task.IsCompleted)
                {
                    next.Add(first);
                }
            }

            if (next.Count == 0 || !together)
            {
                _underWay--;
            }
        }

        if (!together)
        {
            // As many as there are callers: none of them asks for a second thing before it has the first.
            next.ForEach(one => _ = AnswerAsync(one));
        }
        else if (next.Count > 0)
        {
            _ = AnswerAsync(next);
        }
    }

    private async Task AnswerAsync(IReadOnlyList<Waiting> together)
    {
        try
        {
            if (together.Count == 1)
            {
                await AnswerAsync(together[0]).ConfigureAwait(false);
            }
            else
            {
                await AnswerTogetherAsync(together).ConfigureAwait(false);
            }
        }
        finally
        {
            Next();
        }
    }

    private async Task AnswerAsync(Waiting one)
    {
        try
        {
            one.Answer.TrySetResult(await AloneAsync(one.Request, _end.Token).ConfigureAwait(false));
        }
#pragma warning disable CA1031 // Whatever it is belongs to the caller, who waits for it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            one.Answer.TrySetException(error);
        }
    }

    private async Task AnswerTogetherAsync(IReadOnlyList<Waiting> together)
    {
        RpcRequest[] requests = [.. together.Select(one => one.Request)];
        string why;
        try
        {
            HttpReply reply = await exchange(
                JsonRpcMessage.Batch(requests), $"{requests.Length} calls", _end.Token).ConfigureAwait(false);
            if (JsonRpcMessage.TryReadBatch(reply.Body, [.. requests.Select(request => request.Id)], out RpcAnswer[] answers))
            {
                foreach ((Waiting one, RpcAnswer answer) in together.Zip(answers))
                {
                    one.Answer.TrySetResult(answer);
                }

                return;
            }

            why = EndpointFailure.Unusable(endpoint, reply, "did not answer each call of a batch").Failure.What;
        }
        catch (EndpointException error) when (error.Failure.Trouble is EndpointTrouble.Permanent or EndpointTrouble.TimedOut)
        {
            why = error.Failure.What;
        }
#pragma warning disable CA1031 // As above.
        catch (Exception error)
#pragma warning restore CA1031
        {
            foreach (Waiting one in together)
            {
                one.Answer.TrySetException(error);
            }

            return;
        }

        OneByOne(together, why);
    }

    /// <summary>Gives batches up and puts the calls of one back; the place that becomes free sends them alone.</summary>
    private void OneByOne(IReadOnlyList<Waiting> together, string why)
    {
        lock (_lock)
        {
            _takesBatches = false;
            foreach (Waiting one in together)
            {
                _waiting.Enqueue(one);
            }
        }

        logger.LogInformation("{Endpoint} {Why}, asked several things in one request; it is asked one by one from now on", endpoint, why);
    }

    /// <summary>A call that waits for a place.</summary>
    private sealed record Waiting(RpcRequest Request)
    {
        public TaskCompletionSource<RpcAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
