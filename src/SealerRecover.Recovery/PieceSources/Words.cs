using System.Globalization;
using System.Text;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>What others said, made fit for a sentence.</summary>
internal static class Words
{
    private const int Limit = 160;

    /// <summary>One line of at most <see cref="Limit"/> characters; what is not visible becomes a blank, and blanks become one.</summary>
    public static string Line(string text)
    {
        StringBuilder line = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (line.Length >= Limit)
            {
                return line.Append('…').ToString();
            }

            bool visible = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
            if (visible)
            {
                line.Append(rune.ToString());
            }
            else if (line.Length > 0 && line[^1] != ' ')
            {
                line.Append(' ');
            }
        }

        return line.ToString().Trim();
    }

    /// <summary>The same for bytes that are probably UTF-8.</summary>
    public static string Line(ReadOnlySpan<byte> utf8) => Line(Encoding.UTF8.GetString(utf8));
}
