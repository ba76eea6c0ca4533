using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Rendering;

namespace SealerRecover.Settings;

/// <summary>Reads numbers of bytes as operators write them: "34359738368", "32GiB", "512 MiB".</summary>
internal static class ByteCounts
{
    private static readonly (string Suffix, int Shift)[] Units = [("GiB", 30), ("MiB", 20), ("KiB", 10), ("B", 0)];

    /// <summary>The number.</summary>
    /// <param name="text">As typed.</param>
    /// <param name="origin">The option it came from, for the message.</param>
    /// <exception cref="OperatorException">BadInput: not such a number.</exception>
    public static long Parse(string text, string origin)
    {
        string number = text.Trim();
        int shift = 0;
        foreach ((string suffix, int unit) in Units)
        {
            if (number.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                number = number[..^suffix.Length].TrimEnd();
                shift = unit;
                break;
            }
        }

        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long count) && count <= long.MaxValue >> shift
            ? count << shift
            : throw new OperatorException(
                FailureKind.BadInput,
                $"{origin} is \"{SafeText.Short(text)}\", not a number of bytes",
                "write a whole number, alone or with KiB, MiB or GiB behind it");
    }
}
