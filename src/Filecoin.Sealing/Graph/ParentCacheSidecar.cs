using System.Text;
using Filecoin.Cryptography;
using Filecoin.Sealing.Files;

namespace Filecoin.Sealing.Graph;

/// <summary>
/// <c>&lt;cache&gt;.sha256</c> beside a cache whose digest nobody publishes: the digest found when this program had computed every node
/// itself, so that the next run need not. Two lines: a comment with the graph's rules (the cache's name leaves them out) and what
/// sha256sum writes, so that <c>sha256sum -c</c> checks it.
/// </summary>
internal static class ParentCacheSidecar
{
    public static string PathFor(ParentCacheFile file) => file.Path + ".sha256";

    /// <summary>The digest on record; null if there is none, or none that this program wrote for this graph.</summary>
    public static Bytes32? Read(ParentCacheFile file)
    {
        string path = PathFor(file);
        if (!File.Exists(path) || new FileInfo(path).Length > 4096)
        {
            return null;
        }

        string text = File.ReadAllText(path, Encoding.ASCII);
        string[] lines = text.Split('\n');
        if (lines.Length != 3 || lines[1].Length < 64 || !lines[1][..64].All(char.IsAsciiHexDigitLower))
        {
            return null;
        }

        Bytes32 digest = Bytes32.FromHex(lines[1][..64]);
        return text == Text(file, digest) ? digest : null;
    }

    /// <summary>Records <paramref name="digest"/>, atomically.</summary>
    public static void Write(ParentCacheFile file, Bytes32 digest) => NewFile.Write(
        LinuxFileSystem.Instance, PathFor(file), temporary => File.WriteAllText(temporary, Text(file, digest), Encoding.ASCII), replaces: true);

    private static string Text(ParentCacheFile file, Bytes32 digest) =>
        $"# every node computed by sealer-recover; predecessor {file.Graph.Rules.Predecessor.ToString().ToLowerInvariant()}, "
        + $"{(file.Graph.Rules.TruncateBeforeDivision ? "truncated before the division" : "not truncated")}\n"
        + $"{digest}  {System.IO.Path.GetFileName(file.Path)}\n";
}
