using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Memory;
using Xunit;

namespace Filecoin.Sealing.Tests.Labeling;

/// <summary>Every kernel against the plain one of one lane, on random sectors and random graphs.</summary>
public sealed unsafe class LabelKernelTests
{
    private const int LabelBytes = 32;
    private const int Nodes = 40;

    public static TheoryData<string> Kernels => [.. LabelKernels.OfBatch.Available];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Two_layers_equal_those_of_every_sector_by_itself(string name)
    {
        LabelKernel kernel = LabelKernels.OfBatch.Create(name);
        Bytes32[] replicaIds = ReplicaIds(kernel.Lanes, seed: 1);
        using Layers layers = new(kernel, Nodes);
        uint[] parents = RandomParents(Nodes, seed: 2);

        layers.Label(replicaIds, 1, 0, Nodes, parents);
        layers.Label(replicaIds, 2, 0, Nodes, parents);

        AssertEqualsPlain(layers, replicaIds, parents, 1, 2);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_layer_in_several_runs_is_the_same_whatever_their_lengths(string name)
    {
        LabelKernel kernel = LabelKernels.OfBatch.Create(name);
        Bytes32[] replicaIds = ReplicaIds(kernel.Lanes, seed: 3);
        uint[] parents = RandomParents(Nodes, seed: 4);
        foreach (int length in (int[])[1, 2, 3, 4, 5, 7, 8, 9, 16, 39, 40])
        {
            using Layers layers = new(kernel, Nodes);
            foreach (int layer in (int[])[1, 2])
            {
                for (int first = 0; first < Nodes; first += length)
                {
                    layers.Label(replicaIds, layer, first, Math.Min(length, Nodes - first), parents[(first * LabelMessage.Degree)..]);
                }
            }

            AssertEqualsPlain(layers, replicaIds, parents, 1, 2);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Idle_lanes_change_nothing(string name)
    {
        LabelKernel kernel = LabelKernels.OfBatch.Create(name);
        uint[] parents = RandomParents(Nodes, seed: 5);
        for (int sectors = 1; sectors <= kernel.Lanes; sectors++)
        {
            Bytes32[] replicaIds = ReplicaIds(sectors, seed: 6);
            using Layers layers = new(kernel, Nodes);
            layers.Label(replicaIds, 1, 0, Nodes, parents);
            layers.Label(replicaIds, 2, 0, Nodes, parents);
            AssertEqualsPlain(layers, replicaIds, parents, 1, 2);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void High_layers_and_nodes_past_32_bits_are_in_the_message(string name)
    {
        // No sector has that many nodes today, yet the message has room for them. All parents are 0xffffffff; the layer's start is shifted so
        // that label and parent meet in a small window.
        const long parent = 0xffff_ffff, node = 0x1_0000_0002;
        LabelKernel kernel = LabelKernels.OfBatch.Create(name);
        Bytes32[] replicaIds = ReplicaIds(kernel.Lanes, seed: 7);
        using NativeBuffer window = Random(4L * kernel.Layout.NodeBytes, seed: 8);
        byte* layer = window.Pointer - (parent * kernel.Layout.NodeBytes);
        uint* parents = stackalloc uint[LabelMessage.Degree];
        new Span<uint>(parents, LabelMessage.Degree).Fill(0xffff_ffff);

        kernel.Label(new LabelRun(replicaIds, 11, layer, layer) { FirstNode = node, Count = 1 }, parents);

        for (int sector = 0; sector < kernel.Lanes; sector++)
        {
            Assert.Equal(
                Message(replicaIds[sector], 11, node, Label(kernel, layer, parent, sector)), Label(kernel, layer, node, sector));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void What_is_inserted_is_what_is_extracted(string name)
    {
        LabelKernel kernel = LabelKernels.OfBatch.Create(name);
        using NativeBuffer layer = new(Nodes * (long)kernel.Layout.NodeBytes);
        for (int sector = 0; sector < kernel.Lanes; sector++)
        {
            kernel.Layout.Insert(RandomBytes(5 * LabelBytes, sector), layer.Pointer, 3, 5, sector);
        }

        byte[] all = new byte[kernel.Lanes * 5 * LabelBytes];
        kernel.Layout.Extract(layer.Pointer, 3, 5, all);

        for (int sector = 0; sector < kernel.Lanes; sector++)
        {
            Assert.Equal(RandomBytes(5 * LabelBytes, sector), all[(sector * 5 * LabelBytes)..((sector + 1) * 5 * LabelBytes)]);
        }

        Assert.False(layer.Slice(0, 3 * kernel.Layout.NodeBytes).ContainsAnyExcept((byte)0));
        Assert.False(layer.Slice(8 * kernel.Layout.NodeBytes, (Nodes - 8) * kernel.Layout.NodeBytes).ContainsAnyExcept((byte)0));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Nothing_beside_the_labels_is_written(string name)
    {
        LabelKernel kernel = LabelKernels.OfBatch.Create(name);
        const int count = 3, first = 20;
        using NativeBuffer current = Random(Nodes * (long)kernel.Layout.NodeBytes, seed: 10);
        using NativeBuffer previous = Random(Nodes * (long)kernel.Layout.NodeBytes, seed: 11);
        byte[] before = current.Span.ToArray(), previousBefore = previous.Span.ToArray();
        fixed (uint* parents = RandomParents(Nodes, seed: 12))
        {
            LabelRun run = new(ReplicaIds(kernel.Lanes, 13), 2, current.Pointer, previous.Pointer) { FirstNode = first, Count = count };
            kernel.Label(run, parents + (first * LabelMessage.Degree));
        }

        int start = first * kernel.Layout.NodeBytes, end = (first + count) * kernel.Layout.NodeBytes;
        Assert.Equal(before[..start], current.Span[..start].ToArray());
        Assert.Equal(before[end..], current.Span[end..].ToArray());
        Assert.Equal(previousBefore, previous.Span.ToArray());
    }

    [Fact]
    public void Too_many_sectors_or_none_are_refused()
    {
        LabelKernel kernel = LabelKernels.OfBatch.Create("plain-2");
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel.Label(new LabelRun([], 1, null, null) { FirstNode = 0, Count = 1 }, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel.Label(new LabelRun(ReplicaIds(3, 1), 1, null, null) { FirstNode = 0, Count = 1 }, null));
    }

    [Fact]
    public void A_kernel_of_several_lanes_does_not_look_ahead()
    {
        LabelKernel kernel = LabelKernels.OfBatch.Create("plain-2");
        Assert.Throws<NotSupportedException>(
            () => kernel.LabelPrepared(new LabelRun(ReplicaIds(2, 1), 1, null, null) { FirstNode = 1, Count = 1 }, null));
    }

    [Fact]
    public void An_unknown_kernel_is_refused_by_name() =>
        Assert.Contains("plain-2", Assert.Throws<ArgumentException>(() => LabelKernels.OfBatch.Create("nonsense")).Message, StringComparison.Ordinal);

    private static byte[] Message(Bytes32 replicaId, int layer, long node, ReadOnlySpan<byte> parent)
    {
        byte[] message = new byte[LabelMessage.PaddedBytes];
        LabelMessage.SetLayer(message, replicaId.Span, layer);
        LabelMessage.SetNode(message, node);
        parent.CopyTo(message.AsSpan(LabelMessage.PrefixBytes));
        LabelMessage.RepeatParents(message, 1);
        byte[] label = SHA256.HashData(message.AsSpan(0, LabelMessage.Bytes));
        label[^1] &= 0x3f;
        return label;
    }

    private static byte[] Label(LabelKernel kernel, byte* layer, long node, int sector)
    {
        byte[] all = new byte[kernel.Lanes * LabelBytes];
        kernel.Layout.Extract(layer, node, 1, all);
        return all[(sector * LabelBytes)..((sector + 1) * LabelBytes)];
    }

    private static void AssertEqualsPlain(Layers layers, Bytes32[] replicaIds, uint[] parents, params int[] layerNumbers)
    {
        LabelKernel plain = LabelKernels.OfOne.Create("plain");
        for (int sector = 0; sector < replicaIds.Length; sector++)
        {
            byte[] previous = [];
            foreach (int layer in layerNumbers)
            {
                byte[] current = new byte[Nodes * LabelBytes];
                fixed (byte* to = current, from = previous)
                fixed (uint* start = parents)
                {
                    plain.Label(new LabelRun([replicaIds[sector]], layer, to, layer == 1 ? null : from) { FirstNode = 0, Count = Nodes }, start);
                }

                Assert.Equal(Convert.ToHexString(current), Convert.ToHexString(layers.Of(sector, layer)));
                previous = current;
            }
        }
    }

    /// <summary>The predecessor first, other base parents anywhere before, expander parents anywhere.</summary>
    private static uint[] RandomParents(int nodes, int seed)
    {
        Random random = new(seed);
        uint[] parents = new uint[nodes * LabelMessage.Degree];
        for (int node = 1; node < nodes; node++)
        {
            for (int k = 0; k < LabelMessage.Degree; k++)
            {
                parents[(node * LabelMessage.Degree) + k] =
                    (uint)(k == 0 ? node - 1 : random.Next(k < LabelMessage.BaseDegree ? node : nodes));
            }
        }

        return parents;
    }

    private static Bytes32[] ReplicaIds(int count, int seed) =>
        [.. Enumerable.Range(0, count).Select(i => new Bytes32(RandomBytes(LabelBytes, (seed * 1000) + i)))];

    private static byte[] RandomBytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static NativeBuffer Random(long length, int seed)
    {
        NativeBuffer buffer = new(length);
        RandomBytes((int)length, seed).CopyTo(buffer.Span);
        return buffer;
    }

    /// <summary>Two layers of a kernel's sectors.</summary>
    private sealed class Layers(LabelKernel kernel, int nodes) : IDisposable
    {
        private readonly NativeBuffer _first = new(nodes * (long)kernel.Layout.NodeBytes);
        private readonly NativeBuffer _second = new(nodes * (long)kernel.Layout.NodeBytes);

        public void Label(Bytes32[] replicaIds, int layer, long first, int count, uint[] parents)
        {
            byte* current = (layer == 1 ? _first : _second).Pointer;
            byte* previous = layer == 1 ? null : _first.Pointer;
            fixed (uint* start = parents)
            {
                kernel.Label(new LabelRun(replicaIds, layer, current, previous) { FirstNode = first, Count = count }, start);
            }
        }

        public byte[] Of(int sector, int layer)
        {
            byte[] all = new byte[kernel.Lanes * nodes * LabelBytes];
            kernel.Layout.Extract((layer == 1 ? _first : _second).Pointer, 0, nodes, all);
            return all[(sector * nodes * LabelBytes)..((sector + 1) * nodes * LabelBytes)];
        }

        public void Dispose()
        {
            _first.Dispose();
            _second.Dispose();
        }
    }
}
