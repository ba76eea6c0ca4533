using System.Text;

namespace SealerRecover.Rendering;

/// <summary>A piece of a text report: a line, with or without the time, or a table. Views decide how a table is drawn.</summary>
internal abstract record TextBlock;

/// <summary>One line.</summary>
internal sealed record TextLine(string Text) : TextBlock;

/// <summary>One line of something that has just become known, as foreign text: shown with its time, and cleaned.</summary>
internal sealed record StampedLine(string Text) : TextBlock;

/// <summary>Rows under headings.</summary>
internal sealed record TextTable(IReadOnlyList<string> Headings, IReadOnlyList<IReadOnlyList<string>> Rows) : TextBlock
{
    private const string Gap = "  ";

    /// <summary>The table with columns padded by blanks, one string a row.</summary>
    public IEnumerable<string> Lines()
    {
        int[] widths = [.. Headings.Select((heading, column) => Rows.Select(row => row[column].Length).Append(heading.Length).Max())];
        foreach (IReadOnlyList<string> row in Rows.Prepend(Headings))
        {
            StringBuilder line = new(Gap);
            for (int column = 0; column < widths.Length; column++)
            {
                line.Append(row[column].PadRight(widths[column])).Append(Gap);
            }

            yield return line.ToString().TrimEnd();
        }
    }
}
