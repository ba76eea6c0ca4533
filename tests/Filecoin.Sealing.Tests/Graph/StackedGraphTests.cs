using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Graph;

public class StackedGraphTests
{
    private static readonly JsonArray Graphs = VectorFiles.Read("graph.json")["graphs"]!.AsArray();

    public static TheoryData<int, string> AllGraphs
    {
        get
        {
            TheoryData<int, string> data = [];
            foreach (string kernel in ParentKernel.Available)
            {
                for (int i = 0; i < Graphs.Count; i++)
                {
                    data.Add(i, kernel);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(AllGraphs))]
    public void Seeds_and_parents_are_those_of_the_reference(int index, string kernel)
    {
        JsonNode vector = Graphs[index]!;
        StackedGraph graph = new(GraphVectors.Porep(vector), kernel);

        Assert.Equal((long)vector["nodes"]!, graph.Nodes);
        Assert.Equal((string)vector["drg_seed"]!, Convert.ToHexStringLower(graph.DrgSeed));
        Assert.Equal(
            vector["feistel_keys"]!.AsArray().Select(key => ulong.Parse((string)key!, CultureInfo.InvariantCulture)),
            graph.FeistelKeys.ToArray());
        foreach (JsonNode? row in vector["parents"]!.AsArray())
        {
            uint[] expected = [.. GraphVectors.Numbers(row!)];
            uint[] parents = new uint[StackedGraph.Degree];
            graph.Parents(expected[0], parents);
            Assert.Equal(expected[1..], parents);

            uint[] inRange = new uint[StackedGraph.Degree];
            graph.ParentsOfRange(expected[0], inRange);
            Assert.Equal(expected[1..], inRange);
        }
    }

    [Theory]
    [MemberData(nameof(AllGraphs))]
    public void The_first_nodes_have_the_digest_of_the_reference(int index, string kernel)
    {
        JsonNode vector = Graphs[index]!;
        StackedGraph graph = new(GraphVectors.Porep(vector), kernel);
        uint[] parents = new uint[(int)vector["parents_first_nodes_count"]! * StackedGraph.Degree];

        graph.ParentsOfRange(0, parents);

        byte[] digest = SHA256.HashData(MemoryMarshal.AsBytes(parents.AsSpan()));
        Assert.Equal((string)vector["parents_first_nodes_sha256"]!, Convert.ToHexStringLower(digest));
    }

    // Around sixteen nodes drawn together, batches, both ends of a graph, and nodes at which the number of buckets of distances grows
    // (13108 is the first with 17, since 5 x 13108 is the first multiple above 2^16).
    [Theory]
    [InlineData(RegisteredSealProof.StackedDrg8MiBV1_1, 0, 1)]
    [InlineData(RegisteredSealProof.StackedDrg8MiBV1_1, 0, 40)]
    [InlineData(RegisteredSealProof.StackedDrg8MiBV1, 0, 40)]
    [InlineData(RegisteredSealProof.StackedDrg8MiBV1_1, 1, 127)]
    [InlineData(RegisteredSealProof.StackedDrg8MiBV1_1, 127, 130)]
    [InlineData(RegisteredSealProof.StackedDrg8MiBV1_1, 13108 - 20, 40)]
    [InlineData(RegisteredSealProof.StackedDrg8MiBV1_1, 262144 - 300, 300)]
    [InlineData(RegisteredSealProof.StackedDrg32GiBV1, (1 << 30) - 150, 150)]
    [InlineData(RegisteredSealProof.StackedDrg64GiBV1_1, int.MaxValue - 149, 150)]
    public void A_range_equals_its_nodes_one_by_one(RegisteredSealProof proof, int first, int nodes)
    {
        StackedGraph graph = new(SealProofs.Get(proof).Porep);
        uint[] range = new uint[nodes * StackedGraph.Degree];
        uint[] single = new uint[StackedGraph.Degree];

        graph.ParentsOfRange(first, range);

        for (int i = 0; i < nodes; i++)
        {
            graph.Parents((uint)first + (uint)i, single);
            Assert.Equal(single, range.AsSpan(i * StackedGraph.Degree, StackedGraph.Degree).ToArray());
        }
    }

    [Fact]
    public void V1_has_the_predecessor_last_and_V1_1_and_later_have_it_first()
    {
        foreach (SealProofInfo proof in SealProofs.All)
        {
            StackedGraph graph = new(proof.Porep);
            uint[] parents = new uint[StackedGraph.BaseDegree];
            bool last = proof.Variant == PorepVariant.V1;

            Assert.Equal(last ? PredecessorPosition.Last : PredecessorPosition.First, graph.Rules.Predecessor);
            foreach (uint node in new uint[] { 2, 3, 17, (uint)(graph.Nodes - 1) })
            {
                graph.BaseParents(node, parents);
                Assert.Equal(node - 1, parents[last ? ^1 : 0]);
                Assert.All(parents, parent => Assert.True(parent < node));
            }
        }
    }

    // The pathology of V1: 8 x nodes is 2^33 or 2^34, cut to 32 bits, so that no parent reaches 2^29 (rust-fil-proofs test_high_parent_bits).
    [Theory]
    [InlineData(RegisteredSealProof.StackedDrg32GiBV1, true)]
    [InlineData(RegisteredSealProof.StackedDrg64GiBV1, true)]
    [InlineData(RegisteredSealProof.StackedDrg32GiBV1_1, false)]
    [InlineData(RegisteredSealProof.StackedDrg64GiBV1_1, false)]
    [InlineData(RegisteredSealProof.StackedDrg32GiBSynthetic, false)]
    [InlineData(RegisteredSealProof.StackedDrg64GiBNonInteractive, false)]
    public void Only_V1_truncates_before_the_division(RegisteredSealProof proof, bool truncates)
    {
        StackedGraph graph = new(SealProofs.Get(proof).Porep);
        uint[] parents = new uint[1000 * StackedGraph.Degree];

        graph.ParentsOfRange(graph.Nodes / 3, parents);

        Assert.Equal(truncates, graph.Rules.TruncateBeforeDivision);
        Assert.Equal(truncates, parents.Chunk(StackedGraph.Degree).All(node => node[StackedGraph.BaseDegree..].All(p => p < 1u << 29)));
        Assert.All(parents, parent => Assert.True(parent < graph.Nodes));
    }

    // Below 32GiB nothing can be cut, so that versions differ by the predecessor's place alone.
    [Fact]
    public void Truncation_changes_nothing_where_eight_times_the_nodes_fit_32_bits()
    {
        PorepParameters v1 = SealProofs.Get(RegisteredSealProof.StackedDrg512MiBV1).Porep;
        StackedGraph old = new(v1);
        StackedGraph current = new(v1 with { ApiVersion = ApiVersion.V1_1_0 });
        uint[] expected = new uint[StackedGraph.Degree];
        uint[] actual = new uint[StackedGraph.Degree];
        foreach (uint node in new uint[] { 0, 1, 2, 3, 12_345_678, (1 << 24) - 1 })
        {
            old.Parents(node, expected);
            current.Parents(node, actual);

            Assert.Equal(expected[StackedGraph.BaseDegree..], actual[StackedGraph.BaseDegree..]);
            Assert.Equal(expected[..5], node < 2 ? actual[..5] : actual[1..6]);
        }
    }

    [Fact]
    public void The_count_of_buckets_is_the_reference_s_rounded_up_logarithm()
    {
        for (int bit = 1; bit <= 34; bit++)
        {
            ulong power = 1UL << bit;
            for (ulong value = Math.Max(2, power - Math.Min(power, 64)); value <= power + 64; value++)
            {
                Assert.Equal((ulong)Math.Ceiling(Math.Log2(value)), StackedGraph.BucketCount(value));
            }
        }
    }

    [Fact]
    public void Nodes_outside_the_graph_are_refused()
    {
        StackedGraph graph = new(SealProofs.Get(RegisteredSealProof.StackedDrg2KiBV1).Porep);

        Assert.Throws<ArgumentOutOfRangeException>(() => graph.Parents(64, new uint[StackedGraph.Degree]));
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.ExpanderParents(64, new uint[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.ParentsOfRange(60, new uint[5 * StackedGraph.Degree]));
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.ParentsOfRange(0, new uint[13]));
    }
}
