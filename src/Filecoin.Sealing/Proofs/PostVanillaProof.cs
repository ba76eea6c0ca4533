using System.Collections.Immutable;
using System.Globalization;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Proofs;

/// <summary>What a sector contributes to a proof of space-time (filecoin-proofs, FallbackPoStSectorProof).</summary>
/// <param name="SectorNumber">The sector.</param>
/// <param name="CommR">Its CommR.</param>
/// <param name="CommC">comm_c of its p_aux.</param>
/// <param name="CommRLast">comm_r_last of its p_aux.</param>
/// <param name="Inclusions">The challenged nodes in tree_r_last, in order.</param>
internal sealed record PostVanillaProof(
    ulong SectorNumber, CommR CommR, Bytes32 CommC, Bytes32 CommRLast, ImmutableArray<InclusionProof> Inclusions)
{
    /// <summary>"the PoSt proof of sector 7", for messages.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"the PoSt proof of sector {SectorNumber}");
}
