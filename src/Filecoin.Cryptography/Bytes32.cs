using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Filecoin.Cryptography;

/// <summary>
/// Thirty-two bytes by value: a node of a sector, a commitment, a ticket, an identifier.
/// The bytes stand in file order; where they mean a field element that order is little-endian.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Bytes32 : IEquatable<Bytes32>
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>Copies the 32 bytes of <paramref name="bytes"/>.</summary>
    /// <exception cref="ArgumentException">The span is not 32 bytes long.</exception>
    public Bytes32(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
        {
            throw new ArgumentException($"32 bytes are needed, {bytes.Length} were given", nameof(bytes));
        }

        this = MemoryMarshal.Read<Bytes32>(bytes);
    }

    /// <summary>A view of the bytes; valid as long as the storage of this value is.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => MemoryMarshal.AsBytes(new ReadOnlySpan<Bytes32>(in this));

    /// <summary>Whether every byte is zero.</summary>
    public bool IsZero => (_a | _b | _c | _d) == 0;

    /// <summary>A fresh array of the 32 bytes.</summary>
    public byte[] ToArray() => Span.ToArray();

    /// <summary>Writes the 32 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => Span.CopyTo(destination);

    /// <summary>
    /// The same value with the two most significant bits of the last byte cleared, so that, read little-endian, it is
    /// below 2^254 and thereby an element of Fr ("fr32 safe"; rust-fil-proofs bytes_into_fr_repr_safe).
    /// </summary>
    public Bytes32 ClearTopTwoBits()
    {
        Bytes32 copy = this;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<Bytes32>(ref copy));
        bytes[31] &= 0x3f;
        return copy;
    }

    /// <summary>Reads 64 hexadecimal digits, upper or lower case, without prefix.</summary>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static Bytes32 FromHex(string hex)
    {
        ArgumentNullException.ThrowIfNull(hex);
        return hex.Length == 2 * Length
            ? new Bytes32(Convert.FromHexString(hex))
            : throw new FormatException($"64 hexadecimal digits are needed, {hex.Length} characters were given");
    }

    /// <inheritdoc/>
    public bool Equals(Bytes32 other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Bytes32 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_a, _b, _c, _d);

    /// <summary>Lower-case hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(Span);

    /// <summary>Byte-wise equality.</summary>
    public static bool operator ==(Bytes32 left, Bytes32 right) => left.Equals(right);

    /// <summary>Byte-wise inequality.</summary>
    public static bool operator !=(Bytes32 left, Bytes32 right) => !left.Equals(right);
}
