using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace SealerRecover.Tests;

/// <summary>Which answer a <see cref="RecordedServer"/> gives to a question that was asked several times.</summary>
public enum RecordedTurn
{
    /// <summary>The first time the first, then the next, at last always the last: the chain moves on while it is asked.</summary>
    InTurn,

    /// <summary>Always the last: the chain as it stood when the recording ended.</summary>
    Last,
}

/// <summary>
/// Gives the answers that a real Lotus gave: a file of JSON objects, one a line, with path, method, params, nth, status and result or error. What was
/// never asked it does not offer; <see cref="Unrecorded"/> tells what that was.
/// </summary>
public sealed class RecordedServer : FakeServer
{
    private readonly Dictionary<string, List<JsonObject>> _answers;
    private readonly ConcurrentDictionary<string, int> _turns = [];
    private readonly RecordedTurn _turn;

    private RecordedServer(string path, IEnumerable<JsonObject> records, RecordedTurn turn)
        : base(path, token: null, certificate: null)
    {
        _turn = turn;
        _answers = records.GroupBy(record => Question((string)record["method"]!, record["params"]!.AsArray()))
            .ToDictionary(group => group.Key, group => group.OrderBy(record => (int)record["nth"]!).ToList());
    }

    /// <summary>Questions that it was asked and the real one never: method and parameters.</summary>
    public ConcurrentQueue<string> Unrecorded { get; } = [];

    /// <summary>Starts a server for the recording in a file.</summary>
    public static async Task<RecordedServer> StartAsync(string recording, RecordedTurn turn = RecordedTurn.Last)
    {
        JsonObject[] records = [.. (await File.ReadAllLinesAsync(recording)).Select(line => JsonNode.Parse(line)!.AsObject())];
        return await StartAsync(new RecordedServer((string)records[0]["path"]!, records, turn));
    }

    /// <summary>Puts something else in the place of all answers to a question, as of a node that has it in another form.</summary>
    public void Replace(string method, JsonArray parameters, JsonNode? result) =>
        _answers[Question($"Filecoin.{method}", parameters)] = [new JsonObject { ["status"] = 200, ["result"] = result?.DeepClone() }];

    /// <summary>Lets it no longer know any answer to a method.</summary>
    public void Forget(string method)
    {
        foreach (string question in _answers.Keys.Where(key => key.StartsWith($"Filecoin.{method} ", StringComparison.Ordinal)).ToArray())
        {
            _answers.Remove(question);
        }
    }

    private protected override JsonNode? Call(string method, JsonArray parameters)
    {
        JsonObject answer = Find(method, parameters) ?? throw NotOffered(method, parameters);
        return answer["error"] is JsonObject error
            ? throw new RpcFailure((int)error["code"]!, (string)error["message"]!, (int)answer["status"]!)
            : answer["result"]?.DeepClone();
    }

    private static string Question(string method, JsonArray parameters)
    {
        // Every tipset above an epoch leads to the same draw, so the key of the tipset is no part of the question.
        JsonArray asked = parameters.DeepClone().AsArray();
        if (method is "Filecoin.StateGetRandomnessFromTickets" or "Filecoin.StateGetRandomnessFromBeacon" && asked is [_, _, _, JsonArray])
        {
            asked.RemoveAt(3);
        }

        return $"{method} {asked.ToJsonString()}";
    }

    private JsonObject? Find(string method, JsonArray parameters)
    {
        string question = Question(method, parameters);
        if (!_answers.TryGetValue(question, out List<JsonObject>? answers))
        {
            return Listed(method, parameters);
        }

        int turn = _turn == RecordedTurn.Last ? answers.Count - 1 : _turns.AddOrUpdate(question, 0, (_, last) => Math.Min(last + 1, answers.Count - 1));
        return answers[turn];
    }

    /// <summary>What nobody asked for alone may stand in a list that somebody asked for: a sector among all, a message in its tipset.</summary>
    private JsonObject? Listed(string method, JsonArray parameters)
    {
        JsonNode? found = (method, parameters) switch
        {
            ("Filecoin.StateSectorGetInfo", [{ } miner, { } number, null]) =>
                Results("Filecoin.StateMinerSectors", miner).FirstOrDefault(sector => (long)sector["SectorNumber"]! == (long)number),
            ("Filecoin.ChainGetMessage", [{ } cid]) =>
                Results("Filecoin.ChainGetMessagesInTipset").FirstOrDefault(message => JsonNode.DeepEquals(message["Cid"], cid))?["Message"],
            _ => null,
        };
        return found is null ? null : new JsonObject { ["status"] = 200, ["result"] = found.DeepClone() };
    }

    /// <summary>The entries of all lists that a method answered with, of all parameters or of those that begin with <paramref name="first"/>.</summary>
    private IEnumerable<JsonNode> Results(string method, JsonNode? first = null) =>
        _answers.Where(entry => entry.Key.StartsWith(first is null ? $"{method} " : $"{method} [{first.ToJsonString()}", StringComparison.Ordinal))
            .SelectMany(entry => entry.Value[^1]["result"] as JsonArray ?? []).OfType<JsonNode>();

    private RpcFailure NotOffered(string method, JsonArray parameters)
    {
        Unrecorded.Enqueue($"{method} {parameters.ToJsonString()}");

        // A method that was recorded with other parameters is there.
        return _answers.Keys.Any(question => question.StartsWith($"{method} ", StringComparison.Ordinal))
            ? new RpcFailure(1, "this was not recorded")
            : new RpcFailure(-32601, $"method '{method}' not found", 500);
    }
}
