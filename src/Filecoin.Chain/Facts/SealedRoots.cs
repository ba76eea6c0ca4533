using Filecoin.Cryptography;

namespace Filecoin.Chain.Facts;

/// <summary>
/// What the p_aux of a sealed sector says, kept for the day on which it is lost: with comm_c known no columns have to be hashed to recover it.
/// The chain does not have it and CommR, which is Poseidon of both, vouches for it.
/// </summary>
/// <param name="CommC">Root of tree_c; a little-endian field element.</param>
/// <param name="CommRLast">Root of tree_r_last, likewise.</param>
public readonly record struct SealedRoots(Bytes32 CommC, Bytes32 CommRLast);
