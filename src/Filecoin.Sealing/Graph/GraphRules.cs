using Filecoin.Primitives;

namespace Filecoin.Sealing.Graph;

/// <summary>Where the immediate predecessor stands among a node's six base parents.</summary>
internal enum PredecessorPosition
{
    /// <summary>Last, so that hashing of a label can begin before its predecessor is known (V1).</summary>
    Last,

    /// <summary>First, so that it cannot (V1_1 and later).</summary>
    First,
}

/// <summary>
/// What distinguishes the graph of one <see cref="ApiVersion"/> from another's
/// (rust-fil-proofs storage-proofs-core/src/drgraph.rs and storage-proofs-porep/src/stacked/vanilla/graph.rs).
/// </summary>
/// <param name="Predecessor">Where the immediate predecessor stands.</param>
/// <param name="TruncateBeforeDivision">
/// Whether a shuffled index is cut to 32 bits before it is divided by the expansion degree. It bites where 8 x nodes exceeds 2^32, that is
/// for 32GiB and 64GiB: no expander parent there reaches 2^29. A defect of V1 that every V1 sector has to reproduce.
/// </param>
internal readonly record struct GraphRules(PredecessorPosition Predecessor, bool TruncateBeforeDivision)
{
    /// <summary>The rules of V1_0_0.</summary>
    public static GraphRules V1 { get; } = new(PredecessorPosition.Last, TruncateBeforeDivision: true);

    /// <summary>The rules of V1_1_0 and everything after it.</summary>
    public static GraphRules V1_1 { get; } = new(PredecessorPosition.First, TruncateBeforeDivision: false);

    /// <summary>The rules of <paramref name="version"/>.</summary>
    public static GraphRules For(ApiVersion version) => version == ApiVersion.V1_0_0 ? V1 : V1_1;
}
