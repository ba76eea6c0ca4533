using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Labeling.Ring;
using Filecoin.Sealing.Memory;
using Xunit;

namespace Filecoin.Sealing.Tests.Labeling.Ring;

/// <summary>Labels made by several threads are those that one thread makes with the plain kernel.</summary>
public sealed unsafe class LookAheadLabelerTests
{
    private const int LabelBytes = 32;

    private static readonly Bytes32 ReplicaId = Bytes32.FromHex(string.Concat(Enumerable.Repeat("c5", 32)));
    private static readonly PorepParameters Small = SealProofs.Get(RegisteredSealProof.StackedDrg2KiBV1_1).Porep;
    private static readonly PorepParameters SmallLegacy = SealProofs.Get(RegisteredSealProof.StackedDrg2KiBV1).Porep;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool, int, int> KernelsAndRings()
    {
        TheoryData<string, bool, int, int> data = [];
        foreach (string kernel in LabelKernels.OfOne.Available)
        {
            foreach (bool legacy in new[] { false, true })
            {
                foreach ((int batches, int batchNodes) in new[] { (1, 1), (1, 64), (2, 7), (3, 5), (4, 16), (32, 128) })
                {
                    data.Add(kernel, legacy, batches, batchNodes);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(KernelsAndRings))]
    public void Any_ring_blocks_of_any_size_and_any_number_of_threads_give_the_plain_labels(
        string kernel, bool legacy, int batches, int batchNodes)
    {
        PorepParameters porep = legacy ? SmallLegacy : Small;
        using NativeBuffer first = Plain(porep, 1, null), second = Plain(porep, 2, first);
        foreach ((int threads, int blockNodes) in new[] { (1, 5), (2, 9), (3, 64) })
        {
            GraphParents parents = new(porep, blockNodes);
            using LabelRing ring = new(batches, batchNodes);
            LookAheadLabeler labeler = new(LabelKernels.OfOne.Create(kernel), ring, Threads(threads));
            using NativeBuffer made1 = new(first.Length), made2 = new(first.Length);
            Label(labeler, parents, 1, 0, made1, null);
            Label(labeler, parents, 2, 0, made2, made1);
            Assert.Equal(first.Span, made1.Span);
            Assert.Equal(second.Span, made2.Span);
            Assert.Equal(0, parents.Open);
        }
    }

    [Theory]
    [InlineData(RegisteredSealProof.StackedDrg8MiBV1)]
    [InlineData(RegisteredSealProof.StackedDrg8MiBV1_1)]
    public void A_ring_that_is_used_many_times_over_gives_the_labels_of_one_thread(RegisteredSealProof proof)
    {
        PorepParameters porep = SealProofs.Get(proof).Porep;
        GraphParents parents = new(porep, 10_000);
        using NativeBuffer first = OneThread(parents, porep, 1, null), second = OneThread(parents, porep, 2, first);
        foreach (int threads in new[] { 1, 2 })
        {
            using LabelRing ring = new();
            LookAheadLabeler labeler = new(LabelKernels.OfOne.Create(), ring, Threads(threads));
            using NativeBuffer made1 = new(first.Length), made2 = new(first.Length);
            Label(labeler, parents, 1, 0, made1, null);
            Label(labeler, parents, 2, 0, made2, made1);
            Assert.True(first.Span.SequenceEqual(made1.Span));
            Assert.True(second.Span.SequenceEqual(made2.Span));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(63)]
    public void A_run_may_begin_in_the_middle_of_a_layer(int firstNode)
    {
        using NativeBuffer first = Plain(Small, 1, null), second = Plain(Small, 2, first), made = new(first.Length);
        second.Slice(0, firstNode * LabelBytes).CopyTo(made.Span);
        using LabelRing ring = new(2, 8);

        Label(new LookAheadLabeler(LabelKernels.OfOne.Create(), ring, LabelCores.Anywhere), new GraphParents(Small, 10), 2, firstNode, made, first);

        Assert.Equal(second.Span, made.Span);
    }

    [Fact]
    public void Labels_made_are_told_as_they_are_made()
    {
        using NativeBuffer made = new(Small.SectorSize.Bytes);
        using LabelRing ring = new(2, 24);
        List<long> told = [];
        LabelRun run = new([ReplicaId], 1, made.Pointer, null) { FirstNode = 0, Count = Small.Nodes };

        new LookAheadLabeler(LabelKernels.OfOne.Create(), ring, LabelCores.Anywhere)
            .Label(run, () => new GraphParents(Small, 10).OpenAt(0), told.Add, Cancellation);

        Assert.Equal([24, 24, 16], told);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Cancelling_stops_every_thread_before_the_call_ends(int threads)
    {
        GraphParents parents = new(Small, 4);
        using NativeBuffer made = new(Small.SectorSize.Bytes);
        using LabelRing ring = new(2, 4);
        using CancellationTokenSource source = new();
        LabelRun run = new([ReplicaId], 1, made.Pointer, null) { FirstNode = 0, Count = Small.Nodes };
        long done = 0;

        Assert.ThrowsAny<OperationCanceledException>(() => new LookAheadLabeler(LabelKernels.OfOne.Create(), ring, Threads(threads)).Label(
            run,
            () => parents.OpenAt(0),
            count =>
            {
                done += count;
                if (done >= 20)
                {
                    source.Cancel();
                }
            },
            source.Token));

        Assert.Equal(20, done);
        Assert.Equal(0, parents.Open);
    }

    [Fact]
    public void A_wait_for_parents_that_do_not_come_can_be_cancelled()
    {
        using NativeBuffer made = new(Small.SectorSize.Bytes);
        using LabelRing ring = new(2, 4);
        using CancellationTokenSource source = new();
        using ManualResetEventSlim waiting = new();
        LabelRun run = new([ReplicaId], 1, made.Pointer, null) { FirstNode = 0, Count = Small.Nodes };
        using CancellationTokenRegistration release = source.Token.Register(waiting.Set);
        source.CancelAfter(TimeSpan.FromMilliseconds(20));

        Assert.ThrowsAny<OperationCanceledException>(() => new LookAheadLabeler(LabelKernels.OfOne.Create(), ring, LabelCores.Anywhere).Label(
            run,
            () =>
            {
                waiting.Wait(Cancellation);
                return new GraphParents(Small, 4).OpenAt(0);
            },
            _ => { },
            source.Token));
    }

    [Theory]
    [InlineData(1, 0, null)]
    [InlineData(1, 63, null)]
    [InlineData(2, 30, null)]
    [InlineData(2, 30, 0)]
    [InlineData(2, 30, 1)]
    public void A_failure_to_read_parents_reaches_the_caller_as_it_is(int threads, int failAt, int? failingReader)
    {
        GraphParents parents = new(Small, 4) { FailAt = failAt, FailingReader = failingReader };
        using NativeBuffer made = new(Small.SectorSize.Bytes);
        using LabelRing ring = new(2, 4);

        OperatorException failure = Assert.Throws<OperatorException>(
            () => Label(new LookAheadLabeler(LabelKernels.OfOne.Create(), ring, Threads(threads)), parents, 1, 0, made, null));

        Assert.Equal("the disk is gone", failure.Message);
        Assert.Equal(0, parents.Open);
    }

    [Fact]
    public void A_failure_of_the_one_who_is_told_stops_the_look_ahead_too()
    {
        GraphParents parents = new(Small, 4);
        using NativeBuffer made = new(Small.SectorSize.Bytes);
        using LabelRing ring = new(2, 4);
        LabelRun run = new([ReplicaId], 1, made.Pointer, null) { FirstNode = 0, Count = Small.Nodes };

        Assert.Throws<FormatException>(() => new LookAheadLabeler(LabelKernels.OfOne.Create(), ring, LabelCores.Anywhere).Label(
            run, () => parents.OpenAt(0), _ => throw new FormatException(), Cancellation));

        Assert.Equal(0, parents.Open);
    }

    [Fact]
    public void Parents_that_end_too_early_are_an_error_not_a_wait_for_ever()
    {
        GraphParents parents = new(Small, 4) { EndAt = 40 };
        using NativeBuffer made = new(Small.SectorSize.Bytes);
        using LabelRing ring = new(2, 4);

        Assert.Throws<InvalidOperationException>(
            () => Label(new LookAheadLabeler(LabelKernels.OfOne.Create(), ring, LabelCores.Anywhere), parents, 1, 0, made, null));
    }

    private static LabelCores Threads(int lookAhead) => new(null, [.. Enumerable.Repeat(LabelCores.AnyCpu, lookAhead)]);

    private static void Label(
        LookAheadLabeler labeler, GraphParents parents, int layer, long firstNode, NativeBuffer made, NativeBuffer? previous)
    {
        LabelRun run = new([ReplicaId], layer, made.Pointer, previous is null ? null : previous.Pointer)
        {
            FirstNode = firstNode,
            Count = (made.Length / LabelBytes) - firstNode,
        };
        labeler.Label(run, () => parents.OpenAt(firstNode), _ => { }, Cancellation);
    }

    private static NativeBuffer Plain(PorepParameters porep, int layer, NativeBuffer? previous) =>
        OneThread(new GraphParents(porep, 1), porep, layer, previous, "plain");

    private static NativeBuffer OneThread(
        GraphParents parents, PorepParameters porep, int layer, NativeBuffer? previous, string? kernel = null)
    {
        NativeBuffer labels = new(porep.SectorSize.Bytes);
        fixed (uint* all = parents.All)
        {
            LabelKernels.OfOne.Create(kernel).Label(
                new LabelRun([ReplicaId], layer, labels.Pointer, previous is null ? null : previous.Pointer) { FirstNode = 0, Count = porep.Nodes }, all);
        }

        return labels;
    }
}
