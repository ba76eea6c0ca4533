using System.Diagnostics;

namespace EndToEnd;

/// <summary>A disk that really fills up midway: a small file system in memory, which takes root to mount.</summary>
public sealed class DiskFull(ParentCaches caches) : IDisposable
{
    private readonly Workbench _bench = new(caches);

    public void Dispose()
    {
        _ = Run("umount", _bench.Temp);
        _bench.Dispose();
    }

    [Fact]
    public async Task A_disk_too_small_is_refused_before_work_and_one_that_fills_up_ends_with_a_sentence_and_a_run_that_carries_on()
    {
        Directory.CreateDirectory(_bench.Temp);
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=14m", "tmpfs", _bench.Temp), "mounting a small file system takes root");
        string[] recover = [.. _bench.Recover(Workbench.Sample("8MiB"), "2")];

        Ended refused = await _bench.RunAsync(recover);
        Assert.True(refused.Code == 9, refused.ToString());
        Assert.Empty(_bench.LeftInTemp);

        // One layer of 8 MiB fits, the second does not.
        Ended filled = await _bench.RunAsync([.. recover, "--ignore-resources"]);
        Assert.True(filled.Code == 10, filled.ToString());
        Assert.Contains("sc-02-data-layer-2.dat", filled.Output + filled.Error, StringComparison.Ordinal);
        Assert.Contains("Free disk space", filled.Output + filled.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_bench.Result, "sealed")));

        Assert.True(Run("mount", "-o", "remount,size=60m", _bench.Temp), "the small file system can grow");
        Ended carriedOn = await _bench.RunAsync(recover);
        Assert.True(carriedOn.Code == 0, carriedOn.ToString());
        Assert.Contains("carries on", carriedOn.Output, StringComparison.Ordinal);
        Assert.Equal(8L << 20, new FileInfo(Path.Combine(_bench.Result, "sealed", "s-t01000-2")).Length);
    }

    [Fact]
    public async Task A_disk_that_fills_up_while_pieces_are_downloaded_ends_with_a_sentence_and_a_run_that_carries_on()
    {
        Directory.CreateDirectory(_bench.Temp);
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", _bench.Temp), "mounting a small file system takes root");
        DataCase data = DataCase.Get("seal/8MiB-v1_1-pieces");
        await using FakePieceServer server = await FakePieceServer.StartAsync();
        data.Serve(server);
        string metadata = _bench.Write(data.Metadata());
        string[] recover = [.. _bench.Recover(metadata, $"--piece-source={server.Url}")];

        Ended refused = await _bench.RunAsync(recover);
        Assert.True(refused.Code == 9, refused.ToString());

        Ended filled = await _bench.RunAsync([.. recover, "--ignore-resources"]);
        Assert.True(filled.Code == 10, filled.ToString());
        Assert.Contains("Free disk space", filled.Output + filled.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_bench.Result, "sealed")));

        Assert.True(Run("mount", "-o", "remount,size=80m", _bench.Temp), "the small file system can grow");
        Ended carriedOn = await _bench.RunAsync(recover);
        Assert.True(carriedOn.Code == 0, carriedOn.ToString());
        data.AssertInstalled(_bench.Result);
        Assert.Empty(_bench.LeftInTemp);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
