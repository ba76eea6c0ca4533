using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Steps;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Graph;

public sealed class ParentCacheFolderTests : IDisposable
{
    private static readonly PorepParameters Published = SealProofs.Get(RegisteredSealProof.StackedDrg2KiBV1_1).Porep;
    private static readonly PorepParameters Unpublished = SealProofs.Get(RegisteredSealProof.StackedDrg2KiBSynthetic).Porep;
    private static readonly PorepParameters Larger = SealProofs.Get(RegisteredSealProof.StackedDrg8MiBV1_1).Porep;

    private readonly TemporaryFolder _folder = new();

    private ParentCacheFolder Caches => new(_folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_cache_is_missing_then_built_then_good()
    {
        Assert.Equal(ParentCacheState.Missing, Check(Published));
        Assert.Empty(_folder.Names);

        Open(Published);

        Assert.Equal(ParentCacheState.Good, Check(Published));
        string name = Path.GetFileName(Caches.PathFor(Published));
        Assert.Equal([name, name + ".lock"], _folder.Names);
    }

    [Fact]
    public void The_folder_is_created_when_a_cache_is_built()
    {
        ParentCacheFolder caches = new(_folder["a/b"]);

        caches.Open(Published, 1, 8, null, Cancellation).Dispose();

        Assert.Equal(ParentCacheState.Good, caches.Check(Published, 1, null, Cancellation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3583)]
    [InlineData(3585)]
    public void A_file_of_the_wrong_length_is_detected_and_rebuilt(int length)
    {
        Open(Published);
        string path = Caches.PathFor(Published);
        byte[] good = File.ReadAllBytes(path);
        byte[] bad = new byte[length];
        good.AsSpan(0, Math.Min(length, good.Length)).CopyTo(bad);
        File.WriteAllBytes(path, bad);

        Assert.Equal(ParentCacheState.Truncated, Check(Published));
        Assert.Equal(bad, File.ReadAllBytes(path));
        Open(Published);
        Assert.Equal(good, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_flipped_bit_anywhere_is_detected_and_rebuilt(bool published)
    {
        PorepParameters porep = published ? Published : Unpublished;
        Open(porep);
        string path = Caches.PathFor(porep);
        byte[] good = File.ReadAllBytes(path);
        for (int bit = 0; bit < 8 * good.Length; bit += (8 * good.Length / 40) - 1)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(path, bad);

            Assert.Equal(ParentCacheState.Corrupt, Check(porep));
            Assert.Equal(bad, File.ReadAllBytes(path));
            Open(porep);
            Assert.Equal(good, File.ReadAllBytes(path));
        }
    }

    [Fact]
    public void Leftover_temporary_files_go_and_files_of_others_stay()
    {
        string path = Caches.PathFor(Published);
        File.WriteAllText(path + ".99999999-1.tmp", "left behind");
        File.WriteAllText(path + ".99999999-2.tmp", "being written");
        File.WriteAllText(_folder["another.cache.1-1.tmp"], "another graph's");
        File.WriteAllText(path + ".lock", "");
        using (new FileStream(path + ".99999999-2.tmp", FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Open(Published);
        }

        string name = Path.GetFileName(path);
        Assert.Equal(["another.cache.1-1.tmp", name, name + ".99999999-2.tmp", name + ".lock"], _folder.Names);
    }

    [Fact]
    public async Task Four_at_once_build_it_once_and_all_get_it()
    {
        Reports reports = new();
        Task<string>[] opening = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using ParentCache cache = Caches.Open(Larger, 1, 1 << 16, reports, Cancellation);
            return VectorFiles.Sha256OfFile(cache.Path);
        }))];

        string[] digests = await Task.WhenAll(opening);

        Assert.All(digests, digest => Assert.Equal("03cd13565ded97c240a5f52e54295ad127bd0461b57904cb3a4d79b097bbecab", digest));
        Assert.Single(reports.All, report => report.Phase == SealPhase.BuildParents && report.Done == report.Total);
    }

