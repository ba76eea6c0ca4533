using System.Collections.Immutable;
using System.Globalization;

namespace Filecoin.Sealing.Proofs;

/// <summary>Which of the things a proof claims is not so.</summary>
public enum ProofFaultKind
{
    /// <summary>A node is no field element: not below r.</summary>
    FieldElement,

    /// <summary>Nodes of the replica do not hash to the node above them that tree_r_last stores.</summary>
    Replica,

    /// <summary>Nodes in a tree file do not hash to the node above them.</summary>
    StoredRows,

    /// <summary>A proof is about another leaf or has not the form of its tree.</summary>
    Form,

    /// <summary>The data's node does not lead to CommD.</summary>
    CommD,

    /// <summary>A column's hash does not lead to comm_c.</summary>
    CommC,

    /// <summary>A node of the replica does not lead to the comm_r_last of p_aux.</summary>
    CommRLast,

    /// <summary>comm_c and comm_r_last do not make the CommR expected.</summary>
    CommR,

    /// <summary>A column does not hash to its leaf of tree_c.</summary>
    Column,

    /// <summary>A label is not the hash of its parents' labels.</summary>
    Label,

    /// <summary>A node of the replica is not its label plus the data's node.</summary>
    Encoding,
}

/// <summary>A stretch of a file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
public sealed record FaultPlace(string Path, long Offset, long Length)
{
    /// <summary>"bytes 0 to 31 of /cache/p_aux".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"bytes {Offset} to {Offset + Length - 1} of {Path}");
}

/// <summary>What is wrong with a sector or a proof about it.</summary>
/// <param name="Kind">What.</param>
/// <param name="Node">The node in question, counted over the sector; null where it is not about one.</param>
/// <param name="Sentence">In words: a sentence without its full stop that names the place.</param>
public sealed record ProofFault(ProofFaultKind Kind, long? Node, string Sentence)
{
    /// <summary>The stretches of files that contradict each other: one of them is damaged. Empty where only a proof is known, not its files.</summary>
    public ImmutableArray<FaultPlace> Places { get; init; } = [];
}
