using Filecoin.Primitives;

namespace SealerRecover.Settings;

/// <summary>Turns a path as typed into an absolute one.</summary>
/// <param name="home">The home folder, for ~.</param>
/// <param name="working">The folder that relative paths start from.</param>
internal sealed class Folders(string home, string working)
{
    /// <summary>
    /// The absolute path of <paramref name="path"/>. "~" and "~/…" are the home folder also where the shell leaves them alone, as in
    /// --sealing-result=~/sector; "~name" is not expanded.
    /// </summary>
    /// <param name="path">As typed.</param>
    /// <param name="origin">The option or variable it came from, for the message.</param>
    /// <exception cref="OperatorException">BadInput: empty, or with a NUL.</exception>
    public string Absolute(string path, string origin)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new OperatorException(
                FailureKind.BadInput, $"{origin} names no usable path: \"{SafeText.Short(path)}\"", $"give {origin} the path of a file or folder");
        }

        bool inHome = path == "~" || path.StartsWith("~/", StringComparison.Ordinal);
        if (inHome && home.Length == 0)
        {
            throw new OperatorException(
                FailureKind.BadInput, $"{origin} begins with ~ but HOME is not set", $"give {origin} as an absolute path");
        }

        return Path.GetFullPath(inHome ? home + path[1..] : path, working);
    }
}
