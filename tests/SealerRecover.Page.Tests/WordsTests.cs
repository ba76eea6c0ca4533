using System.Text.RegularExpressions;
using SealerRecover.Server;

namespace SealerRecover.Page.Tests;

/// <summary>The page's words in both languages.</summary>
public sealed partial class WordsTests
{
    private static string Folder => Path.Combine(VectorFiles.RepositoryRoot, "src", "SealerRecover.Server", "Page");

    [Fact]
    public void Every_text_is_there_in_both_languages_with_the_same_names_in_it()
    {
        Dictionary<string, string> english = Read("en");
        Dictionary<string, string> chinese = Read("zh");
        Assert.True(english.Count > 100);

        // Chinese has no form of its own for one.
        Assert.Equal(english.Keys.Select(WithoutForm).Distinct().Order(StringComparer.Ordinal), chinese.Keys.Order(StringComparer.Ordinal));
        foreach ((string name, string text) in chinese)
        {
            Assert.Equal((name, Names(english[name])), (name, Names(text)));
        }

        static string WithoutForm(string key) => key.EndsWith(".one", StringComparison.Ordinal) ? key[..^4] : key;
        static string Names(string text) => string.Join(' ', Placeholder().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_text_that_the_page_asks_for_is_there_and_none_is_left_over()
    {
        HashSet<string> known = [.. Read("zh").Keys];
        string code = string.Join('\n', Directory.EnumerateFiles(Folder).Where(file => file.EndsWith(".html", StringComparison.Ordinal)
            || (file.EndsWith(".js", StringComparison.Ordinal) && !Path.GetFileName(file).StartsWith("words-", StringComparison.Ordinal))).Select(File.ReadAllText));
        string[] asked = [.. Asked().Matches(code).Select(match => match.Groups[1].Value).Distinct()];
        Assert.Equal([], asked.Where(key => !known.Contains(key)).ToArray());

        // Others are put together of a word before a point and what the server says, or are handed on by name.
        string[] families = [.. Family().Matches(code).Select(match => match.Groups[1].Value).Distinct()];
        Assert.Equal([], known.Where(key => !asked.Contains(key) && !code.Contains($"'{key}'", StringComparison.Ordinal)
            && !families.Any(family => key.StartsWith(family, StringComparison.Ordinal))).ToArray());
    }

    [Theory]
    [InlineData("en", "fleet.md")]
    [InlineData("zh", "fleet_CN.md")]
    public void Exit_codes_mean_what_the_documents_say(string language, string document)
    {
        string text = File.ReadAllText(Path.Combine(VectorFiles.RepositoryRoot, "docs", "commands", document));
        Dictionary<string, string> told = ExitCode().Matches(text).ToDictionary(match => $"exit.{match.Groups[1].Value}", match => match.Groups[2].Value);
        Assert.True(told.Count > 10);
        Assert.Equal(told.OrderBy(pair => pair.Key, StringComparer.Ordinal), Read(language).Where(pair => pair.Key.StartsWith("exit.", StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void What_the_server_always_refuses_is_said_in_its_own_words_and_in_Chinese()
    {
        Dictionary<string, string> told = Refusal.All.SelectMany(refusal => new[] { (refusal.Code, refusal.Text), ($"{refusal.Code}.hint", refusal.Hint) })
            .Where(one => one.Item2.Length > 0).ToDictionary(one => $"refusal.{one.Item1}", one => one.Item2.Replace('\'', '’'));
        Assert.Equal(told.OrderBy(pair => pair.Key, StringComparer.Ordinal), Read("en").Where(pair => pair.Key.StartsWith("refusal.", StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.Equal(Refusal.All.Length, typeof(Refusal).GetProperties().Count(property => property.PropertyType == typeof(Refusal)));
    }

    [Fact]
    public void Nothing_comes_from_another_host_and_no_markup_is_made_of_text()
    {
        foreach (string file in Directory.EnumerateFiles(Folder))
        {
            string text = File.ReadAllText(file).Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);
            Assert.DoesNotMatch(Foreign(), text);
            Assert.True(File.ReadLines(file).Count() < 600, file);
        }
    }

    private static Dictionary<string, string> Read(string language) => Word().Matches(File.ReadAllText(Path.Combine(Folder, $"words-{language}.js")))
        .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

    [GeneratedRegex(@"^  '([^']+)': '([^']*)',$", RegexOptions.Multiline)]
    private static partial Regex Word();

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"(?:\bt\(|data-word(?:-label|-hint)?=)['""]([a-z._]+)['""]")]
    private static partial Regex Asked();

    [GeneratedRegex(@"`([a-z]+\.)\$\{")]
    private static partial Regex Family();

    [GeneratedRegex(@"^\| (\d+) \| `\w+` \| (.+) \|$", RegexOptions.Multiline)]
    private static partial Regex ExitCode();

    [GeneratedRegex(@"https?://|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|style=""|\son[a-z]+=""")]
    private static partial Regex Foreign();
}
