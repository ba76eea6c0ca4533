using System.Globalization;

namespace Filecoin.Primitives;

/// <summary>Numbers of bytes as people read and write them.</summary>
public static class ByteCount
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>"64.0 GiB"; bytes alone are whole: "12 B".</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="number">How the number before the unit is written; "0.##" for sizes that are even most of the time.</param>
    public static string Text(long bytes, string number = "0.0")
    {
        int unit = 0;
        double value = bytes;
        for (; Math.Abs(value) >= 1024 && unit < Units.Length - 1; unit++)
        {
            value /= 1024;
        }

        return $"{value.ToString(unit == 0 ? "0" : number, CultureInfo.InvariantCulture)} {Units[unit]}";
    }

    /// <summary>Reads "34359738368", "32GiB", "512 MiB": any case, a blank allowed before the unit, powers of 1024 only.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        string trimmed = text.Trim();

        // "B" ends every unit, so the long ones come first.
        int unit = Array.FindLastIndex(Units, name => trimmed.EndsWith(name, StringComparison.OrdinalIgnoreCase));
        ReadOnlySpan<char> number = unit < 0 ? trimmed : trimmed.AsSpan(0, trimmed.Length - Units[unit].Length).TrimEnd();
        int shift = 10 * Math.Max(unit, 0);
        bool isNumber = long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long count) && count <= long.MaxValue >> shift;
        bytes = isNumber ? count << shift : 0;
        return isNumber;
    }
}
