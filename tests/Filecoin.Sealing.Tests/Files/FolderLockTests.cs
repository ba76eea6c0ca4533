using System.Diagnostics;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Xunit;

namespace Filecoin.Sealing.Tests.Files;

public sealed class FolderLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LinuxFileSystem _files = LinuxFileSystem.Instance;

    private string Path => _folder["locks/s-t01000-2"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_second_holder_is_refused_with_the_process_id_until_the_first_lets_go()
    {
        using (FolderLock.Take(_files, Path, "sector"))
        {
            OperatorException busy = Assert.Throws<OperatorException>(() => FolderLock.Take(_files, Path, "sector"));
            Assert.Equal(FailureKind.Busy, busy.Kind);
            Assert.Contains($"(process {Environment.ProcessId})", busy.Message, StringComparison.Ordinal);
        }

        Assert.True(File.Exists(Path), "a lock that was not removed leaves its file, which keeps nobody out");
        FolderLock again = FolderLock.Take(_files, Path, "sector");
        again.Remove(_files);
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public async Task Another_process_keeps_it_for_exactly_as_long_as_it_lives()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "flock(1) is not installed");
        _files.CreateFolder(_folder["locks"]);
        File.WriteAllText(Path, "4242\n");
        using Process holder = Process.Start(new ProcessStartInfo("/usr/bin/flock", [Path, "-c", "echo held; exec sleep 60"])
        {
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));

        OperatorException busy = Assert.Throws<OperatorException>(() => FolderLock.Take(_files, Path, "sector"));
        Assert.Contains("(process 4242)", busy.Message, StringComparison.Ordinal);

        holder.Kill(entireProcessTree: true);
        await holder.WaitForExitAsync(TestContext.Current.CancellationToken);
        FolderLock? taken = null;
        for (int i = 0; taken is null && i < 100; i++)
        {
            try
            {
                taken = FolderLock.Take(_files, Path, "sector");
            }
            catch (OperatorException) when (i < 99)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }

        Assert.NotNull(taken);
        taken.Dispose();
    }

    [Fact]
    public void Takers_and_removers_racing_never_hold_it_together()
    {
        int holders = 0;
        int taken = 0;
        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 100; i++)
            {
                try
                {
                    FolderLock held = FolderLock.Take(_files, Path, "sector");
                    Assert.Equal(1, Interlocked.Increment(ref holders));
                    Interlocked.Increment(ref taken);
                    Interlocked.Decrement(ref holders);
                    held.Remove(_files);
                }
                catch (OperatorException busy)
                {
                    Assert.Equal(FailureKind.Busy, busy.Kind);
                }
            }
        });
        Assert.InRange(taken, 1, 800);
    }
}
