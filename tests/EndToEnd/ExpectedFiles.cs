using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Trees;

namespace EndToEnd;

/// <summary>What the reference made of the sample sectors, and whether a result folder holds exactly that.</summary>
internal sealed class ExpectedFiles
{
    private readonly string _size;
    private readonly JsonObject _sectors;

    /// <summary>Reads the known answers of a size.</summary>
    public ExpectedFiles(string size)
    {
        _size = size;
        Miner = size == "512MiB" ? 10215199 : 1000;
        _sectors = VectorFiles.Read($"metadata/{size}/sectors-recovery-f0{Miner}.expected.json").AsObject();
    }

    /// <summary>The miner of the samples of this size, f0….</summary>
    public int Miner { get; }

    /// <summary>The sector numbers of the sample.</summary>
    public IReadOnlyList<ulong> Numbers => [.. _sectors.Select(entry => ulong.Parse(entry.Key, CultureInfo.InvariantCulture))];

    /// <summary>
    /// Asserts that <paramref name="result"/> holds these sectors and nothing else where Lotus looks: every file's digest, and t_aux with
    /// the paths of this place.
    /// </summary>
    public void AssertInstalled(string result, IEnumerable<ulong> numbers, bool keepAll = false)
    {
        string[] names = [.. numbers.Select(number => $"s-t0{Miner}-{number}").Order(StringComparer.Ordinal)];
        Assert.Equal(names, Names(Path.Combine(result, "sealed")));
        Assert.Equal(names, Names(Path.Combine(result, "cache")));
        foreach (ulong number in numbers)
        {
            AssertSector(result, number, keepAll);
        }
    }

    /// <summary>Asserts one sector's files.</summary>
    public void AssertSector(string result, ulong number, bool keepAll = false, bool anyPathInTAux = false)
    {
        JsonObject sector = _sectors[number.ToString(CultureInfo.InvariantCulture)]!.AsObject();
        string cache = Path.Combine(result, "cache", $"s-t0{Miner}-{number}");
        Assert.Equal((string?)sector["sealed"]!["sha256"], VectorFiles.Sha256OfFile(Path.Combine(result, "sealed", $"s-t0{Miner}-{number}")));
        Dictionary<string, string> digests = sector["files_after_pc2"]!.AsArray().ToDictionary(file => (string)file!["name"]!, file => (string)file!["sha256"]!);
        string[] expected = keepAll
            ? [.. digests.Keys.Append("t_aux").Order(StringComparer.Ordinal)]
            : [.. sector["files_kept"]!.AsArray().Select(name => (string)name!).Order(StringComparer.Ordinal)];

        // Of a Synthetic sector its proofs are made, too; the samples' answers are from before that, UnprovenSectors compares them.
        Assert.Equal(expected, Names(cache).Where(name => !keepAll || name != CacheNames.SyntheticProofs));
        foreach (string name in expected.Where(name => name != "t_aux"))
        {
            Assert.Equal(digests[name], VectorFiles.Sha256OfFile(Path.Combine(cache, name)));
        }

        byte[] tAux = File.ReadAllBytes(Path.Combine(cache, "t_aux"));
        Assert.True(TAuxFile.TryRead(tAux, out IReadOnlyList<StoreConfig> configs));
        Assert.Equal(TAux(anyPathInTAux ? configs[0].Path : cache), tAux);
    }

    /// <summary>The reference's t_aux of this size with another cache path in its five store configurations (bincode: u64 LE length, UTF-8).</summary>
    private byte[] TAux(string cache)
    {
        JsonNode reference = VectorFiles.Read("seal.json")["cases"]!.AsArray().First(entry => (string)entry!["id"]! == _size + "-v1_1-cc")!;
        string hex = (string)reference["t_aux_hex"]!;
        return Convert.FromHexString(hex.Replace(Bincode((string)reference["cache_path"]!), Bincode(cache), StringComparison.Ordinal));
    }

    private static string Bincode(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return Convert.ToHexStringLower([.. BitConverter.GetBytes((ulong)bytes.Length), .. bytes]);
    }

    private static string[] Names(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
