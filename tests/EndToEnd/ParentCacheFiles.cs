using SealerRecover.Tests;
using Xunit;

namespace EndToEnd;

/// <summary>The parents command, on the files that Lotus and Curio share.</summary>
public sealed class ParentCacheFiles(ParentCaches caches) : IDisposable
{
    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("v1", "3f0eef38bb48af1f48ad65e14eb85b4ebfc167cec18cd81764f6d998836c9899", "3da49221e2ed55371b86d0bf3d6526fcf128af61bed904f966428db1b531750d")]
    public async Task A_cache_is_built_verified_and_rebuilt_when_damaged(string variant, string name, string sha256)
    {
        string folder = Path.Combine(_bench.Home, "parents");
        _bench.Environment["FIL_PROOFS_PARENT_CACHE"] = folder;
        string[] build = ["parents", "--sector-size", "2KiB", "--variant", variant];
        string file = Path.Combine(folder, $"v28-sdr-parent-{name}.cache");

        Ended missing = await _bench.RunAsync([.. build, "--verify"]);
        Assert.True(missing.Code == 10, missing.ToString());
        Assert.Contains(file, missing.Error, StringComparison.Ordinal);
        Assert.Contains("sealer-recover parents --sector-size 2KiB --variant v1", missing.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(file));

        Ended built = await _bench.RunAsync(build);
        Assert.True(built.Code == 0, built.ToString());
        Assert.Equal(sha256, VectorFiles.Sha256OfFile(file));
        Assert.Equal(0, (await _bench.RunAsync([.. build, "--verify"])).Code);

        byte[] content = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        content[1000] ^= 1;
        await File.WriteAllBytesAsync(file, content, TestContext.Current.CancellationToken);
        Ended damaged = await _bench.RunAsync([.. build, "--verify", "--json"]);
        Assert.Equal(10, damaged.Code);
        Assert.Equal("storage", (string?)damaged.Report["failure"]!["exit_name"]);

        Ended rebuilt = await _bench.RunAsync([.. build, "--json"]);
        Assert.True(rebuilt.Code == 0, rebuilt.ToString());
        Assert.Equal(file, (string?)rebuilt.Report["file"]);
        Assert.Equal(sha256, VectorFiles.Sha256OfFile(file));
    }
}
