using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Graph;

/// <summary>
/// What the parent cache of one graph is: for each node, in order, its fourteen parents as u32 LE, base parents first. No header.
/// </summary>
internal sealed class ParentCacheFile
{
    /// <summary>Bytes a node takes.</summary>
    public const int BytesPerNode = StackedGraph.Degree * sizeof(uint);

    private const string Hasher = "poseidon_hasher";

    public ParentCacheFile(PorepParameters porep, string folder, string? kernel = null)
    {
        Porep = porep;
        Graph = new StackedGraph(porep, kernel);
        Path = System.IO.Path.Combine(folder, NameOf(Graph));
        PublishedDigest = PublishedParentCaches.DigestOf(System.IO.Path.GetFileName(Path), Graph.Rules);
    }

    public PorepParameters Porep { get; }

    public StackedGraph Graph { get; }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>SHA-256 of the whole file where the reference publishes one.</summary>
    public Bytes32? PublishedDigest { get; }

    /// <summary>Length in bytes; 56 GiB for 32GiB sectors.</summary>
    public long Length => Graph.Nodes * BytesPerNode;

    /// <summary>
    /// "v28-sdr-parent-", the SHA-256 of hasher name, graph description, Feistel keys (u64 LE) and nodes (u32 LE), ".cache"
    /// (rust-fil-proofs storage-proofs-porep/src/stacked/vanilla/cache.rs, cache_path). The api version is not part of it.
    /// </summary>
    public static string NameOf(StackedGraph graph)
    {
        string description = string.Create(
            CultureInfo.InvariantCulture,
            $"{Hasher}stacked_graph::StackedGraph{{expansion_degree: {StackedGraph.ExpansionDegree} base_graph: drgraph::BucketGraph{{size: {graph.Nodes}; degree: {StackedGraph.BaseDegree}; hasher: {Hasher}}} }}");
        byte[] text = Encoding.ASCII.GetBytes(description);
        byte[] numbers = new byte[(StackedGraph.FeistelKeyCount * sizeof(ulong)) + sizeof(uint)];
        for (int i = 0; i < StackedGraph.FeistelKeyCount; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(numbers.AsSpan(i * sizeof(ulong)), graph.FeistelKeys[i]);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(numbers.AsSpan(StackedGraph.FeistelKeyCount * sizeof(ulong)), (uint)graph.Nodes);
        return $"v28-sdr-parent-{Convert.ToHexStringLower(SHA256.HashData([.. text, .. numbers]))}.cache";
    }
}
