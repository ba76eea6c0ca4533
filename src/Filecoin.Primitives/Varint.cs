namespace Filecoin.Primitives;

/// <summary>Unsigned LEB128 as multiformats and Filecoin addresses use it: at most ten bytes, shortest form only.</summary>
public static class Varint
{
    /// <summary>The most bytes a 64-bit value takes.</summary>
    public const int MaxLength = 10;

    /// <summary>Writes <paramref name="value"/> and returns the number of bytes written.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        int length = 0;
        while (value >= 0x80)
        {
            destination[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[length++] = (byte)value;
        return length;
    }

    /// <summary>The bytes of <paramref name="value"/>.</summary>
    public static byte[] ToBytes(ulong value)
    {
        Span<byte> buffer = stackalloc byte[MaxLength];
        return buffer[..Write(buffer, value)].ToArray();
    }

    /// <summary>Reads a value from the start of <paramref name="source"/>; false if it is cut off, too large or not in shortest form.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ulong value, out int length)
    {
        value = 0;
        for (length = 0; length < source.Length && length < MaxLength;)
        {
            byte next = source[length];
            if (length == MaxLength - 1 && next > 1)
            {
                break;
            }

            value |= (ulong)(next & 0x7f) << (7 * length);
            length++;
            if (next < 0x80)
            {
                return next != 0 || length == 1;
            }
        }

        return false;
    }
}
