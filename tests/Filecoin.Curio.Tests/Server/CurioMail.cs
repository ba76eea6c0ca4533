using System.Formats.Cbor;
using System.Globalization;
using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace SealerRecover.Tests;

/// <summary>A message as Curio sends it: its bytes, with a signature that nobody made, and the CID that they have.</summary>
/// <param name="To">Receiver.</param>
/// <param name="Method">Number of the method.</param>
/// <param name="Params">CBOR.</param>
internal sealed record CurioMail(Address To, int Method, byte[] Params)
{
    private static readonly Address Sender = Address.Parse("t3qtriou5yp2xmx7ygjnxc4aejhgqjovtjfnpcsz7jcvsqxj4qwoe7wufzdyorkrsi3e5vbwxfblvvrqfw3lna");

    /// <summary>Its number among its sender's.</summary>
    internal ulong Nonce { get; init; }

    /// <summary>The gas premium, which a replacement raises.</summary>
    internal int Premium { get; init; } = 100_000;

    /// <summary>First byte of the signature: 1 secp256k1, 2 BLS.</summary>
    internal byte SignatureType { get; init; } = 2;

    /// <summary>The message alone.</summary>
    internal byte[] Unsigned
    {
        get
        {
            CborWriter cbor = new(CborConformanceMode.Canonical);
            cbor.WriteStartArray(10);
            cbor.WriteUInt64(0);
            cbor.WriteByteString(To.Bytes);
            cbor.WriteByteString(Sender.Bytes);
            cbor.WriteUInt64(Nonce);
            cbor.WriteByteString([]);
            cbor.WriteInt64(1_000_000);
            cbor.WriteByteString([0, 7]);
            cbor.WriteByteString([0, (byte)(Premium >> 16), (byte)(Premium >> 8), (byte)Premium]);
            cbor.WriteInt32(Method);
            cbor.WriteByteString(Params);
            cbor.WriteEndArray();
            return cbor.Encode();
        }
    }

    /// <summary>With its signature.</summary>
    internal byte[] Signed => [0x82, .. Unsigned, 0x58, 97, SignatureType, .. Enumerable.Repeat((byte)9, 96)];

    /// <summary>Its CID: by BLS that of the message alone.</summary>
    internal Cid Cid => Cid.Create(0x71, 0xb220, Blake2b.Hash256(SignatureType == 2 ? Unsigned : Signed).Span);

    /// <summary>As a node answers it.</summary>
    internal JsonObject Json => new()
    {
        ["Version"] = 0,
        [nameof(To)] = To.ToString('t'),
        ["From"] = Sender.ToString('t'),
        [nameof(Nonce)] = Nonce,
        ["Value"] = "0",
        ["GasLimit"] = 1_000_000,
        ["GasFeeCap"] = "7",
        ["GasPremium"] = Premium.ToString(CultureInfo.InvariantCulture),
        [nameof(Method)] = Method,
        [nameof(Params)] = Convert.ToBase64String(Params),
        ["CID"] = new JsonObject { ["/"] = Cid.Create(0x71, 0xb220, Blake2b.Hash256(Unsigned).Span).ToString() },
    };

    /// <summary>The row of message_sends.</summary>
    /// <param name="hasBytes">Whether it still has the bytes.</param>
    internal string SendsRow(bool hasBytes = true) => new JsonObject
    {
        ["from_key"] = Sender.ToString('t'),
        ["to_addr"] = To.ToString('t'),
        ["send_reason"] = "commit",
        ["send_task_id"] = Nonce,
        ["unsigned_data"] = "\\x00",
        ["unsigned_cid"] = "bafy2bzaceunsigned",
        ["nonce"] = Nonce,
        ["signed_data"] = hasBytes ? Hex(Signed) : null,
        ["signed_cid"] = Cid.ToString(),
        ["send_success"] = true,
    }.ToJsonString();

    /// <summary>The row of message_waits once it ran, or was replaced by what ran.</summary>
    /// <param name="ran">What ran.</param>
    /// <param name="epoch">The height that StateSearchMsg tells.</param>
    /// <param name="hasData">Whether the content of what ran is there.</param>
    /// <param name="exitCode">How it ended.</param>
    internal string WaitsRow(CurioMail ran, long epoch, bool hasData = true, int exitCode = 0) => new JsonObject
    {
        ["signed_message_cid"] = Cid.ToString(),
        ["executed_tsk_cid"] = "bafy2bzacetipset",
        ["executed_tsk_epoch"] = epoch,
        ["executed_msg_cid"] = ran.Cid.ToString(),
        ["executed_msg_data"] = hasData ? ran.Json : null,
        ["executed_rcpt_exitcode"] = exitCode,
        ["created_at"] = "2026-08-01T00:00:00Z",
    }.ToJsonString();

    /// <summary>The row of message_send_replacements in which this replaces another.</summary>
    internal string ReplacesRow(int id, CurioMail original, CurioMail replaced, bool? success = true) => new JsonObject
    {
        ["id"] = id,
        ["from_key"] = Sender.ToString('t'),
        ["nonce"] = Nonce,
        ["original_signed_cid"] = original.Cid.ToString(),
        ["replaces_signed_cid"] = replaced.Cid.ToString(),
        ["claim_id"] = "c",
        ["claim_time"] = "2026-08-01T00:00:00Z",
        ["claim_until"] = "2026-08-01T00:05:00Z",
        ["signed_cid"] = Cid.ToString(),
        ["signed_data"] = Hex(Signed),
        ["send_success"] = success,
    }.ToJsonString();

    private static string Hex(byte[] bytes) => $"\\x{Convert.ToHexStringLower(bytes)}";
}
