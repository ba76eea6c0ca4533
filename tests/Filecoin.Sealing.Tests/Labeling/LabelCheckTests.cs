using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Memory;
using Filecoin.Sealing.PreCommit;
using Xunit;

namespace Filecoin.Sealing.Tests.Labeling;

/// <summary>Which labels are made again, and that every wrong one among them is found.</summary>
public sealed class LabelCheckTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Kernels() => [.. LabelKernels.OfBatch.Available];

    [Theory]
    [InlineData(64, 64)]
    [InlineData(64, 256)]
    [InlineData(65, 64)]
    [InlineData(1024, 3)]
    [InlineData(1024, 256)]
    [InlineData(1L << 30, 4096)]
    [InlineData(1L << 31, 4096)]
    public void A_sample_has_both_ends_and_a_node_of_every_stretch(long nodes, int count)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            long[] drawn = LabelSample.Draw(nodes, count, new Random(seed));

            Assert.Equal(Math.Min(nodes, count), drawn.Length);
            Assert.Equal([0L, 1L, nodes - 1], [drawn[0], drawn[1], drawn[^1]]);
            long widest = (nodes + count - 1) / Math.Max(1, count - 3) + 1;
            for (int i = 1; i < drawn.Length; i++)
            {
                Assert.InRange(drawn[i] - drawn[i - 1], 1, 2 * widest);
            }
        }
    }

    [Fact]
    public void Two_samples_are_not_the_same_and_the_same_seed_draws_the_same()
    {
        Assert.Equal(LabelSample.Draw(1 << 20, 256, new Random(7)), LabelSample.Draw(1 << 20, 256, new Random(7)));
        Assert.NotEqual(
            LabelSample.Draw(1 << 20, 256, LabelSample.Unforeseeable()), LabelSample.Draw(1 << 20, 256, LabelSample.Unforeseeable()));
    }

    [Fact]
    public void Every_node_comes_up_sooner_or_later()
    {
        HashSet<long> seen = [];
        for (int seed = 0; seed < 200; seed++)
        {
            seen.UnionWith(LabelSample.Draw(256, 64, new Random(seed)));
        }

        Assert.Equal(256, seen.Count);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public unsafe void Any_wrong_label_is_found_where_all_are_looked_at(string name)
    {
        ReplicaInputs inputs = SealCase.Get("2KiB-v1_1-cc").Inputs;
        LabelKernel kernel = LabelKernels.OfBatch.Create(name);
        using ParentCache parents = Workplace.OpenParents(inputs, Cancellation);
        using Workplace place = new();
        SealJob job = place.Job(SealCase.Get("2KiB-v1_1-cc"), keepAll: true);
        using LabelGroup group = new(
            kernel,
            [
                .. Enumerable.Range(0, kernel.Lanes)
                    .Select(i => job with { Inputs = inputs with { Sector = inputs.Sector with { Number = (ulong)i } } })
                    .Select(sector => new LabelledSector(sector, place.Log, progress: null)),
            ]);
        LabelCheck check = new(parents, new Random(1));
        uint[] all = new uint[inputs.Porep.Nodes * StackedGraph.Degree];
        new StackedGraph(inputs.Porep).ParentsOfRange(0, all);
        Random random = new(name.Length);
        for (int layer = 1; layer <= 2; layer++)
        {
            NativeBuffer current = group.Layer(layer);
            fixed (uint* start = all)
            {
                kernel.Label(group.Run(layer), start);
            }

            LayersInMemory layers = new(kernel, group.Run(layer));
            Assert.All(check.Find(layers, Cancellation), Assert.Null);
            for (int node = 0; node < inputs.Porep.Nodes; node++)
            {
                int sector = random.Next(kernel.Lanes);
                byte[] labels = new byte[kernel.Lanes * LabelMessage.LabelBytes];
                layers.Read(node, labels);
                int at = (sector * LabelMessage.LabelBytes) + random.Next(LabelMessage.LabelBytes);
                labels[at] ^= (byte)(1 << random.Next(8));
                kernel.Layout.Insert(labels, current.Pointer, node, 1);

                WrongLabels?[] found = check.Find(layers, Cancellation);

                Assert.Equal((layer, (long)node, 1), (found[sector]!.Layer, found[sector]!.FirstNode, found[sector]!.DifferingBits));
                Assert.All(found.Where((_, i) => i != sector), Assert.Null);
                if (found[sector]!.Wrong == 1 && node > 0)
                {
                    Assert.Contains("in passing", check.CauseOf(layers, sector, found[sector]!), StringComparison.Ordinal);
                }

                Restore(kernel, layers, current, node, all);
            }
        }
    }

    private static unsafe void Restore(LabelKernel kernel, LayersInMemory layers, NativeBuffer current, int node, uint[] all)
    {
        byte[] labels = new byte[kernel.Lanes * LabelMessage.LabelBytes];
        layers.MakeAgain(node, all.AsSpan(node * StackedGraph.Degree, StackedGraph.Degree), labels);
        kernel.Layout.Insert(labels, current.Pointer, node, 1);
    }
}
