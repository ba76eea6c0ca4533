using Filecoin.Cryptography;
using Filecoin.Cryptography.Fields;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Update;

/// <summary>
/// The factors rho that an update's data is multiplied with, drawn from the new CommD and the key's CommR: phi is Poseidon of both, and
/// rho of a node is Poseidon of phi and the h highest bits of the node's index, so that 2^h stretches of nodes each have one factor
/// (rust-fil-proofs storage-proofs-update vanilla.rs, phi, rho and Rhos). These hashes carry a domain tag of their own.
/// </summary>
internal sealed class UpdateFactors
{
    private readonly Fr[] _rhos;

    private UpdateFactors(Fr[] rhos, long stretch)
    {
        _rhos = rhos;
        Stretch = stretch;
    }

    /// <summary>Nodes that share a factor; a power of two.</summary>
    public long Stretch { get; }

    /// <summary>The factors of one update.</summary>
    /// <param name="size">Sector size, which says what h is.</param>
    /// <param name="commD">Commitment to the new data.</param>
    /// <param name="keyCommR">CommR of the key: of the sector before the update.</param>
    public static UpdateFactors For(SectorSize size, CommD commD, CommR keyCommR)
    {
        PoseidonPlain poseidon = new(2, DomainTag);
        Bytes32 phi = poseidon.Hash([.. commD.Value.Span, .. keyCommR.Value.Span]);
        byte[] preimage = [.. phi.Span, .. new byte[Fr.Bytes]];
        Fr[] rhos = new Fr[1 << HighBits(size)];
        for (int high = 0; high < rhos.Length; high++)
        {
            BitConverter.TryWriteBytes(preimage.AsSpan(Fr.Bytes), high);
            Bytes32 rho = poseidon.Hash(preimage);
            rhos[high] = Fr.FromBytes(rho.Span);
        }

        return new UpdateFactors(rhos, size.Nodes / rhos.Length);
    }

    /// <summary>The inverses, which take the data out again.</summary>
    public UpdateFactors Inverse() => new([.. _rhos.Select(rho => rho.Inverse())], Stretch);

    /// <summary>The factor of a node.</summary>
    public Fr Of(long node) => _rhos[node / Stretch];

    // neptune hash_type.rs: HashType::Custom(CType::Arbitrary(1)) is 1 x 2^40.
    private static Fr DomainTag => Fr.FromUInt64(1UL << 40);

    // storage-proofs-update constants.rs, h_default.
    private static int HighBits(SectorSize size) => size.Bytes <= 32L << 10 ? 1 : 10;
}
