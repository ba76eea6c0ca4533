using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Memory;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Labeling;

/// <summary>labels.json, with every label kernel.</summary>
public sealed unsafe class LabelVectorTests
{
    private const int LabelBytes = 32;

    public static TheoryData<string, string, int> Of(string part)
    {
        TheoryData<string, string, int> data = [];
        JsonArray entries = VectorFiles.Read("labels.json")[part]!.AsArray();
        foreach (string kernel in LabelKernels.OfOne.Available)
        {
            for (int i = 0; i < entries.Count; i++)
            {
                data.Add(kernel, $"{entries[i]!["sector_size"]}/{entries[i]!["proof"]}/{entries[i]!["api_version"]}", i);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Of), "sectors")]
    public void Whole_layers_equal_the_reference(string kernel, string sector, int index)
    {
        Assert.NotEmpty(sector);
        JsonNode entry = Entry("sectors", index);
        PorepParameters porep = Porep(entry, layers: 2);
        Assert.SkipUnless(
            VectorFiles.LongTests || porep.SectorSize.Bytes < 1L << 24,
            "takes more than a minute in all; set SEALER_RECOVER_LONG_TESTS=1");
        using NativeBuffer first = new(porep.SectorSize.Bytes);
        using NativeBuffer second = new(porep.SectorSize.Bytes);
        NativeBuffer? previous = null;
        foreach ((JsonNode? layer, NativeBuffer current) in entry["layers"]!.AsArray().Zip([first, second]))
        {
            LabelNodes(kernel, porep, ReplicaIdOf(entry), layer!["layer"]!.GetValue<int>(), porep.Nodes, current, previous);
            foreach (JsonNode? known in layer["labels"]!.AsArray())
            {
                long node = known![0]!.GetValue<long>();
                Assert.Equal(
                    (node, known[1]!.GetValue<string>()), (node, new Bytes32(current.Slice(node * LabelBytes, LabelBytes)).ToString()));
            }

            Assert.Equal(layer["file_sha256"]!.GetValue<string>(), Sha256(current, porep.SectorSize.Bytes));
            previous = current;
        }
    }

    [Theory]
    [MemberData(nameof(Of), "prefix")]
    public void The_first_layers_beginning_of_production_sectors_equals_the_reference(string kernel, string sector, int index)
    {
        Assert.NotEmpty(sector);
        JsonNode entry = Entry("prefix", index);
        long nodes = entry["node_count"]!.GetValue<long>();
        using NativeBuffer labels = new(nodes * LabelBytes);
        LabelNodes(kernel, Porep(entry, layers: 11), ReplicaIdOf(entry), 1, nodes, labels, previous: null);
        Assert.Equal(entry["sha256"]!.GetValue<string>(), Sha256(labels, nodes * LabelBytes));
    }

    [Theory]
    [MemberData(nameof(Of), "isolated")]
    public void Single_labels_deep_inside_production_sectors_equal_the_reference(string kernel, string sector, int index)
    {
        Assert.NotEmpty(sector);
        JsonNode entry = Entry("isolated", index);
        PorepParameters porep = Porep(entry, layers: 11);
        StackedGraph graph = new(porep);
        foreach (JsonNode? known in entry["cases"]!.AsArray())
        {
            int layer = known!["layer"]!.GetValue<int>();
            long node = known["node"]!.GetValue<long>();
            string label = known["label"]!.GetValue<string>();
            Assert.Equal(label, IsolatedLabel(kernel, graph, ReplicaIdOf(entry), layer, node, prepared: false).ToString());
            Assert.Equal(label, IsolatedLabel(kernel, graph, ReplicaIdOf(entry), layer, node, prepared: true).ToString());
            Assert.Equal(label, IsolatedLabel(kernel, graph, ReplicaIdOf(entry), layer, node, prepared: true, made: node).ToString());
        }
    }

    [Fact]
    public void An_unknown_kernel_is_refused_by_name() =>
        Assert.Contains("plain", Assert.Throws<ArgumentException>(() => LabelKernels.OfOne.Create("nonsense")).Message, StringComparison.Ordinal);

