using System.CommandLine;
using System.CommandLine.Completions;
using SealerRecover.Commands;

namespace SealerRecover.Tests.Packaging;

/// <summary>What can stand where something is typed.</summary>
internal enum Expected
{
    /// <summary>Nothing: a switch.</summary>
    Nothing,

    /// <summary>A value nobody can guess.</summary>
    Value,

    /// <summary>One of a few words.</summary>
    Word,

    /// <summary>A file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,
}

/// <summary>An option as shells complete it.</summary>
/// <param name="Names">Long ones with their hyphens, the shown first.</param>
/// <param name="Short">Letters of its short names.</param>
/// <param name="Does">One sentence without a full stop.</param>
/// <param name="Takes">What is given with it.</param>
/// <param name="ValueName">Its name in help; empty for a switch.</param>
/// <param name="Words">The words, where it takes one of few.</param>
/// <param name="ValueCanBeLeftOut">Whether it also stands alone.</param>
/// <param name="Repeats">Whether it may be given again.</param>
internal sealed record OptionWords(
    IReadOnlyList<string> Names, string Short, string Does, Expected Takes, string ValueName, IReadOnlyList<string> Words, bool ValueCanBeLeftOut, bool Repeats);

/// <summary>A command as shells complete it.</summary>
/// <param name="Name">As it is typed; empty for the form without a name.</param>
/// <param name="Does">One sentence without a full stop.</param>
/// <param name="Options">In the order of help.</param>
/// <param name="Behind">What stands behind it beside options.</param>
/// <param name="BehindName">The name of that in help; empty where nothing does.</param>
/// <param name="Words">Words that stand behind it.</param>
internal sealed record CommandWords(
    string Name, string Does, IReadOnlyList<OptionWords> Options, Expected Behind, string BehindName, IReadOnlyList<string> Words)
{
    /// <summary>The commands of the code, the form without a name first.</summary>
    public static IReadOnlyList<CommandWords> All
    {
        get
        {
            Command root = new CommandLine().Root;
            return [Of(root), .. root.Subcommands.Select(Of)];
        }
    }

    /// <summary>The first sentence of a description, without a full stop and without what is said of defaults.</summary>
    public static string FirstSentence(string text)
    {
        int end = text.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? text : text[..end]).TrimEnd('.');
    }

    private static CommandWords Of(Command command)
    {
        // Where there are two, the first is a word, and only that can be completed.
        Argument? behind = command.Arguments.Count > 0 ? command.Arguments[0] : null;
        string[] words = behind is null ? [] : [.. behind.GetCompletions(CompletionContext.Empty).Select(word => word.Label)];
        Expected expected = behind is null ? Expected.Nothing : words.Length > 0 ? Expected.Word : KindOf(behind.Name);
        return new CommandWords(
            command is RootCommand ? "" : command.Name,
            FirstSentence(command.Description!),
            [.. HelpGroups.Of(command).SelectMany(group => group.Options).Select(Of), .. Recursive(command)],
            expected,
            behind?.Name ?? "",
            words);
    }

    // --help belongs to the root and is understood everywhere.
    private static IEnumerable<OptionWords> Recursive(Command command) => command is RootCommand
        ? []
        : new CommandLine().Root.Options.Where(option => option.Recursive).Select(Of);

    private static OptionWords Of(Option option)
    {
        string[] names = [.. HelpPage.NamesOf(option)];
        string? value = HelpPage.ValueOf(option);
        string[] words = value is null ? [] : [.. option.GetCompletions(CompletionContext.Empty).Select(word => option.ValueType == typeof(bool?) ? word.Label.ToLowerInvariant() : word.Label)];
        return new OptionWords(
            [.. names.Where(name => name.StartsWith("--", StringComparison.Ordinal)).OrderBy(name => name != option.Name)],
            string.Concat(names.Where(name => name.Length == 2 && char.IsAsciiLetter(name[1])).Select(name => name[1])),
            FirstSentence(option.Description!),
            value is null ? Expected.Nothing : words.Length > 0 ? Expected.Word : KindOf(value),
            value ?? "",
            words,
            value is not null && option.Arity.MinimumNumberOfValues == 0,
            option.ValueType.IsArray);
    }

    // The names of values in help, and of what stands behind commands.
    private static Expected KindOf(string name) => name switch
    {
        "file" or "files" => Expected.File,
        "folder" or "place" => Expected.Folder,
        _ => Expected.Value,
    };
}
