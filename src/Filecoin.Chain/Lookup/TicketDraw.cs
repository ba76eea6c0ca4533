using System.Buffers.Binary;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Wire;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace Filecoin.Chain.Lookup;

/// <summary>The sealing ticket as the chain's own rules make it from block headers (lotus chain/rand/rand.go); pure computation.</summary>
internal static class TicketDraw
{
    /// <summary>
    /// The digest a tipset contributes: the smallest, byte by byte, of blake2b-256 over each block's VRF proof.
    /// </summary>
    /// <exception cref="ArgumentException">A block has no ticket.</exception>
    public static Bytes32 Digest(TipSet tipset)
    {
        ArgumentNullException.ThrowIfNull(tipset);
        Bytes32? smallest = null;
        foreach (BlockHeader block in tipset.Blocks)
        {
            if (block.Ticket is not { VrfProof.Length: > 0 } ticket)
            {
                throw new ArgumentException("a block header has no ticket", nameof(tipset));
            }

            Bytes32 digest = Blake2b.Hash256(ticket.VrfProof);
            if (smallest is not { } least || digest.Span.SequenceCompareTo(least.Span) < 0)
            {
                smallest = digest;
            }
        }

        return smallest ?? throw new ArgumentException("a tipset has no blocks", nameof(tipset));
    }

    /// <summary>
    /// blake2b-256 of: i64 BE personalization (5), <paramref name="digest"/>, i64 BE <paramref name="epoch"/>, CBOR of the miner's ID address.
    /// </summary>
    /// <param name="digest">From <see cref="Digest"/> of the tipset that stands for the epoch.</param>
    /// <param name="epoch">The epoch asked for (SealRandEpoch), also when a null round made another tipset stand for it.</param>
    /// <param name="miner">The miner; its ID, whatever other addresses it has.</param>
    public static Ticket Draw(Bytes32 digest, long epoch, ActorId miner) => Draw(digest, epoch, Address.FromActorId(miner));

    /// <summary>As the other; with any but the ID address it is a ticket that no sector on chain has, but that sealing by mistake may have had.</summary>
    /// <param name="digest">From <see cref="Digest"/> of the tipset that stands for the epoch.</param>
    /// <param name="epoch">The epoch asked for.</param>
    /// <param name="entropy">The address whose CBOR goes in.</param>
    internal static Ticket Draw(Bytes32 digest, long epoch, Address entropy)
    {
        byte[] cbor = entropy.ToCbor();
        byte[] input = new byte[8 + Bytes32.Length + 8 + cbor.Length];
        BinaryPrimitives.WriteInt64BigEndian(input, FullNode.SealRandomness);
        digest.CopyTo(input.AsSpan(8));
        BinaryPrimitives.WriteInt64BigEndian(input.AsSpan(8 + Bytes32.Length), epoch);
        cbor.CopyTo(input.AsSpan(8 + Bytes32.Length + 8));
        return new Ticket(Blake2b.Hash256(input));
    }
}
