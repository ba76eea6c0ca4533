using System.Buffers;
using System.Text.Json;
using Filecoin.Primitives;

namespace Filecoin.Chain.Rpc;

/// <summary>A call on its way to an endpoint.</summary>
/// <param name="Id">Names its answer.</param>
/// <param name="Method">Without "Filecoin.".</param>
/// <param name="WriteParams">Writes the parameters inside the already opened array.</param>
internal sealed record RpcRequest(long Id, string Method, Action<Utf8JsonWriter> WriteParams);

/// <summary>What one call was answered with.</summary>
/// <param name="Result">The result; undefined or null where there is none.</param>
/// <param name="Error">The error; null for a result.</param>
internal readonly record struct RpcAnswer(JsonElement Result, RpcError? Error);

/// <summary>The JSON-RPC 2.0 envelope: requests as go-jsonrpc wants them (an id always, or it answers nothing), answers read strictly.</summary>
internal static class JsonRpcMessage
{
    private const string MethodPrefix = "Filecoin.";
    private const int MaxErrorCharacters = 400;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <summary>One request.</summary>
    internal static byte[] Request(RpcRequest request) => Written(json => Write(json, request));

    /// <summary>Several requests in one message, a batch.</summary>
    internal static byte[] Batch(IEnumerable<RpcRequest> requests) => Written(json =>
    {
        json.WriteStartArray();
        foreach (RpcRequest request in requests)
        {
            Write(json, request);
        }

        json.WriteEndArray();
    });

    /// <summary>
    /// Takes an answer apart: an error or a result (JSON null included; old go-jsonrpc leaves a null result out). False with the problem when
    /// it is not the answer to request <paramref name="id"/>.
    /// </summary>
    internal static bool TryReadAnswer(ReadOnlyMemory<byte> body, long id, out RpcAnswer answer, out string problem)
    {
        answer = default;
        problem = "answered with something that is not JSON";
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, Strict);
            return TryRead(document.RootElement, id, out answer, out problem);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string in the text is not valid UTF-16 or UTF-8 once unescaped.
            return false;
        }
    }

    /// <summary>
    /// Takes the answer to a batch apart, in the order of <paramref name="ids"/>; servers may answer in any. False unless every request is
    /// answered exactly once and nothing else is.
    /// </summary>
    internal static bool TryReadBatch(ReadOnlyMemory<byte> body, IReadOnlyList<long> ids, out RpcAnswer[] answers)
    {
        answers = new RpcAnswer[ids.Count];
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() != ids.Count)
            {
                return false;
            }

            Dictionary<long, int> open = ids.Index().ToDictionary(id => id.Item, id => id.Index);
            foreach (JsonElement element in document.RootElement.EnumerateArray())
            {
                if (element.ValueKind != JsonValueKind.Object
                    || !element.TryGetProperty("id"u8, out JsonElement named) || named.ValueKind != JsonValueKind.Number || !named.TryGetInt64(out long id)
                    || !open.Remove(id, out int index)
                    || !TryRead(element, id, out answers[index], out _))
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // As above.
            return false;
        }
    }

    /// <summary>
    /// Whether a body is a JSON-RPC error in words that are known: it then says more than the HTTP status it comes with. FRC-0116 (draft) sends
    /// errors with statuses.
    /// </summary>
    internal static bool IsKnownError(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, Strict);
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("error"u8, out JsonElement element) && TryReadError(element, out RpcError? error)
                && error is { Kind: not (RpcErrorKind.Unknown or RpcErrorKind.RateLimited) };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No JSON, or strings that are no text: the status speaks.
            return false;
        }
    }

    private static bool TryRead(JsonElement root, long id, out RpcAnswer answer, out string problem)
    {
        answer = default;
        problem = "answered with JSON that is not JSON-RPC 2.0";
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("jsonrpc"u8, out JsonElement version)
            || version.ValueKind != JsonValueKind.String
            || !version.ValueEquals("2.0"u8))
        {
            return false;
        }

        bool failed = root.TryGetProperty("error"u8, out JsonElement errorElement) && errorElement.ValueKind != JsonValueKind.Null;
        if (!IsId(root, id, orNull: failed))
        {
            problem = "answered another request than the one sent";
            return false;
        }

        if (failed)
        {
            bool read = TryReadError(errorElement, out RpcError? error);
            answer = new RpcAnswer(default, error);
            return read;
        }

        answer = new RpcAnswer(root.TryGetProperty("result"u8, out JsonElement value) ? value.Clone() : default, null);
        return true;
    }

    private static byte[] Written(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, RpcRequest request)
    {
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WriteNumber("id"u8, request.Id);
        json.WriteString("method"u8, MethodPrefix + request.Method);
        json.WriteStartArray("params"u8);
        request.WriteParams(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static bool TryReadError(JsonElement element, out RpcError? error)
    {
        error = null;
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("code"u8, out JsonElement code) || code.ValueKind != JsonValueKind.Number || !code.TryGetInt64(out long number)
            || !element.TryGetProperty("message"u8, out JsonElement message) || message.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        error = new RpcError(number, SafeText.Line(message.GetString(), MaxErrorCharacters));
        return true;
    }

    /// <summary>A node that could not even read the id answers null, together with an error.</summary>
    private static bool IsId(JsonElement root, long id, bool orNull) =>
        root.TryGetProperty("id"u8, out JsonElement element)
        && ((element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long got) && got == id)
            || (element.ValueKind == JsonValueKind.Null && orNull));
}
