using System.Diagnostics.CodeAnalysis;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Messages;

/// <summary>One sector in a ProveCommitSectorsNI message.</summary>
/// <param name="SealingNumber">The number it was sealed under.</param>
/// <param name="Sealer">The miner it was sealed for.</param>
/// <param name="SealedCid">CommR.</param>
/// <param name="SectorNumber">The number it got.</param>
/// <param name="SealRandEpoch">Epoch of its ticket.</param>
internal sealed record NonInteractiveSector(ulong SealingNumber, ActorId Sealer, Cid SealedCid, ulong SectorNumber, long SealRandEpoch);

/// <summary>
/// The parameters of miner method 36, ProveCommitSectorsNI (FIP-0092), CBOR:
/// [ [[SealingNumber, SealerID, SealedCID, SectorNumber, SealRandEpoch, Expiration]*], AggregateProof, SealProofType, AggregateProofType,
/// ProvingDeadline, RequireActivationSuccess ]. The only place on chain that tells which ticket such a sector was sealed with.
/// </summary>
internal sealed record NonInteractiveProofs(IReadOnlyList<NonInteractiveSector> Sectors, long SealProof)
{
    /// <summary>Number of the method.</summary>
    internal const ulong Method = 36;

    /// <summary>The chain takes at most 65 sectors in one message; a little room for a later rule.</summary>
    private const int MaxSectors = 1024;

    /// <summary>Reads the parameters; false for anything that deviates, which the chain would not have executed either.</summary>
    internal static bool TryRead(byte[]? parameters, [NotNullWhen(true)] out NonInteractiveProofs? proofs) =>
        CborParams.TryRead(parameters, Read, out proofs);

    private static NonInteractiveProofs Read(CborParams cbor)
    {
        cbor.Tuple(6);
        List<NonInteractiveSector> sectors = cbor.List(MaxSectors, ReadSector);
        cbor.Bytes();
        long sealProof = cbor.Signed();
        cbor.Signed();
        cbor.Unsigned();
        cbor.Boolean();
        cbor.End();
        return new NonInteractiveProofs(sectors, sealProof);
    }

    private static NonInteractiveSector ReadSector(CborParams cbor)
    {
        cbor.Tuple(6);
        NonInteractiveSector sector = new(cbor.Unsigned(), new ActorId(cbor.Unsigned()), cbor.Cid(), cbor.Unsigned(), cbor.Signed());
        cbor.Signed();
        cbor.End();
        return sector;
    }
}
