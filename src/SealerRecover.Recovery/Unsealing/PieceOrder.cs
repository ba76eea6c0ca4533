using System.Collections.Immutable;
using Filecoin.Chain;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>Finds the order of pieces of which only the set is known: the one that gives the sector's CommD.</summary>
internal static class PieceOrder
{
    /// <summary>Orders that are tried: all of nine pieces, in some seconds.</summary>
    private const int MostOrders = 400_000;

    /// <summary>The order; null if none of those tried gives <paramref name="commD"/>.</summary>
    /// <param name="size">Sector size.</param>
    /// <param name="pieces">The pieces, in any order; those that are more likely first.</param>
    /// <param name="commD">The commitment to the sector's data.</param>
    /// <param name="cancellation">Ends the search.</param>
    public static ImmutableArray<PieceInfo>? Find(
        SectorSize size, ImmutableArray<PieceInfo> pieces, CommD commD, CancellationToken cancellation)
    {
        // What Lotus and Curio would do with a set is likelier than a shuffle: as named, and the largest or smallest first.
        IEnumerable<ImmutableArray<PieceInfo>> likely =
        [
            pieces,
            [.. pieces.OrderByDescending(piece => piece.PaddedSize)],
            [.. pieces.OrderBy(piece => piece.PaddedSize)],
        ];
        foreach (ImmutableArray<PieceInfo> order in likely.Concat(Orders(pieces).Take(MostOrders)))
        {
            cancellation.ThrowIfCancellationRequested();
            if (PieceSizes.Misfit(order.AsSpan(), orderKnown: true, size) is null && CommDOf(size, order) == commD)
            {
                return order;
            }
        }

        return null;
    }

    /// <summary>The commitment to a sector of these pieces in this order.</summary>
    /// <exception cref="OperatorException">They do not fit.</exception>
    public static CommD CommDOf(SectorSize size, ImmutableArray<PieceInfo> pieces) =>
        PieceLayout.ComputeCommD(size, [.. PieceLayout.Arrange(size, pieces).Select(placed => placed.Piece)]);

    /// <summary>All orders, each once also where a piece is there several times.</summary>
    private static IEnumerable<ImmutableArray<PieceInfo>> Orders(ImmutableArray<PieceInfo> pieces)
    {
        if (pieces.Length <= 1)
        {
            yield return pieces;
            yield break;
        }

        foreach (PieceInfo first in pieces.Distinct())
        {
            foreach (ImmutableArray<PieceInfo> rest in Orders(pieces.Remove(first)))
            {
                yield return rest.Insert(0, first);
            }
        }
    }
}
