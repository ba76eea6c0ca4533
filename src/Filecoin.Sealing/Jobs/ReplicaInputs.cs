using System.Buffers.Binary;
using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Jobs;

/// <summary>The five inputs that decide every byte of a replica's labels. One wrong bit in any of them gives another CommR.</summary>
/// <param name="Porep">Seal proof parameters; the porep id enters the replica id and seeds the graph.</param>
/// <param name="Sector">Miner actor number (as prover id) and sector number.</param>
/// <param name="Ticket">Chain randomness at SealRandEpoch.</param>
/// <param name="CommD">Commitment to the unsealed data.</param>
public sealed record ReplicaInputs(PorepParameters Porep, SectorId Sector, Ticket Ticket, CommD CommD)
{
    /// <summary>
    /// SHA-256 of prover id, sector number (u64 big-endian), ticket, comm_d and porep id, with the two most significant bits of
    /// the last byte cleared (rust-fil-proofs storage-proofs-porep/src/stacked/vanilla/params.rs, generate_replica_id).
    /// </summary>
    public ReplicaId ReplicaId
    {
        get
        {
            Span<byte> input = stackalloc byte[32 + 8 + 32 + 32 + 32];
            Sector.Miner.ProverId.CopyTo(input);
            BinaryPrimitives.WriteUInt64BigEndian(input[32..], Sector.Number);
            Ticket.Value.CopyTo(input[40..]);
            CommD.Value.CopyTo(input[72..]);
            Porep.PorepId.Value.CopyTo(input[104..]);
            Span<byte> digest = stackalloc byte[32];
            SHA256.HashData(input, digest);
            return new ReplicaId(new Bytes32(digest).ClearTopTwoBits());
        }
    }
}
