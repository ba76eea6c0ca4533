using Filecoin.Primitives;

namespace SealerRecover.Rendering;

/// <summary>Where a value is from, what counts most first.</summary>
internal enum ConfigLayer
{
    /// <summary>The command line.</summary>
    Option,

    /// <summary>A variable.</summary>
    Environment,

    /// <summary>A configuration file.</summary>
    File,

    /// <summary>Nobody says otherwise.</summary>
    Default,
}

/// <summary>A configuration file that is looked for.</summary>
/// <param name="Path">Where.</param>
/// <param name="IsThere">Whether it is there and was read.</param>
internal sealed record ConfigPlace(string Path, bool IsThere);

/// <summary>What holds for an option or a variable.</summary>
/// <param name="Key">The option as a key, or the variable's name where no option says the same.</param>
/// <param name="Value">The value, secrets masked; null where it has none.</param>
/// <param name="From">Where it is from.</param>
/// <param name="Where">The variable, or the file with its line; null for defaults.</param>
internal sealed record ConfigRow(string Key, string? Value, ConfigLayer From, string? Where);

/// <summary>What holds and where it is from.</summary>
internal sealed record ConfigAnswer(IReadOnlyList<ConfigPlace> Files, IReadOnlyList<ConfigRow> Rows) : IAnswer
{
    /// <inheritdoc/>
    public JsonLine Json => new JsonConfig(
        [.. Files.Select(file => new JsonConfigFile(file.Path, file.IsThere))],
        [.. Rows.Select(row => new JsonConfigValue(row.Key, row.Value, row.From, row.Where))]);

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        foreach (ConfigPlace file in Files)
        {
            yield return new TextLine($"{SafeText.Clean(file.Path)}: {(file.IsThere ? "read" : "not there")}");
        }

        yield return new TextLine("");
        yield return new TextTable(
            ["key", "value", "from"],
            [.. Rows.Select(row => (IReadOnlyList<string>)[row.Key, SafeText.Clean(row.Value ?? "-"), SafeText.Clean(row.Where ?? "default")])]);
    }
}
