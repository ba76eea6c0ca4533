using SealerRecover.Tests.Pages;
using Xunit;

namespace SealerRecover.Tests.Packaging;

/// <summary>Completion scripts and manual pages in packaging/ are what the code says.</summary>
public class GeneratedFileTests
{
    /// <summary>As for pages: set to 1, the files are written anew instead of being compared.</summary>
    private const string RenewVariable = "SEALER_RECOVER_RENEW_PAGES";

    private const string HowToRenew = $"{RenewVariable}=1 dotnet test tests/SealerRecover.Tests --filter FullyQualifiedName~Packaging";

    private static readonly string Folder = Path.Combine(VectorFiles.RepositoryRoot, "packaging");

    private static IReadOnlyDictionary<string, string> Files
    {
        get
        {
            IReadOnlyList<CommandWords> commands = CommandWords.All;
            ManPage english = new(PageText.English, ManWords.English);
            ManPage chinese = new(PageText.Chinese, ManWords.Chinese);
            return new Dictionary<string, string>(
            [
                new("completions/sealer-recover.bash", BashCompletion.Of(commands)),
                new("completions/sealer-recover.zsh", ZshCompletion.Of(commands)),
                new("completions/sealer-recover.fish", FishCompletion.Of(commands)),
                .. ManPage.Names.Select(name => new KeyValuePair<string, string>($"man/{name}.1", english.Of(name))),
                .. ManPage.Names.Select(name => new KeyValuePair<string, string>($"man/zh_CN/{name}.1", chinese.Of(name))),
            ]);
        }
    }

    [Fact]
    public void What_is_packaged_says_of_commands_what_the_code_says()
    {
        string[] stale = [.. Files.Where(file => !File.Exists(At(file.Key)) || File.ReadAllText(At(file.Key)) != file.Value).Select(file => file.Key)];
        if (Environment.GetEnvironmentVariable(RenewVariable) == "1")
        {
            foreach (string name in stale)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
                File.WriteAllText(At(name), Files[name]);
            }

            return;
        }

        Assert.True(stale.Length == 0, $"not what the code says: {string.Join(", ", stale)}; renew all with: {HowToRenew}");
    }

    [Fact]
    public void There_is_no_page_or_script_of_what_does_not_exist() => Assert.Equal(
        Files.Keys.Order(StringComparer.Ordinal),
        new[] { "completions", "man" }.SelectMany(part => Directory.EnumerateFiles(At(part), "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Folder, path)).Order(StringComparer.Ordinal));

    private static string At(string name) => Path.Combine(Folder, name);
}
