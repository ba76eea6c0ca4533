using System.Buffers.Binary;
using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Proofs;

/// <summary>
/// Which nodes a proof of replication challenges: never node 0, the same one possibly twice. Source: rust-fil-proofs
/// storage-proofs-porep/src/stacked/vanilla/challenges.rs; FIP-0059 and FIP-0092.
/// </summary>
/// <param name="Porep">The proof's sector size.</param>
/// <param name="Variant">How challenges are drawn.</param>
/// <param name="ReplicaId">The sector's replica id.</param>
/// <param name="CommR">The sector's CommR; interactive challenges do not depend on it.</param>
/// <param name="Seed">The interactive randomness, 32 bytes; challenges of NonInteractive do not depend on it.</param>
internal sealed record PorepChallenges(PorepParameters Porep, PorepVariant Variant, ReplicaId ReplicaId, CommR CommR, Bytes32 Seed)
{
    private const int SelectionBytes = sizeof(uint);

    /// <summary>How many there are.</summary>
    public ChallengeCounts Counts => ChallengeCounts.Porep(Porep.SectorSize, Variant);

    private int SyntheticCount => ChallengeCounts.SyntheticOf(Porep.SectorSize);

    /// <summary>The challenged nodes of one partition, in order.</summary>
    /// <param name="partition">From 0.</param>
    public uint[] OfPartition(int partition)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, Counts.Partitions);
        int first = partition * Counts.PerPartition;
        return Variant switch
        {
            PorepVariant.NonInteractive => Hashed([.. "filecoin.io|PoRep|1|NonInteractive|1"u8, .. ReplicaId.Value.Span, .. CommR.Value.Span], first),
            PorepVariant.Synthetic => Selected(first),
            _ => Hashed([.. ReplicaId.Value.Span, .. Seed.Span], first),
        };
    }

    /// <summary>The whole set that Synthetic's seed chooses from, in order.</summary>
    /// <exception cref="InvalidOperationException">The variant has none.</exception>
    public uint[] SyntheticSet()
    {
        RefuseOtherVariants();
        ChaCha20 generation = Generation();
        uint[] set = new uint[SyntheticCount];
        for (int i = 0; i < set.Length; i++)
        {
            set[i] = Generated(generation, i);
        }

        return set;
    }

    private void RefuseOtherVariants()
    {
        if (Variant != PorepVariant.Synthetic)
        {
            throw new InvalidOperationException($"{Variant} has no synthetic challenges");
        }
    }

    /// <summary>Challenges drawn as SHA-256 of what is given and the number of the challenge, u32 little-endian.</summary>
    private uint[] Hashed(ReadOnlySpan<byte> prefix, int first)
    {
        byte[] message = [.. prefix, .. new byte[sizeof(int)]];
        uint[] nodes = new uint[Counts.PerPartition];
        for (int i = 0; i < nodes.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(prefix.Length), first + i);
            nodes[i] = NodeOf(SHA256.HashData(message));
        }

        return nodes;
    }

    /// <summary>Which of <see cref="SyntheticSet"/> Synthetic's seed chooses for one partition, in order, counted from 0.</summary>
    /// <param name="partition">From 0.</param>
    /// <exception cref="InvalidOperationException">The variant has none.</exception>
    public int[] ChosenOfSyntheticSet(int partition)
    {
        RefuseOtherVariants();
        return Chosen(partition * Counts.PerPartition);
    }

    private int[] Chosen(int first)
    {
        byte[] selection = new byte[Counts.PerPartition * SelectionBytes];
        KeyStream("filecoin.io|PoRep|1|Synthetic|1|Selection"u8, Seed).Read((long)first * SelectionBytes, selection);
        int[] chosen = new int[Counts.PerPartition];
        for (int i = 0; i < chosen.Length; i++)
        {
            chosen[i] = (int)(BinaryPrimitives.ReadUInt32LittleEndian(selection.AsSpan(i * SelectionBytes)) % (uint)SyntheticCount);
        }

        return chosen;
    }

    private uint[] Selected(int first)
    {
        ChaCha20 generation = Generation();
        return Array.ConvertAll(Chosen(first), index => Generated(generation, index));
    }

    private ChaCha20 Generation() => KeyStream("filecoin.io|PoRep|1|Synthetic|1|Generation"u8, CommR.Value);

    /// <summary>ChaCha20 under the keyed BLAKE2b-256 of replica id and <paramref name="second"/>.</summary>
    private ChaCha20 KeyStream(ReadOnlySpan<byte> domain, Bytes32 second)
    {
        Span<byte> key = stackalloc byte[ChaCha20.KeyBytes];
        Blake2b.HashKeyed(domain, [.. ReplicaId.Value.Span, .. second.Span], key);
        return new ChaCha20(key, "synth-porep\0"u8);
    }

    private uint Generated(ChaCha20 generation, int index)
    {
        Span<byte> random = stackalloc byte[Bytes32.Length];
        generation.Read((long)index * Bytes32.Length, random);
        return NodeOf(random);
    }

    /// <summary>1 + the little-endian number modulo (nodes - 1).</summary>
    private uint NodeOf(ReadOnlySpan<byte> number)
    {
        ulong modulus = (ulong)Porep.Nodes - 1;
        ulong rest = 0;
        for (int i = number.Length - sizeof(uint); i >= 0; i -= sizeof(uint))
        {
            rest = ((rest << 32) | BinaryPrimitives.ReadUInt32LittleEndian(number[i..])) % modulus;
        }

        return (uint)rest + 1;
    }
}
