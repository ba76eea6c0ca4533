using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
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

/// <summary>labels.json with every kernel of several sectors, the known sector in each lane in turn and strangers in the others.</summary>
public sealed unsafe class LaneVectorTests
{
    private const int LabelBytes = 32;
    private const long LargestSector = 16L << 10;

    public static TheoryData<string, string, int> Of(string part)
    {
        TheoryData<string, string, int> data = [];
        JsonArray entries = VectorFiles.Read("labels.json")[part]!.AsArray();
        foreach (string kernel in LabelKernels.OfBatch.Available)
        {
            for (int i = 0; i < entries.Count; i++)
            {
                if (part != "sectors" || entries[i]!["sector_size"]!.GetValue<long>() <= LargestSector)
                {
                    data.Add(kernel, $"{entries[i]!["sector_size"]}/{entries[i]!["api_version"]}", i);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Of), "sectors")]
    public void Whole_layers_equal_the_reference(string name, string sector, int index)
    {
        Assert.NotEmpty(sector);
        LabelKernel kernel = LabelKernels.OfBatch.Create(name);
        JsonNode entry = VectorFiles.Read("labels.json")["sectors"]![index]!;
        PorepParameters porep = Porep(entry, layers: 2);
        uint[] parents = Parents(new StackedGraph(porep), (int)porep.Nodes);
        for (int lane = 0; lane < kernel.Lanes; lane++)
        {
            Bytes32[] replicaIds = WithStrangers(ReplicaIdOf(entry), lane, kernel.Lanes);
            using NativeBuffer first = new(porep.Nodes * kernel.Layout.NodeBytes);
            using NativeBuffer second = new(porep.Nodes * kernel.Layout.NodeBytes);
            fixed (uint* start = parents)
            {
                kernel.Label(new LabelRun(replicaIds, 1, first.Pointer, null) { FirstNode = 0, Count = porep.Nodes }, start);
                kernel.Label(new LabelRun(replicaIds, 2, second.Pointer, first.Pointer) { FirstNode = 0, Count = porep.Nodes }, start);
            }

            foreach ((JsonNode? layer, NativeBuffer labels) in entry["layers"]!.AsArray().Zip([first, second]))
            {
                byte[] all = new byte[kernel.Lanes * porep.SectorSize.Bytes];
                kernel.Layout.Extract(labels.Pointer, 0, (int)porep.Nodes, all);
                byte[] digest = SHA256.HashData(all.AsSpan(lane * (int)porep.SectorSize.Bytes, (int)porep.SectorSize.Bytes));
                Assert.Equal((lane, layer!["file_sha256"]!.GetValue<string>()), (lane, Convert.ToHexStringLower(digest)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Of), "isolated")]
    public void Single_labels_deep_inside_production_sectors_equal_the_reference(string name, string sector, int index)
    {
        Assert.NotEmpty(sector);
        LabelKernel kernel = LabelKernels.OfBatch.Create(name);
        JsonNode entry = VectorFiles.Read("labels.json")["isolated"]![index]!;
        StackedGraph graph = new(Porep(entry, layers: 11));
        foreach (JsonNode? known in entry["cases"]!.AsArray())
        {
            for (int lane = 0; lane < kernel.Lanes; lane++)
            {
                Bytes32[] replicaIds = WithStrangers(ReplicaIdOf(entry), lane, kernel.Lanes);
                int layer = known!["layer"]!.GetValue<int>();
                long node = known["node"]!.GetValue<long>();
                Bytes32 label = IsolatedLabel(kernel, graph, replicaIds, lane, layer, node);
                Assert.Equal((lane, known["label"]!.GetValue<string>()), (lane, label.ToString()));
            }
        }
    }

    /// <summary>
    /// A layer of 64 GiB does not fit a test, but one label only sees its own node and 14 others: they stand side by side, the layers'
    /// starting addresses and the parents' numbers are shifted so that they meet. Only the lane asked about has the known parents.
    /// </summary>
    private static Bytes32 IsolatedLabel(
        LabelKernel kernel, StackedGraph graph, Bytes32[] replicaIds, int lane, int layer, long node)
    {
        int nodeBytes = kernel.Layout.NodeBytes;
        Span<uint> parents = stackalloc uint[StackedGraph.Degree];
        graph.Parents((uint)node, parents);
        using NativeBuffer window = new(2L * StackedGraph.Degree * nodeBytes);
        new Random(lane).NextBytes(window.Span);
        uint* shifted = stackalloc uint[StackedGraph.Degree];
        long firstBase = Math.Max(0, node - StackedGraph.BaseDegree);
        byte* current = window.Pointer - (firstBase * nodeBytes);
        byte* expanders = window.Pointer + (StackedGraph.Degree * nodeBytes);
        for (int k = 0; k < StackedGraph.Degree; k++)
        {
            // The nodes just before 6 have fewer places than base parents; then parents repeat, and equal ones share their place.
            bool isBase = k < StackedGraph.BaseDegree;
            shifted[k] = !isBase ? (uint)(k - StackedGraph.BaseDegree) : node < StackedGraph.BaseDegree ? parents[k] : (uint)(firstBase + k);
            kernel.Layout.Insert(ParentLabel(isBase ? "base" : "exp", parents[k]), isBase ? current : expanders, shifted[k], 1, lane);
        }

        kernel.Label(new LabelRun(replicaIds, layer, current, layer == 1 ? null : expanders) { FirstNode = node, Count = 1 }, shifted);
        byte[] all = new byte[kernel.Lanes * LabelBytes];
        kernel.Layout.Extract(current, node, 1, all);
        return new Bytes32(all.AsSpan(lane * LabelBytes, LabelBytes));
    }

    private static byte[] ParentLabel(string kind, uint node)
    {
        byte[] seed = [.. Encoding.ASCII.GetBytes(kind), .. new byte[8]];
        BinaryPrimitives.WriteUInt64LittleEndian(seed.AsSpan(kind.Length), node);
        byte[] label = SHA256.HashData(seed);
        label[^1] &= 0x3f;
        return label;
    }

    private static uint[] Parents(StackedGraph graph, int nodes)
    {
        uint[] parents = new uint[nodes * StackedGraph.Degree];
        for (int node = 0; node < nodes; node++)
        {
            graph.Parents((uint)node, parents.AsSpan(node * StackedGraph.Degree, StackedGraph.Degree));
        }

        return parents;
    }

    private static Bytes32[] WithStrangers(Bytes32 replicaId, int lane, int lanes) =>
        [.. Enumerable.Range(0, lanes).Select(i => i == lane ? replicaId : new Bytes32(SHA256.HashData([(byte)i])))];

    private static Bytes32 ReplicaIdOf(JsonNode entry) => Bytes32.FromHex(entry["replica_id"]!.GetValue<string>());

    private static PorepParameters Porep(JsonNode entry, int layers) => new(
        new SectorSize(entry["sector_size"]!.GetValue<long>()),
        layers,
        Enum.Parse<ApiVersion>(entry["api_version"]!.GetValue<string>()),
        new PorepId(Bytes32.FromHex(entry["porep_id"]!.GetValue<string>())));
}
