using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Filecoin.Cryptography.Fields;

/// <summary>
/// An element of BLS12-381's scalar field Fr, modulus
/// r = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001 (255 bits), held in Montgomery form:
/// the limbs hold value·2^256 mod r, least significant first, always fully reduced.
/// Plain arithmetic over 64-bit limbs; the specification of every faster kernel.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Fr : IEquatable<Fr>
{
    /// <summary>Bytes of an element, in memory and in canonical form.</summary>
    public const int Bytes = 32;

    /// <summary>The modulus r, limb by limb, least significant first.</summary>
    internal const ulong R0 = 0xffffffff00000001, R1 = 0x53bda402fffe5bfe, R2 = 0x3339d80809a1d805, R3 = 0x73eda753299d7d48;

    /// <summary>-r^-1 mod 2^64, the factor of Montgomery reduction.</summary>
    internal const ulong NegativeInverse = 0xfffffffeffffffff;

    private readonly ulong _l0, _l1, _l2, _l3;

    internal Fr(ulong l0, ulong l1, ulong l2, ulong l3)
    {
        _l0 = l0;
        _l1 = l1;
        _l2 = l2;
        _l3 = l3;
    }

    /// <summary>0.</summary>
    public static Fr Zero => default;

    /// <summary>1: 2^256 mod r in Montgomery form.</summary>
    public static Fr One => new(0x00000001fffffffe, 0x5884b7fa00034802, 0x998c4fefecbc4ff5, 0x1824b159acc5056f);

    // 2^512 mod r: multiplying by it, Montgomery-wise, brings a canonical value into Montgomery form.
    private static Fr MontgomerySquare => new(0xc999e990f3f29c6d, 0x2b6cedcb87925c23, 0x05d314967254398f, 0x0748d9d99f59ff11);

    /// <summary>Whether the element is 0.</summary>
    public bool IsZero => (_l0 | _l1 | _l2 | _l3) == 0;

    internal ulong L0 => _l0;

    internal ulong L1 => _l1;

    internal ulong L2 => _l2;

    internal ulong L3 => _l3;

    /// <summary>The element <paramref name="value"/>.</summary>
    public static Fr FromUInt64(ulong value) => new Fr(value, 0, 0, 0) * MontgomerySquare;

    /// <summary>
    /// The element whose residue is the little-endian integer in 32 bytes, which may be any integer below 2^256: every label, data node and
    /// commitment is below r already, so nothing is checked here.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Fr FromBytes(ReadOnlySpan<byte> bytes) => MontgomerySquare * MemoryMarshal.Read<Fr>(bytes);

    /// <summary>Reads 32 little-endian bytes; false unless they are below r, that is canonical.</summary>
    public static bool TryFromCanonicalBytes(ReadOnlySpan<byte> bytes, out Fr element)
    {
        element = default;
        if (bytes.Length != Bytes || !IsBelowModulus(MemoryMarshal.Read<Fr>(bytes)))
        {
            return false;
        }

        element = FromBytes(bytes);
        return true;
    }

    /// <summary>Writes the canonical little-endian form to the first 32 bytes of <paramref name="destination"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ToBytes(Span<byte> destination)
    {
        Fr canonical = this * new Fr(1, 0, 0, 0);
        MemoryMarshal.Write(destination, in canonical);
    }

    /// <summary>The canonical little-endian form.</summary>
    public Bytes32 ToBytes32()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        ToBytes(bytes);
        return new Bytes32(bytes);
    }

    /// <summary>Sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Fr operator +(Fr a, Fr b)
    {
        // Both are below r < 2^255, so the sum fits 256 bits.
        ulong carry = 0;
        ulong s0 = AddCarry(a._l0, b._l0, ref carry);
        ulong s1 = AddCarry(a._l1, b._l1, ref carry);
        ulong s2 = AddCarry(a._l2, b._l2, ref carry);
        ulong s3 = a._l3 + b._l3 + carry;
        return SubtractModulusOnce(s0, s1, s2, s3);
    }

    /// <summary>Difference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Fr operator -(Fr a, Fr b)
    {
        ulong borrow = 0;
        ulong d0 = SubtractBorrow(a._l0, b._l0, ref borrow);
        ulong d1 = SubtractBorrow(a._l1, b._l1, ref borrow);
        ulong d2 = SubtractBorrow(a._l2, b._l2, ref borrow);
        ulong d3 = SubtractBorrow(a._l3, b._l3, ref borrow);
        ulong mask = 0 - borrow;
        ulong carry = 0;
        d0 = AddCarry(d0, R0 & mask, ref carry);
        d1 = AddCarry(d1, R1 & mask, ref carry);
        d2 = AddCarry(d2, R2 & mask, ref carry);
        d3 = d3 + (R3 & mask) + carry;
        return new Fr(d0, d1, d2, d3);
    }

    /// <summary>
    /// Product. Montgomery multiplication, operand scanning with the reduction interleaved. Because r's top limb is below 2^63 - 1, the running
    /// value never needs a sixth limb ("no-carry" variant, Acar and Botrel). The right operand may be any 256-bit integer: the result is
    /// a·b/2^256 + (less than r), hence below 2r before the final subtraction. The left one has to be reduced.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Fr operator *(Fr a, Fr b)
    {
        ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0;
        MultiplyRow(in a, b._l0, ref t0, ref t1, ref t2, ref t3);
        MultiplyRow(in a, b._l1, ref t0, ref t1, ref t2, ref t3);
        MultiplyRow(in a, b._l2, ref t0, ref t1, ref t2, ref t3);
        MultiplyRow(in a, b._l3, ref t0, ref t1, ref t2, ref t3);
        return SubtractModulusOnce(t0, t1, t2, t3);
    }

    /// <summary>x^5, Poseidon's S-box.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Fr Quintic(Fr x)
    {
        Fr square = x * x;
        return square * square * x;
    }

    /// <summary>The inverse, by Fermat: x^(r-2). Slow; for making constants.</summary>
    /// <exception cref="DivideByZeroException">The element is 0.</exception>
    public Fr Inverse()
    {
        if (IsZero)
        {
            throw new DivideByZeroException("0 has no inverse in Fr");
        }

        Fr result = One;
        ReadOnlySpan<ulong> exponent = [R0 - 2, R1, R2, R3];
        for (int bit = 255; bit >= 0; bit--)
        {
            result *= result;
            if (((exponent[bit >> 6] >> (bit & 63)) & 1) != 0)
            {
                result *= this;
            }
        }

        return result;
    }

    /// <inheritdoc/>
    public bool Equals(Fr other) => _l0 == other._l0 && _l1 == other._l1 && _l2 == other._l2 && _l3 == other._l3;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Fr other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_l0, _l1, _l2, _l3);

    /// <summary>The canonical little-endian bytes in hexadecimal.</summary>
    public override string ToString() => ToBytes32().ToString();

    /// <summary>Equality of residues.</summary>
    public static bool operator ==(Fr left, Fr right) => left.Equals(right);

    /// <summary>Inequality of residues.</summary>
    public static bool operator !=(Fr left, Fr right) => !left.Equals(right);

    /// <summary>a + b + carry; <paramref name="carry"/> is 0 or 1 before and after.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong AddCarry(ulong a, ulong b, ref ulong carry)
    {
        ulong sum = a + b;
        ulong first = sum < a ? 1UL : 0;
        sum += carry;
        carry = first + (sum < carry ? 1UL : 0);
        return sum;
    }

    /// <summary>a - b - borrow; <paramref name="borrow"/> is 0 or 1 before and after.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong SubtractBorrow(ulong a, ulong b, ref ulong borrow)
    {
        ulong difference = a - b;
        ulong first = a < b ? 1UL : 0;
        ulong result = difference - borrow;
        borrow = first + (difference < borrow ? 1UL : 0);
        return result;
    }

    /// <summary>a·b + c + carry as 128 bits: returns the low half, leaves the high half in <paramref name="carry"/>. Cannot overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong MultiplyAdd(ulong a, ulong b, ulong c, ref ulong carry)
    {
        ulong high = MultiplyHigh(a, b);
        ulong low = a * b;
        low += c;
        high += low < c ? 1UL : 0;
        low += carry;
        high += low < carry ? 1UL : 0;
        carry = high;
        return low;
    }

    /// <summary>
    /// The high half of a·b. Math.BigMul returns the low half through memory where it uses MULX, and the store and reload cost more than
    /// the second multiplication here does: half the speed of a whole field multiplication.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyHigh(ulong a, ulong b) =>
        Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b) : Math.BigMul(a, b, out _);

    /// <summary>Subtracts r if the 256-bit value, below 2r, is not below r; without a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Fr SubtractModulusOnce(ulong t0, ulong t1, ulong t2, ulong t3)
    {
        ulong borrow = 0;
        ulong d0 = SubtractBorrow(t0, R0, ref borrow);
        ulong d1 = SubtractBorrow(t1, R1, ref borrow);
        ulong d2 = SubtractBorrow(t2, R2, ref borrow);
        ulong d3 = SubtractBorrow(t3, R3, ref borrow);
        ulong keep = 0 - borrow;
        return new Fr(
            d0 ^ ((d0 ^ t0) & keep), d1 ^ ((d1 ^ t1) & keep), d2 ^ ((d2 ^ t2) & keep), d3 ^ ((d3 ^ t3) & keep));
    }

    /// <summary>t := (t + a·b + m·r) / 2^64 with m chosen so that the division is exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyRow(in Fr a, ulong b, ref ulong t0, ref ulong t1, ref ulong t2, ref ulong t3)
    {
        ulong product = 0;
        ulong reduction = 0;
        ulong s0 = MultiplyAdd(a._l0, b, t0, ref product);
        ulong m = s0 * NegativeInverse;
        MultiplyAdd(m, R0, s0, ref reduction);
        ulong s1 = MultiplyAdd(a._l1, b, t1, ref product);
        t0 = MultiplyAdd(m, R1, s1, ref reduction);
        ulong s2 = MultiplyAdd(a._l2, b, t2, ref product);
        t1 = MultiplyAdd(m, R2, s2, ref reduction);
        ulong s3 = MultiplyAdd(a._l3, b, t3, ref product);
        t2 = MultiplyAdd(m, R3, s3, ref reduction);
        t3 = product + reduction;
    }

    private static bool IsBelowModulus(Fr raw)
    {
        ulong borrow = 0;
        _ = SubtractBorrow(raw._l0, R0, ref borrow);
        _ = SubtractBorrow(raw._l1, R1, ref borrow);
        _ = SubtractBorrow(raw._l2, R2, ref borrow);
        _ = SubtractBorrow(raw._l3, R3, ref borrow);
        return borrow != 0;
    }
}
