using System.Globalization;
using System.Text;

namespace Filecoin.Chain.Rpc;

/// <summary>Makes text that came over the network fit for a terminal: one line, bounded, no control or direction characters.</summary>
public static class Printable
{
    /// <summary>At most <paramref name="limit"/> characters of <paramref name="text"/>; anything that is not a visible character becomes a blank.</summary>
    public static string Line(string? text, int limit)
    {
        StringBuilder line = new();
        foreach (Rune rune in (text ?? "").EnumerateRunes())
        {
            if (line.Length >= limit)
            {
                return line.Append('…').ToString();
            }

            bool visible = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator);
            line.Append(visible ? rune.ToString() : " ");
        }

        return line.ToString().Trim();
    }

    /// <summary>The same for bytes that are probably UTF-8; only the start of a long body is looked at.</summary>
    internal static string Line(ReadOnlySpan<byte> utf8, int limit) =>
        Line(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 4 * (limit + 1))]), limit);
}
