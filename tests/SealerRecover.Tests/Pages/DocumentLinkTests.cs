using System.Text.RegularExpressions;
using Xunit;

namespace SealerRecover.Tests.Pages;

/// <summary>Every link of the documentation leads somewhere: to a file, and to a heading in it; what developers read names places that are there.</summary>
public partial class DocumentLinkTests
{
    /// <summary>Characters in five lines of a page.</summary>
    private const int MostOfFiveLines = 600;

    private static readonly string Root = Path.GetFullPath(VectorFiles.RepositoryRoot);

    /// <summary>All pages, relative to the repository.</summary>
    public static TheoryData<string> Pages =>
    [
        .. Directory.EnumerateFiles(Root, "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> Sources => new[] { "src", "tests", "bench" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
        .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_to_a_file_and_a_heading(string page)
    {
        string path = Path.Combine(Root, page);
        foreach (string target in Link().Matches(WithoutCode(File.ReadAllText(path))).Select(link => link.Groups["target"].Value))
        {
            if (target.Contains("://", StringComparison.Ordinal))
            {
                continue;
            }

            string[] parts = target.Split('#');
            string file = parts[0].Length == 0 ? path : Path.Combine(Path.GetDirectoryName(path)!, parts[0]);
            Assert.True(File.Exists(file), $"{page}: {target}");
            Assert.True(parts.Length == 1 || Anchors(file).Contains(parts[1]), $"{page}: {target} is no heading there");
        }
    }

    [Fact]
    public void Every_page_that_the_code_names_is_there()
    {
        foreach (string source in Sources.Where(path => path.StartsWith(Path.Combine(Root, "src"), StringComparison.Ordinal)))
        {
            Assert.All(Named().Matches(File.ReadAllText(source)), page =>
                Assert.True(File.Exists(Path.Combine(Root, page.Value)), $"{Path.GetRelativePath(Root, source)}: {page.Value}"));
        }
    }

    [Theory]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("docs/architecture.md")]
    public void Every_place_that_a_page_for_developers_names_is_there(string page)
    {
        string[] places = [.. Place().Matches(File.ReadAllText(Path.Combine(Root, page))).Select(place => place.Groups["path"].Value)];
        Assert.NotEmpty(places);
        Assert.All(places, place => Assert.True(Path.Exists(Path.Combine(Root, place)), $"{page}: {place}"));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_source_file_that_a_page_names_is_there(string page)
    {
        string[] sources = [.. Sources];
        Assert.All(SourceFile().Matches(File.ReadAllText(Path.Combine(Root, page))), named =>
            Assert.Contains(sources, source => source.EndsWith("/" + named.Groups["path"].Value, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_architecture_is_short_enough_to_be_read()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Root, "docs", "architecture.md"));
        Assert.InRange(lines.Length, 1, 120);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, MostOfFiveLines));
    }

    // As GitHub makes them: letters, digits, hyphens and underscores of the heading, small, blanks as hyphens.
    private static HashSet<string> Anchors(string file) =>
    [
        .. WithoutCode(File.ReadAllText(file)).Split('\n').Where(line => line.StartsWith('#'))
            .Select(line => NotInAnchors().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-')),
    ];

    private static string WithoutCode(string page) => Fenced().Replace(page, "");

    [GeneratedRegex(@"`(?<path>[A-Za-z0-9./]+\.cs)`", RegexOptions.ExplicitCapture)]
    private static partial Regex SourceFile();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<path>(src|tests|docs|bench|samples)/[\w./-]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Place();

    [GeneratedRegex(@"docs/[\w/-]+\.md")]
    private static partial Regex Named();

    [GeneratedRegex(@"[^\p{L}\p{N}\p{M} _-]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex("^ *```.*?^ *```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fenced();
}
