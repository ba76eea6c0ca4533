using System.CommandLine;

namespace SealerRecover.Commands;

/// <summary>The help of one command as lines: what it is for, how it is written, its options in groups, its own examples.</summary>
internal static class HelpPage
{
    /// <summary>Names in a column at most this wide; a longer one stands on a line of its own.</summary>
    private const int WidestName = 30;

    /// <summary>The lines.</summary>
    /// <param name="command">The command; with commands below it, these are listed.</param>
    /// <param name="name">Its name; empty for the form without.</param>
    /// <param name="width">Columns; text is wrapped at blanks.</param>
    public static IEnumerable<string> Of(Command command, string name, int width)
    {
        string[] words = ["sealer-recover", name, .. command.Arguments.Select(argument => $"[<{argument.Name}>...]"), "[options]"];
        foreach (string line in Wrapped(command.Description!, width))
        {
            yield return line;
        }

        yield return "";
        yield return $"Usage: {string.Join(' ', words.Where(word => word.Length > 0))}";
        if (command.Subcommands.Count > 0)
        {
            yield return "       sealer-recover <command> ...";
            foreach (string line in Section("Commands", [.. command.Subcommands.Select(below => (below.Name, below.Description!))], width))
            {
                yield return line;
            }
        }

        foreach (string line in Section("Arguments", [.. command.Arguments.Select(argument => ($"<{argument.Name}>", argument.Description!))], width))
        {
            yield return line;
        }

        foreach ((string title, string[] names) in HelpGroups.All)
        {
            Option[] options = [.. names.SelectMany(known => command.Options.Where(option => option.Name == known))];
            foreach (string line in Section(title, [.. options.Select(option => (Label(option), option.Description!))], width))
            {
                yield return line;
            }
        }

        yield return "";
        yield return "Examples:";
        foreach ((string example, string does) in HelpExamples.Of(name))
        {
            yield return $"  {example}";
            yield return $"      {does}";
        }

        yield return "";
        foreach (string line in Wrapped("sealer-recover help environment and help exit-codes tell the rest; docs/commands.md has it all, with the JSON that --json prints.", width))
        {
            yield return line;
        }
    }

    /// <summary>A title and pairs in two columns; nothing where there are none.</summary>
    private static IEnumerable<string> Section(string title, IReadOnlyList<(string Name, string Text)> rows, int width)
    {
        if (rows.Count == 0)
        {
            yield break;
        }

        yield return "";
        yield return $"{title}:";
        foreach (string line in Rows(rows, width))
        {
            yield return line;
        }
    }

    /// <summary>Pairs in two columns; at least one.</summary>
    internal static IEnumerable<string> Rows(IReadOnlyList<(string Name, string Text)> rows, int width)
    {
        int column = Math.Min(rows.Max(row => row.Name.Length), WidestName) + 4;
        foreach ((string name, string text) in rows)
        {
            string first = $"  {name}";
            if (first.Length + 2 > column)
            {
                yield return first;
                first = "";
            }

            foreach (string line in Wrapped(text, width - column))
            {
                yield return $"{first.PadRight(column)}{line}";
                first = "";
            }
        }
    }

    private static string Label(Option option)
    {
        IEnumerable<string> names = option.Aliases.Append(option.Name).Distinct().OrderBy(name => name.StartsWith("--", StringComparison.Ordinal)).ThenBy(name => name, StringComparer.Ordinal);
        string value = option.HelpName is { } help ? $" <{help}>" : option.ValueType == typeof(bool?) ? " <true|false>" : "";
        return string.Join(", ", names) + value;
    }

    /// <summary>The text in lines of at most so many columns, broken at blanks.</summary>
    internal static IEnumerable<string> Wrapped(string text, int width)
    {
        while (text.Length > width && text.LastIndexOf(' ', Math.Max(width, 1)) is > 0 and int blank)
        {
            yield return text[..blank];
            text = text[(blank + 1)..];
        }

        yield return text;
    }
}
