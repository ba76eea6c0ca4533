using System.Buffers;
using System.Text.Json;

namespace Filecoin.Chain;

/// <summary>The JSON-RPC 2.0 envelope: requests as go-jsonrpc wants them (an id always, or it answers nothing), answers read strictly.</summary>
internal static class JsonRpcMessage
{
    private const string MethodPrefix = "Filecoin.";
    private const int MaxErrorCharacters = 400;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    internal static byte[] Request(long id, string method, Action<Utf8JsonWriter> writeParams)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            json.WriteNumber("id"u8, id);
            json.WriteString("method"u8, MethodPrefix + method);
            json.WriteStartArray("params"u8);
            writeParams(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Takes an answer apart: either <paramref name="error"/> or <paramref name="result"/> (JSON null included; old go-jsonrpc leaves
    /// a null result out). False with the problem when it is not the answer to request <paramref name="id"/>.
    /// </summary>
    internal static bool TryReadAnswer(
        ReadOnlyMemory<byte> body, long id, out JsonElement result, out RpcError? error, out string problem)
    {
        result = default;
        error = null;
        problem = "answered with something that is not JSON";
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, Strict);
            JsonElement root = document.RootElement;
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
                return TryReadError(errorElement, out error);
            }

            result = root.TryGetProperty("result"u8, out JsonElement value) ? value.Clone() : default;
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string in the text is not valid UTF-16 or UTF-8 once unescaped.
            return false;
        }
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

        error = new RpcError(number, Printable.Line(message.GetString(), MaxErrorCharacters));
        return true;
    }

    /// <summary>A node that could not even read the id answers null, together with an error.</summary>
    private static bool IsId(JsonElement root, long id, bool orNull) =>
        root.TryGetProperty("id"u8, out JsonElement element)
        && ((element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long got) && got == id)
            || (element.ValueKind == JsonValueKind.Null && orNull));
}
