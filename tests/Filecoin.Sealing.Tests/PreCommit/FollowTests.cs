using System.Collections.Concurrent;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Tests.Labeling;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.PreCommit;

/// <summary>Trees that are built while the last layer is being labelled.</summary>
public sealed class FollowTests
{
    private const string ElevenLayers = "L11-8MiB-v1_1_0-cc";
    private const string OneTree = "8MiB-v1_1-cc";
    private const string TwoTrees = "16MiB-v1_1_0-cc";

    [Theory]
    [InlineData(ElevenLayers, true, true)]
    [InlineData(OneTree, true, false)]
    [InlineData(TwoTrees, false, false)]
    [InlineData("L11-16KiB-v1_1_0-cc", false, false)]
    public void Files_are_those_of_the_reference_whoever_made_them(string id, bool keepAll, bool lookAhead)
    {
        SealCase known = SealCase.Get(id);
        using Workplace place = new();
        SealJob job = place.Job(known, keepAll) with { LabelCores = lookAhead ? LabelCores.Anywhere : null };

        LabelAndFollow(place, job, place.Log, null, TestContext.Current.CancellationToken);
        PreCommit2.Run(job, place.Log, 2, null, TestContext.Current.CancellationToken);

        CompareAll(known, place, keepAll);
    }

    [Fact]
    public void Nothing_is_left_for_the_step_that_comes_after()
    {
        using Workplace place = new();
        SealJob job = place.Job(SealCase.Get(TwoTrees), keepAll: false);
        LabelAndFollow(place, job, place.Log, null, TestContext.Current.CancellationToken);
        Assert.Equal(4, place.Log.Steps.Count(step => step.StartsWith("tree-", StringComparison.Ordinal)));

        ConcurrentQueue<SealProgress> seen = [];
        PreCommit2.Run(job, place.Log, 2, new Progress(seen.Enqueue), TestContext.Current.CancellationToken);

        Assert.Empty(seen);
    }

    [Fact]
    public void No_tree_is_recorded_before_the_last_layer_is()
    {
        using Workplace place = new();
        OrderedLog log = new(place.Log);

        LabelAndFollow(place, place.Job(SealCase.Get(TwoTrees), keepAll: false), log, null, TestContext.Current.CancellationToken);

        Assert.Equal(["layer-1", "layer-2", "tree-c-root-0", "tree-r-last-0", "tree-c-root-1", "tree-r-last-1"], log.Order);
    }

