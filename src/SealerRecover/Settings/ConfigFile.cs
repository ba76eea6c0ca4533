using System.Globalization;
using Filecoin.Primitives;
using Tomlyn;
using Tomlyn.Parsing;

namespace SealerRecover.Settings;

/// <summary>A key of a configuration file with what it says.</summary>
/// <param name="Key">As written.</param>
/// <param name="Values">The value as text, or the values of a list.</param>
/// <param name="IsSwitch">Whether it is true or false.</param>
/// <param name="IsList">Whether a list was written.</param>
/// <param name="Line">Its line in the file, from 1.</param>
internal sealed record ConfigEntry(string Key, IReadOnlyList<string> Values, bool IsSwitch, bool IsList, int Line);

/// <summary>A configuration file: TOML with keys and no tables, one for each option.</summary>
/// <param name="Path">The file.</param>
/// <param name="Entries">Its keys, in order.</param>
internal sealed record ConfigFile(string Path, IReadOnlyList<ConfigEntry> Entries)
{
    private const int Longest = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Absolute.</param>
    /// <exception cref="OperatorException">BadInput: it is not there, cannot be read, or is no such file; with its line.</exception>
    public static ConfigFile Read(string path)
    {
        string text;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > Longest })
            {
                throw Bad(path, null, "the file is longer than 1 MiB");
            }

            text = File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OperatorException(FailureKind.BadInput, $"the configuration file {path} cannot be read: {failure.Message}", "let this user read it, or name another", failure);
        }

        return new ConfigFile(path, [.. Parse(path, text)]);
    }

    /// <summary>That something in a file is wrong.</summary>
    /// <param name="path">The file.</param>
    /// <param name="line">The line, from 1; null where it is the whole file.</param>
    /// <param name="what">What is wrong.</param>
    /// <param name="hint">What to do; null for the usual.</param>
    public static OperatorException Bad(string path, int? line, string what, string? hint = null) => new(
        FailureKind.BadInput,
        line is null ? $"{path}: {what}" : string.Create(CultureInfo.InvariantCulture, $"{path}, line {line}: {what}"),
        hint ?? "write one key a line, as sealing-temp = \"/temp\", threads = 16 or keep-unsealed = true; docs/configuration.md has examples");

    private static List<ConfigEntry> Parse(string path, string text)
    {
        try
        {
            TomlParser parser = TomlParser.Create(text, new TomlParserOptions { Mode = TomlParserMode.Strict, DecodeScalars = true }, new TomlSerializerOptions());
            List<ConfigEntry> entries = [];
            HashSet<string> seen = new(StringComparer.Ordinal);
            while (parser.MoveNext())
            {
                if (parser.Current.Kind is not TomlParseEventKind.PropertyName)
                {
                    continue; // The document and its outermost table.
                }

                string key = parser.GetPropertyName();
                int line = LineOf(parser);
                if (!seen.Add(key))
                {
                    throw Bad(path, line, $"{SafeText.Short(key)} stands there twice");
                }

                entries.Add(Value(path, parser, key, line));
            }

            return entries;
        }
        catch (TomlException failure)
        {
            string message = failure.Diagnostics?.FirstOrDefault()?.Message ?? failure.Message;
            throw Bad(path, (failure.Diagnostics?.FirstOrDefault()?.Span.Start.Line + 1) ?? failure.Line, $"this is no TOML: {SafeText.Short(message).TrimEnd('.')}");
        }
    }

    private static ConfigEntry Value(string path, TomlParser parser, string key, int line)
    {
        parser.MoveNext();
        bool isList = parser.Current.Kind == TomlParseEventKind.StartArray;
        List<string> values = [];
        bool isSwitch = parser.Current.Kind == TomlParseEventKind.Boolean;
        if (isList)
        {
            while (parser.MoveNext() && parser.Current.Kind != TomlParseEventKind.EndArray)
            {
                values.Add(Scalar());
            }
        }
        else
        {
            values.Add(Scalar());
        }

        return new ConfigEntry(key, values, isSwitch, isList, line);

        string Scalar() => parser.Current.Kind switch
        {
            TomlParseEventKind.String => parser.GetString(),
            TomlParseEventKind.Integer => parser.Current.GetInt64().ToString(CultureInfo.InvariantCulture),
            TomlParseEventKind.Boolean when !isList => parser.Current.GetBoolean() ? "true" : "false",
            TomlParseEventKind.StartTable => throw Bad(path, line, $"{SafeText.Short(key)} is a table, and there are no tables in this file"),
            _ => throw Bad(path, line, $"{SafeText.Short(key)} is neither text, nor a whole number, nor true or false, nor a list of the first two"),
        };
    }

    private static int LineOf(TomlParser parser) => parser.Current.Line;
}
