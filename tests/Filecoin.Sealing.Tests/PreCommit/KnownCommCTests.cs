using System.Collections.Concurrent;
using Filecoin.Cryptography;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Steps;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.PreCommit;

/// <summary>Where comm_c is known, a sector is made again from its last layer alone, with the same files.</summary>
public sealed class KnownCommCTests
{
    [Theory]
    [InlineData("2KiB-v1-cc")]
    [InlineData("2KiB-v1_1-pieces")]
    [InlineData("4KiB-v1_1_0-pieces")]
    [InlineData("L11-16KiB-v1_1_0-pieces")]
    [InlineData("L11-32KiB-v1_1_0-cc")]
    [InlineData("8MiB-v1_1-pieces")]
    public void The_files_are_those_of_sealing_it_in_full(string id)
    {
        SealCase known = SealCase.Get(id);
        using Workplace place = new();
        ConcurrentBag<int> layersThere = [];
        Progress counting = new(progress =>
        {
            if (progress.Phase == SealPhase.Label)
            {
                layersThere.Add(Directory.GetFiles(place.CacheFolder, "*layer-*.dat").Length);
            }
        });

        SealedCommitments made = Seal(place, Job(place, known), counting);

        Assert.Equal(known.Text("comm_r"), made.CommR.Value.ToString());
        Assert.Equal(known.FilesKept.Order(), Directory.GetFiles(place.CacheFolder).Select(Path.GetFileName).Order());
        CompareFiles(known, place);
        Assert.NotEmpty(layersThere);
        Assert.True(layersThere.Max() <= 2, "more than the layer before and the one that was needed for it");
    }

    [Theory]
    [InlineData("L11-16KiB-v1_1_0-cc")]
    [InlineData("L11-16KiB-v1_1_0-pieces")]
    public void Stopped_anywhere_it_goes_on_with_the_layer_that_is_kept(string id)
    {
        SealCase known = SealCase.Get(id);
        for (int stopIn = 2; stopIn <= known.Layers; stopIn += 3)
        {
            using Workplace place = new();
            using CancellationTokenSource source = new();
            SealJob job = Job(place, known);
            Progress stop = new(progress =>
            {
                if (progress.Phase == SealPhase.Label && progress.Step == stopIn)
                {
                    source.Cancel();
                }
            });
            Assert.ThrowsAny<OperationCanceledException>(() => Label(job, place, stop, source.Token));

            List<int> labelled = [];
            Seal(place, job, new Progress(progress => AddLayer(progress, labelled)));

            Assert.True(labelled.Min() >= stopIn - 1, $"went back to layer {labelled.Min()} when stopped in {stopIn}");
            CompareFiles(known, place);
        }
    }

    [Fact]
    public void If_the_layer_that_is_kept_is_damaged_labelling_starts_over()
    {
        SealCase known = SealCase.Get("L11-16KiB-v1_1_0-cc");
        using Workplace place = new();
        using CancellationTokenSource source = new();
        SealJob job = Job(place, known);
        Progress stop = new(progress =>
        {
            if (progress is { Phase: SealPhase.Label, Step: 6 })
            {
                source.Cancel();
            }
        });
        Assert.ThrowsAny<OperationCanceledException>(() => Label(job, place, stop, source.Token));
        string kept = Directory.GetFiles(place.CacheFolder, "*layer-*.dat").Max()!;
        byte[] content = File.ReadAllBytes(kept);
        content[777] ^= 4;
        File.WriteAllBytes(kept, content);

        List<int> labelled = [];
        Seal(place, job, new Progress(progress => AddLayer(progress, labelled)));

        Assert.Equal(Enumerable.Range(1, 11), labelled.Distinct());
        CompareFiles(known, place);
    }

    [Fact]
    public void Together_with_a_sector_that_is_sealed_in_full_each_gets_what_it_needs()
    {
        SealCase known = SealCase.Get("L11-16KiB-v1_1_0-cc");
        using Workplace one = new();
        using Workplace other = new();
        SealJob[] jobs = [Job(one, known), other.Job(known, keepAll: false)];
        using ParentCache parents = Workplace.OpenParents(jobs[0].Inputs, TestContext.Current.CancellationToken);

        PreCommit1.RunBatch(jobs, [one.Log, other.Log], parents, [null, null], TestContext.Current.CancellationToken);

        Assert.Single(Directory.GetFiles(one.CacheFolder, "*layer-*.dat"));
        Assert.Equal(11, Directory.GetFiles(other.CacheFolder, "*layer-*.dat").Length);
        foreach ((Workplace place, SealJob job) in new[] { (one, jobs[0]), (other, jobs[1]) })
        {
            PreCommit2.Run(job, place.Log, 2, null, TestContext.Current.CancellationToken);
            CompareFiles(known, place);
        }
    }

    [Fact]
    public void With_a_wrong_comm_c_the_CommR_is_another()
    {
        SealCase known = SealCase.Get("2KiB-v1_1-cc");
        using Workplace place = new();

        SealedCommitments made = Seal(place, Job(place, known) with { KnownCommC = default(Bytes32) }, null);

        Assert.NotEqual(known.Text("comm_r"), made.CommR.Value.ToString());
        Assert.Equal(known.Text("comm_r_last"), made.CommRLast.ToString());
    }

    private static SealJob Job(Workplace place, SealCase known) =>
        place.Job(known, keepAll: false) with { KnownCommC = Bytes32.FromHex(known.Text("comm_c")) };

    private static void Label(SealJob job, Workplace place, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        using ParentCache parents = Workplace.OpenParents(job.Inputs, cancellation);
        PreCommit1.Run(job, parents, place.Log, progress, cancellation);
    }

    private static SealedCommitments Seal(Workplace place, SealJob job, IProgress<SealProgress>? progress)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Label(job, place, progress, cancellation);
        return PreCommit2.Run(job, place.Log, 2, progress, cancellation);
    }

    private static void AddLayer(SealProgress progress, List<int> layers)
    {
        if (progress.Phase == SealPhase.Label)
        {
            layers.Add(progress.Step);
        }
    }

    private static void CompareFiles(SealCase known, Workplace place)
    {
        foreach ((string name, long _, string sha256) in known.Files.Where(file => known.FilesKept.Contains(file.Name)))
        {
            Assert.Equal((name, sha256), (name, VectorFiles.Sha256OfFile(Path.Combine(place.CacheFolder, name))));
        }

        Assert.Equal(known.SealedSha256, VectorFiles.Sha256OfFile(place.SealedFile));
    }
}
