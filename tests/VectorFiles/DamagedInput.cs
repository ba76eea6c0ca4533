using System.Text;

namespace SealerRecover.Tests;

/// <summary>Damaged forms of good input, for parsers.</summary>
public static class DamagedInput
{
    private static readonly string[] Disliked =
    [
        "null", "-1", "1e999", "18446744073709551616", "9223372036854775807", "\"\"", "{}", "[]", "[null]", "\"\\ud800\"", "true", "{\"/\":\"b\"}", "\u0000", "\ufeff",
    ];

    /// <summary>One to three damages: bytes changed, cut out, doubled, or replaced by what parsers dislike.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="good">The input, which stays as it is.</param>
    /// <param name="isText">Whether it is JSON.</param>
    public static byte[] Of(Random random, byte[] good, bool isText)
    {
        List<byte> bytes = [.. good];
        for (int times = 1 + random.Next(3); times > 0 && bytes.Count > 0; times--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(bytes.Count - at, 1 + random.Next(1 + random.Next(64)));
            switch (random.Next(isText ? 6 : 4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 3:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 4:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Disliked[random.Next(Disliked.Length)]));
                    break;
                default:
                    ReplaceValue(random, bytes, at);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Puts something disliked in the place of the JSON value behind the next colon.</summary>
    private static void ReplaceValue(Random random, List<byte> bytes, int at)
    {
        int colon = bytes.IndexOf((byte)':', at);
        int end = colon < 0 ? -1 : bytes.FindIndex(colon, next => next is (byte)',' or (byte)'}' or (byte)']');
        if (end > 0)
        {
            bytes.RemoveRange(colon + 1, end - colon - 1);
            bytes.InsertRange(colon + 1, Encoding.UTF8.GetBytes(Disliked[random.Next(Disliked.Length)]));
        }
    }
}
