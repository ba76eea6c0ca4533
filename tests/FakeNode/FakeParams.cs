using System.Formats.Cbor;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace SealerRecover.Tests;

/// <summary>CBOR parameters of the miner's methods that name the data of sectors, each of one sector beside another one.</summary>
public static class FakeParams
{
    /// <summary>From a sector's number to that of the one beside it, which no test uses.</summary>
    private const ulong Far = 1_000_000;

    private static readonly FakePiece Other = new(CommitmentCid.FromUnsealed(Blake2b.Hash256([77]).ClearTopTwoBits()), 128);

    /// <summary>Method 34, ProveCommitSectors3.</summary>
    public static byte[] ProveCommitSectors3(ulong number, IReadOnlyList<FakePiece> pieces) => Encode(cbor =>
    {
        cbor.WriteStartArray(6);
        cbor.WriteStartArray(2);
        Manifest(number + Far, [Other]);
        Manifest(number, pieces);
        cbor.WriteEndArray();
        Proofs(cbor);
        cbor.WriteNull();
        cbor.WriteBoolean(true);
        cbor.WriteBoolean(false);
        cbor.WriteEndArray();

        void Manifest(ulong sector, IReadOnlyList<FakePiece> list)
        {
            cbor.WriteStartArray(2);
            cbor.WriteUInt64(sector);
            Pieces(cbor, list);
            cbor.WriteEndArray();
        }
    });

    /// <summary>Method 35, ProveReplicaUpdates3.</summary>
    public static byte[] ProveReplicaUpdates3(ulong number, Cid sealedCid, IReadOnlyList<FakePiece> pieces) => Encode(cbor =>
    {
        cbor.WriteStartArray(7);
        cbor.WriteStartArray(2);
        Manifest(number + Far, CommitmentCid.FromSealed(Blake2b.Hash256([1])), [Other]);
        Manifest(number, sealedCid, pieces);
        cbor.WriteEndArray();
        Proofs(cbor);
        cbor.WriteInt64(3);
        cbor.WriteNull();
        cbor.WriteBoolean(true);
        cbor.WriteBoolean(false);
        cbor.WriteEndArray();

        void Manifest(ulong sector, Cid newSealed, IReadOnlyList<FakePiece> list)
        {
            cbor.WriteStartArray(5);
            Place(cbor, sector);
            WriteCid(cbor, newSealed);
            Pieces(cbor, list);
            cbor.WriteEndArray();
        }
    });

    /// <summary>Methods 27 and, with a CommD, 29: ProveReplicaUpdates and ProveReplicaUpdates2.</summary>
    public static byte[] ProveReplicaUpdates(ulong number, Cid sealedCid, Cid? unsealedCid, IReadOnlyList<ulong> deals) => Encode(cbor =>
    {
        cbor.WriteStartArray(1);
        cbor.WriteStartArray(2);
        Update(number + Far, CommitmentCid.FromSealed(Blake2b.Hash256([1])), [1]);
        Update(number, sealedCid, deals);
        cbor.WriteEndArray();
        cbor.WriteEndArray();

        void Update(ulong sector, Cid newSealed, IReadOnlyList<ulong> list)
        {
            cbor.WriteStartArray(unsealedCid is null ? 7 : 8);
            Place(cbor, sector);
            WriteCid(cbor, newSealed);
            if (unsealedCid is not null)
            {
                WriteCid(cbor, unsealedCid);
            }

            cbor.WriteStartArray(list.Count);
            foreach (ulong deal in list)
            {
                cbor.WriteUInt64(deal);
            }

            cbor.WriteEndArray();
            cbor.WriteInt64(3);
            cbor.WriteByteString(new byte[192]);
            cbor.WriteEndArray();
        }
    });

