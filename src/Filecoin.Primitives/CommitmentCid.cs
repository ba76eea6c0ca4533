using Filecoin.Cryptography;

namespace Filecoin.Primitives;

/// <summary>Commitments as CIDs and back (go-fil-commcid commcid.go). The 32 bytes are the stored little-endian field element, unreversed.</summary>
public static class CommitmentCid
{
    /// <summary>Multicodec fil-commitment-unsealed: CommD and piece CommP.</summary>
    public const ulong UnsealedCodec = 0xf101;

    /// <summary>Multicodec fil-commitment-sealed: CommR.</summary>
    public const ulong SealedCodec = 0xf102;

    /// <summary>Multihash sha2-256-trunc254-padded.</summary>
    public const ulong Sha256Truncated = 0x1012;

    /// <summary>Multihash poseidon-bls12_381-a2-fc1.</summary>
    public const ulong PoseidonBls12381 = 0xb401;

    /// <summary>The CID of a CommD or CommP.</summary>
    public static Cid FromUnsealed(Bytes32 commitment) => Cid.Create(UnsealedCodec, Sha256Truncated, commitment.Span);

    /// <summary>The CID of a CommR.</summary>
    public static Cid FromSealed(Bytes32 commitment) => Cid.Create(SealedCodec, PoseidonBls12381, commitment.Span);

    /// <summary>The CommR in <paramref name="cid"/>; false if it names anything else.</summary>
    public static bool TryGetCommR(Cid cid, out CommR commR)
    {
        ArgumentNullException.ThrowIfNull(cid);
        bool ok = cid.Codec == SealedCodec && cid.Hash == PoseidonBls12381 && cid.Digest.Length == Bytes32.Length;
        commR = ok ? new CommR(new Bytes32(cid.Digest)) : default;
        return ok;
    }

    /// <summary>The CommD (or CommP) in <paramref name="cid"/>; false if it names anything else.</summary>
    public static bool TryGetCommD(Cid cid, out CommD commD)
    {
        ArgumentNullException.ThrowIfNull(cid);
        bool ok = cid.Codec == UnsealedCodec && cid.Hash == Sha256Truncated && cid.Digest.Length == Bytes32.Length;
        commD = ok ? new CommD(new Bytes32(cid.Digest)) : default;
        return ok;
    }
}
