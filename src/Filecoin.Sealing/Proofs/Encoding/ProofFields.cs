using System.Collections.Immutable;
using Filecoin.Cryptography;

namespace Filecoin.Sealing.Proofs.Encoding;

/// <summary>
/// The fields of vanilla proofs in rust-fil-proofs' order: storage-proofs-core merkle/proof.rs, storage-proofs-porep stacked/vanilla
/// (params.rs, column_proof.rs, labeling_proof.rs), storage-proofs-post fallback/vanilla.rs, filecoin-proofs types/mod.rs.
/// </summary>
internal static class ProofFields
{
    /// <summary>FallbackPoStSectorProof.</summary>
    public static void Write(IFieldWriter to, PostVanillaProof proof)
    {
        to.BeginStruct();
        to.Field("sector_id");
        to.UInt64(proof.SectorNumber);
        Node(to, "comm_r", proof.CommR.Value);
        to.Field("vanilla_proof");
        to.BeginStruct();
        to.Field("sectors");
        to.BeginSequence(1);
        to.BeginStruct();
        Sequence(to, "inclusion_proofs", proof.Inclusions, Inclusion);
        Node(to, "comm_c", proof.CommC);
        Node(to, "comm_r_last", proof.CommRLast);
        to.EndStruct();
        to.EndSequence();
        to.EndStruct();
        to.EndStruct();
    }

    /// <summary>stacked::Proof.</summary>
    public static void Write(IFieldWriter to, PorepVanillaProof proof)
    {
        to.BeginStruct();
        to.Field("comm_d_proofs");
        Inclusion(to, proof.Data);
        to.Field("comm_r_last_proof");
        Inclusion(to, proof.Replica);
        to.Field("replica_column_proofs");
        to.BeginStruct();
        to.Field("c_x");
        Column(to, proof.Column);
        Sequence(to, "drg_parents", proof.BaseParents, Column);
        Sequence(to, "exp_parents", proof.ExpanderParents, Column);
        to.EndStruct();
        Sequence(to, "labeling_proofs", Enumerable.Range(1, proof.Layers).ToImmutableArray(), (_, layer) => Label(to, proof, layer));
        to.Field("encoding_proof");
        Label(to, proof, proof.Layers);
        to.EndStruct();
    }

    /// <summary>The fields of a sequence's elements.</summary>
    public static void Sequence<T>(IFieldWriter to, string name, IReadOnlyCollection<T> values, Action<IFieldWriter, T> write)
    {
        to.Field(name);
        to.BeginSequence(values.Count);
        foreach (T value in values)
        {
            write(to, value);
        }

        to.EndSequence();
    }

    /// <summary>A field of 32 bytes.</summary>
    public static void Node(IFieldWriter to, string name, Bytes32 value)
    {
        to.Field(name);
        to.Bytes(value);
    }

    /// <summary>MerkleProof; where the shape has sub-trees, the ways go first, root and leaf last.</summary>
    private static void Inclusion(IFieldWriter to, InclusionProof proof)
    {
        to.BeginStruct();
        to.Field("data");
        (string variant, uint index) = (proof.SubPath, proof.TopPath) switch
        {
            ([], _) => ("Single", 0u),
            (_, []) => ("Sub", 1u),
            _ => ("Top", 2u),
        };
        to.BeginVariant(variant, index);
        to.BeginStruct();
        if (proof.SubPath.IsEmpty)
        {
            Node(to, "root", proof.Root);
            Node(to, "leaf", proof.Leaf);
            Steps(to, "path", proof.Path);
        }
        else
        {
            Steps(to, "base_proof", proof.BasePath);
            Steps(to, "sub_proof", proof.SubPath);
            if (!proof.TopPath.IsEmpty)
            {
                Steps(to, "top_proof", proof.TopPath);
            }

            Node(to, "root", proof.Root);
            Node(to, "leaf", proof.Leaf);
        }

        to.EndStruct();
        to.EndVariant();
        to.EndStruct();
    }

    /// <summary>InclusionPath of PathElement.</summary>
    private static void Steps(IFieldWriter to, string name, ImmutableArray<PathElement> path)
    {
        to.Field(name);
        to.BeginStruct();
        Sequence(to, "path", path, static (to, element) =>
        {
            to.BeginStruct();
            Sequence(to, "hashes", element.Hashes, static (to, hash) => to.Bytes(hash));
            to.Field("index");
            to.UInt64((ulong)element.Index);
            to.EndStruct();
        });
        to.EndStruct();
    }

    /// <summary>ColumnProof.</summary>
    private static void Column(IFieldWriter to, ColumnProof proof)
    {
        to.BeginStruct();
        to.Field("column");
        to.BeginStruct();
        to.Field("index");
        to.UInt32(proof.Node);
        Sequence(to, "rows", proof.Rows, static (to, row) => to.Bytes(row));
        to.Field("_h");
        to.Nothing();
        to.EndStruct();
        to.Field("inclusion_proof");
        Inclusion(to, proof.Inclusion);
        to.EndStruct();
    }

    /// <summary>LabelingProof, or EncodingProof, which has the same fields and is about the last layer.</summary>
    private static void Label(IFieldWriter to, PorepVanillaProof proof, int layer)
    {
        to.BeginStruct();
        Sequence(to, "parents", proof.LabelParents(layer), static (to, parent) => to.Bytes(parent));
        to.Field("layer_index");
        to.UInt32((uint)layer);
        to.Field("node");
        to.UInt64(proof.Node);
        to.EndStruct();
    }
}
