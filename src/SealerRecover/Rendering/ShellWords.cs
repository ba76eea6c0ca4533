using System.Buffers;

namespace SealerRecover.Rendering;

/// <summary>Writes arguments so that a POSIX shell reads them back.</summary>
internal static class ShellWords
{
    private static readonly SearchValues<char> Harmless =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./,:@%");

    private static readonly string[] Secret = ["--api-info", "--miner-api-info", "--archive-node", "--curio-db", "--fleet-db"];

    /// <summary>One word, in single quotes where it needs them.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && !word.AsSpan().ContainsAnyExcept(Harmless)
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>The command line that was given, with the values of options hidden that may hold a token.</summary>
    public static string CommandLine(IReadOnlyList<string> arguments)
    {
        List<string> words = ["sealer-recover"];
        for (int i = 0; i < arguments.Count; i++)
        {
            bool follows = i > 0 && Secret.Contains(arguments[i - 1]);
            string? attached = Array.Find(Secret, option => arguments[i].Length > option.Length && arguments[i].StartsWith(option, StringComparison.Ordinal));
            words.Add(follows ? "..." : attached is not null ? attached + "=..." : Quote(arguments[i]));
        }

        return string.Join(' ', words);
    }
}