    /// <summary>
    /// A layer of 64 GiB does not fit a test, but one label only sees its own node and 14 others: they stand side by side, the layers' starting
    /// addresses and the parents' numbers are shifted so that they meet.
    /// </summary>
    private static Bytes32 IsolatedLabel(string kernel, StackedGraph graph, Bytes32 replicaId, int layer, long node, bool prepared, long made = 0)
    {
        Span<uint> parents = stackalloc uint[StackedGraph.Degree];
        graph.Parents((uint)node, parents);
        byte* window = stackalloc byte[(int)(2 * StackedGraph.Degree * LabelBytes)];
        uint* shifted = stackalloc uint[StackedGraph.Degree];
        long firstBase = Math.Max(0, node - StackedGraph.BaseDegree);
        byte* current = window - (firstBase * LabelBytes);
        byte* expanders = window + (StackedGraph.Degree * LabelBytes);
        for (int k = 0; k < StackedGraph.Degree; k++)
        {
            bool isBase = k < StackedGraph.BaseDegree;
            Bytes32 label = ParentLabel(isBase ? "base" : "exp", parents[k]);

            // The nodes just before 6 have fewer places than base parents; then parents repeat, and equal ones share their place.
            shifted[k] = !isBase ? (uint)(k - StackedGraph.BaseDegree) : node < StackedGraph.BaseDegree ? parents[k] : (uint)(firstBase + k);
            byte* place = (isBase ? current : expanders) + ((long)shifted[k] * LabelBytes);
            label.CopyTo(new Span<byte>(place, LabelBytes));
        }

        byte* previous = layer == 1 ? null : expanders;
        LabelRun run = new([replicaId], layer, current, previous) { FirstNode = node, Count = 1 };
        LabelKernel labels = LabelKernels.OfOne.Create(kernel);
        if (prepared)
        {
            LabelSlot slot;
            LabelSlot.SetParents(&slot, shifted, current, made, previous);
            labels.Prepare(run, &slot);
            labels.LabelPrepared(run, &slot);
        }
        else
        {
            labels.Label(run, shifted);
        }

        return new Bytes32(new ReadOnlySpan<byte>(current + (node * LabelBytes), LabelBytes));
    }

    private static Bytes32 ParentLabel(string kind, uint node)
    {
        byte[] seed = [.. System.Text.Encoding.ASCII.GetBytes(kind), .. new byte[8]];
        BinaryPrimitives.WriteUInt64LittleEndian(seed.AsSpan(kind.Length), node);
        return new Bytes32(SHA256.HashData(seed)).ClearTopTwoBits();
    }

    private static void LabelNodes(
        string kernel, PorepParameters porep, Bytes32 replicaId, int layer, long nodes, NativeBuffer current, NativeBuffer? previous)
    {
        const int block = 4096;
        StackedGraph graph = new(porep);
        LabelKernel labels = LabelKernels.OfOne.Create(kernel);
        uint[] parents = new uint[block * StackedGraph.Degree];
        for (long first = 0; first < nodes; first += block)
        {
            int count = (int)Math.Min(block, nodes - first);
            graph.ParentsOfRange(first, parents.AsSpan(0, count * StackedGraph.Degree));
            fixed (uint* start = parents)
            {
                labels.Label(
                    new LabelRun([replicaId], layer, current.Pointer, previous is null ? null : previous.Pointer) { FirstNode = first, Count = count }, start);
            }
        }
    }

    private static JsonNode Entry(string part, int index) => VectorFiles.Read("labels.json")[part]![index]!;

    private static Bytes32 ReplicaIdOf(JsonNode entry) => Bytes32.FromHex(entry["replica_id"]!.GetValue<string>());

    private static PorepParameters Porep(JsonNode entry, int layers) => new(
        new SectorSize(entry["sector_size"]!.GetValue<long>()),
        layers,
        Enum.Parse<ApiVersion>(entry["api_version"]!.GetValue<string>()),
        new PorepId(Bytes32.FromHex(entry["porep_id"]!.GetValue<string>())));

    private static string Sha256(NativeBuffer buffer, long length)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        const int step = 1 << 20;
        for (long offset = 0; offset < length; offset += step)
        {
            hash.AppendData(buffer.Slice(offset, (int)Math.Min(step, length - offset)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
