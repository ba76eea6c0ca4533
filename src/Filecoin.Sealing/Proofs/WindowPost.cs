using System.Buffers.Binary;
using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Replica;

namespace Filecoin.Sealing.Proofs;

/// <summary>
/// Challenges and vanilla proofs of window PoSt, one sector at a time; those of winning PoSt differ in their number only
/// (<see cref="ChallengeCounts.WinningPost"/>). Source: rust-fil-proofs storage-proofs-post/src/fallback/vanilla.rs and utils.rs.
/// </summary>
public static class WindowPost
{
    /// <summary>
    /// The challenged nodes of one sector: SHA-256 of randomness, sector number (u64 little-endian) and the number of the challenge (u64
    /// little-endian); its first 8 bytes, little-endian, modulo the nodes.
    /// </summary>
    /// <param name="randomness">
    /// 32 bytes as Lotus hands them to the proofs: drawn from the chain, the two top bits of the last byte cleared
    /// (<see cref="Bytes32.ClearTopTwoBits"/>).
    /// </param>
    /// <param name="sectorNumber">The sector's number.</param>
    /// <param name="size">Sector size.</param>
    /// <param name="count">How many: <see cref="ChallengeCounts.WindowPost"/>, or any other number.</param>
    /// <param name="firstIndex">Number of the first challenge: see <see cref="FirstIndex"/>.</param>
    public static long[] Challenges(
        Bytes32 randomness, ulong sectorNumber, SectorSize size, int count = ChallengeCounts.WindowPost, long firstIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(firstIndex);
        Span<byte> message = stackalloc byte[Bytes32.Length + (2 * sizeof(ulong))];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        randomness.CopyTo(message);
        BinaryPrimitives.WriteUInt64LittleEndian(message[Bytes32.Length..], sectorNumber);
        long[] leaves = new long[count];
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(message[(Bytes32.Length + sizeof(ulong))..], firstIndex + i);
            SHA256.HashData(message, digest);
            leaves[i] = (long)(BinaryPrimitives.ReadUInt64LittleEndian(digest) % (ulong)size.Nodes);
        }

        return leaves;
    }

    /// <summary>
    /// Number of a sector's first challenge. Up to V1_1_0 challenges are counted over all sectors proven together; from V1_2_0 on, which is
    /// what the network's proofs StackedDRGWindow…V1_1 are made with (FIP-0061), over each sector.
    /// </summary>
    /// <param name="version">Version of the PoSt, not of the sector's seal proof.</param>
    /// <param name="sectorIndex">Which of the sectors, from 0.</param>
    /// <param name="count">Challenges for each sector.</param>
    public static long FirstIndex(ApiVersion version, int sectorIndex, int count) =>
        version == ApiVersion.V1_2_0 ? 0 : (long)sectorIndex * count;

    /// <summary>Makes a sector's vanilla proof. Nothing is checked: see <see cref="Verify"/>.</summary>
    /// <param name="files">The sealed or updated sector with its p_aux and tree_r_last.</param>
    /// <param name="porep">Size and shape.</param>
    /// <param name="sectorNumber">The sector's number.</param>
    /// <param name="commR">Its CommR.</param>
    /// <param name="challenges">The challenged nodes.</param>
    /// <param name="poseidonKernel">Name of the kernel; null for the best on this machine.</param>
    /// <exception cref="OperatorException">Storage: a file is missing, unreadable or has an impossible length.</exception>
    internal static PostVanillaProof Prove(
        ReplicaFiles files,
        PorepParameters porep,
        ulong sectorNumber,
        CommR commR,
        IEnumerable<long> challenges,
        string? poseidonKernel = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(porep);
        PAuxFile pAux = PAuxFile.Read(files.PAux);
        using PaddedFile replica = new(files.Replica, porep.SectorSize);
        using InclusionProver prover = InclusionProver.OfTreeRLast(replica, files.TreeRLast, porep, poseidonKernel);
        return new PostVanillaProof(sectorNumber, commR, pAux.CommC, pAux.CommRLast, [.. challenges.Select(prover.Prove)]);
    }

    /// <summary>The first thing wrong with a vanilla proof; null for nothing: then the prover holds these nodes of that sector.</summary>
    /// <param name="porep">Size and shape.</param>
    /// <param name="proof">The proof.</param>
    /// <param name="commR">CommR of the sector that should have been proven.</param>
    /// <param name="challenges">The nodes that should have been.</param>
    /// <param name="poseidonKernel">Name of the kernel; null for the best on this machine.</param>
    internal static ProofFault? Verify(
        PorepParameters porep, PostVanillaProof proof, CommR commR, IReadOnlyList<long> challenges, string? poseidonKernel = null)
    {
        ArgumentNullException.ThrowIfNull(proof);
        ArgumentNullException.ThrowIfNull(challenges);
        if (proof.CommR != commR || !FieldNodes.Is(proof.CommC) || CommRs.From(proof.CommC, proof.CommRLast, poseidonKernel) != commR)
        {
            return new ProofFault(ProofFaultKind.CommR, null, $"comm_c and comm_r_last of {proof} do not make its CommR {commR}");
        }

        if (proof.Inclusions.Length != challenges.Count)
        {
            return new ProofFault(ProofFaultKind.Form, null, $"{proof} has {proof.Inclusions.Length} proofs for {challenges.Count} challenges");
        }

        TreeForm form = TreeForm.Poseidon(porep, poseidonKernel);
        return proof.Inclusions.Zip(challenges)
            .Select(pair => InclusionFaults.Explain(
                InclusionVerifier.Check(form, pair.First, pair.Second, proof.CommRLast), ProofFaultKind.CommRLast, "the replica", "tree_r_last", pair.Second))
            .FirstOrDefault(fault => fault is not null);
    }
}
