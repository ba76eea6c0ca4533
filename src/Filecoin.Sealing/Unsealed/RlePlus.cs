using Filecoin.Primitives;

namespace Filecoin.Sealing.Unsealed;

/// <summary>
/// RLE+, go-bitfield's encoding of sets of numbers (rle/rleplus_writer.go and _reader.go). Bits from the lowest of the first byte on: two
/// bits version 0, one bit for the value of the first run, then the lengths of the runs, whose values alternate: "1" is 1; "01" and four
/// bits, the lowest first, are up to 15; "00" and a varint are any length. Zeros at the end are left out, whole bytes of them too; behind
/// the end are zeros, and a length of 0 ends it.
/// </summary>
internal static class RlePlus
{
    private const int VersionBits = 2;
    private const int ShortBits = 4;

    /// <summary>Encodes the numbers in <paramref name="ranges"/>, which are in order, not empty and do not touch.</summary>
    public static byte[] Encode(IEnumerable<PaddedRange> ranges)
    {
        BitWriter bits = new();
        bits.Put(0, VersionBits);
        long end = 0;
        foreach (PaddedRange range in ranges)
        {
            if (end == 0)
            {
                bits.Put(range.Offset == 0 ? 1u : 0, 1);
            }

            if (range.Offset > 0)
            {
                PutLength(bits, range.Offset - end);
            }

            PutLength(bits, range.Length);
            end = range.End;
        }

        return bits.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote, or Lotus; false if it is not well formed or numbers reach 2^63.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out IReadOnlyList<PaddedRange> ranges)
    {
        List<PaddedRange> found = [];
        ranges = found;
        BitReader bits = new(bytes);
        if ((bytes.Length > 0 && bytes[^1] == 0) || bits.Get(VersionBits) != 0)
        {
            return false;
        }

        bool present = bits.Get(1) == 1;
        long offset = 0;
        while (true)
        {
            if (!TryGetLength(ref bits, out ulong length) || length > (ulong)(long.MaxValue - offset))
            {
                return false;
            }

            if (length == 0)
            {
                return true;
            }

            if (present)
            {
                found.Add(new PaddedRange(offset, (long)length));
            }

            offset += (long)length;
            present = !present;
        }
    }

    private static void PutLength(BitWriter bits, long length)
    {
        switch (length)
        {
            case 1:
                bits.Put(1, 1);
                break;
            case < 1 << ShortBits:
                bits.Put(0b10, 2);
                bits.Put((uint)length, ShortBits);
                break;
            default:
                bits.Put(0, 2);
                foreach (byte next in Varint.ToBytes((ulong)length))
                {
                    bits.Put(next, 8);
                }

                break;
        }
    }

    private static bool TryGetLength(ref BitReader bits, out ulong length)
    {
        length = 1;
        if (bits.Get(1) == 1)
        {
            return true;
        }

        if (bits.Get(1) == 1)
        {
            length = bits.Get(ShortBits);
            return true;
        }

        Span<byte> varint = stackalloc byte[Varint.MaxLength];
        int count = 0;
        do
        {
            varint[count++] = (byte)bits.Get(8);
        }
        while (varint[count - 1] >= 0x80 && count < varint.Length);

        return Varint.TryRead(varint[..count], out length, out _);
    }

    private sealed class BitWriter
    {
        private readonly List<byte> _bytes = [];
        private int _used;

        public void Put(uint value, int count)
        {
            for (int bit = 0; bit < count; bit++, _used++)
            {
                if (_used % 8 == 0)
                {
                    _bytes.Add(0);
                }

                _bytes[^1] |= (byte)(((value >> bit) & 1) << (_used % 8));
            }
        }

        public byte[] ToArray()
        {
            int length = _bytes.FindLastIndex(value => value != 0) + 1;
            return [.. _bytes[..length]];
        }
    }

    private ref struct BitReader(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private long _used;

        public uint Get(int count)
        {
            uint value = 0;
            for (int bit = 0; bit < count; bit++, _used++)
            {
                long index = _used / 8;
                uint next = index < _bytes.Length ? (uint)(_bytes[(int)index] >> (int)(_used % 8)) & 1 : 0;
                value |= next << bit;
            }

            return value;
        }
    }
}
