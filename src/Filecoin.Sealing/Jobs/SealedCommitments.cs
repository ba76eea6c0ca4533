using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Jobs;

/// <summary>The commitments of a sealed sector.</summary>
/// <param name="CommD">Root of tree_d.</param>
/// <param name="CommC">Root of tree_c.</param>
/// <param name="CommRLast">Root of tree_r_last.</param>
/// <param name="CommR">Poseidon of comm_c and comm_r_last: the SealedCID.</param>
public sealed record SealedCommitments(CommD CommD, Bytes32 CommC, Bytes32 CommRLast, CommR CommR);
