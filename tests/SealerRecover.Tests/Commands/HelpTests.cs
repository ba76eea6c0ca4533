using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using SealerRecover.Commands;
using SealerRecover.Hosting;
using SealerRecover.Settings;
using Xunit;

namespace SealerRecover.Tests.Commands;

public class HelpTests
{
    private const string Program = "sealer-recover ";

    /// <summary>Names of all commands; empty for the form without.</summary>
    public static TheoryData<string> Names => [.. new CommandLine().Commands.Select(command => NameOf(command))];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Help_names_every_option_once_and_has_examples_of_its_own(string name)
    {
        Ran ran = await (name.Length > 0 ? InProcess.RunAsync(name, "-h") : InProcess.RunAsync("help", "options"));

        Assert.Equal((0, ""), (ran.Code, ran.Error));
        ICommand command = new CommandLine().Commands.First(candidate => NameOf(candidate) == name);
        string[] lines = ran.Output.Split('\n');
        string[][] pages = [lines];
        if (command.Actions.Count > 0)
        {
            // Each action has a page, and each option stands in all of them or in those that it says something to.
            pages = await Task.WhenAll(command.Actions.Select(async action => (await InProcess.RunAsync(name, action.Name, "-h")).Output.Split('\n')));
            Assert.All(command.Actions, action => Assert.Single(lines, line => line.StartsWith($"  {action.Name} ", StringComparison.Ordinal)));
            Assert.All(pages, page => Assert.InRange(page.Length, 10, 65));
            Assert.Equal(string.Join('\n', pages[0]), (await InProcess.RunAsync("help", name, command.Actions[0].Name)).Output);
        }

        bool Tells(string[] page, Option option) => page.Count(line => line.StartsWith("  ", StringComparison.Ordinal) && Labels(line).Contains(option.Name)) == 1;
        Assert.All(command.Syntax.Options, option =>
        {
            CommandAction[] of = [.. command.Actions.Where(action => action.Options.Contains(option))];
            Assert.Equal(of.Length > 0 ? of.Length : pages.Length, pages.Count(page => Tells(page, option)));
        });
        Assert.StartsWith(command.Syntax.Description, ran.Output, StringComparison.Ordinal);
        string[] examples = [.. lines.SkipWhile(line => line != "Examples:").Where(line => line.StartsWith("  " + Program.Trim(), StringComparison.Ordinal))];
        Assert.Equal(3, examples.Length);
        if (name.Length > 0)
        {
            Assert.All(examples, example => Assert.StartsWith($"  {Program}{name}", example, StringComparison.Ordinal));
            Assert.InRange(lines.Length, 10, 65);
        }

        string[] words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((await InProcess.RunAsync([.. words, "-h"])).Output, (await InProcess.RunAsync(["help", .. words])).Output);
    }

    [Fact]
    public void Help_of_all_names_every_command_and_option_on_one_screen()
    {
        RootCommand root = new CommandLine().Root;
        string[] lines = [.. HelpPage.OfAll(root, 120)];
        Assert.InRange(lines.Length, 10, 50);
        Assert.All(root.Subcommands, command => Assert.Single(lines, line => line.StartsWith($"  {command.Name} ", StringComparison.Ordinal)));
        string[] words = [.. lines.SelectMany(line => line.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))];
        Assert.All(root.Options, option => Assert.Contains(option.Name, words));
        Assert.Equal(3, lines.Count(line => line.StartsWith("  sealer-recover --", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_example_is_a_command_line_without_a_mistake(string name)
    {
        RootCommand root = new CommandLine().Root;
        foreach ((string line, string does) in HelpExamples.Of(name))
        {
            string[] words = line.Split(" < ")[0][Program.Trim().Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            ParseResult parsed = root.Parse([.. words.Select(word => word.Replace("HEX", new string('0', 64), StringComparison.Ordinal))]);
            Assert.Empty(parsed.Errors.Select(error => $"{line}: {error.Message}"));
            Assert.All(
                parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens),
                token => Assert.False(token.Value.StartsWith("--", StringComparison.Ordinal), $"{line}: {token.Value} is no option of {name}"));
            Assert.NotEmpty(does);
        }
    }

    [Fact]
    public void Every_option_of_every_command_is_in_one_group_and_no_group_names_another()
    {
        string[] known = [.. new CommandLine().Commands.SelectMany(command => command.Syntax.Options).Where(option => option is not HelpOption).Select(option => option.Name).Distinct().Order()];
        Assert.Equal(known, HelpGroups.All.SelectMany(group => group.Options).Where(option => option != "--help").Order());
    }

    [Fact]
    public async Task Topics_tell_all_variables_and_all_exit_codes()
    {
        Ran variables = await InProcess.RunAsync("help", "environment");
        Assert.Equal(0, variables.Code);
        Assert.All(EnvironmentSettings.Documented, entry => Assert.Contains($"  {entry.Name}", variables.Output, StringComparison.Ordinal));
        Ran codes = await InProcess.RunAsync("help", "exit-codes");
        Assert.Equal(0, codes.Code);
        Assert.All(ExitCodes.All, row => Assert.Contains($"  {row.Code}", codes.Output, StringComparison.Ordinal));
        Assert.All(ExitCodes.All, row => Assert.Contains(row.Meaning, codes.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_at_all_is_answered_with_ten_lines_and_is_no_success()
    {
        Ran ran = await InProcess.RunAsync();
        Assert.Equal((2, ""), (ran.Code, ran.Error));
        Assert.Equal(10, ran.Output.TrimEnd('\n').Split('\n').Length);
        Assert.Contains("Usage:", ran.Output, StringComparison.Ordinal);
        Assert.Contains("sealer-recover -h", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_are_wrapped_to_a_terminal_and_lose_no_word()
    {
        RootCommand root = new CommandLine().Root;
        Command survey = root.Subcommands.First(command => command.Name == "survey");
        string[] wide = [.. HelpPage.Of(survey, "survey", int.MaxValue)];
        string[] narrow = [.. HelpPage.Of(survey, "survey", 90)];
        Assert.All(narrow.Where(line => !line.TrimStart().StartsWith("sealer-recover survey", StringComparison.Ordinal)), line => Assert.InRange(line.Length, 0, 90));
        Assert.Equal(Words(wide), Words(narrow));

        static IEnumerable<string> Words(string[] lines) => lines.SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string NameOf(ICommand command) => command.Syntax is RootCommand ? "" : command.Syntax.Name;

    private static IEnumerable<string> Labels(string line) =>
        line.TrimStart().Split(' ').TakeWhile(word => word.StartsWith('-')).Select(word => word.TrimEnd(','));
}
