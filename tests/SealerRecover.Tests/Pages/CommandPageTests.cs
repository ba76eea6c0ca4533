using SealerRecover.Commands;
using Xunit;

namespace SealerRecover.Tests.Pages;

/// <summary>docs/commands says of options, examples and exit codes what the code says, in both languages.</summary>
public class CommandPageTests
{
    /// <summary>Set to 1, the pages are written anew instead of being compared.</summary>
    private const string RenewVariable = "SEALER_RECOVER_RENEW_PAGES";

    private const string HowToRenew = $"{RenewVariable}=1 dotnet test tests/SealerRecover.Tests --filter FullyQualifiedName~CommandPage";

    /// <summary>Names of the pages of both languages.</summary>
    public static TheoryData<string, bool> Pages => [.. Names.SelectMany(name => new[] { (name, false), (name, true) })];

    private static IEnumerable<string> Names => new CommandLine().Commands.Select(CommandPage.NameOf).Append("README");

    [Theory]
    [MemberData(nameof(Pages))]
    public void What_a_page_says_of_the_code_is_what_the_code_says(string name, bool isChinese)
    {
        PageText text = isChinese ? PageText.Chinese : PageText.English;
        string path = CommandPage.PathOf(name, text);
        string page = File.ReadAllText(path);
        string renewed = CommandPage.Renewed(page, name, text);
        if (Environment.GetEnvironmentVariable(RenewVariable) == "1")
        {
            File.WriteAllText(path, renewed);
            return;
        }

        Assert.True(page == renewed, $"{CommandPage.Folder}/{name}{text.Suffix}.md is not what the code says; renew all pages with: {HowToRenew}");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_has_every_section_and_every_block(string name, bool isChinese)
    {
        PageText text = isChinese ? PageText.Chinese : PageText.English;
        string page = File.ReadAllText(CommandPage.PathOf(name, text));
        if (name == "README")
        {
            Assert.Equal(["commands", "exit-codes"], CommandPage.Kinds(page));
            return;
        }

        Assert.Equal(["examples", "options", "exit-codes"], CommandPage.Kinds(page));
        string[] headings = [.. page.Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..])];
        Assert.Equal(text.Sections, headings.Where(text.Sections.Contains));
    }

    [Fact]
    public void There_is_no_page_of_a_command_that_does_not_exist() => Assert.Equal(
        Names.SelectMany(name => new[] { $"{name}.md", $"{name}_CN.md" }).Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(Path.Combine(VectorFiles.RepositoryRoot, CommandPage.Folder), "*.md").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_text_of_the_code_is_translated_and_no_translation_is_left_over()
    {
        PageText text = PageText.Chinese;
        foreach (string name in Names)
        {
            CommandPage.Renewed(File.ReadAllText(CommandPage.PathOf(name, text)), name, text);
        }

        Assert.True(text.Missing.Count == 0, $"{PageText.Table} has no Chinese for: {string.Join(" | ", text.Missing)}. Add it, then: {HowToRenew}");
        Assert.True(!text.Unused.Any(), $"{PageText.Table} translates what the code does not say any more: {string.Join(" | ", text.Unused)}");
    }
}
