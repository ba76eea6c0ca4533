using System.Text.Json;

namespace SealerRecover.Tests.Pages;

/// <summary>The words of generated blocks in one of the two languages of docs/commands.</summary>
internal sealed class PageText
{
    /// <summary>English texts of the code with their Chinese ones, relative to the repository.</summary>
    public const string Table = "docs/commands/texts_CN.json";

    private readonly IReadOnlyDictionary<string, string>? _translations;
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);

    private PageText(string suffix, string[] sections, IReadOnlyDictionary<string, string>? translations)
    {
        (Suffix, Sections, _translations) = (suffix, sections, translations);
    }

    /// <summary>The pages as the code has it.</summary>
    public static PageText English { get; } = new("", ["Examples", "Options", "What it prints", "Exit codes", "JSON events"], null);

    /// <summary>The Chinese pages, anew from the table.</summary>
    public static PageText Chinese => new("_CN", ["示例", "选项", "输出", "退出码", "JSON 事件"], JsonSerializer.Deserialize<Dictionary<string, string>>(
        File.ReadAllText(Path.Combine(VectorFiles.RepositoryRoot, Table))));

    /// <summary>What the names of its pages end with.</summary>
    public string Suffix { get; }

    /// <summary>Headings that every page of a command has, in this order.</summary>
    public IReadOnlyList<string> Sections { get; }

    /// <summary>Texts that were asked for and are not in the table.</summary>
    public IReadOnlyCollection<string> Missing => _missing;

    /// <summary>Texts of the table that nothing asked for.</summary>
    public IEnumerable<string> Unused => (_translations ?? new Dictionary<string, string>()).Keys.Except(_used);

    /// <summary>A text of the code in this language.</summary>
    public string this[string english]
    {
        get
        {
            if (_translations is null)
            {
                return english;
            }

            _used.Add(english);
            if (_translations.TryGetValue(english, out string? text) && text.Length > 0)
            {
                return text;
            }

            _missing.Add(english);
            return english;
        }
    }
}
