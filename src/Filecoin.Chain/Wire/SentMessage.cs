using System.Diagnostics.CodeAnalysis;
using System.Formats.Cbor;
using System.Numerics;
using System.Text.Json;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace Filecoin.Chain.Wire;

/// <summary>
/// A message as somebody keeps it, and the CID that its bytes have, whoever says which it is (lotus chain/types, message.go and signedmessage.go):
/// CIDv1 of DAG-CBOR and BLAKE2b-256 over the message with its signature, and over the message alone where the signature is of BLS, since such
/// signatures are aggregated in blocks.
/// </summary>
public sealed record SentMessage
{
    private const ulong DagCbor = 0x71;
    private const ulong Blake2b256 = 0xb220;
    private const int Fields = 10;

    /// <summary>First byte of a BLS signature.</summary>
    private const byte OfBls = 2;

    private SentMessage()
    {
    }

    /// <summary>What the bytes hash to.</summary>
    public required Cid Cid { get; init; }

    /// <summary>Who sent it.</summary>
    public required Address From { get; init; }

    /// <summary>Its number among those of its sender; a replacement has the same.</summary>
    public required ulong Nonce { get; init; }

    /// <summary>The call.</summary>
    public required ChainMessage Message { get; init; }

    /// <summary>Reads a signed message.</summary>
    /// <param name="cbor">An array of the message and the signature, whose first byte is its type.</param>
    /// <param name="message">What it is.</param>
    public static bool TryReadSigned(byte[]? cbor, [NotNullWhen(true)] out SentMessage? message)
    {
        message = null;
        if (!CborParams.TryRead(cbor, Signed, out (byte[] Message, byte[] Signature) read)
            || read.Signature.Length == 0
            || !CborParams.TryRead(read.Message, Unsigned, out SentMessage? unsigned))
        {
            return false;
        }

        message = unsigned with { Cid = CidOf(read.Signature[0] == OfBls ? read.Message : cbor!) };
        return true;
    }

    /// <summary>Reads a message without its signature as a node writes it in JSON; its CID is that of one signed by BLS.</summary>
    /// <param name="json">An object of Version, To, From, Nonce, Value, GasLimit, GasFeeCap, GasPremium, Method, Params.</param>
    /// <param name="message">What it is.</param>
    public static bool TryReadJson(string? json, [NotNullWhen(true)] out SentMessage? message)
    {
        message = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json ?? "", new JsonDocumentOptions { MaxDepth = 8 });
            byte[]? cbor = ToCbor(document.RootElement);
            if (cbor is null || !CborParams.TryRead(cbor, Unsigned, out SentMessage? unsigned))
            {
                return false;
            }

            message = unsigned with { Cid = CidOf(cbor) };
            return true;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            // The ways in which JSON is not that of a message.
            return false;
        }
    }

    private static Cid CidOf(byte[] cbor) => Cid.Create(DagCbor, Blake2b256, Blake2b.Hash256(cbor).Span);

    private static (byte[] Message, byte[] Signature) Signed(CborParams cbor)
    {
        cbor.Tuple(2);
        byte[] message = cbor.Encoded();
        byte[] signature = cbor.Bytes();
        cbor.End();
        return (message, signature);
    }

    private static SentMessage Unsigned(CborParams cbor)
    {
        cbor.Tuple(Fields);
        cbor.Unsigned();
        Address to = AddressOf(cbor.Bytes());
        Address from = AddressOf(cbor.Bytes());
        ulong nonce = cbor.Unsigned();
        cbor.Bytes();
        cbor.Signed();
        cbor.Bytes();
        cbor.Bytes();
        ulong method = cbor.Unsigned();
        byte[] parameters = cbor.Bytes();
        cbor.End();
        return new SentMessage
        {
            Cid = null!,
            From = from,
            Nonce = nonce,
            Message = new ChainMessage { To = to, Method = method, Params = parameters },
        };
    }

    private static Address AddressOf(byte[] bytes) =>
        Address.TryFromBytes(bytes, out Address? address) ? address : throw new CborContentException("not an address");

    private static byte[]? ToCbor(JsonElement json)
    {
        if (!Address.TryParse(json.GetProperty("To").GetString(), out Address? to) || !Address.TryParse(json.GetProperty(nameof(From)).GetString(), out Address? from))
        {
            return null;
        }

        CborWriter cbor = new(CborConformanceMode.Canonical);
        cbor.WriteStartArray(Fields);
        cbor.WriteUInt64(json.GetProperty("Version").GetUInt64());
        cbor.WriteByteString(to.Bytes);
        cbor.WriteByteString(from.Bytes);
        cbor.WriteUInt64(json.GetProperty(nameof(Nonce)).GetUInt64());
        cbor.WriteByteString(Amount(json.GetProperty("Value")));
        cbor.WriteInt64(json.GetProperty("GasLimit").GetInt64());
        cbor.WriteByteString(Amount(json.GetProperty("GasFeeCap")));
        cbor.WriteByteString(Amount(json.GetProperty("GasPremium")));
        cbor.WriteUInt64(json.GetProperty("Method").GetUInt64());
        JsonElement parameters = json.GetProperty("Params");
        cbor.WriteByteString(parameters.ValueKind == JsonValueKind.Null ? [] : parameters.GetBytesFromBase64());
        cbor.WriteEndArray();
        return cbor.Encode();
    }

    /// <summary>AttoFIL: nothing for zero; else a byte for the sign, and the number with its highest byte first.</summary>
    private static byte[] Amount(JsonElement json)
    {
        BigInteger amount = BigInteger.Parse(json.GetString()!, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture);
        return amount.IsZero ? [] : [0, .. amount.ToByteArray(isUnsigned: true, isBigEndian: true)];
    }
}
