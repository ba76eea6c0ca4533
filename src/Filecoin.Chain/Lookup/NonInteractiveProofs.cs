using System.Diagnostics.CodeAnalysis;
using System.Formats.Cbor;
using Filecoin.Primitives;

namespace Filecoin.Chain;

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

    private const CborTag CidTag = (CborTag)42;

    /// <summary>Reads the parameters; false for anything that deviates, which the chain would not have executed either.</summary>
    internal static bool TryRead(byte[]? parameters, [NotNullWhen(true)] out NonInteractiveProofs? proofs)
    {
        proofs = null;
        try
        {
            CborReader reader = new(parameters ?? [], CborConformanceMode.Strict);
            Expect(reader.ReadStartArray() == 6);
            if (reader.ReadStartArray() is not (>= 0 and <= MaxSectors and int count))
            {
                return false;
            }

            List<NonInteractiveSector> sectors = [];
            for (int i = 0; i < count; i++)
            {
                sectors.Add(ReadSector(reader));
            }

            reader.ReadEndArray();
            reader.ReadByteString();
            long sealProof = reader.ReadInt64();
            reader.ReadInt64();
            reader.ReadUInt64();
            reader.ReadBoolean();
            reader.ReadEndArray();
            Expect(reader.BytesRemaining == 0);
            proofs = new NonInteractiveProofs(sectors, sealProof);
            return true;
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException)
        {
            // The three ways in which the reader says that the bytes are not what was asked for.
            return false;
        }
    }

    private static NonInteractiveSector ReadSector(CborReader reader)
    {
        Expect(reader.ReadStartArray() == 6);
        NonInteractiveSector sector = new(
            reader.ReadUInt64(), new ActorId(reader.ReadUInt64()), ReadCid(reader), reader.ReadUInt64(), reader.ReadInt64());
        reader.ReadInt64();
        reader.ReadEndArray();
        return sector;
    }

    /// <summary>A CID in DAG-CBOR: tag 42 on a byte string that begins with a zero byte.</summary>
    private static Cid ReadCid(CborReader reader)
    {
        Expect(reader.ReadTag() == CidTag);
        byte[] bytes = reader.ReadByteString();
        Cid? cid = null;
        Expect(bytes is [0, ..] && Cid.TryFromBytes(bytes.AsSpan(1), out cid));
        return cid!;
    }

    private static void Expect(bool condition)
    {
        if (!condition)
        {
            throw new CborContentException("not the parameters of ProveCommitSectorsNI");
        }
    }
}
