using System.Buffers;

namespace SealerRecover.Commands;

/// <summary>Writes arguments so that a POSIX shell reads them back.</summary>
internal static class ShellWords
{
    private static readonly SearchValues<char> Harmless =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./,:@%");

    /// <summary>One word, in single quotes where it needs them.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && !word.AsSpan().ContainsAnyExcept(Harmless)
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>The command line that was given, with the value of --api-info hidden: it holds a token.</summary>
    public static string CommandLine(IReadOnlyList<string> arguments)
    {
        const string Secret = "--api-info";
        List<string> words = ["sealer-recover"];
        for (int i = 0; i < arguments.Count; i++)
        {
            bool follows = i > 0 && arguments[i - 1] == Secret;
            bool attached = arguments[i].StartsWith(Secret, StringComparison.Ordinal) && arguments[i].Length > Secret.Length;
            words.Add(follows ? "..." : attached ? Secret + "=..." : Quote(arguments[i]));
        }

        return string.Join(' ', words);
    }
}
