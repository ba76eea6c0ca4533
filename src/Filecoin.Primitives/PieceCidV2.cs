using System.Numerics;
using Filecoin.Cryptography;

namespace Filecoin.Primitives;

/// <summary>
/// A piece's CID of version 2 (FRC-0069): commitment, size of the tree and length of the payload in one identifier, "bafkzcib…". CIDv1 of
/// codec raw and multihash fr32-sha256-trunc254-padbintree, whose digest is varint padding, one byte height, 32 bytes commitment. The tree
/// has 2^height nodes of 32 bytes; the payload is 127 of every 128 bytes of it, less the padding.
/// </summary>
/// <remarks>
/// CIDs of version 1 (<see cref="CommitmentCid"/>) hold the commitment only. A tree is the smallest that holds its payload, so the same
/// commitment with half the payload or less has no such CID: there the zeros count as payload (<see cref="OfWhole"/>).
/// </remarks>
public readonly record struct PieceCidV2
{
    /// <summary>Multicodec raw.</summary>
    public const ulong RawCodec = 0x55;

    /// <summary>Multihash fr32-sha256-trunc254-padbintree.</summary>
    public const ulong PaddedBinaryTree = 0x1011;

    private const byte MinHeight = 2;
    private const byte MaxHeight = 31;

    /// <summary>Makes an identifier.</summary>
    /// <param name="piece">The commitment and the padded size, from 128 bytes to 64 GiB.</param>
    /// <param name="payloadSize">Bytes of data, which zeros follow up to <see cref="PieceInfo.UnpaddedSize"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">No piece has the size, or the payload is too long or would fit a smaller piece.</exception>
    public PieceCidV2(PieceInfo piece, long payloadSize)
    {
        if (!IsSize(piece.PaddedSize))
        {
            throw new ArgumentOutOfRangeException(nameof(piece), piece.PaddedSize, "a piece is a power of two from 128 bytes to 64GiB");
        }

        if (!IsPayload(piece, payloadSize))
        {
            throw new ArgumentOutOfRangeException(
                nameof(payloadSize), payloadSize, "the payload is longer than the piece, or so short that a smaller piece holds it");
        }

        Piece = piece;
        PayloadSize = payloadSize;
    }

    /// <summary>The commitment and the padded size.</summary>
    public PieceInfo Piece { get; }

    /// <summary>Bytes of data; zeros follow.</summary>
    public long PayloadSize { get; }

    /// <summary>The identifier of a piece whose zeros at the end, if it has any, count as payload.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No piece has the size.</exception>
    public static PieceCidV2 OfWhole(PieceInfo piece) => new(piece, piece.UnpaddedSize);

    /// <summary>Reads what <see cref="ToCid"/> writes; false for any other CID.</summary>
    public static bool TryFromCid(Cid cid, out PieceCidV2 piece)
    {
        ArgumentNullException.ThrowIfNull(cid);
        piece = default;
        if (cid.Codec != RawCodec || cid.Hash != PaddedBinaryTree
            || !Varint.TryRead(cid.Digest, out ulong padding, out int read)
            || cid.Digest.Length != read + 1 + Bytes32.Length
            || cid.Digest[read] is < MinHeight or > MaxHeight)
        {
            return false;
        }

        byte height = cid.Digest[read];
        PieceInfo info = new(new CommD(new Bytes32(cid.Digest[(read + 1)..])), (long)SectorSize.NodeBytes << height);
        if (padding > (ulong)info.UnpaddedSize || !IsPayload(info, info.UnpaddedSize - (long)padding))
        {
            return false;
        }

        piece = new PieceCidV2(info, info.UnpaddedSize - (long)padding);
        return true;
    }

    /// <summary>Reads the text form "bafkzcib…"; false for anything else.</summary>
    public static bool TryParse(string? text, out PieceCidV2 piece)
    {
        piece = default;
        return Cid.TryParse(text, out Cid? cid) && TryFromCid(cid, out piece);
    }

    /// <summary>The CID.</summary>
    public Cid ToCid()
    {
        byte height = (byte)BitOperations.Log2((ulong)Piece.PaddedSize / SectorSize.NodeBytes);
        return Cid.Create(
            RawCodec, PaddedBinaryTree, [.. Varint.ToBytes((ulong)(Piece.UnpaddedSize - PayloadSize)), height, .. Piece.CommP.Value.Span]);
    }

    /// <summary>"bafkzcib…".</summary>
    public override string ToString() => ToCid().ToString();

    private static bool IsSize(long padded) =>
        padded is >= (long)SectorSize.NodeBytes << MinHeight and <= (long)SectorSize.NodeBytes << MaxHeight && long.IsPow2(padded);

    /// <summary>There is less padding than payload, except in the smallest piece, which holds whatever is shorter.</summary>
    private static bool IsPayload(PieceInfo piece, long payload) =>
        payload >= 0 && payload <= piece.UnpaddedSize
        && (piece.PaddedSize == (long)SectorSize.NodeBytes << MinHeight || piece.UnpaddedSize - payload < payload);
}
