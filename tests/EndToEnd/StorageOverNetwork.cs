namespace EndToEnd;

/// <summary>What NFS answers, where there is none: that it cannot rename without replacing.</summary>
public sealed class StorageOverNetwork(ParentCaches caches) : IDisposable
{
    private const string Source = """
        #include <errno.h>

        int renameat2(int old_folder, const char *old_path, int new_folder, const char *new_path, unsigned int flags)
        {
            errno = EINVAL;
            return -1;
        }
        """;

    private static readonly PreloadedLibrary Library = new("network", Source);
    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Sectors_are_installed_whole_and_what_stands_there_is_not_replaced()
    {
        string metadata = Workbench.Sample("2KiB");
        _bench.Environment["LD_PRELOAD"] = Library.PathOrSkip("there is no C compiler");
        await _bench.RunAsync(0, _bench.Recover(metadata, "1-2"));
        new ExpectedFiles("2KiB").AssertInstalled(_bench.Result, [1, 2]);
        Assert.Empty(_bench.LeftInTemp);

        string replica = Path.Combine(_bench.Result, "sealed", "s-t01000-2");
        Workbench.Flip(replica, 7);
        await _bench.RunAsync(11, _bench.Recover(metadata, "2"));
        await _bench.RunAsync(0, _bench.Recover(metadata, "2", "--force"));
        new ExpectedFiles("2KiB").AssertInstalled(_bench.Result, [1, 2]);
        Assert.Single(Directory.EnumerateFiles(Path.Combine(_bench.Result, ".sealer-recover"), "sealed", SearchOption.AllDirectories));
    }
}
