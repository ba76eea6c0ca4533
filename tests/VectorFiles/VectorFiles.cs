using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SealerRecover.Tests;

/// <summary>Finds the known answers in tests/vectors and makes the inputs they were made from.</summary>
public static class VectorFiles
{
    /// <summary>The folder tests/vectors of the source tree this assembly was built from.</summary>
    public static string Folder { get; } = Path.Combine(RepositoryRoot, "tests", "vectors");

    /// <summary>Root of the source tree: the nearest parent of the test assembly that holds the solution.</summary>
    public static string RepositoryRoot
    {
        get
        {
            string? folder = AppContext.BaseDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "sealer-recover.slnx")))
            {
                folder = Path.GetDirectoryName(folder);
            }

            return folder ?? throw new InvalidOperationException("the tests run outside their source tree");
        }
    }

    /// <summary>Whether the tests that take more than a minute are asked for: SEALER_RECOVER_LONG_TESTS=1.</summary>
    public static bool LongTests => Environment.GetEnvironmentVariable("SEALER_RECOVER_LONG_TESTS") == "1";

    /// <summary>Reads tests/vectors/<paramref name="name"/>.</summary>
    public static JsonNode Read(string name) =>
        JsonNode.Parse(File.ReadAllBytes(Path.Combine(Folder, name))) ?? throw new JsonException($"{name} is empty");

    /// <summary>
    /// The stream the vectors' inputs are drawn from: SHA-256 of the seed's ASCII bytes followed by a u64 LE counter, blocks concatenated.
    /// </summary>
    public static byte[] Stream(string seed, long length)
    {
        byte[] seedBytes = Encoding.ASCII.GetBytes(seed);
        byte[] block = [.. seedBytes, .. new byte[8]];
        byte[] result = new byte[length];
        for (long offset = 0, counter = 0; offset < length; offset += 32, counter++)
        {
            BitConverter.TryWriteBytes(block.AsSpan(seedBytes.Length), counter);
            byte[] digest = SHA256.HashData(block);
            digest.AsSpan(0, (int)Math.Min(32, length - offset)).CopyTo(result.AsSpan((int)offset));
        }

        return result;
    }

    /// <summary>Lower-case hexadecimal SHA-256 of a file.</summary>
    public static string Sha256OfFile(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