    [Fact]
    public async Task While_another_process_builds_it_waits_and_can_be_cancelled()
    {
        string path = Caches.PathFor(Published);
        using FileStream held = new(path + ".lock", FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        using CancellationTokenSource impatient = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task cancelled = Task.Run(() => Caches.Open(Published, 1, 8, null, impatient.Token), Cancellation);
        Task<ParentCache> patient = Task.Run(() => Caches.Open(Published, 1, 8, null, Cancellation), Cancellation);
        await Task.Delay(300, Cancellation);
        Assert.False(cancelled.IsCompleted);

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(patient.IsCompleted);
        Assert.False(File.Exists(path));

        await held.DisposeAsync();
        (await patient).Dispose();
        Assert.Equal(ParentCacheState.Good, Check(Published));
    }

    // rust-fil-proofs writes a cache under its final name and holds an exclusive flock meanwhile, as FileShare.None does.
    [Fact]
    public async Task While_another_program_writes_the_cache_itself_it_waits()
    {
        Open(Published);
        using FileStream held = new(Caches.PathFor(Published), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Task<ParentCacheState> checking = Task.Run(() => Check(Published), Cancellation);
        await Task.Delay(300, Cancellation);
        Assert.False(checking.IsCompleted);

        await held.DisposeAsync();

        Assert.Equal(ParentCacheState.Good, await checking);
    }

    [Fact]
    public void Cancelling_a_build_leaves_nothing_but_the_lock()
    {
        using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Reports reports = new(report =>
        {
            if (report.Phase == SealPhase.BuildParents)
            {
                source.Cancel();
            }
        });

        Assert.ThrowsAny<OperationCanceledException>(
            () => new ParentCacheFolder(_folder.Path).Open(Larger, 2, 8, reports, source.Token));

        Assert.Equal([Path.GetFileName(Caches.PathFor(Larger)) + ".lock"], _folder.Names);
    }

    [Fact]
    public void A_link_to_another_disk_stays_a_link()
    {
        string path = Caches.PathFor(Published);
        Directory.CreateDirectory(_folder["elsewhere"]);
        File.WriteAllText(_folder["elsewhere/cache"], "damaged");
        File.CreateSymbolicLink(path, _folder["elsewhere/cache"]);

        Open(Published);

        Assert.Equal(_folder["elsewhere/cache"], new FileInfo(path).LinkTarget);
        Assert.Equal(3584, new FileInfo(_folder["elsewhere/cache"]).Length);
        Assert.Equal(ParentCacheState.Good, Check(Published));
    }

    [Fact]
    public void Progress_ends_with_all_nodes_and_is_seldom_in_between()
    {
        Reports reports = new();

        new ParentCacheFolder(_folder.Path).Open(Larger, 2, 8, reports, Cancellation).Dispose();

        long nodes = Larger.Nodes;
        Assert.Equal(
            [new SealProgress(SealPhase.BuildParents, 1, 1, nodes, nodes), new SealProgress(SealPhase.VerifyParents, 1, 1, nodes, nodes)],
            reports.All.Where(report => report.Done == nodes));
        Assert.InRange(reports.All.Count, 2, 2 * 513);
    }

    [Fact]
    public void A_folder_that_cannot_be_is_one_clear_sentence()
    {
        File.WriteAllText(_folder["file"], "in the way");
        ParentCacheFolder caches = new(_folder["file"]);

        OperatorException failure = Assert.Throws<OperatorException>(() => caches.Open(Published, 1, 8, null, Cancellation));

        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(caches.PathFor(Published), failure.Message, StringComparison.Ordinal);
        Assert.Contains("3584 bytes", failure.Message, StringComparison.Ordinal);
        Assert.Contains("FIL_PROOFS_PARENT_CACHE", failure.Hint.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_told_before_anything_is_computed()
    {
        PorepParameters largest = SealProofs.Get(RegisteredSealProof.StackedDrg64GiBV1).Porep;
        const string memory = "/dev/shm";
        Assert.SkipUnless(
            Directory.Exists(memory) && new DriveInfo(memory).TotalSize < 100L << 30, "needs a file system that cannot hold 112 GiB");
        string folder = Path.Combine(memory, Path.GetFileName(_folder.Path));
        try
        {
            OperatorException failure = Assert.Throws<OperatorException>(
                () => new ParentCacheFolder(folder).Open(largest, 1, 8, null, Cancellation));

            Assert.Equal(FailureKind.NotEnoughResources, failure.Kind);
            Assert.Contains("takes 120259084288 bytes", failure.Message, StringComparison.Ordinal);
            Assert.Single(Directory.EnumerateFileSystemEntries(folder), entry => entry.EndsWith(".lock", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The reference's file name leaves the version out: this would overwrite proof 5's cache with another graph.
    [Fact]
    public void A_registered_porep_id_with_another_version_is_refused()
    {
        PorepParameters mixed = Published with { ApiVersion = ApiVersion.V1_0_0 };
        Open(Published);

        OperatorException failure = Assert.Throws<OperatorException>(() => Caches.Open(mixed, 1, 8, null, Cancellation));

        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.Equal(ParentCacheState.Good, Check(Published));
    }

    private ParentCacheState Check(PorepParameters porep) => Caches.Check(porep, 2, null, Cancellation);

    private void Open(PorepParameters porep) => Caches.Open(porep, 2, 8, null, Cancellation).Dispose();
}
