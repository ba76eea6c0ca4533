using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>Poseidon on eight preimages at once with AVX-512 IFMA; see <see cref="PoseidonIfmaEmitter"/> for the arithmetic.</summary>
internal sealed unsafe class PoseidonIfma : PoseidonKernel
{
    private const int Lanes = PoseidonIfmaEmitter.Lanes;
    private const int WordsPerElement = Radix52.Limbs * Lanes;

    private readonly delegate* unmanaged<ulong*, ulong*, void> _permute;
    private readonly ulong[] _tables;
    private readonly int _workWords;

    private PoseidonIfma(int arity, PoseidonIfmaTables tables, delegate* unmanaged<ulong*, ulong*, void> permute)
        : base(arity)
    {
        _workWords = PoseidonIfmaEmitter.WorkWords(tables.Recurrence);
        _tables = tables.Limbs;
        _permute = permute;
    }

    public override string Name => "ifma";

    /// <summary>Makes the kernel; null if the system refuses memory for its code.</summary>
    public static PoseidonIfma? TryCreate(int arity)
    {
        PoseidonIfmaTables tables = new(PoseidonConstants.For(arity));
        delegate* unmanaged<ulong*, ulong*, void> permute = PoseidonIfmaEmitter.TryEmit(tables);
        return permute is null ? null : new PoseidonIfma(arity, tables, permute);
    }

    [SkipLocalsInit]
    public override void HashMany(ReadOnlySpan<byte> preimages, Span<byte> digests)
    {
        int count = CheckedCount(preimages, digests);
        ulong* memory = stackalloc ulong[_workWords + Lanes];
        ulong* work = (ulong*)(((nuint)memory + 63) & ~(nuint)63);
        fixed (ulong* tables = _tables)
        {
            for (int first = 0; first < count; first += Lanes)
            {
                // Lanes without a preimage hash whatever the first one does; nobody looks.
                int lanes = Math.Min(Lanes, count - first);
                for (int lane = 0; lane < Lanes; lane++)
                {
                    int index = first + (lane < lanes ? lane : 0);
                    Load(preimages.Slice(index * Arity * Fr.Bytes, Arity * Fr.Bytes), work + WordsPerElement + lane);
                }

                _permute(work, tables);
                for (int lane = 0; lane < lanes; lane++)
                {
                    Store(work + lane, digests.Slice((first + lane) * Fr.Bytes, Fr.Bytes));
                }
            }
        }
    }

    /// <summary>Spreads one preimage over its lane: 256 bits of four words become five limbs of 52.</summary>
    private static void Load(ReadOnlySpan<byte> preimage, ulong* lane)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(preimage);
        for (int i = 0; i < words.Length; i += 4)
        {
            ulong w0 = words[i], w1 = words[i + 1], w2 = words[i + 2], w3 = words[i + 3];
            lane[0] = w0 & Radix52.Mask;
            lane[Lanes] = ((w0 >> 52) | (w1 << 12)) & Radix52.Mask;
            lane[2 * Lanes] = ((w1 >> 40) | (w2 << 24)) & Radix52.Mask;
            lane[3 * Lanes] = ((w2 >> 28) | (w3 << 36)) & Radix52.Mask;
            lane[4 * Lanes] = w3 >> 16;
            lane += WordsPerElement;
        }
    }

    /// <summary>Joins a digest's limbs again. They are at most r; r itself, which means zero, is brought below it.</summary>
    private static void Store(ulong* lane, Span<byte> digest)
    {
        ulong l0 = lane[0], l1 = lane[Lanes], l2 = lane[2 * Lanes], l3 = lane[3 * Lanes], l4 = lane[4 * Lanes];
        Fr canonical = Fr.SubtractModulusOnce(
            l0 | (l1 << 52), (l1 >> 12) | (l2 << 40), (l2 >> 24) | (l3 << 28), (l3 >> 36) | (l4 << 16));
        MemoryMarshal.Write(digest, in canonical);
    }
}
