using System.CommandLine;
using System.Text.RegularExpressions;
using SealerRecover.Commands;
using SealerRecover.Hosting;
using SealerRecover.Tests.Pages;

namespace SealerRecover.Tests.Packaging;

/// <summary>Manual pages in roff, from what the code and the pages in docs/commands say. Date and version are filled in by packaging/build.sh.</summary>
internal sealed partial class ManPage(PageText text, ManWords words)
{
    /// <summary>One page for the program, and one for each command.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. new CommandLine().Commands.Select(command => command.Syntax is RootCommand ? HelpPage.PageWithoutName : $"{HelpPage.PageWithoutName}-{command.Syntax.Name}")];

    /// <summary>A page.</summary>
    /// <param name="name">Of <see cref="Names"/>.</param>
    public string Of(string name)
    {
        CommandLine line = new();
        Command? command = line.Commands.Select(known => known.Syntax).FirstOrDefault(syntax => $"{HelpPage.PageWithoutName}-{syntax.Name}" == name);
        string described = CommandPage.PathOf(command?.Name ?? HelpPage.PageWithoutName, text);
        string page = File.ReadAllText(described);
        return string.Join('\n', (string[])
        [
            $".TH {Plain(name).ToUpperInvariant()} 1 \"@DATE@\" \"sealer\\-recover @VERSION@\" \"{words.Manual}\"",
            .. Section(words.Name),
            $"{Plain(name)} \\- {Plain(text[(command ?? line.Root).Description!].TrimEnd('.', '。'))}",
            .. Section(words.Synopsis),
            .. command is null ? Synopsis(line.Root).Append(".br").Append($".B sealer\\-recover\n.I {words.Command}\n.RI [ {words.Options} ]") : Synopsis(command),
            .. Section(words.Description),
            Marked(Introduction().Match(page).Groups["text"].Value),
            .. command is null ? Commands(line) : [],
            .. Section(words.OptionsTitle),
            .. Options(command ?? line.Root),
            .. Section(words.Examples),
            .. HelpExamples.Of(command?.Name ?? "").SelectMany(example => new[] { ".TP", Plain(text[example.Does]), $".nf\n\\fB{Plain(example.Line)}\\fR\n.fi" }),
            .. command is null ? Environment() : [],
            .. Section(words.ExitStatus),
            .. Codes(page),
            .. Section(words.SeeAlso),
            string.Join(",\n", Names.Where(other => other != name).Select(other => $".BR {Plain(other)} (1)")).Replace(",\n", " ,\n", StringComparison.Ordinal),
            "",
        ]);
    }

    private static string[] Section(string title) => [$".SH \"{title}\""];

    private IEnumerable<string> Synopsis(Command command) =>
    [
        $".B sealer\\-recover{(command is RootCommand ? "" : $" {command.Name}")}",
        .. command.Arguments.Select(argument => $".RI [ {Plain(argument.Name)} ...]"),
        $".RI [ {words.Options} ]",
    ];

    private IEnumerable<string> Commands(CommandLine line) => Section(words.CommandsTitle).Concat(line.Commands.Where(command => command.Syntax is not RootCommand)
        .SelectMany(command => new[] { ".TP", $".BR sealer\\-recover\\-{Plain(command.Syntax.Name)} (1)", Marked(text[command.Syntax.Description!]) }));

    private IEnumerable<string> Options(Command command) =>
    [
        .. command.Arguments.SelectMany(argument => (string[])[".TP", $".I {Plain(argument.Name)}", .. What(argument.Description!)]),
        .. HelpGroups.Of(command).SelectMany(group => group.Options
            .SelectMany(option => (string[])[".TP", Head(option), .. What(option.Description!)])
            .Prepend($".SS \"{Plain(text[group.Title])}\"")),
    ];

    private static string Head(Option option) => string.Join(", ", HelpPage.NamesOf(option).Select(name => $"\\fB{Plain(name)}\\fR"))
        + (HelpPage.ValueOf(option) is { } value ? option.Arity.MinimumNumberOfValues == 0 ? $"[=\\fI{Plain(value)}\\fR]" : $"=\\fI{Plain(value)}\\fR" : "");

