using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Poseidon on two sets of preimages at once with fused multiply-adds of doubles, four in a vector of AVX2 or eight in one of AVX-512; see
/// <see cref="PoseidonFmaEmitter"/> for the arithmetic.
/// </summary>
internal sealed unsafe class PoseidonFma : PoseidonKernel
{
    private const int Alignment = 64;
    private const int SignBit = 63;

    /// <summary>Preimages that are so few take longer in lanes than one after the other.</summary>
    private const int Few = 3;

    private readonly delegate* unmanaged<ulong*, ulong*, void> _permute;
    private readonly ulong[] _tables;
    private readonly int _firstTable;
    private readonly int _workWords;
    private readonly int _lanes;
    private readonly PoseidonKernel _ofFew;

    private PoseidonFma(
        int arity, int lanes, PoseidonFmaTables tables, delegate* unmanaged<ulong*, ulong*, void> permute, PoseidonKernel ofFew)
        : base(arity)
    {
        _lanes = lanes;
        _ofFew = ofFew;
        _workWords = PoseidonFmaEmitter.WorkWords(tables.Recurrence, lanes);
        _permute = permute;

        // Vectors of the tables are read as operands, so they must not straddle cache lines: pinned, then aligned once.
        ulong[] words = tables.Words;
        _tables = GC.AllocateUninitializedArray<ulong>(words.Length + (Alignment / sizeof(ulong)), pinned: true);
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_tables));
        _firstTable = (int)(Aligned(address) - address) / sizeof(ulong);
        words.CopyTo(_tables, _firstTable);
    }

    public override string Name => _lanes == Narrow ? "fma" : "fma-512";

    /// <summary>Doubles in a vector of AVX2.</summary>
    public const int Narrow = 4;

    /// <summary>Doubles in a vector of AVX-512.</summary>
    public const int Wide = 8;

    private int WordsPerElement => Radix51.Limbs * _lanes;

    /// <summary>Makes the kernel; null if the system refuses memory for its code.</summary>
    /// <param name="arity">2, 4, 8 or 11.</param>
    /// <param name="lanes"><see cref="Narrow"/> or <see cref="Wide"/>.</param>
    /// <param name="ofFew">Hashes what is left of a batch if it is no more than three: a batch takes as long for one as when it is full.</param>
    public static PoseidonFma? TryCreate(int arity, int lanes, PoseidonKernel ofFew)
    {
        PoseidonFmaTables tables = new(PoseidonConstants.For(arity), lanes);
        delegate* unmanaged<ulong*, ulong*, void> permute = PoseidonFmaEmitter.TryEmit(tables, lanes);
        return permute is null ? null : new PoseidonFma(arity, lanes, tables, permute, ofFew);
    }

    [SkipLocalsInit]
    public override void HashMany(ReadOnlySpan<byte> preimages, Span<byte> digests)
    {
        int count = CheckedCount(preimages, digests);
        int together = PoseidonFmaEmitter.Sets * _lanes;
        ulong* memory = stackalloc ulong[_workWords + (Alignment / sizeof(ulong))];
        ulong* work = (ulong*)Aligned((nuint)memory);
        fixed (ulong* tables = &_tables[_firstTable])
        {
            for (int first = 0; first < count; first += together)
            {
                // Lanes without a preimage hash whatever the first one does; nobody looks.
                int lanes = Math.Min(together, count - first);
                if (lanes <= Few)
                {
                    _ofFew.HashMany(preimages[(first * Arity * Fr.Bytes)..], digests[(first * Fr.Bytes)..]);
                    return;
                }

                for (int lane = 0; lane < together; lane++)
                {
                    int index = first + (lane < lanes ? lane : 0);
                    Load(preimages.Slice(index * Arity * Fr.Bytes, Arity * Fr.Bytes), Lane(work, lane) + (PoseidonFmaEmitter.Sets * WordsPerElement));
                }

                _permute(work, tables);
                for (int lane = 0; lane < lanes; lane++)
                {
                    Store(Lane(work, lane), digests.Slice((first + lane) * Fr.Bytes, Fr.Bytes));
                }
            }
        }
    }

    private static nuint Aligned(nuint address) => (address + Alignment - 1) & ~(nuint)(Alignment - 1);

    /// <summary>A lane of the first element: sets take turns in memory.</summary>
    private ulong* Lane(ulong* work, int lane) => work + (lane / _lanes * WordsPerElement) + (lane % _lanes);

    /// <summary>Spreads one preimage over its lane: 256 bits of four words become five limbs of 51, the highest of 52.</summary>
    private void Load(ReadOnlySpan<byte> preimage, ulong* lane)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(preimage);
        for (int i = 0; i < words.Length; i += 4)
        {
            ulong w0 = words[i], w1 = words[i + 1], w2 = words[i + 2], w3 = words[i + 3];
            lane[0] = w0 & Radix51.Mask;
            lane[_lanes] = ((w0 >> 51) | (w1 << 13)) & Radix51.Mask;
            lane[2 * _lanes] = ((w1 >> 38) | (w2 << 26)) & Radix51.Mask;
            lane[3 * _lanes] = ((w2 >> 25) | (w3 << 39)) & Radix51.Mask;
            lane[4 * _lanes] = w3 >> 12;
            lane += PoseidonFmaEmitter.Sets * WordsPerElement;
        }
    }

    /// <summary>Joins a digest's limbs again, which are signed, and adds r if all of it is below zero.</summary>
    private void Store(ulong* lane, Span<byte> digest)
    {
        ulong* limbs = stackalloc ulong[Radix51.Limbs];
        long carry = 0;
        for (int i = 0; i < Radix51.Limbs; i++)
        {
            long limb = (long)BitConverter.UInt64BitsToDouble(lane[i * _lanes]) + carry;
            limbs[i] = (ulong)limb & Radix51.Mask;
            carry = limb >> Radix51.Bits;
        }

        UInt128 w0 = limbs[0] | (limbs[1] << 51), w1 = (limbs[1] >> 13) | (limbs[2] << 38);
        UInt128 w2 = (limbs[2] >> 26) | (limbs[3] << 25), w3 = (limbs[3] >> 39) | (limbs[4] << 12) | ((ulong)carry << SignBit);
        if (carry < 0)
        {
            w0 += Fr.R0;
            w1 += (w0 >> 64) + Fr.R1;
            w2 += (w1 >> 64) + Fr.R2;
            w3 += (w2 >> 64) + Fr.R3;
        }

        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(digest);
        words[0] = (ulong)w0;
        words[1] = (ulong)w1;
        words[2] = (ulong)w2;
        words[3] = (ulong)w3;
    }
}
