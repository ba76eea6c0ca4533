using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Replica;

/// <summary>comm_r from its two halves.</summary>
public static class CommRs
{
    private static readonly PoseidonKernel Poseidon2 = PoseidonKernel.Create(2);

    /// <summary>Poseidon of arity 2 over comm_c and comm_r_last.</summary>
    public static CommR From(Bytes32 commC, Bytes32 commRLast) =>
        new(Poseidon2.Hash([.. commC.Span, .. commRLast.Span]));
}
