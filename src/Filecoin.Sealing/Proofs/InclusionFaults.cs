using System.Globalization;

namespace Filecoin.Sealing.Proofs;

/// <summary>Says what an inclusion fault means for a sector.</summary>
internal static class InclusionFaults
{
    /// <summary>The fault in words; null for none.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="tree">The kind if the way does not lead to the root.</param>
    /// <param name="leaves">What the leaves are.</param>
    /// <param name="treeName">The tree.</param>
    /// <param name="leaf">The leaf the proof is about.</param>
    public static ProofFault? Explain(InclusionFault fault, ProofFaultKind tree, string leaves, string treeName, long leaf) => fault switch
    {
        InclusionFault.None => null,
        InclusionFault.Form or InclusionFault.Leaf => Fault(leaf, ProofFaultKind.Form, $"the proof is not one of node {leaf} in {treeName}"),
        InclusionFault.FieldElement => Fault(
            leaf, ProofFaultKind.FieldElement, $"on the way from node {leaf} of {leaves} through {treeName} there is a node that is no field element"),
        InclusionFault.Path => Fault(leaf, tree, $"node {leaf} of {leaves} and the nodes of {treeName} above it do not hash to the root: one of them is damaged"),
        _ => Fault(leaf, tree, $"node {leaf} of {leaves} leads to a root of {treeName} that is not the sector's"),
    };

    private static ProofFault Fault(long leaf, ProofFaultKind kind, FormattableString sentence) =>
        new(kind, leaf, sentence.ToString(CultureInfo.InvariantCulture));
}
