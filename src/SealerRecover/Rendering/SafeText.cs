using System.Globalization;
using System.Text;

namespace SealerRecover.Rendering;

/// <summary>
/// Makes text of foreign origin (arguments, metadata files, node answers, file names) safe to print: nothing in it can move the cursor,
/// colour the terminal, start a new line or reverse the reading direction.
/// </summary>
internal static class SafeText
{
    private const int ShortLength = 60;

    /// <summary>Every control, format, separator and unpaired surrogate character written as \xNN or \uNNNN; the rest as it is.</summary>
    public static string Clean(string text)
    {
        StringBuilder? cleaned = null;
        for (int i = 0; i < text.Length; i++)
        {
            bool pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            UnicodeCategory category = pair ? CharUnicodeInfo.GetUnicodeCategory(text, i) : char.GetUnicodeCategory(text[i]);
            bool harmless = category is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned);
            int length = pair ? 2 : 1;
            if (harmless)
            {
                cleaned?.Append(text, i, length);
            }
            else
            {
                cleaned ??= new StringBuilder(text, 0, i, text.Length + 16);
                foreach (char unit in text.AsSpan(i, length))
                {
                    cleaned.Append(unit < 0x100 ? "\\x" : "\\u")
                        .Append(((int)unit).ToString(unit < 0x100 ? "x2" : "x4", CultureInfo.InvariantCulture));
                }
            }

            i += length - 1;
        }

        return cleaned?.ToString() ?? text;
    }

    /// <summary><see cref="Clean"/>, cut to a length that fits into a sentence.</summary>
    public static string Short(string text) =>
        text.Length <= ShortLength ? Clean(text) : $"{Clean(text[..ShortLength])}... ({text.Length} characters)";
}
