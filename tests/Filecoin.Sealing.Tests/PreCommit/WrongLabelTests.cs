using System.Collections.Concurrent;
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

/// <summary>Labels that come out wrong are found before their layer counts, and made again; a machine that goes on like that is given up.</summary>
public sealed class WrongLabelTests
{
    private const string Small = "2KiB-v1_1-cc";
    private const string Deep = "L11-16KiB-v1_1_0-cc";
    private const string Large = "8MiB-v1_1-cc";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Small, 1, 0, false)]
    [InlineData(Small, 1, 1, true)]
    [InlineData(Small, 2, 37, false)]
    [InlineData(Small, 2, 37, true)]
    [InlineData(Deep, 5, 1, false)]
    [InlineData(Deep, 11, 511, true)]
    [InlineData(Large, 2, 262143, false)]
    [InlineData(Large, 1, 262143, true)]
    public void A_layer_that_comes_out_wrong_once_is_made_again(string id, int layer, long node, bool lookAhead)
    {
        SealCase known = SealCase.Get(id);
        using Workplace place = new();
        ConcurrentQueue<string> notices = [];
        SealJob job = JobOf(place, known, notices) with { LabelCores = lookAhead ? LabelCores.Anywhere : null };

        Run(job, new FaultyKernel(LabelKernels.OfOne.Create(), new LabelFault(layer, node)), place.Log);

        string notice = Assert.Single(notices);
        Assert.Contains($"layer {layer} is wrong at node {node}, bytes {node * 32} to {(node + 1) * 32} of the layer (1 bits differ)", notice, StringComparison.Ordinal);
        Assert.Contains("in passing", notice, StringComparison.Ordinal);
        Assert.EndsWith(
            layer == 1 ? "layer 1 is labelled again from the start" : $"layer {layer} is labelled again from the file of layer {layer - 1}",
            notice,
            StringComparison.Ordinal);
        AssertReference(known, place);
    }

    [Theory]
    [InlineData(Small, 2, false)]
    [InlineData(Deep, 3, true)]
    public void A_layer_that_is_wrong_twice_ends_the_sector_and_is_not_kept(string id, int layer, bool lookAhead)
    {
        SealCase known = SealCase.Get(id);
        using Workplace place = new();
        ConcurrentQueue<string> notices = [];
        SealJob job = JobOf(place, known, notices) with { LabelCores = lookAhead ? LabelCores.Anywhere : null };

        OperatorException failure = Assert.Throws<OperatorException>(
            () => Run(job, new FaultyKernel(LabelKernels.OfOne.Create(), new LabelFault(layer, known.Inputs.Porep.Nodes - 1, int.MaxValue)), place.Log));

        Assert.Equal(FailureKind.Hardware, failure.Kind);
        Assert.Contains(known.Inputs.Sector.ToString(), failure.Message, StringComparison.Ordinal);
        Assert.Contains("the kernel faulty makes a wrong label of it again", failure.Message, StringComparison.Ordinal);
        Assert.Contains(Setting.Kernel, failure.Hint.Named);
        Assert.Contains("Kernel=plain", failure.Hint.ToString(), StringComparison.Ordinal);
        Assert.Single(notices);
        Assert.Equal(Enumerable.Range(1, layer - 1).Select(k => $"layer-{k}"), place.Log.Steps.Order());
        Assert.False(File.Exists(Path.Combine(place.CacheFolder, CacheNames.Layer(layer))));

        Run(job, LabelKernels.OfOne.Create(), place.Log);
        AssertReference(known, place);
    }

    [Fact]
    public void Three_layers_that_are_wrong_once_each_end_the_sector()
    {
        using Workplace place = new();
        ConcurrentQueue<string> notices = [];
        SealJob job = JobOf(place, SealCase.Get(Deep), notices);

        OperatorException failure = Assert.Throws<OperatorException>(() => Run(
            job, new FaultyKernel(LabelKernels.OfOne.Create(), new LabelFault(2, 1), new LabelFault(4, 511), new LabelFault(7, 1)), place.Log));

        Assert.Equal(FailureKind.Hardware, failure.Kind);
        Assert.Contains("layer 7", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, notices.Count);
        Assert.Equal(6, place.Log.Steps.Count());
    }

    [Theory]
    [InlineData(Small, 1)]
    [InlineData(Deep, 4)]
    [InlineData(Large, 1)]
    public unsafe void A_bit_that_flips_in_memory_after_a_layer_was_written_does_not_get_into_the_next(string id, int layer)
    {
        SealCase known = SealCase.Get(id);
        using Workplace place = new();
        ConcurrentQueue<string> notices = [];
        SealJob job = JobOf(place, known, notices);
        int flipped = 0;
        FaultyKernel kernel = new(LabelKernels.OfOne.Create())
        {
            Beginning = (begun, previous) =>
            {
                if (begun == layer + 1 && flipped++ == 0)
                {
                    Assert.True(SpinWait.SpinUntil(() => place.Log.Steps.Contains($"layer-{layer}"), TimeSpan.FromSeconds(30)));
                    previous[1234] ^= 4;
                }
            },
        };

        Run(job, kernel, place.Log);

        Assert.Equal(2, flipped);
        string notice = Assert.Single(notices);
        Assert.StartsWith($"layer {layer} in memory is not what was recorded when it was written, in the mebibyte from byte 0 on", notice, StringComparison.Ordinal);
        Assert.EndsWith($"layer {layer + 1} is labelled again from the file of layer {layer}", notice, StringComparison.Ordinal);
        AssertReference(known, place);
    }

    [Fact]
    public unsafe void Where_the_file_of_the_layer_before_is_bad_too_that_layer_is_made_again_first()
    {
        SealCase known = SealCase.Get(Deep);
        using Workplace place = new();
        ConcurrentQueue<string> notices = [];
        SealJob job = JobOf(place, known, notices);
        ConcurrentQueue<int> begun = [];
        FaultyKernel kernel = new(LabelKernels.OfOne.Create(), new LabelFault(4, 1))
        {
            Beginning = (layer, _) =>
            {
                begun.Enqueue(layer);
                if (layer == 4 && begun.Count(seen => seen == 4) == 1)
                {
                    Assert.True(SpinWait.SpinUntil(() => place.Log.Steps.Contains("layer-3"), TimeSpan.FromSeconds(30)));
                    string path = Path.Combine(place.CacheFolder, CacheNames.Layer(3));
                    byte[] bytes = File.ReadAllBytes(path);
                    bytes[100] ^= 1;
                    File.WriteAllBytes(path, bytes);
                }
            },
        };

        Run(job, kernel, place.Log);

        Assert.Equal([1, 2, 3, 4, 3, 4, 5, 6, 7, 8, 9, 10, 11], begun);
        Assert.Single(notices);
        AssertReference(known, place);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_parent_cache_that_became_wrong_is_named_and_nothing_made_with_it_is_kept(bool lookAhead)
    {
        using TemporaryFolder folder = new();
        using Workplace place = new();
        ConcurrentQueue<string> notices = [];
        SealJob job = JobOf(place, SealCase.Get(Small), notices) with { LabelCores = lookAhead ? LabelCores.Anywhere : null };
        using ParentCache parents = new ParentCacheFolder(folder.Path).Open(job.Inputs.Porep, 1, 1 << 16, null, Cancellation);
        using (FileStream vandal = new(parents.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            // Node 0 six times instead of the base parents of node 40.
            vandal.Position = 40 * StackedGraph.Degree * sizeof(uint);
            vandal.Write(new byte[sizeof(uint) * StackedGraph.BaseDegree]);
        }

        OperatorException failure = Assert.Throws<OperatorException>(
            () => PreCommit1.Run(job, parents, place.Log, null, Cancellation));

        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(parents.Path, failure.Message, StringComparison.Ordinal);
        Assert.Contains("node 40", failure.Message, StringComparison.Ordinal);
        Assert.Empty(notices);
        Assert.Empty(place.Log.Steps);
    }

    [Fact]
    public void Nothing_is_said_where_nothing_is_wrong()
    {
        using Workplace place = new();
        ConcurrentQueue<string> notices = [];

        Run(JobOf(place, SealCase.Get(Deep), notices), LabelKernels.OfOne.Create(), place.Log);

        Assert.Empty(notices);
    }

    private static SealJob JobOf(Workplace place, SealCase known, ConcurrentQueue<string> notices) =>
        place.Job(known, keepAll: true) with { Notice = notices.Enqueue };

    private static void Run(SealJob job, LabelKernel kernel, IStepLog log)
    {
        using ParentCache parents = Workplace.OpenParents(job.Inputs, Cancellation);
        PreCommit1.Run(job, kernel, parents, log, null, null, new Random(11), Cancellation);
    }

    private static void AssertReference(SealCase known, Workplace place)
    {
        for (int layer = 1; layer <= known.Layers; layer++)
        {
            string name = CacheNames.Layer(layer);
            Assert.Equal(
                (name, known.Files.Single(file => file.Name == name).Sha256),
                (name, VectorFiles.Sha256OfFile(Path.Combine(place.CacheFolder, name))));
        }
    }
}
