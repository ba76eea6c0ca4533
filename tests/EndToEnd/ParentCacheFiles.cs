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
        Assert.Contains("it was last written ", (string?)damaged.Report["failure"]!["message"], StringComparison.Ordinal);

        Ended rebuilt = await _bench.RunAsync([.. build, "--json"]);
        Assert.True(rebuilt.Code == 0, rebuilt.ToString());
        Assert.Equal(file, (string?)rebuilt.Report["file"]);
        Assert.Equal(sha256, VectorFiles.Sha256OfFile(file));
        Assert.Contains("1 of its 64 nodes had been wrong, the first from byte 952", rebuilt.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bit", "1", "as a whole instead of the published 3da49221")]
    [InlineData("truncated", "1", "has 3000 bytes instead of 3584")]
    [InlineData("bit", "3", ".cache.sha256 says ")]
    [InlineData("record", "3", ".cache.sha256 says ")]
    [InlineData("no record", "3", "holds other parents than its graph has")]
    public async Task A_damaged_cache_that_a_recovery_comes_across_is_rebuilt_and_said_since_others_seal_with_it(string damage, string sector, string what)
    {
        string folder = Path.Combine(_bench.Home, "parents");
        _bench.Environment["FIL_PROOFS_PARENT_CACHE"] = folder;
        Assert.Equal(0, (await _bench.RunAsync("parents", "--sector-size", "2KiB", "--variant", sector == "1" ? "v1" : "synthetic")).Code);
        string file = Directory.GetFiles(folder, "*.cache").Single();
        string sha256 = VectorFiles.Sha256OfFile(file);
        if (damage == "truncated")
        {
            await using FileStream cut = File.OpenWrite(file);
            cut.SetLength(3000);
        }
        else if (damage == "record")
        {
            string text = await File.ReadAllTextAsync(file + ".sha256", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(file + ".sha256", text.Replace(sha256, new string('0', 64), StringComparison.Ordinal), TestContext.Current.CancellationToken);
        }
        else
        {
            Workbench.Flip(file, 1000);
        }

        if (damage == "no record")
        {
            File.Delete(file + ".sha256");
        }

        File.SetLastWriteTimeUtc(file, new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc));
        Ended ended = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), sector, "--json"));

        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal(sha256, VectorFiles.Sha256OfFile(file));
        string[] said = [.. ended.Lines.Where(line => (string?)line["event"] == "note").Select(line => (string)line["text"]!).Where(text => text.Contains(file, StringComparison.Ordinal))];
        Assert.True(said.Length == 2, ended.ToString());
        Assert.StartsWith($"the parent cache {file}, last written 2026-03-04 05:06:07 UTC, ", said[0], StringComparison.Ordinal);
        Assert.Contains(what, said[0], StringComparison.Ordinal);
        Assert.Contains("Lotus and Curio on this machine seal with this file, too, and do not notice", said[0], StringComparison.Ordinal);
        Assert.Contains(damage == "record" ? "all its nodes had been right, only" : " of its 64 nodes had been wrong", said[1], StringComparison.Ordinal);

        Ended again = await _bench.RunAsync("parents", "--sector-size", "2KiB", "--variant", sector == "1" ? "v1" : "synthetic", "--json");
        Assert.DoesNotContain(again.Lines, line => (string?)line["event"] == "note");
    }
}
