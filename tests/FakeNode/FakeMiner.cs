using System.Collections.Concurrent;
using System.Formats.Cbor;
using System.Numerics;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace SealerRecover.Tests;

/// <summary>A miner on a <see cref="FakeChain"/>.</summary>
public sealed class FakeMiner(ulong id, long sectorSize)
{
    /// <summary>Its actor number.</summary>
    public ulong Id { get; } = id;

    /// <summary>Size of its sectors in bytes.</summary>
    public long SectorSize { get; set; } = sectorSize;

    /// <summary>Its f2 address.</summary>
    public Address RobustAddress { get; } = Robust(id);

    /// <summary>Number of its registered window PoSt; what counts is that it is of V1_1.</summary>
    public int WindowPost { get; set; } = 13;

    /// <summary>First epoch of a proving period.</summary>
    public long PeriodStart { get; set; } = 1000;

    /// <summary>Its sectors by number.</summary>
    public ConcurrentDictionary<ulong, FakeSector> Sectors { get; } = new();

    /// <summary>Its claims of verified data.</summary>
    public ConcurrentBag<FakeClaim> Claims { get; } = [];

    /// <summary>Fees that it owes, attoFIL.</summary>
    public BigInteger FeeDebt { get; set; }

    /// <summary>What of its balance is neither pledged nor locked, attoFIL.</summary>
    public BigInteger Unlocked { get; set; }

    /// <summary>Numbers of faulty sectors that were declared recovered.</summary>
    public HashSet<ulong> Recoveries { get; } = [];

    /// <summary>Messages on chain beside those that its sectors' lives tell of, as one that failed.</summary>
    public ConcurrentBag<FakeMessage> FurtherMessages { get; } = [];

    /// <summary>Adds or replaces a sector.</summary>
    public FakeSector Add(FakeSector sector) => Sectors[sector.Number] = sector;

    private static Address Robust(ulong id)
    {
        byte[] bytes = new byte[21];
        bytes[0] = 2;
        Blake2b.Hash(Varint.ToBytes(id), bytes.AsSpan(1));
        return Address.TryFromBytes(bytes, out Address? address) ? address : throw new InvalidOperationException();
    }
}

/// <summary>
/// A sector's life: pre-committed in the messages of <see cref="PreCommitEpoch"/> (none for non-interactive proofs), proven in those of
/// <see cref="Activation"/> (null: not yet). State reads see it accordingly.
/// </summary>
public sealed record FakeSector
{
    public required ulong Number { get; init; }

    public required int SealProof { get; init; }

    public required Cid SealedCid { get; init; }

    public required long SealRandEpoch { get; init; }

    public long? PreCommitEpoch { get; init; }

    /// <summary>Method of the message that pre-committed it, 6, 25 or 28; any other number for a call through another actor.</summary>
    public int PreCommitMethod { get; init; } = 28;

    public long? Activation { get; init; }

    public long Expiration { get; init; } = 2_000_000;

    public ulong[] DealIds { get; init; } = [];

    public Cid? UnsealedCid { get; init; }

    /// <summary>Set for a snapped sector.</summary>
    public Cid? SectorKeyCid { get; init; }

    /// <summary>The pieces it was sealed over: told by its proving message (<see cref="ProvedWithPieces"/>) and its event.</summary>
    public FakePiece[] Pieces { get; init; } = [];

    /// <summary>Proven by ProveCommitSectors3, which names the pieces; else by a method that does not.</summary>
    public bool ProvedWithPieces { get; init; }

    /// <summary>The update of a snapped sector; null: snapped since ever, by no message.</summary>
    public FakeUpdate? Update { get; init; }

    /// <summary>Epoch in which its commitment was extended, which moves its PowerBaseEpoch.</summary>
    public long? ExtendedAt { get; init; }

    /// <summary>Whether its record tells its PowerBaseEpoch, as since Lotus 1.28.</summary>
    public bool TellsPowerBaseEpoch { get; init; } = true;

    public string DealWeight { get; init; } = "0";

    public string VerifiedDealWeight { get; init; } = "0";

    /// <summary>Bits of SectorOnChainInfoFlags.</summary>
    public ulong Flags { get; init; } = 1;

    public string InitialPledge { get; init; } = "1000000";

    public string DailyFee { get; init; } = "0";

    public int Deadline { get; init; } = 7;

    /// <summary>Epoch at which its fault terminates it; 0 when not faulty.</summary>
    public long Early { get; init; }

    /// <summary>Terminated: no expiration queue holds it.</summary>
    public bool Terminated { get; init; }

    /// <summary>CommR of the pre-commit, if it is to differ from <see cref="SealedCid"/>.</summary>
    public Cid? PreCommitSealedCid { get; init; }

    /// <summary>Seal proof of the pre-commit, if it is to differ.</summary>
    public int? PreCommitSealProof { get; init; }

    /// <summary>Receiver of the proving or updating message; null for the miner's ID address.</summary>
    public Address? ProvedTo { get; init; }

    /// <summary>Non-interactive only: whom the message says it was sealed for; null for the miner.</summary>
    public ulong? SealedFor { get; init; }

    /// <summary>What was sealed: the key, of a snapped sector.</summary>
    public Cid SealedAs => PreCommitSealedCid ?? SectorKeyCid ?? SealedCid;

    /// <summary>CBOR parameters of the ProveCommitSectorsNI message that proves this sector, beside another one.</summary>
    public byte[] ProveCommitNiParams(ulong miner)
    {
        CborWriter cbor = new(CborConformanceMode.Strict);
        cbor.WriteStartArray(6);
        cbor.WriteStartArray(2);
        WriteNi(cbor, miner, Number + 1, CommitmentCid.FromSealed(Blake2b.Hash256([1])), SealRandEpoch - 1);
        WriteNi(cbor, SealedFor ?? miner, Number, SectorKeyCid ?? SealedCid, SealRandEpoch);
        cbor.WriteEndArray();
        cbor.WriteByteString(new byte[192]);
        cbor.WriteInt64(SealProof);
        cbor.WriteInt64(1);
        cbor.WriteUInt64((ulong)Deadline);
        cbor.WriteBoolean(true);
        cbor.WriteEndArray();
        return cbor.Encode();
    }

    private void WriteNi(CborWriter cbor, ulong sealer, ulong number, Cid sealedCid, long ticketEpoch)
    {
        cbor.WriteStartArray(6);
        cbor.WriteUInt64(number);
        cbor.WriteUInt64(sealer);
        cbor.WriteTag((CborTag)42);
        cbor.WriteByteString([0, .. sealedCid.Bytes]);
        cbor.WriteUInt64(number);
        cbor.WriteInt64(ticketEpoch);
        cbor.WriteInt64(Expiration);
        cbor.WriteEndArray();
    }
}
