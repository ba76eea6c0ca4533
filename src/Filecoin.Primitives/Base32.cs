namespace Filecoin.Primitives;

/// <summary>RFC 4648 base32 in lower case without padding, as CIDs and addresses write it.</summary>
public static class Base32
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>Encodes <paramref name="bytes"/>.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        char[] text = new char[((bytes.Length * 8) + 4) / 5];
        int written = 0;
        uint buffer = 0;
        int bits = 0;
        foreach (byte next in bytes)
        {
            buffer = (buffer << 8) | next;
            for (bits += 8; bits >= 5; bits -= 5)
            {
                text[written++] = Alphabet[(int)(buffer >> (bits - 5)) & 31];
            }
        }

        if (bits > 0)
        {
            text[written] = Alphabet[(int)(buffer << (5 - bits)) & 31];
        }

        return new string(text);
    }

    /// <summary>Decodes <paramref name="text"/>; false for a foreign character, an impossible length or left-over bits that are not zero.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        byte[] result = new byte[text.Length * 5 / 8];
        int written = 0;
        uint buffer = 0;
        int bits = 0;
        foreach (char next in text)
        {
            int digit = next switch
            {
                >= 'a' and <= 'z' => next - 'a',
                >= '2' and <= '7' => next - '2' + 26,
                _ => -1,
            };
            if (digit < 0)
            {
                return false;
            }

            buffer = (buffer << 5) | (uint)digit;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                result[written++] = (byte)(buffer >> bits);
            }
        }

        if (bits >= 5 || (buffer & ((1u << bits) - 1)) != 0)
        {
            return false;
        }

        bytes = result;
        return true;
    }
}
