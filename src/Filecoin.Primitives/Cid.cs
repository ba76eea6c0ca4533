using System.Diagnostics.CodeAnalysis;

namespace Filecoin.Primitives;

/// <summary>
/// A content identifier, version 1, held as its bytes: varint 1, varint codec, multihash (varint code, varint length, digest).
/// Text form: "b" and lower-case base32.
/// </summary>
public sealed class Cid : IEquatable<Cid>
{
    private readonly byte[] _bytes;
    private readonly int _digestStart;

    private Cid(byte[] bytes, ulong codec, ulong hash, int digestStart)
    {
        _bytes = bytes;
        Codec = codec;
        Hash = hash;
        _digestStart = digestStart;
    }

    /// <summary>Multicodec of what is named, e.g. 0xf102 for a replica commitment.</summary>
    public ulong Codec { get; }

    /// <summary>Multihash code of the digest, e.g. 0xb401 for Poseidon over BLS12-381.</summary>
    public ulong Hash { get; }

    /// <summary>The digest alone.</summary>
    public ReadOnlySpan<byte> Digest => _bytes.AsSpan(_digestStart);

    /// <summary>The whole identifier.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Puts an identifier together.</summary>
    public static Cid Create(ulong codec, ulong hash, ReadOnlySpan<byte> digest)
    {
        byte[] bytes = [1, .. Varint.ToBytes(codec), .. Varint.ToBytes(hash), .. Varint.ToBytes((ulong)digest.Length), .. digest];
        return new Cid(bytes, codec, hash, bytes.Length - digest.Length);
    }

    /// <summary>Reads the byte form; false unless it is one whole CIDv1 and nothing else.</summary>
    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Cid? cid)
    {
        cid = null;
        ReadOnlySpan<byte> rest = bytes;
        if (!Next(ref rest, out ulong version) || version != 1
            || !Next(ref rest, out ulong codec)
            || !Next(ref rest, out ulong hash)
            || !Next(ref rest, out ulong length) || length != (ulong)rest.Length)
        {
            return false;
        }

        cid = new Cid(bytes.ToArray(), codec, hash, bytes.Length - rest.Length);
        return true;

        static bool Next(ref ReadOnlySpan<byte> source, out ulong value)
        {
            if (!Varint.TryRead(source, out value, out int read))
            {
                return false;
            }

            source = source[read..];
            return true;
        }
    }

    /// <summary>Reads the base32 text form; false for anything else, text over 200 characters included.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Cid? cid)
    {
        cid = null;
        return text is { Length: > 1 and <= 200 } && text[0] == 'b'
            && Base32.TryDecode(text.AsSpan(1), out byte[] bytes)
            && TryFromBytes(bytes, out cid);
    }

    /// <summary>Reads the base32 text form.</summary>
    /// <exception cref="FormatException">The text is not a CIDv1 in base32.</exception>
    public static Cid Parse(string text) =>
        TryParse(text, out Cid? cid) ? cid : throw new FormatException("not a CIDv1 in base32");

    /// <inheritdoc/>
    public bool Equals(Cid? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Cid);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    /// <summary>The base32 text form.</summary>
    public override string ToString() => "b" + Base32.Encode(_bytes);
}
