using System.Diagnostics;
using Filecoin.Primitives;
using SealerRecover.Recovery.Doctor;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Storage;

namespace SealerRecover.Recovery.Tests.Doctor;

/// <summary>What each check says of a machine that is made for it.</summary>
public sealed class ChecksTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, CheckVerdict.Fine, "0 seconds after")]
    [InlineData(45, CheckVerdict.Fine, "45 seconds after")]
    [InlineData(-4, CheckVerdict.Fine, "0 seconds after")]
    [InlineData(-90, CheckVerdict.Wrong, "90 seconds ahead of this machine's clock")]
    [InlineData(1200, CheckVerdict.Wrong, "20 minutes older than this machine's clock")]
    [InlineData(720000, CheckVerdict.Wrong, "200.0 hours older than this machine's clock: the node is not synced, or the clock is fast")]
    public void The_clock_is_judged_by_the_chain(int headIsOlder, CheckVerdict verdict, string sentence)
    {
        Finding found = NodeCheck.Clock(Now.AddSeconds(-headIsOlder), Now);
        Assert.Equal(verdict, found.Verdict);
        Assert.Contains(sentence, found.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Room_on_a_disk_is_that_of_one_sector_and_nothing_stays_of_measuring_it()
    {
        DiskCheck check = new("sealing disk", _folder.At("not", "there"), 100L << 30, SectorSize.GiB32, 4 << 20, TimeProvider.System);
        FakeProbe probe = new() { Disks = _ => new DiskSpace(1, 200L << 30) };
        IReadOnlyList<Finding> fine = check.Look(probe, Cancellation);
        Assert.Equal(CheckVerdict.Fine, fine[0].Verdict);
        Assert.Contains("writes ", fine[1].Sentence, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));

        Finding full = Assert.Single(check.Look(new FakeProbe { Disks = _ => new DiskSpace(1, 1L << 30) }, Cancellation));
        Assert.Equal(CheckVerdict.Wrong, full.Verdict);
        Assert.Contains("1.0 GiB free, and a sector of 32GiB takes 100.0 GiB", full.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_folder_is_not_written_to()
    {
        DiskCheck check = new("result disk", _folder.Path, 1, SectorSize.GiB32, 0, TimeProvider.System);
        Directory.SetLastWriteTimeUtc(_folder.Path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal(CheckVerdict.Fine, Assert.Single(check.Look(new FakeProbe { Disks = _ => new DiskSpace(1, 200L << 30) }, Cancellation)).Verdict);
        Assert.Equal(2020, Directory.GetLastWriteTimeUtc(_folder.Path).Year);
        Assert.Throws<OperatorException>(() =>
            (check with { Folder = "/proc/sealer-recover", MeasuredBytes = 1 << 20 }).Look(new FakeProbe { Disks = _ => new DiskSpace(1, 200L << 30) }, Cancellation));
    }

    [Fact]
    public async Task A_parent_cache_is_missing_cut_off_or_there()
    {
        SealProofs.TryGet(SectorSize.KiB2, PorepVariant.V1_1, out SealProofInfo proof);
        ParentCacheCheck check = new(_folder.Path, proof.Porep);
        Finding missing = Assert.Single(await check.LookAsync(Cancellation));
        Assert.Equal(CheckVerdict.Note, missing.Verdict);
        string path = missing.Sentence.Split(' ')[0];
        File.WriteAllBytes(path, new byte[100]);
        Finding cut = Assert.Single(await check.LookAsync(Cancellation));
        Assert.Equal(CheckVerdict.Wrong, cut.Verdict);
        Assert.Contains("has 100 bytes where one for 2KiB has 3584", cut.Sentence, StringComparison.Ordinal);
        File.WriteAllBytes(path, new byte[3584]);
        Assert.Equal(CheckVerdict.Fine, Assert.Single(await check.LookAsync(Cancellation)).Verdict);
        File.Delete(path);
        Directory.CreateDirectory(path);
        Assert.Equal(CheckVerdict.Wrong, Assert.Single(await check.LookAsync(Cancellation)).Verdict);
    }

    [Fact]
    public void Limits_and_memory_are_those_of_the_system()
    {
        _folder.Write("proc/meminfo", "MemAvailable:    5000000 kB\nSwapTotal:    2097152 kB\n");
        _folder.Write("proc/self/limits", "Limit  Soft Limit  Hard Limit  Units\nMax open files            64                   64                   files\nMax locked memory         65536                65536                bytes\n");
        IReadOnlyList<Finding> tight = new LimitsCheck(100).Look(new LinuxSystemProbe(_folder.Path));
        Assert.Equal([CheckVerdict.Wrong, CheckVerdict.Fine, CheckVerdict.Note], tight.Select(finding => finding.Verdict));
        Assert.Contains("only 64 more may be opened, and a run needs 100", tight[0].Sentence, StringComparison.Ordinal);
        Assert.Contains("at most 64.0 KiB", tight[1].Sentence, StringComparison.Ordinal);
        Assert.Contains("2.0 GiB of swap are on", tight[2].Sentence, StringComparison.Ordinal);
        _folder.Write("proc/meminfo", "MemAvailable:    5000000 kB\nSwapTotal:    0 kB\n");
        _folder.Write("proc/self/limits", "Max open files            640                  640                  files\nMax locked memory         unlimited            unlimited            bytes\n");
        Assert.All(new LimitsCheck(100).Look(new LinuxSystemProbe(_folder.Path)), finding => Assert.Equal(CheckVerdict.Fine, finding.Verdict));
        Assert.Equal(CheckVerdict.Wrong, new MemoryCheck(64L << 30, SectorSize.GiB32).Look(new LinuxSystemProbe(_folder.Path))[0].Verdict);
        Assert.Equal(CheckVerdict.Fine, new MemoryCheck(1L << 30, SectorSize.GiB32).Look(new LinuxSystemProbe(_folder.Path))[0].Verdict);
    }

    [Theory]
    [InlineData(StorageVerdict.Used, CheckVerdict.Fine)]
    [InlineData(StorageVerdict.OtherHost, CheckVerdict.Note)]
    [InlineData(StorageVerdict.NotThere, CheckVerdict.Wrong)]
    [InlineData(StorageVerdict.Unusable, CheckVerdict.Wrong)]
    public void A_storage_path_is_what_was_judged(StorageVerdict verdict, CheckVerdict expected)
    {
        Finding found = StorageCheck.Of(new FoundStorage("id", "/data1", [], [StorageTeller.LotusMiner], 7, verdict, "is gone", null));
        Assert.Equal(expected, found.Verdict);
        Assert.Contains("/data1", found.Sentence, StringComparison.Ordinal);
        Assert.Equal(expected != CheckVerdict.Fine, found.Hint is not null);
    }

    [Fact]
    public async Task One_that_hangs_and_one_that_fails_cost_the_others_nothing()
    {
        using ManualResetEventSlim never = new();
        Fake[] checks =
        [
            new("hangs", () =>
            {
                never.Wait(TimeSpan.FromSeconds(30), CancellationToken.None);
                return [];
            }),
            new("fails", () => throw new OperatorException(FailureKind.Storage, "the disk is gone", "mount it")),
            new("fine", () => [Finding.Fine("fine", "all is well")]),
        ];
        long started = Stopwatch.GetTimestamp();
        IReadOnlyList<Finding> found = await new CheckRun(TimeSpan.FromSeconds(1), TimeProvider.System).RunAsync(checks, Cancellation);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.9, 15);
        never.Set();
        Assert.Equal([("hangs", CheckVerdict.Wrong), ("fails", CheckVerdict.Wrong), ("fine", CheckVerdict.Fine)], found.Select(finding => (finding.What, finding.Verdict)));
        Assert.Contains("did not answer within 1 seconds", found[0].Sentence, StringComparison.Ordinal);
        Assert.Equal("mount it", found[1].Hint?.ToString());
    }

    [Fact]
    public async Task A_bug_of_a_check_is_no_finding() => await Assert.ThrowsAsync<InvalidOperationException>(() =>
        new CheckRun(TimeSpan.FromSeconds(10), TimeProvider.System).RunAsync([new Fake("bug", () => throw new InvalidOperationException())], Cancellation));

    private sealed class Fake(string what, Func<IReadOnlyList<Finding>> look) : ICheck
    {
        public string What => what;

        public Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation) => Task.FromResult(look());
    }
}
