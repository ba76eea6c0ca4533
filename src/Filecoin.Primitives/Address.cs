using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Filecoin.Cryptography;

namespace Filecoin.Primitives;

/// <summary>The kind of an address: the digit after "f" or "t", and the first byte of its byte form (go-address constants.go).</summary>
public enum AddressProtocol
{
    /// <summary>f0: an actor's number.</summary>
    Id = 0,

    /// <summary>f1: blake2b-160 of a secp256k1 public key.</summary>
    Secp256k1 = 1,

    /// <summary>f2: blake2b-160 that names an actor for good; miners print this one as "robust" address.</summary>
    Actor = 2,

    /// <summary>f3: a BLS public key of 48 bytes.</summary>
    Bls = 3,

    /// <summary>f4: an address managed by another actor, e.g. f410 for Ethereum.</summary>
    Delegated = 4,
}

/// <summary>
/// A Filecoin address. Byte form: protocol byte, then the payload; text form: "f" or "t", protocol digit, then the number (f0) or lower-case
/// base32 of payload and a 4-byte blake2b checksum over the byte form (f4 puts "number f" of its manager before). "f" and "t" name the same
/// bytes, so addresses compare by bytes and a node's way of printing does not matter.
/// </summary>
public sealed class Address : IEquatable<Address>
{
    private const int ChecksumBytes = 4;
    private const int HashBytes = 20;
    private const int BlsKeyBytes = 48;

    /// <summary>Longest sub-address of an f4 address, in bytes (go-address MaxSubaddressLen).</summary>
    private const int MaxSubAddressBytes = 54;

    /// <summary>Longest text worth reading: "f4", 20 digits, "f", base32 of 54 + 4 bytes.</summary>
    private const int MaxTextLength = 2 + 20 + 1 + 93;

    private readonly byte[] _bytes;

    private Address(params byte[] bytes) => _bytes = bytes;

    /// <summary>Which kind of address this is.</summary>
    public AddressProtocol Protocol => (AddressProtocol)_bytes[0];

    /// <summary>The byte form: protocol, payload.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The actor's number where the address holds it (f0); null for every other kind, which only the chain can resolve.</summary>
    public ActorId? ActorId =>
        Protocol == AddressProtocol.Id && Varint.TryRead(_bytes.AsSpan(1), out ulong id, out _) ? new ActorId(id) : null;

    /// <summary>The f0 address of an actor.</summary>
    public static Address FromActorId(ActorId actor) => new([(byte)AddressProtocol.Id, .. Varint.ToBytes(actor.Value)]);

    /// <summary>Reads the byte form; false unless it is one whole address of a known protocol and nothing else.</summary>
    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Address? address)
    {
        bool valid = !bytes.IsEmpty && (AddressProtocol)bytes[0] switch
        {
            AddressProtocol.Id => Varint.TryRead(bytes[1..], out ulong id, out int read) && read == bytes.Length - 1 && id <= long.MaxValue,
            AddressProtocol.Secp256k1 or AddressProtocol.Actor => bytes.Length == 1 + HashBytes,
            AddressProtocol.Bls => bytes.Length == 1 + BlsKeyBytes,
            AddressProtocol.Delegated =>
                Varint.TryRead(bytes[1..], out ulong manager, out int read)
                && manager <= long.MaxValue
                && bytes.Length - 1 - read <= MaxSubAddressBytes,
            _ => false,
        };
        address = valid ? new Address(bytes.ToArray()) : null;
        return valid;
    }

    /// <summary>Reads the text form of either network, checksum verified; false for anything else, leading zeros of a number included.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Address? address) => Problem(text, out address) is null;

    /// <summary>Reads the text form of either network, checksum verified.</summary>
    /// <exception cref="FormatException">It is no address; the message says why and repeats nothing of the text.</exception>
    public static Address Parse(string? text) =>
        Problem(text, out Address? address) is { } problem ? throw new FormatException(problem) : address!;

    /// <summary>
    /// The address as CBOR, the form in which it enters the chain's randomness as entropy: a byte string of <see cref="Bytes"/>.
    /// f01000 gives 43 00 e8 07.
    /// </summary>
    public byte[] ToCbor() =>
        _bytes.Length < 24 ? [(byte)(0x40 | _bytes.Length), .. _bytes] : [0x58, (byte)_bytes.Length, .. _bytes];

    /// <inheritdoc/>
    public bool Equals(Address? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Address);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    /// <summary>The text form with the prefix "f".</summary>
    public override string ToString() => ToString('f');

    /// <summary>The text form with the prefix <paramref name="network"/>, 'f' or 't'.</summary>
    public string ToString(char network)
    {
        string head = string.Create(CultureInfo.InvariantCulture, $"{network}{(int)Protocol}");
        ReadOnlySpan<byte> payload = _bytes.AsSpan(1);
        if (Protocol == AddressProtocol.Id)
        {
            return head + ActorId!.Value.Value.ToString(CultureInfo.InvariantCulture);
        }

        if (Protocol == AddressProtocol.Delegated && Varint.TryRead(payload, out ulong manager, out int read))
        {
            head += string.Create(CultureInfo.InvariantCulture, $"{manager}f");
            payload = payload[read..];
        }

        return head + Base32.Encode([.. payload, .. Checksum(_bytes)]);
    }

    private static string? Problem(string? text, out Address? address)
    {
        address = null;
        if (string.IsNullOrEmpty(text))
        {
            return "an address is missing";
        }

        if (text.Length > MaxTextLength)
        {
            return "it is longer than any address";
        }

        if (text[0] is not ('f' or 't') || text.Length < 3 || text[1] is < '0' or > '4')
        {
            return "an address begins with f or t and a digit from 0 to 4, as in f01000";
        }

        AddressProtocol protocol = (AddressProtocol)(text[1] - '0');
        ReadOnlySpan<char> rest = text.AsSpan(2);
        if (protocol == AddressProtocol.Id)
        {
            return TryReadNumber(rest, out ulong id)
                ? Accept([0, .. Varint.ToBytes(id)], out address)
                : "after f0 comes the actor's number: decimal digits, below 2^63, no leading zero";
        }

        byte[] manager = [];
        if (protocol == AddressProtocol.Delegated)
        {
            int end = rest.IndexOf('f');
            if (end < 0 || !TryReadNumber(rest[..end], out ulong id))
            {
                return "after f4 come the managing actor's number and another f, as in f410f…";
            }

            manager = Varint.ToBytes(id);
            rest = rest[(end + 1)..];
        }

        if (!Base32.TryDecode(rest, out byte[] decoded) || decoded.Length < ChecksumBytes)
        {
            return "it holds characters or a length that base32 does not have";
        }

        byte[] bytes = [(byte)protocol, .. manager, .. decoded.AsSpan(..^ChecksumBytes)];
        return Checksum(bytes).AsSpan().SequenceEqual(decoded.AsSpan(^ChecksumBytes..))
            ? Accept(bytes, out address)
            : "its checksum does not match, so a character is wrong or missing";
    }

    private static string? Accept(ReadOnlySpan<byte> bytes, out Address? address) =>
        TryFromBytes(bytes, out address) ? null : "its length is not that of an address of its kind";

    private static bool TryReadNumber(ReadOnlySpan<char> digits, out ulong number) =>
        ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && number <= long.MaxValue
        && (digits[0] != '0' || digits.Length == 1);

    private static byte[] Checksum(ReadOnlySpan<byte> bytes)
    {
        byte[] checksum = new byte[ChecksumBytes];
        Blake2b.Hash(bytes, checksum);
        return checksum;
    }
}
