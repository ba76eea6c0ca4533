using System.Text.Json;
using Filecoin.Cryptography;

namespace Filecoin.Sealing.Proofs.Encoding;

/// <summary>serde_json: no white space, bytes as numbers, a variant as an object with one field. Writes to its stream whenever it is flushed.</summary>
internal sealed class JsonFieldWriter(Stream stream) : IFieldWriter, IDisposable
{
    private readonly Utf8JsonWriter _writer = new(stream);

    /// <summary>Hands what is buffered to the stream.</summary>
    public void Flush() => _writer.Flush();

    public void BeginStruct() => _writer.WriteStartObject();

    public void Field(string name) => _writer.WritePropertyName(name);

    public void EndStruct() => _writer.WriteEndObject();

    public void BeginSequence(long count) => _writer.WriteStartArray();

    public void EndSequence() => _writer.WriteEndArray();

    public void BeginVariant(string name, uint index)
    {
        _writer.WriteStartObject();
        _writer.WritePropertyName(name);
    }

    public void EndVariant() => _writer.WriteEndObject();

    public void Bytes(Bytes32 value)
    {
        _writer.WriteStartArray();
        foreach (byte number in value.Span)
        {
            _writer.WriteNumberValue(number);
        }

        _writer.WriteEndArray();
    }

    public void UInt32(uint value) => _writer.WriteNumberValue(value);

    public void UInt64(ulong value) => _writer.WriteNumberValue(value);

    public void Nothing() => _writer.WriteNullValue();

    /// <summary>A text, which only the outermost structure has.</summary>
    public void Text(string value) => _writer.WriteStringValue(value);

    public void Dispose() => _writer.Dispose();
}