    [Fact]
    public void Trees_are_built_while_labels_are_still_being_made()
    {
        using Workplace place = new();
        SealJob job = place.Job(SealCase.Get(OneTree), keepAll: false);
        CountingCores cores = new();

        // Labelling stands still near the end of its last layer until trees have been built behind it.
        Progress wait = new(progress =>
        {
            if (progress is { Phase: SealPhase.Label, Step: 2 } && progress.Done > progress.Total * 3 / 4)
            {
                Assert.True(SpinWait.SpinUntil(() => cores.Chunks >= 5, TimeSpan.FromSeconds(30)), "no trees behind the last layer");
            }
        });
        LabelAndFollow(place, job, place.Log, wait, TestContext.Current.CancellationToken, cores, 1 << 12);

        Assert.Equal(8, cores.Chunks);
        Assert.Equal(0, cores.Inside);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Stopping_leaves_what_a_rerun_can_go_on_from(int layer)
    {
        SealCase known = SealCase.Get(OneTree);
        using Workplace place = new();
        SealJob job = place.Job(known, keepAll: false);
        using CancellationTokenSource stop = new();
        Progress stopping = new(progress =>
        {
            if (progress.Phase == SealPhase.Label && progress.Step == layer && progress.Done > progress.Total / 2)
            {
                stop.Cancel();
            }
        });
        Assert.ThrowsAny<OperationCanceledException>(() => LabelAndFollow(place, job, place.Log, stopping, stop.Token, windowNodes: 1 << 12));
        Assert.DoesNotContain(place.Log.Steps, step => step.StartsWith("tree-", StringComparison.Ordinal));

        LabelAndFollow(place, job, place.Log, null, TestContext.Current.CancellationToken);
        PreCommit2.Run(job, place.Log, 2, null, TestContext.Current.CancellationToken);
        CompareAll(known, place, keepAll: false);
    }

    [Fact]
    public void A_damaged_layer_stops_what_follows_and_is_left_for_the_next_step_to_name()
    {
        SealCase known = SealCase.Get(OneTree);
        using Workplace place = new();
        SealJob job = place.Job(known, keepAll: false);
        string damaged = Path.Combine(place.CacheFolder, CacheNames.Layer(1));
        int flipped = 0;
        Progress flip = new(progress =>
        {
            if (progress is { Phase: SealPhase.Label, Step: 2 } && Interlocked.Exchange(ref flipped, 1) == 0)
            {
                // Once it is on disk; labels need it, too, but from memory. Its last mebibyte is read when layer 2 is there.
                Assert.True(SpinWait.SpinUntil(() => place.Log.Steps.Contains("layer-1"), TimeSpan.FromSeconds(30)));
                using FileStream file = new(damaged, FileMode.Open, FileAccess.ReadWrite);
                file.Seek(7_500_000, SeekOrigin.Begin);
                int value = file.ReadByte();
                file.Seek(-1, SeekOrigin.Current);
                file.WriteByte((byte)(value ^ 1));
            }
        });

        DamagedLayerException failure = Assert.Throws<DamagedLayerException>(
            () => LabelAndFollow(place, job, place.Log, flip, TestContext.Current.CancellationToken));

        Assert.Contains("layer 1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("layer-1", place.Log.Steps);
        DamagedLayerException again = Assert.Throws<DamagedLayerException>(
            () => PreCommit2.Run(job, place.Log, 2, null, TestContext.Current.CancellationToken));
        Assert.Equal(failure.Message, again.Message);
        Assert.DoesNotContain("layer-1", place.Log.Steps);
        LabelAndFollow(place, job, place.Log, null, TestContext.Current.CancellationToken);
        PreCommit2.Run(job, place.Log, 2, null, TestContext.Current.CancellationToken);
        CompareAll(known, place, keepAll: false);
    }

    [Fact]
    public void Trees_made_behind_a_last_layer_that_is_wrong_are_never_recorded()
    {
        SealCase known = SealCase.Get(TwoTrees);
        using Workplace place = new();
        OrderedLog log = new(place.Log);
        ConcurrentQueue<string> notices = [];
        SealJob job = place.Job(known, keepAll: false) with { Notice = notices.Enqueue };
        CountingCores cores = new();

        // The first base tree is built of the wrong layer before the layer is found out.
        Progress wait = new(progress =>
        {
            if (progress is { Phase: SealPhase.Label, Step: 2 } && progress.Done > progress.Total * 15 / 16)
            {
                Assert.True(SpinWait.SpinUntil(() => cores.Chunks >= 9, TimeSpan.FromSeconds(60)), "no trees behind the last layer");
            }
        });
        FaultyKernel kernel = new(LabelKernels.OfOne.Create(), new LabelFault(2, 1));

        LabelAndFollow(place, job, log, wait, TestContext.Current.CancellationToken, cores, 1 << 12, kernel);

        Assert.Contains("layer 2 is wrong at node 1,", Assert.Single(notices), StringComparison.Ordinal);
        Assert.Equal(["layer-1", "layer-2"], log.Order);
        PreCommit2.Run(job, place.Log, 2, null, TestContext.Current.CancellationToken);
        CompareAll(known, place, keepAll: false);
    }

    [Fact]
    public void A_sector_whose_labels_are_there_is_not_followed()
    {
        using Workplace place = new();
        SealJob job = place.Job(SealCase.Get(TwoTrees), keepAll: false);
        using ParentCache parents = Workplace.OpenParents(job.Inputs, TestContext.Current.CancellationToken);
        PreCommit1.Run(job, parents, place.Log, null, TestContext.Current.CancellationToken);

        LabelAndFollow(place, job, place.Log, null, TestContext.Current.CancellationToken);

        Assert.DoesNotContain(place.Log.Steps, step => step.StartsWith("tree-", StringComparison.Ordinal));
    }

    /// <summary>As the pipeline does it; failures of labelling come first.</summary>
    private static void LabelAndFollow(
        Workplace place,
        SealJob job,
        IStepLog log,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation,
        ITreeCores? cores = null,
        int windowNodes = 1 << 16,
        LabelKernel? kernel = null)
    {
        using ParentCache parents = new ParentCacheFolder(SharedParentCaches.Folder)
            .Open(job.Inputs.Porep, Environment.ProcessorCount, windowNodes, null, TestContext.Current.CancellationToken);
        LayerWatermark lastLayer = new();
        Exception? failure = null;
        Thread follower = new(() =>
        {
            try
            {
                PreCommit2.Follow(job, lastLayer, log, cores ?? new CountingCores(), progress, cancellation);
            }
            catch (Exception caught) when (caught is OperatorException or OperationCanceledException)
            {
                failure = caught;
            }
        });
        follower.Start();
        try
        {
            PreCommit1.Run(job, kernel ?? LabelKernels.OfOne.Create(), parents, log, progress, lastLayer, null, cancellation);
        }
        finally
        {
            lastLayer.Dispose();
            Assert.True(follower.Join(TimeSpan.FromSeconds(60)), "what follows the labels does not end");
        }

        if (failure is not null)
        {
            throw failure;
        }
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

    private sealed class CountingCores : ITreeCores
    {
        private int _chunks;
        private int _inside;

        public int Chunks => Volatile.Read(ref _chunks);

        public int Inside => Volatile.Read(ref _inside);

        public int Most => 3;

        public void Enter(CancellationToken cancellation) => Interlocked.Increment(ref _inside);

        public void Leave()
        {
            Interlocked.Decrement(ref _inside);
            Interlocked.Increment(ref _chunks);
        }
    }

    private sealed class OrderedLog(IStepLog log) : IStepLog
    {
        public ConcurrentQueue<string> Order { get; } = [];

        public bool TryGet(SealStep step, out FileDigest digest) => log.TryGet(step, out digest);

        public bool TryGetValue(SealStep step, out Bytes32 value) => log.TryGetValue(step, out value);

        public void Record(SealStep step, FileDigest digest)
        {
            Order.Enqueue(step.ToString());
            log.Record(step, digest);
        }

        public void RecordValue(SealStep step, Bytes32 value)
        {
            Order.Enqueue(step.ToString());
            log.RecordValue(step, value);
        }

        public void Forget(SealStep step) => log.Forget(step);
    }
}
