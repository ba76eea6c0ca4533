using System.Diagnostics.CodeAnalysis;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Messages;

/// <summary>A piece as a message names it.</summary>
/// <param name="Cid">Should be a CommP.</param>
/// <param name="PaddedSize">Bytes after Fr32 padding.</param>
public readonly record struct NamedPiece(Cid Cid, ulong PaddedSize);

/// <summary>What a message says of one sector's data: pieces or deals, in the sector's order.</summary>
/// <param name="SectorNumber">The sector.</param>
/// <param name="NewSealedCid">CommR of the updated replica; null in a message that proves a sector.</param>
/// <param name="NewUnsealedCid">CommD of the update; null where the message does not say it.</param>
/// <param name="Pieces">The pieces; null where the message names deals.</param>
/// <param name="DealIds">The deals; null where the message names pieces.</param>
internal sealed record PieceManifest(
    ulong SectorNumber, Cid? NewSealedCid, Cid? NewUnsealedCid, IReadOnlyList<NamedPiece>? Pieces, IReadOnlyList<ulong>? DealIds);

/// <summary>
/// The parameters of the miner's methods that name the data of sectors (go-state-types builtin/v18/miner/miner_types.go, builtin-actors
/// actors/miner/src/types.rs), CBOR:
/// <list type="bullet">
/// <item>34 ProveCommitSectors3: [ [[SectorNumber, [piece*]]*], [SectorProof*], AggregateProof, AggregateProofType or null,
/// RequireActivationSuccess, RequireNotificationSuccess ]</item>
/// <item>35 ProveReplicaUpdates3: [ [[Sector, Deadline, Partition, NewSealedCID, [piece*]]*], [SectorProof*], AggregateProof,
/// UpdateProofsType, AggregateProofType or null, RequireActivationSuccess, RequireNotificationSuccess ]</item>
/// <item>27 ProveReplicaUpdates: [[ [SectorNumber, Deadline, Partition, NewSealedCID, [DealID*], UpdateProofType, ReplicaProof]* ]]</item>
/// <item>29 ProveReplicaUpdates2: as 27, with NewUnsealedCID behind NewSealedCID</item>
/// <item>piece: [CID, PaddedSize, null or [Client, AllocationID], [[Address, Payload]*]]</item>
/// </list>
/// </summary>
internal static class PieceManifests
{
    internal const ulong ProveReplicaUpdates = 27;
    internal const ulong ProveReplicaUpdates2 = 29;
    internal const ulong ProveCommitSectors3 = 34;
    internal const ulong ProveReplicaUpdates3 = 35;

    /// <summary>Sectors, proofs or notices in one message; the chain's own limits are lower.</summary>
    private const int MostEntries = 4096;

    /// <summary>Whether a method's parameters are of the kind read here.</summary>
    /// <param name="method">The method.</param>
    /// <param name="ofUpdate">Whether of the methods that update, rather than those that prove.</param>
    internal static bool IsOf(ulong method, bool ofUpdate) => ofUpdate
        ? method is ProveReplicaUpdates or ProveReplicaUpdates2 or ProveReplicaUpdates3
        : method is ProveCommitSectors3;

    /// <summary>Reads the parameters; false for anything that deviates, which the chain would not have executed either.</summary>
    internal static bool TryRead(ulong method, byte[]? parameters, [NotNullWhen(true)] out IReadOnlyList<PieceManifest>? manifests)
    {
        bool read = CborParams.TryRead(
            parameters,
            cbor => method switch
            {
                ProveCommitSectors3 => Activations(cbor),
                ProveReplicaUpdates3 => Updates3(cbor),
                ProveReplicaUpdates => Updates(cbor, withUnsealed: false),
                ProveReplicaUpdates2 => Updates(cbor, withUnsealed: true),
                _ => throw new ArgumentOutOfRangeException(nameof(method)),
            },
            out List<PieceManifest>? list);
        manifests = list;
        return read;
    }

    private static List<PieceManifest> Activations(CborParams cbor)
    {
        cbor.Tuple(6);
        List<PieceManifest> sectors = cbor.List(MostEntries, entry =>
        {
            entry.Tuple(2);
            PieceManifest sector = new(entry.Unsigned(), null, null, Pieces(entry), null);
            entry.End();
            return sector;
        });
        Proofs(cbor);
        AggregateProofType(cbor);
        Requirements(cbor);
        cbor.End();
        return sectors;
    }

    private static List<PieceManifest> Updates3(CborParams cbor)
    {
        cbor.Tuple(7);
        List<PieceManifest> sectors = cbor.List(MostEntries, entry =>
        {
            entry.Tuple(5);
            ulong number = entry.Unsigned();
            entry.Unsigned();
            entry.Unsigned();
            PieceManifest sector = new(number, entry.Cid(), null, Pieces(entry), null);
            entry.End();
            return sector;
        });
        Proofs(cbor);
        cbor.Signed();
        AggregateProofType(cbor);
        Requirements(cbor);
        cbor.End();
        return sectors;
    }

    private static List<PieceManifest> Updates(CborParams cbor, bool withUnsealed)
    {
        cbor.Tuple(1);
        List<PieceManifest> sectors = cbor.List(MostEntries, entry =>
        {
            entry.Tuple(withUnsealed ? 8 : 7);
            ulong number = entry.Unsigned();
            entry.Unsigned();
            entry.Unsigned();
            Cid newSealed = entry.Cid();
            Cid? newUnsealed = withUnsealed ? entry.Cid() : null;
            List<ulong> deals = entry.List(MostEntries, deal => deal.Unsigned());
            entry.Signed();
            entry.Bytes();
            entry.End();
            return new PieceManifest(number, newSealed, newUnsealed, null, deals);
        });
        cbor.End();
        return sectors;
    }

    private static List<NamedPiece> Pieces(CborParams cbor) => cbor.List(PieceSizes.MostPieces, piece =>
    {
        piece.Tuple(4);
        NamedPiece named = new(piece.Cid(), piece.Unsigned());
        if (!piece.Null())
        {
            piece.Tuple(2);
            piece.Unsigned();
            piece.Unsigned();
            piece.End();
        }

        piece.List(MostEntries, notice =>
        {
            notice.Tuple(2);
            notice.Bytes();
            notice.Bytes();
            notice.End();
            return true;
        });
        piece.End();
        return named;
    });

    private static void Proofs(CborParams cbor)
    {
        cbor.List(MostEntries, proof => proof.Bytes().Length);
        cbor.Bytes();
    }

    private static void AggregateProofType(CborParams cbor)
    {
        if (!cbor.Null())
        {
            cbor.Signed();
        }
    }

    private static void Requirements(CborParams cbor)
    {
        cbor.Boolean();
        cbor.Boolean();
    }
}