    /// <summary>Methods 6, 25 and 28: PreCommitSector, which takes one sector, PreCommitSectorBatch and PreCommitSectorBatch2.</summary>
    public static byte[] PreCommit(int method, FakeSector sector) => Encode(cbor =>
    {
        ArgumentNullException.ThrowIfNull(sector);
        if (method != 6)
        {
            cbor.WriteStartArray(1);
            cbor.WriteStartArray(2);
            One(sector.Number + Far, CommitmentCid.FromSealed(Blake2b.Hash256([1])), sector.SealRandEpoch - 1, [], null);
        }

        One(sector.Number, sector.SealedAs, sector.SealRandEpoch, sector.DealIds, sector.UnsealedCid);
        if (method != 6)
        {
            cbor.WriteEndArray();
            cbor.WriteEndArray();
        }

        void One(ulong number, Cid sealedCid, long ticketEpoch, ulong[] deals, Cid? unsealedCid)
        {
            cbor.WriteStartArray(method == 28 ? 7 : 10);
            cbor.WriteInt64(sector.PreCommitSealProof ?? sector.SealProof);
            cbor.WriteUInt64(number);
            WriteCid(cbor, sealedCid);
            cbor.WriteInt64(ticketEpoch);
            cbor.WriteStartArray(deals.Length);
            foreach (ulong deal in deals)
            {
                cbor.WriteUInt64(deal);
            }

            cbor.WriteEndArray();
            cbor.WriteInt64(sector.Expiration);
            if (method != 28)
            {
                cbor.WriteBoolean(false);
                cbor.WriteUInt64(0);
                cbor.WriteUInt64(0);
                cbor.WriteUInt64(0);
            }
            else if (unsealedCid is null)
            {
                cbor.WriteNull();
            }
            else
            {
                WriteCid(cbor, unsealedCid);
            }

            cbor.WriteEndArray();
        }
    });

    /// <summary>The value of an event's field: CBOR of one value.</summary>
    public static byte[] Encode(Action<CborWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        CborWriter cbor = new(CborConformanceMode.Strict);
        write(cbor);
        return cbor.Encode();
    }

    /// <summary>A CID in DAG-CBOR.</summary>
    public static void WriteCid(CborWriter cbor, Cid cid)
    {
        ArgumentNullException.ThrowIfNull(cbor);
        ArgumentNullException.ThrowIfNull(cid);
        cbor.WriteTag((CborTag)42);
        cbor.WriteByteString([0, .. cid.Bytes]);
    }

    private static void Place(CborWriter cbor, ulong sector)
    {
        cbor.WriteUInt64(sector);
        cbor.WriteUInt64(7);
        cbor.WriteUInt64(0);
    }

    private static void Proofs(CborWriter cbor)
    {
        cbor.WriteStartArray(2);
        cbor.WriteByteString(new byte[192]);
        cbor.WriteByteString(new byte[192]);
        cbor.WriteEndArray();
        cbor.WriteByteString([]);
    }

    /// <summary>Every other piece has an allocation and two notices.</summary>
    private static void Pieces(CborWriter cbor, IReadOnlyList<FakePiece> pieces)
    {
        cbor.WriteStartArray(pieces.Count);
        for (int i = 0; i < pieces.Count; i++)
        {
            cbor.WriteStartArray(4);
            WriteCid(cbor, pieces[i].Cid);
            cbor.WriteUInt64(pieces[i].Size);
            if (i % 2 == 0)
            {
                cbor.WriteStartArray(2);
                cbor.WriteUInt64(100);
                cbor.WriteUInt64((ulong)i);
                cbor.WriteEndArray();
                cbor.WriteStartArray(2);
                Notice(cbor);
                Notice(cbor);
                cbor.WriteEndArray();
            }
            else
            {
                cbor.WriteNull();
                cbor.WriteStartArray(0);
                cbor.WriteEndArray();
            }

            cbor.WriteEndArray();
        }

        cbor.WriteEndArray();
    }

    private static void Notice(CborWriter cbor)
    {
        cbor.WriteStartArray(2);
        cbor.WriteByteString([0, 5]);
        cbor.WriteByteString([1, 2, 3]);
        cbor.WriteEndArray();
    }
}
