using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Filecoin.Sealing.Pieces;

/// <summary>
/// Fr32 padding: after every 254 bits of data two zero bits, so that each 32 bytes, read little-endian, are a field element. 127 bytes
/// become 128. Bits count from the lowest of the first byte. Source: rust-fil-proofs fr32/src/padding.rs.
/// </summary>
public static class Fr32
{
    /// <summary>Unpadded bytes of one group: four elements of 254 bits.</summary>
    public const int UnpaddedGroup = 127;

    /// <summary>Padded bytes of one group: four elements of 256 bits.</summary>
    public const int PaddedGroup = 128;

    private const int ElementBytes = 32;
    private const int ElementBits = 254;
    private const int GroupWords = PaddedGroup / sizeof(ulong);
    private const int ElementWords = ElementBytes / sizeof(ulong);
    private const ulong TopWordMask = ulong.MaxValue >> 2;

    /// <summary>Bytes that <paramref name="unpadded"/> bytes become: whole elements, the last one filled with zero bits.</summary>
    public static long PaddedLength(long unpadded)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(unpadded);
        (long groups, long rest) = Math.DivRem(unpadded, UnpaddedGroup);
        return (groups * PaddedGroup) + (((rest * 8) + ElementBits - 1) / ElementBits * ElementBytes);
    }

    /// <summary>Whole bytes of data in <paramref name="padded"/> bytes of whole elements; of 128 bytes, 127.</summary>
    public static long UnpaddedLength(long padded)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(padded);
        ArgumentOutOfRangeException.ThrowIfNotEqual(padded % ElementBytes, 0, nameof(padded));
        (long groups, long rest) = Math.DivRem(padded, PaddedGroup);
        return (groups * UnpaddedGroup) + (rest / ElementBytes * ElementBits / 8);
    }

    /// <summary>Pads data that begins at a group's start. The two spans must not overlap.</summary>
    /// <param name="unpadded">The data; where more follows in another call, a multiple of 127 bytes.</param>
    /// <param name="padded">Receives <see cref="PaddedLength"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Pad(ReadOnlySpan<byte> unpadded, Span<byte> padded)
    {
        int length = (int)PaddedLength(unpadded.Length);
        padded = padded[..length];
        while (unpadded.Length > UnpaddedGroup)
        {
            PadGroupBeforeOthers(unpadded[..(UnpaddedGroup + 1)], padded[..PaddedGroup]);
            unpadded = unpadded[UnpaddedGroup..];
            padded = padded[PaddedGroup..];
        }

        Span<byte> group = stackalloc byte[PaddedGroup];
        while (!padded.IsEmpty)
        {
            int take = Math.Min(UnpaddedGroup, unpadded.Length);
            group[take..].Clear();
            unpadded[..take].CopyTo(group);
            PadGroup(group);
            int put = Math.Min(PaddedGroup, padded.Length);
            group[..put].CopyTo(padded);
            unpadded = unpadded[take..];
            padded = padded[put..];
        }

        return length;
    }

    /// <summary>Takes the padding out again; the padding bits' values are not looked at. The two spans must not overlap.</summary>
    /// <param name="padded">Whole elements from a group's start; where more follows in another call, a multiple of 128 bytes.</param>
    /// <param name="unpadded">Receives <see cref="UnpaddedLength"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Unpad(ReadOnlySpan<byte> padded, Span<byte> unpadded)
    {
        int length = (int)UnpaddedLength(padded.Length);
        unpadded = unpadded[..length];
        while (unpadded.Length > UnpaddedGroup)
        {
            UnpadGroupBeforeOthers(padded[..PaddedGroup], unpadded[..(UnpaddedGroup + 1)]);
            padded = padded[PaddedGroup..];
            unpadded = unpadded[UnpaddedGroup..];
        }

        Span<byte> group = stackalloc byte[PaddedGroup];
        while (!unpadded.IsEmpty)
        {
            int take = Math.Min(PaddedGroup, padded.Length);
            group[take..].Clear();
            padded[..take].CopyTo(group);
            UnpadGroup(group);
            int put = Math.Min(UnpaddedGroup, unpadded.Length);
            group[..put].CopyTo(unpadded);
            padded = padded[take..];
            unpadded = unpadded[put..];
        }

        return length;
    }

    /// <summary>
    /// Pads a group that has at least a byte after it, four words at a time: elements 0, 1, 2 and 3 begin at bits 0, 254, 508 and 762, which
    /// is at bytes 0, 31, 63 and 95 and there at bits 0, 6, 4 and 2.
    /// </summary>
    /// <param name="unpadded">The group and the byte after it, which is read and does not count.</param>
    /// <param name="padded">Receives 128 bytes.</param>
    private static void PadGroupBeforeOthers(ReadOnlySpan<byte> unpadded, Span<byte> padded)
    {
        ref byte from = ref MemoryMarshal.GetReference(unpadded);
        ref byte to = ref MemoryMarshal.GetReference(padded);
        PadElement(ref from, 0, ref to);
        PadElement(ref Unsafe.Add(ref from, 31), 6, ref Unsafe.Add(ref to, ElementBytes));
        PadElement(ref Unsafe.Add(ref from, 63), 4, ref Unsafe.Add(ref to, 2 * ElementBytes));
        PadElement(ref Unsafe.Add(ref from, 95), 2, ref Unsafe.Add(ref to, 3 * ElementBytes));
    }

    /// <summary>
    /// The 254 bits from bit <paramref name="shift"/> of <paramref name="from"/> on. Each word is what eight bytes hold from that bit on; its
    /// upper bits come from the eight bytes one further, moved up to where they meet.
    /// </summary>
    /// <param name="from">33 bytes are read.</param>
    /// <param name="shift">0 to 6.</param>
    /// <param name="to">32 bytes are written.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PadElement(ref byte from, [ConstantExpected] int shift, ref byte to)
    {
        Vector256<ulong> lower = Vector256.LoadUnsafe(ref from).AsUInt64() >> shift;
        Vector256<ulong> upper = Vector256.LoadUnsafe(ref from, 1).AsUInt64() << (8 - shift);
        Vector256<ulong> mask = Vector256.Create(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, TopWordMask);
        ((lower | upper) & mask).AsByte().StoreUnsafe(ref to);
    }

    /// <summary>Takes the padding out of a group that has at least a byte after it: the inverse, element by element.</summary>
    /// <param name="padded">The group.</param>
    /// <param name="unpadded">Receives the group and a byte after it, which does not count.</param>
    private static void UnpadGroupBeforeOthers(ReadOnlySpan<byte> padded, Span<byte> unpadded)
    {
        ref byte from = ref MemoryMarshal.GetReference(padded);
        ref byte to = ref MemoryMarshal.GetReference(unpadded);
        UnpadElement(ref from, 0, Word(ref from, 4), ref to);
        UnpadElement(ref Unsafe.Add(ref from, ElementBytes), 2, Word(ref from, 8), ref Unsafe.Add(ref to, ElementBytes));
        UnpadElement(ref Unsafe.Add(ref from, 2 * ElementBytes), 4, Word(ref from, 12), ref Unsafe.Add(ref to, 2 * ElementBytes));
        UnpadElement(ref Unsafe.Add(ref from, 3 * ElementBytes), 6, 0, ref Unsafe.Add(ref to, 3 * ElementBytes));
    }

    /// <summary>32 bytes of data: an element without the bits that went before, and the next one's lowest bits.</summary>
    /// <param name="from">The element.</param>
    /// <param name="shift">Bits of the element that belong before: 0, 2, 4 or 6.</param>
    /// <param name="next">The next element's lowest word.</param>
    /// <param name="to">Receives 32 bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void UnpadElement(ref byte from, [ConstantExpected] int shift, ulong next, ref byte to)
    {
        ulong w0 = Word(ref from, 0), w1 = Word(ref from, 1), w2 = Word(ref from, 2), w3 = Word(ref from, 3) & TopWordMask;
        if (shift != 0)
        {
            w0 = (w0 >> shift) | (w1 << (64 - shift));
            w1 = (w1 >> shift) | (w2 << (64 - shift));
            w2 = (w2 >> shift) | (w3 << (64 - shift));
            w3 >>= shift;
        }

        Unsafe.WriteUnaligned(ref to, Little(w0));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, 8), Little(w1));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, 16), Little(w2));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, 24), Little(w3 | (next << (62 - shift))));
    }

    private static ulong Word(ref byte from, int index) => Little(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, sizeof(ulong) * index)));

    private static ulong Little(ulong word) => BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);

    /// <summary>
    /// 127 bytes and a zero byte in, 128 out. Element e begins at bit 254e = 256e - 2e: each of its words is the word at the same place
    /// moved up by 2e bits, the gap filled from the word before; its top two bits are cleared.
    /// </summary>
    private static void PadGroup(Span<byte> group)
    {
        Span<ulong> words = stackalloc ulong[GroupWords];
        Load(group, words);

        // From the top down, so that the word before is still the original.
        for (int i = GroupWords - 1; i >= 0; i--)
        {
            int shift = i / ElementWords * 2;
            ulong word = shift == 0 ? words[i] : (words[i] << shift) | (words[i - 1] >> (64 - shift));
            words[i] = i % ElementWords == ElementWords - 1 ? word & TopWordMask : word;
        }

        Store(words, group);
    }

    /// <summary>128 bytes in, 127 and a zero byte out: the inverse, from the bottom up.</summary>
    private static void UnpadGroup(Span<byte> group)
    {
        Span<ulong> words = stackalloc ulong[GroupWords];
        Load(group, words);
        for (int i = 0; i < GroupWords; i++)
        {
            int shift = i / ElementWords * 2;
            bool top = i % ElementWords == ElementWords - 1;
            ulong word = (top ? words[i] & TopWordMask : words[i]) >> shift;
            int missing = shift + (top ? 2 : 0);
            ulong next = i + 1 < GroupWords ? words[i + 1] : 0;
            words[i] = missing == 0 ? word : word | (next << (64 - missing));
        }

        Store(words, group);
    }

    private static void Load(ReadOnlySpan<byte> group, Span<ulong> words)
    {
        for (int i = 0; i < GroupWords; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(group[(sizeof(ulong) * i)..]);
        }
    }

    private static void Store(ReadOnlySpan<ulong> words, Span<byte> group)
    {
        for (int i = 0; i < GroupWords; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(group[(sizeof(ulong) * i)..], words[i]);
        }
    }
}
