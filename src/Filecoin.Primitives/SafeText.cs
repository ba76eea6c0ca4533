using System.Globalization;
using System.Text;

namespace Filecoin.Primitives;

/// <summary>
/// Makes text of foreign origin (arguments, files, names of files, what servers answer) safe to print: nothing in it can move the cursor,
/// colour the terminal, start a new line or reverse the reading direction.
/// </summary>
public static class SafeText
{
    private const int ShortLength = 60;

    /// <summary>Every character that is not safe written as \xNN or \uNNNN (UTF-16); the rest as it is. Nothing gets lost: for names and paths.</summary>
    public static string Clean(string text)
    {
        StringBuilder? cleaned = null;
        for (int i = 0, length; i < text.Length; i += length)
        {
            bool isWhole = Rune.TryGetRuneAt(text, i, out Rune rune);
            length = isWhole ? rune.Utf16SequenceLength : 1;
            if (isWhole && IsSafe(rune))
            {
                cleaned?.Append(text, i, length);
                continue;
            }

            cleaned ??= new StringBuilder(text, 0, i, text.Length + 16);
            foreach (char unit in text.AsSpan(i, length))
            {
                cleaned.Append(unit < 0x100 ? "\\x" : "\\u").Append(((int)unit).ToString(unit < 0x100 ? "x2" : "x4", CultureInfo.InvariantCulture));
            }
        }

        return cleaned?.ToString() ?? text;
    }

    /// <summary><see cref="Clean"/>, cut to a length that fits into a sentence: for values that the operator gave.</summary>
    public static string Short(string text) =>
        text.Length <= ShortLength ? Clean(text) : $"{Clean(text[..ShortLength])}... ({text.Length} characters)";

    /// <summary>At most <paramref name="limit"/> characters in one line, a blank for those in a row that are not safe: for what others say.</summary>
    public static string Line(string? text, int limit)
    {
        StringBuilder line = new();
        foreach (Rune rune in (text ?? "").EnumerateRunes())
        {
            if (line.Length >= limit)
            {
                return line.Append('…').ToString();
            }

            if (IsSafe(rune))
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

    /// <summary>The same for bytes that are probably UTF-8; only the start of a long body is looked at.</summary>
    public static string Line(ReadOnlySpan<byte> utf8, int limit) =>
        Line(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 4 * (limit + 1))]), limit);

    private static bool IsSafe(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
