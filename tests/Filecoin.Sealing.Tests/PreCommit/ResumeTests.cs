using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Steps;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.PreCommit;

/// <summary>Sealing that is stopped, or whose files are damaged in between, ends with the same files as sealing in one go.</summary>
public sealed class ResumeTests
{
    private const string Known = "16KiB-v1_1_0-cc";

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Stopping_at_any_report_of_progress_and_starting_again_gives_the_same_files(bool keepAll, bool lookAhead)
    {
        SealCase known = SealCase.Get(Known);
        for (int stopAt = 1; ; stopAt++)
        {
            using Workplace place = new();
            SealJob job = place.Job(known, keepAll) with { LabelCores = lookAhead ? LabelCores.Anywhere : null };
            using CancellationTokenSource source = new();
            int reports = 0;
            Progress sink = new(_ =>
            {
                if (Interlocked.Increment(ref reports) == stopAt)
                {
                    source.Cancel();
                }
            });

            bool stopped = false;
            try
            {
                Seal(place, job, sink, source.Token);
            }
            catch (OperationCanceledException)
            {
                stopped = true;
            }

            if (reports < stopAt)
            {
                Assert.True(stopAt > 5, "the run reported too little to be stopped anywhere");
                return;
            }

            // Cancelled after the last chance to notice, the run may as well have finished.
            Assert.True(stopped || File.Exists(job.SealedFile));
            Seal(place, job, null, TestContext.Current.CancellationToken);
            CompareAll(known, place, keepAll);
        }
    }

    [Theory]
    [InlineData("sc-02-data-layer-1.dat", "layer-1")]
    [InlineData("sc-02-data-layer-2.dat", "layer-2")]
    public void A_layer_changed_on_disk_is_found_named_and_made_anew(string file, string step)
    {
        SealCase known = SealCase.Get(Known);
        using Workplace place = new();
        SealJob job = place.Job(known, keepAll: true);
        using ParentCache parents = Workplace.OpenParents(job.Inputs, TestContext.Current.CancellationToken);
        PreCommit1.Run(job, parents, place.Log, null, TestContext.Current.CancellationToken);
        FlipBit(Path.Combine(place.CacheFolder, file), 12345);

        DamagedLayerException failure = Assert.Throws<DamagedLayerException>(
            () => PreCommit2.Run(job, place.Log, 1, null, TestContext.Current.CancellationToken));

        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(step, place.Log.Steps);
        Seal(place, job, null, TestContext.Current.CancellationToken);
        CompareAll(known, place, keepAll: true);
    }

    [Theory]
    [InlineData("sc-02-data-layer-1.dat", 100)]
    [InlineData("sc-02-data-layer-1.dat", 0)]
    [InlineData("sc-02-data-layer-2.dat", 16383)]
    [InlineData("sc-02-data-layer-2.dat.segments", 0)]
    public void A_shortened_layer_is_never_trusted(string file, long length)
    {
        SealCase known = SealCase.Get(Known);
        using Workplace place = new();
        SealJob job = place.Job(known, keepAll: true);
        using ParentCache parents = Workplace.OpenParents(job.Inputs, TestContext.Current.CancellationToken);
        PreCommit1.Run(job, parents, place.Log, null, TestContext.Current.CancellationToken);
        using (FileStream stream = File.OpenWrite(Path.Combine(place.CacheFolder, file)))
        {
            stream.SetLength(length);
        }

        // The first attempt may only find the damage; the second has to succeed.
        try
        {
            Seal(place, job, null, TestContext.Current.CancellationToken);
        }
        catch (OperatorException failure)
        {
            Assert.Equal(FailureKind.Storage, failure.Kind);
            Seal(place, job, null, TestContext.Current.CancellationToken);
        }

        CompareAll(known, place, keepAll: true);
    }

