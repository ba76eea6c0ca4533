using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Replica;

/// <summary>comm_r from its two halves.</summary>
public static class CommRs
{
    /// <summary>Poseidon of arity 2 over comm_c and comm_r_last.</summary>
    /// <param name="commC">Root of tree_c.</param>
    /// <param name="commRLast">Root of tree_r_last.</param>
    /// <param name="kernel">Name of the Poseidon kernel; null for the best on this machine.</param>
    public static CommR From(Bytes32 commC, Bytes32 commRLast, string? kernel = null) =>
        new(PoseidonKernel.Create(2, kernel).Hash([.. commC.Span, .. commRLast.Span]));
}
