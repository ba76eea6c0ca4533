using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using SealerRecover.Commands;
using SealerRecover.Hosting;

namespace SealerRecover.Tests.Pages;

/// <summary>
/// One page of docs/commands: prose, and blocks between a line &lt;!-- generated: kind --&gt; and a line &lt;!-- end --&gt; that say what the code
/// says. Kinds: commands, examples, options, exit-codes (all, or those named behind it).
/// </summary>
internal static partial class CommandPage
{
    private const string DefaultMark = "Default: ";

    /// <summary>Where the pages are, relative to the repository.</summary>
    public const string Folder = "docs/commands";

    /// <summary>All pages of each language, one after the other.</summary>
    public static IEnumerable<string> References => new[] { PageText.English, PageText.Chinese }.Select(text => string.Concat(
        new CommandLine().Commands.Select(NameOf).Append("README").Select(name => File.ReadAllText(PathOf(name, text)))));

    /// <summary>Where a page is.</summary>
    public static string PathOf(string name, PageText text) => Path.Combine(VectorFiles.RepositoryRoot, Folder, $"{name}{text.Suffix}.md");

    /// <summary>The page of a command, without what tells its language.</summary>
    public static string NameOf(ICommand command) => command.Syntax is RootCommand ? HelpPage.PageWithoutName : command.Syntax.Name;

    /// <summary>The kinds of blocks in a page, in order.</summary>
    public static IEnumerable<string> Kinds(string page) => Block().Matches(page).Select(block => block.Groups["kind"].Value);

    /// <summary>The page as it has to be: its prose, and its blocks anew.</summary>
    /// <param name="page">The page.</param>
    /// <param name="name">Its name as <see cref="NameOf"/> gives it.</param>
    /// <param name="text">Its language.</param>
    public static string Renewed(string page, string name, PageText text) => Block().Replace(
        page,
        block => $"{block.Groups["begin"].Value}\n{string.Join('\n', Lines(block.Groups["kind"].Value, block.Groups["choice"].Value, name, text))}\n<!-- end -->");

    /// <summary>What an option does and what holds without it, in a language: a value as it is typed, or words; empty where nothing is said of it.</summary>
    public static (string Does, string Otherwise, bool IsWords) Described(string description, PageText text)
    {
        int mark = description.IndexOf(DefaultMark, StringComparison.Ordinal);
        string does = mark < 0 ? description : description[..mark].TrimEnd();
        string otherwise = mark < 0 ? "" : description[(mark + DefaultMark.Length)..].TrimEnd('.');
        bool isWords = otherwise.Contains(' ', StringComparison.Ordinal);
        return (text[does], isWords ? text[otherwise] : otherwise, isWords);
    }

    private static IEnumerable<string> Lines(string kind, string choice, string name, PageText text)
    {
        CommandLine line = new();
        Command command = line.Commands.FirstOrDefault(known => NameOf(known) == name)?.Syntax ?? line.Root;
        return kind switch
        {
            "commands" => Commands(line, text),
            "examples" => Examples(command == line.Root ? "" : name, text),
            "options" => Options(command, text),
            "exit-codes" => Codes([.. choice.Split(' ', StringSplitOptions.RemoveEmptyEntries)], text),
            _ => throw new InvalidOperationException($"no block is called \"{kind}\""),
        };
    }

    private static IEnumerable<string> Commands(CommandLine line, PageText text) =>
    [
        text["| command | what it does |"],
        "|---|---|",
        .. line.Commands.Select(command =>
            $"| [{(command.Syntax is RootCommand ? text["(without a name)"] : command.Syntax.Name)}]({NameOf(command)}{text.Suffix}.md) | {Cell(text[command.Syntax.Description!])} |"),
    ];

    private static IEnumerable<string> Examples(string name, PageText text) =>
        ["```", .. HelpExamples.Of(name).SelectMany(example => new[] { $"# {text[example.Does]}", example.Line }), "```"];

    private static IEnumerable<string> Options(Command command, PageText text) =>
    [
        text["| option | argument | default | what it does |"],
        "|---|---|---|---|",
        .. command.Arguments.Select(argument => Row($"`<{argument.Name}>`", "", argument.Description!, text)),
        .. HelpGroups.Of(command).SelectMany(group => group.Options
            .Select(option => Row(
                string.Join(' ', HelpPage.NamesOf(option).Select(known => $"`{known}`")),
                HelpPage.ValueOf(option) is { } value ? $"`{Cell(value)}`" : "",
                option.Description!,
                text))
            .Prepend($"| **{text[group.Title]}** | | | |")),
    ];

    private static string Row(string names, string argument, string description, PageText text)
    {
        (string does, string otherwise, bool isWords) = Described(description, text);
        otherwise = otherwise.Length == 0 || isWords ? Cell(otherwise) : $"`{otherwise}`";
        return $"| {names} | {argument} | {otherwise} | {Cell(does)} |";
    }

    private static IEnumerable<string> Codes(string[] choice, PageText text)
    {
        string[] known = [.. ExitCodes.All.Select(row => row.Code.ToString(CultureInfo.InvariantCulture))];
        return choice.Except(known).FirstOrDefault() is { } unknown
            ? throw new InvalidOperationException($"there is no exit code {unknown}")
            :
            [
                text["| code | name | meaning |"],
                "|---|---|---|",
                .. ExitCodes.All.Where((_, index) => choice.Length == 0 || choice.Contains(known[index]))
                    .Select(row => string.Create(CultureInfo.InvariantCulture, $"| {row.Code} | `{row.Name}` | {Cell(text[row.Meaning])} |")),
            ];
    }

    // Between backticks a page shows what stands there; outside of them < begins a tag.
    private static string Cell(string text) => string.Concat(text.Replace("|", "\\|", StringComparison.Ordinal).Split('`')
        .Select((part, index) => index % 2 == 1 ? $"`{part}`" : part.Replace("<", "&lt;", StringComparison.Ordinal)));

    [GeneratedRegex("(?<begin><!-- generated: (?<kind>[a-z-]+)(?<choice>( [0-9]+)*) -->)\n.*?<!-- end -->", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();
}