    [Fact]
    public void A_damaged_layer_that_the_next_one_needs_is_labelled_again()
    {
        SealCase known = SealCase.Get("L11-16KiB-v1_1_0-cc");
        using Workplace place = new();
        SealJob job = place.Job(known, keepAll: true);
        using ParentCache parents = Workplace.OpenParents(job.Inputs, TestContext.Current.CancellationToken);
        using CancellationTokenSource source = new();
        Progress stopInLayer8 = new(progress =>
        {
            if (progress is { Phase: SealPhase.Label, Step: 8 })
            {
                source.Cancel();
            }
        });
        Assert.ThrowsAny<OperationCanceledException>(
            () => PreCommit1.Run(job, parents, place.Log, stopInLayer8, source.Token));

        // Layer 7 may or may not have reached the disk before the stop; here it has not.
        place.Log.Forget(SealSteps.Layer(7));
        FlipBit(Path.Combine(place.CacheFolder, CacheNames.Layer(6)), 4000);

        List<SealProgress> seen = [];
        PreCommit1.Run(job, parents, place.Log, new Progress(seen.Add), TestContext.Current.CancellationToken);

        int[] labelled = [.. seen.Where(progress => progress.Phase == SealPhase.Label).Select(progress => progress.Step).Distinct()];
        Assert.Equal([6, 7, 8, 9, 10, 11], labelled);
        PreCommit2.Run(job, place.Log, 2, null, TestContext.Current.CancellationToken);
        CompareAll(known, place, keepAll: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_damaged_p_aux_is_made_again_with_whatever_that_takes(bool keepAll)
    {
        SealCase known = SealCase.Get(Known);
        using Workplace place = new();
        SealJob job = place.Job(known, keepAll);
        Seal(place, job, null, TestContext.Current.CancellationToken);
        FlipBit(Path.Combine(place.CacheFolder, CacheNames.PAux), 40);

        Seal(place, job, null, TestContext.Current.CancellationToken);

        CompareAll(known, place, keepAll);
    }

    [Fact]
    public void A_finished_job_is_left_alone()
    {
        SealCase known = SealCase.Get(Known);
        using Workplace place = new();
        SealJob job = place.Job(known, keepAll: false);
        SealedCommitments first = Seal(place, job, null, TestContext.Current.CancellationToken);
        DateTime written = File.GetLastWriteTimeUtc(job.SealedFile);
        List<SealProgress> seen = [];

        SealedCommitments second = Seal(place, job, new Progress(seen.Add), TestContext.Current.CancellationToken);

        Assert.Equal(first, second);
        Assert.Equal(written, File.GetLastWriteTimeUtc(job.SealedFile));
        Assert.Empty(seen);
    }

    [Fact]
    public void A_finished_layer_between_two_that_are_missing_is_loaded_only_when_the_first_is_on_disk()
    {
        SealCase known = SealCase.Get("L11-16KiB-v1_1_0-cc");
        using Workplace place = new();
        SealJob job = place.Job(known, keepAll: true);
        using ParentCache parents = Workplace.OpenParents(job.Inputs, TestContext.Current.CancellationToken);
        PreCommit1.Run(job, parents, place.Log, null, TestContext.Current.CancellationToken);
        place.Log.Forget("layer-1");
        place.Log.Forget("layer-3");
        List<SealProgress> seen = [];

        PreCommit1.Run(job, parents, place.Log, new Progress(seen.Add), TestContext.Current.CancellationToken);

        Assert.Equal([1, 3], seen.Where(report => report.Phase == SealPhase.Label).Select(report => report.Step).Distinct());
        PreCommit2.Run(job, place.Log, 2, null, TestContext.Current.CancellationToken);
        CompareAll(known, place, keepAll: true);
    }

    [Theory]
    [InlineData("2KiB-v1_1-cc", 32)]
    [InlineData("L11-16KiB-v1_1_0-cc", 32)]
    [InlineData("8MiB-v1_1-cc", 8)]
    public void A_bit_flipped_anywhere_in_any_layer_is_found_when_the_layer_is_read(string id, int rounds)
    {
        const int seed = 20261126;
        SealCase known = SealCase.Get(id);
        using Workplace place = new();
        SealJob job = place.Job(known, keepAll: true);
        using ParentCache parents = Workplace.OpenParents(job.Inputs, TestContext.Current.CancellationToken);
        PreCommit1.Run(job, parents, place.Log, null, TestContext.Current.CancellationToken);
        Random random = new(seed);
        for (int round = 0; round < rounds; round++)
        {
            int layer = random.Next(1, job.Inputs.Porep.Layers + 1);
            string path = Path.Combine(place.CacheFolder, CacheNames.Layer(layer));
            int bit = random.Next((int)job.Inputs.Porep.SectorSize.Bytes * 8);
            Assert.True(place.Log.TryGet(SealSteps.Layer(layer), out FileDigest recorded));
            FlipBit(path, bit / 8, bit % 8);

            DamagedLayerException failure = Assert.Throws<DamagedLayerException>(
                () => PreCommit2.Run(job, place.Log, 2, null, TestContext.Current.CancellationToken));

            Assert.True(
                failure.Message.Contains(CacheNames.Layer(layer), StringComparison.Ordinal), $"seed {seed} round {round}, bit {bit} of layer {layer}: {failure.Message}");
            FlipBit(path, bit / 8, bit % 8);
            place.Log.Record(SealSteps.Layer(layer), recorded);
        }

        PreCommit2.Run(job, place.Log, 2, null, TestContext.Current.CancellationToken);
        CompareAll(known, place, keepAll: true);
    }

    [Fact]
    public void Damage_in_a_large_layer_is_named_with_its_byte_range()
    {
        SealCase known = SealCase.Get("8MiB-v1_1-cc");
        using Workplace place = new();
        SealJob job = place.Job(known, keepAll: false);
        using ParentCache parents = Workplace.OpenParents(job.Inputs, TestContext.Current.CancellationToken);
        PreCommit1.Run(job, parents, place.Log, null, TestContext.Current.CancellationToken);
        FlipBit(Path.Combine(place.CacheFolder, CacheNames.Layer(2)), (5 << 20) + 77);

        DamagedLayerException failure = Assert.Throws<DamagedLayerException>(
            () => PreCommit2.Run(job, place.Log, 2, null, TestContext.Current.CancellationToken));

        Assert.Contains("between bytes 5242880 and 6291456", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(job.SealedFile));
    }

    private static SealedCommitments Seal(
        Workplace place, SealJob job, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        using ParentCache parents = Workplace.OpenParents(job.Inputs, TestContext.Current.CancellationToken);
        PreCommit1.Run(job, parents, place.Log, progress, cancellation);
        return PreCommit2.Run(job, place.Log, 2, progress, cancellation);
    }

    private static void CompareAll(SealCase known, Workplace place, bool keepAll)
    {
        string[] names = keepAll ? [.. known.Files.Select(file => file.Name)] : [.. known.FilesKept];
        Assert.Equal(names.Order(), Directory.GetFiles(place.CacheFolder).Select(Path.GetFileName).Order());
        foreach ((string name, long _, string sha256) in known.Files.Where(file => names.Contains(file.Name)))
        {
            Assert.Equal((name, sha256), (name, VectorFiles.Sha256OfFile(Path.Combine(place.CacheFolder, name))));
        }

        Assert.Equal(known.SealedSha256, VectorFiles.Sha256OfFile(place.SealedFile));
    }

    private static void FlipBit(string path, long offset, int bit = 4)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite);
        file.Seek(offset, SeekOrigin.Begin);
        int value = file.ReadByte();
        file.Seek(offset, SeekOrigin.Begin);
        file.WriteByte((byte)(value ^ (1 << bit)));
    }
}
