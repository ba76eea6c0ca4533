using System.Globalization;
using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Replica;

namespace Filecoin.Sealing.Proofs;

/// <summary>
/// Checks the opening of a challenged node as rust-fil-proofs does (stacked/vanilla/params.rs, Proof::verify) and as the circuit will, so
/// that nothing wrong goes into an hour of Commit 2. Knows nothing of files.
/// </summary>
/// <param name="porep">The sector's seal proof.</param>
/// <param name="commD">Root of tree_d.</param>
/// <param name="replicaId">Its replica id; null if that is not known: then labels are not compared with their parents'.</param>
/// <param name="commC">Root of tree_c.</param>
/// <param name="commRLast">Root of tree_r_last.</param>
/// <param name="poseidonKernel">Name of the kernel; null for the best on this machine.</param>
internal sealed class PorepVanillaVerifier(
    PorepParameters porep, CommD commD, ReplicaId? replicaId, Bytes32 commC, Bytes32 commRLast, string? poseidonKernel)
{
    private readonly StackedGraph _graph = new(porep);
    private readonly TreeForm _data = TreeForm.Data(porep.SectorSize);
    private readonly TreeForm _poseidon = TreeForm.Poseidon(porep, poseidonKernel);
    private readonly PoseidonKernel _columnHash = PoseidonKernel.Create(porep.Layers, poseidonKernel);

    /// <summary>Checks openings of a sector of which everything is known.</summary>
    public PorepVanillaVerifier(ReplicaInputs inputs, Bytes32 commC, Bytes32 commRLast, string? poseidonKernel)
        : this(inputs.Porep, inputs.CommD, inputs.ReplicaId, commC, commRLast, poseidonKernel)
    {
    }

    /// <summary>The first thing wrong with a proof; null for nothing.</summary>
    /// <param name="proof">The proof.</param>
    /// <param name="challenge">The node it should be about.</param>
    public ProofFault? Check(PorepVanillaProof proof, uint challenge) =>
        Included(_data, proof.Data, challenge, commD.Value, ProofFaultKind.CommD, "the data", "tree_d")
        ?? CheckColumns(proof, challenge)
        ?? Included(_poseidon, proof.Replica, challenge, commRLast, ProofFaultKind.CommRLast, "the replica", "tree_r_last")
        ?? CheckLabels(proof)
        ?? CheckEncoding(proof);

    /// <summary>As <see cref="Check"/>, of an opening without the replica's node.</summary>
    public ProofFault? CheckWithoutReplica(PorepVanillaProof proof, uint challenge) =>
        Included(_data, proof.Data, challenge, commD.Value, ProofFaultKind.CommD, "the data", "tree_d")
        ?? CheckColumns(proof, challenge)
        ?? CheckLabels(proof);

    /// <summary>The layers in which the challenged node's label is not the hash of its parents' labels; none where the replica id is not known.</summary>
    public IEnumerable<int> WrongLayers(PorepVanillaProof proof) =>
        replicaId is { } id ? Enumerable.Range(1, porep.Layers).Where(layer => !IsLabel(id, proof, layer)) : [];

    /// <summary>Whether a column's hash leads to comm_c, whatever the labels are.</summary>
    public bool IsInTreeC(ColumnProof column) => InclusionVerifier.Check(_poseidon, column.Inclusion, column.Node, commC) == InclusionFault.None;

    /// <summary>Whether a column's labels hash to its leaf of tree_c.</summary>
    public bool IsColumn(ColumnProof column) =>
        column.Rows.All(FieldNodes.Is) && _columnHash.Hash([.. column.Rows.SelectMany(row => row.ToArray())]) == column.Inclusion.Leaf;

    private static ProofFault? Included(
        TreeForm form, InclusionProof proof, uint node, Bytes32 root, ProofFaultKind kind, string leaves, string tree) =>
        InclusionFaults.Explain(InclusionVerifier.Check(form, proof, node, root), kind, leaves, tree, node);

    private ProofFault? CheckColumns(PorepVanillaProof proof, uint challenge)
    {
        uint[] nodes = new uint[1 + StackedGraph.Degree];
        nodes[0] = challenge;
        _graph.Parents(challenge, nodes.AsSpan(1));
        ColumnProof[] columns = [proof.Column, .. proof.BaseParents, .. proof.ExpanderParents];
        if (proof.BaseParents.Length != StackedGraph.BaseDegree || !columns.Select(column => column.Node).SequenceEqual(nodes))
        {
            return new ProofFault(ProofFaultKind.Form, challenge, Text($"the columns are not those of node {challenge} and its parents"));
        }

        return columns.Select(CheckColumn).FirstOrDefault(fault => fault is not null);
    }

    private ProofFault? CheckColumn(ColumnProof column)
    {
        if (column.Rows.Length != porep.Layers)
        {
            return new ProofFault(ProofFaultKind.Form, column.Node, Text($"the column of node {column.Node} has {column.Rows.Length} layers"));
        }

        if (!column.Rows.All(FieldNodes.Is))
        {
            return new ProofFault(ProofFaultKind.FieldElement, column.Node, Text($"a label of node {column.Node} is no field element"));
        }

        return IsColumn(column)
            ? Included(_poseidon, column.Inclusion, column.Node, commC, ProofFaultKind.CommC, "the column hashes", "tree_c")
            : new ProofFault(
                ProofFaultKind.Column, column.Node, Text($"the labels of node {column.Node} do not hash to its leaf of tree_c: a layer or tree_c is damaged"));
    }

    private static bool IsLabel(ReplicaId replicaId, PorepVanillaProof proof, int layer)
    {
        byte[] message = new byte[LabelMessage.Bytes];
        LabelMessage.SetLayer(message, replicaId.Value.Span, layer);
        LabelMessage.SetNode(message, proof.Node);
        foreach ((int i, Bytes32 parent) in proof.LabelParents(layer).Index())
        {
            parent.CopyTo(message.AsSpan(LabelMessage.PrefixBytes + (i * LabelMessage.LabelBytes)));
        }

        return new Bytes32(SHA256.HashData(message)).ClearTopTwoBits() == proof.Column.Rows[layer - 1];
    }

    private ProofFault? CheckLabels(PorepVanillaProof proof) => WrongLayers(proof).Select(layer => WrongLabel(proof, layer)).FirstOrDefault();

    private static ProofFault WrongLabel(PorepVanillaProof proof, int layer) => new(
        ProofFaultKind.Label, proof.Node, Text($"the label of node {proof.Node} in layer {layer} is not made from its parents' labels"));

    private static ProofFault? CheckEncoding(PorepVanillaProof proof)
    {
        byte[] encoded = new byte[SectorSize.NodeBytes];
        ReplicaEncoding.Encode(proof.Column.Rows[^1].Span, proof.Data.Leaf.Span, encoded);
        return new Bytes32(encoded) == proof.Replica.Leaf
            ? null
            : new ProofFault(ProofFaultKind.Encoding, proof.Node, Text($"node {proof.Node} of the replica is not its label plus the data's node"));
    }

    private static string Text(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
