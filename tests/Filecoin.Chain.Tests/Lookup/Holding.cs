using System.Collections.Immutable;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace SealerRecover.Tests.Chain;

/// <summary>Sectors with data, and what tells their pieces.</summary>
internal static class Holding
{
    internal const long UpdateEpoch = 16_000;

    /// <summary>Three pieces in an order that no sorting gives, with a gap between them.</summary>
    internal static FakePiece[] Pieces { get; } = [Piece(1, 256), Piece(2, 512), Piece(3, 128)];

    /// <summary>The CommD of <see cref="Pieces"/>.</summary>
    internal static Cid CommD { get; } = CommDOf(Pieces);

    /// <summary>The CommD of a sector that holds pieces in this order.</summary>
    internal static Cid CommDOf(params IEnumerable<FakePiece> pieces) => PieceRoots.CommDOf(SectorSize.KiB2, AsFound(pieces)).ToCid();

    internal static FakePiece Piece(int i, ulong size) => new(CommitmentCid.FromUnsealed(Blake2b.Hash256([100, (byte)i]).ClearTopTwoBits()), size);

    internal static ImmutableArray<PieceInfo> AsFound(params IEnumerable<FakePiece> pieces) =>
    [
        .. pieces.Select(piece => new PieceInfo(
            CommitmentCid.TryGetCommD(piece.Cid, out CommD commP) ? commP : throw new ArgumentException("no piece", nameof(pieces)), (long)piece.Size)),
    ];

    /// <summary>Puts deals 1, 2, … on the chain, one for each piece.</summary>
    internal static ulong[] AddDeals(this Lost lost, IReadOnlyList<FakePiece> pieces, long until = long.MaxValue, ulong provider = Lost.Miner)
    {
        for (int i = 0; i < pieces.Count; i++)
        {
            lost.Chain.Deals[(ulong)i + 1] = new FakeDeal(pieces[i], Address.FromActorId(new ActorId(provider))) { From = 12_900, Until = until };
        }

        return [.. Enumerable.Range(1, pieces.Count).Select(i => (ulong)i)];
    }

    /// <summary>A proven sector with data, of which only its pre-commit's CommD is told.</summary>
    internal static FakeSector Sector(ulong number = 2) => Lost.Proven(number) with { UnsealedCid = CommD, Pieces = Pieces };

    /// <summary>A CC sector that was updated with the pieces.</summary>
    internal static FakeSector Snapped(int method = 35) => Lost.Proven(2) with
    {
        SectorKeyCid = Lost.CommR(99),
        Update = new FakeUpdate(UpdateEpoch) { Method = method, Pieces = Pieces, UnsealedCid = CommD },
    };
}
