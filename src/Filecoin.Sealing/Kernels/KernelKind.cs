namespace Filecoin.Sealing.Kernels;

/// <summary>A piece of work with several kernels to choose from.</summary>
public enum KernelKind
{
    /// <summary>Labels of one sector.</summary>
    Label,

    /// <summary>Labels of several sectors side by side.</summary>
    Many,

    /// <summary>Poseidon: columns, tree_c, tree_r_last, comm_r.</summary>
    Poseidon,

    /// <summary>SHA-256 of two nodes: tree_d and CommP.</summary>
    TwoToOne,

    /// <summary>Parents of the graph: BLAKE2b and ChaCha8.</summary>
    Parents,
}