    private IEnumerable<string> What(string description)
    {
        (string does, string otherwise, _) = CommandPage.Described(description, text);
        yield return Marked(otherwise.Length == 0 ? does : string.Format(System.Globalization.CultureInfo.InvariantCulture, words.WithDefault, does, otherwise));
    }

    private IEnumerable<string> Environment() =>
    [
        .. Section(words.EnvironmentTitle),
        .. Variable().Matches(words.EnvironmentOf(File.ReadAllText(CommandPage.PathOf("README", text))))
            .SelectMany(row => new[] { ".TP", Marked(row.Groups["name"].Value), Marked(row.Groups["meaning"].Value) }),
    ];

    private IEnumerable<string> Codes(string page)
    {
        HashSet<string> named = [.. CodesOfPage().Match(page).Groups["codes"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        return ExitCodes.All.Select(row => (Code: $"{row.Code}", row.Meaning)).Where(row => named.Count == 0 || named.Contains(row.Code))
            .SelectMany(row => new[] { ".TP", $".B {row.Code}", Marked(text[row.Meaning]) });
    }

    // Markdown of one paragraph: links as their words, code in bold.
    private static string Marked(string markdown) => Line(string.Concat(Link().Replace(markdown.Replace("&lt;", "<", StringComparison.Ordinal).Replace("\\|", "|", StringComparison.Ordinal), "${words}")
        .Split('`').Select((part, index) => index % 2 == 1 ? $"\\fB{Escaped(part)}\\fR" : Escaped(part))));

    private static string Plain(string written) => Line(Escaped(written));

    // A hyphen is what is typed, not what a typesetter makes of it; so are the quotes and the tilde.
    private static string Escaped(string written) => string.Concat(written.Select(one => one switch
    {
        '\\' => "\\e",
        '-' => "\\-",
        '\'' => "\\(aq",
        '`' => "\\(ga",
        '~' => "\\(ti",
        '^' => "\\(ha",
        '"' => "\\(dq",
        '\n' => " ",
        _ => one.ToString(),
    }));

    private static string Line(string roff) => roff.StartsWith('.') ? $"\\&{roff}" : roff;

    [GeneratedRegex(@"^\[[^\n]+\n\n(?<text>[^#\n][^\n]*)\n", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Introduction();

    [GeneratedRegex(@"\[(?<words>[^\]]+)\]\([^)\s]+\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"^\| (?<name>`[^|]+) \| (?<meaning>.+) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();

    [GeneratedRegex("<!-- generated: exit-codes(?<codes>( [0-9]+)*) -->", RegexOptions.ExplicitCapture)]
    private static partial Regex CodesOfPage();
}

/// <summary>The words of manual pages in a language.</summary>
internal sealed record ManWords(
    string Manual, string Name, string Synopsis, string Description, string CommandsTitle, string Command, string OptionsTitle, string Options,
    string Examples, string EnvironmentTitle, string ExitStatus, string SeeAlso, string WithDefault)
{
    /// <summary>In English.</summary>
    public static ManWords English { get; } = new(
        "sealer\\-recover", "NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "command", "OPTIONS", "options", "EXAMPLES", "ENVIRONMENT", "EXIT STATUS", "SEE ALSO",
        "{0} Default: {1}.");

    /// <summary>In Chinese.</summary>
    public static ManWords Chinese { get; } = new(
        "sealer\\-recover", "名称", "概要", "说明", "命令", "命令", "选项", "选项", "示例", "环境变量", "退出状态", "参见", "{0}默认：{1}。");

    /// <summary>The part of docs/commands/README that tells the environment variables.</summary>
    public string EnvironmentOf(string page)
    {
        string heading = this == English ? "\n## Environment\n" : $"\n## {EnvironmentTitle}\n";
        int begin = page.IndexOf(heading, StringComparison.Ordinal) + heading.Length;
        return begin < heading.Length
            ? throw new InvalidOperationException($"docs/commands/README has no \"{heading.Trim()}\"")
            : page[begin..page.IndexOf("\n## ", begin, StringComparison.Ordinal)];
    }
}
