using System.CommandLine;

namespace SealerRecover.Commands;

/// <summary>A line in two columns. A class: code for lists of structs of the framework is compiled anew at every start.</summary>
internal sealed record HelpRow(string Name, string Text);

/// <summary>The help of one command, and of all, as lines: what it is for, how it is written, its options in groups, its own examples.</summary>
internal static class HelpPage
{
    /// <summary>The page in docs/commands of the form without a command's name.</summary>
    public const string PageWithoutName = "sealer-recover";

    /// <summary>Names in a column at most this wide; a longer one stands on a line of its own.</summary>
    private const int WidestName = 30;

    /// <summary>All commands, the names of the options of the form without a name, and its examples: one screen.</summary>
    /// <param name="root">The form without a name.</param>
    /// <param name="width">Columns; text is wrapped at blanks.</param>
    public static IEnumerable<string> OfAll(Command root, int width) =>
    [
        .. Wrapped(root.Description!, width),
        "",
        "Usage: sealer-recover [options]",
        "       sealer-recover <command> ...",
        .. Section("Commands", [.. root.Subcommands.Select(below => new HelpRow(below.Name, below.Description!))], width),
        .. Section(
            "Options without a command's name; help options tells what each does",
            [.. HelpGroups.Of(root).Select(group => new HelpRow(group.Title, string.Join(", ", group.Options.Select(option => option.Name))))],
            width),
        .. Examples(""),
        "",
        .. Wrapped("A command's -h tells its options; sealer-recover help environment and help exit-codes the rest; docs/commands/README.md has it all.", width),
    ];

    /// <summary>One command, with what each option does.</summary>
    /// <param name="command">The command.</param>
    /// <param name="name">Its name; empty for the form without.</param>
    /// <param name="width">Columns; text is wrapped at blanks.</param>
    public static IEnumerable<string> Of(Command command, string name, int width)
    {
        string[] words = ["sealer-recover", name, .. command.Arguments.Select(argument => $"[<{argument.Name}>...]"), "[options]"];
        return
        [
            .. Wrapped(command.Description!, width),
            "",
            $"Usage: {string.Join(' ', words.Where(word => word.Length > 0))}",
            .. Section("Arguments", [.. command.Arguments.Select(argument => new HelpRow($"<{argument.Name}>", argument.Description!))], width),
            .. Options(command, command.Options, width),
            .. Examples(name),
            .. Rest(name.Length > 0 ? name : PageWithoutName, width),
        ];
    }

    /// <summary>A command that does several things: what these are. The options of each stand in its own help.</summary>
    /// <param name="command">The command.</param>
    /// <param name="actions">What it does.</param>
    /// <param name="width">Columns; text is wrapped at blanks.</param>
    public static IEnumerable<string> OfActions(Command command, IReadOnlyList<CommandAction> actions, int width) =>
    [
        .. Wrapped(command.Description!, width),
        "",
        $"Usage: sealer-recover {command.Name} <action> [options]",
        .. Section("Actions", [.. actions.Select(action => new HelpRow(action.Name, action.Description))], width),
        .. Options(command, OfAll(command, actions), width),
        .. Examples(command.Name),
        "",
        .. Wrapped($"sealer-recover {command.Name} <action> -h tells the options of an action.", width),
        .. Rest(command.Name, width).Skip(1),
    ];

    /// <summary>One thing that a command does, with its options.</summary>
    /// <param name="command">The command.</param>
    /// <param name="actions">All that it does.</param>
    /// <param name="action">Which of that.</param>
    /// <param name="width">Columns; text is wrapped at blanks.</param>
    public static IEnumerable<string> OfAction(Command command, IReadOnlyList<CommandAction> actions, CommandAction action, int width)
    {
        string[] examples =
        [
            .. HelpExamples.Of(command.Name).Where(example => example.Line.Contains($" {command.Name} {action.Name} ", StringComparison.Ordinal))
                .SelectMany(example => new[] { $"  {example.Line}", $"      {example.Does}" }),
        ];
        return
        [
            .. Wrapped(action.Description, width),
            "",
            $"Usage: sealer-recover {command.Name} {action.Name}{(action.TakesSectors ? " [<sectors>...]" : "")} [options]",
            .. Options(command, [.. OfAll(command, actions), .. action.Options], width),
            .. examples.Length > 0 ? ["", "Examples:", .. examples] : (string[])[],
            .. Rest(command.Name, width),
        ];
    }

    private static IEnumerable<Option> OfAll(Command command, IReadOnlyList<CommandAction> actions) => command.Options.Except(actions.SelectMany(action => action.Options));

    private static IEnumerable<string> Options(Command command, IEnumerable<Option> shown, int width)
    {
        HashSet<Option> those = [.. shown];
        return HelpGroups.Of(command).SelectMany(group => Section(
            group.Title, [.. group.Options.Where(those.Contains).Select(option => new HelpRow(Label(option), option.Description!))], width));
    }

    private static IEnumerable<string> Rest(string page, int width) =>
    [
        "",
        .. Wrapped($"sealer-recover help environment and help exit-codes tell the rest; docs/commands/{page}.md has it all, with the JSON that --json prints.", width),
    ];

    private static IEnumerable<string> Examples(string name) =>
        ["", "Examples:", .. HelpExamples.Of(name).SelectMany(example => new[] { $"  {example.Line}", $"      {example.Does}" })];

    /// <summary>A title and pairs in two columns; nothing where there are none.</summary>
    private static IEnumerable<string> Section(string title, IReadOnlyList<HelpRow> rows, int width)
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
    internal static IEnumerable<string> Rows(IReadOnlyList<HelpRow> rows, int width)
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

    private static string Label(Option option) => string.Join(", ", NamesOf(option)) + (ValueOf(option) is { } value ? $" <{value}>" : "");

    /// <summary>An option's names, the short ones first.</summary>
    internal static IEnumerable<string> NamesOf(Option option) =>
        option.Aliases.Append(option.Name).Distinct().OrderBy(name => name.StartsWith("--", StringComparison.Ordinal)).ThenBy(name => name, StringComparer.Ordinal);

    /// <summary>What is given with it; null for a switch.</summary>
    internal static string? ValueOf(Option option) => option.HelpName ?? (option.ValueType == typeof(bool?) ? "true|false" : null);

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
