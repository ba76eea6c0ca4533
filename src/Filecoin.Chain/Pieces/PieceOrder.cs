using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Rules;
using Filecoin.Primitives;

namespace Filecoin.Chain.Pieces;

/// <summary>How a search for the order of pieces ended.</summary>
public enum OrderFound
{
    /// <summary>An order has the CommD; nothing else can have it.</summary>
    Yes,

    /// <summary>No order has it: the pieces are not those of the sector.</summary>
    No,

    /// <summary>There are more orders than are tried.</summary>
    TooMany,
}

/// <summary>
/// Finds the order in which pieces have a CommD. Tried first: as given, largest first (Curio), smallest first, as given backwards; then every
/// order that fits the sector, equal pieces taken for one. A try costs a few hashes, so that eight different pieces take a second.
/// </summary>
public static class PieceOrder
{
    /// <summary>Orders tried at most.</summary>
    public const int MostTries = 1 << 19;

    /// <summary>Looks for the order.</summary>
    /// <param name="size">Sector size.</param>
    /// <param name="pieces">The pieces, in any order.</param>
    /// <param name="commD">What has to come out.</param>
    /// <param name="order">The order, if there is one.</param>
    public static OrderFound Find(SectorSize size, ImmutableArray<PieceInfo> pieces, CommD commD, out ImmutableArray<PieceInfo> order)
    {
        ImmutableArray<PieceInfo>[] likely =
        [
            pieces,
            [.. pieces.OrderByDescending(piece => piece.PaddedSize)],
            [.. pieces.OrderBy(piece => piece.PaddedSize)],
            [.. pieces.Reverse()],
        ];
        foreach (ImmutableArray<PieceInfo> candidate in likely)
        {
            if (Gives(size, candidate, commD))
            {
                order = candidate;
                return OrderFound.Yes;
            }
        }

        Search search = new(size, pieces, commD);
        order = search.Run() ? search.Order : [];
        return !order.IsEmpty ? OrderFound.Yes : search.GaveUp ? OrderFound.TooMany : OrderFound.No;
    }

    /// <summary>Whether pieces fit in this order, with what aligns them.</summary>
    public static bool Fits(SectorSize size, ImmutableArray<PieceInfo> pieces) => PieceSizes.Misfit(pieces.AsSpan(), orderKnown: true, size) is null;

    /// <summary>Whether pieces fit in this order and have the commitment as they stand.</summary>
    public static bool Gives(SectorSize size, ImmutableArray<PieceInfo> pieces, CommD commD) => Fits(size, pieces) && PieceRoots.CommDOf(size, pieces) == commD;

    /// <summary>The pieces in the order that gives a CommD; null if none does.</summary>
    /// <param name="size">The sector's size.</param>
    /// <param name="data">The pieces.</param>
    /// <param name="commD">What they have to give.</param>
    /// <param name="whose">Behind that CommD in the remark, who says so; may be empty.</param>
    /// <param name="remark">What is to say of it, the end of a sentence that begins with the pieces; null for nothing.</param>
    internal static SectorData? InOrder(SectorSize size, SectorData data, CommD commD, string whose, out string? remark)
    {
        remark = null;
        if (data.Pieces.IsEmpty || (data.OrderKnown && Gives(size, data.Pieces, commD)))
        {
            return data;
        }

        switch (Find(size, data.Pieces, commD, out ImmutableArray<PieceInfo> order))
        {
            case OrderFound.Yes:
                remark = data.Pieces.SequenceEqual(order) ? null : $"stand in another order than the one that is used, since it gives CommD {commD}{whose}";
                return data with { Pieces = order, OrderKnown = true };
            case OrderFound.TooMany:
                remark = data.OrderKnown ? $"do not give CommD {commD} as they stand{whose}, and can stand in more orders than are tried" : null;
                return data with { OrderKnown = false };
            default:
                string given = !data.OrderKnown ? "are not all, or others:"
                    : Fits(size, data.Pieces) ? $"give CommD {PieceRoots.CommDOf(size, data.Pieces)}, and"
                    : "do not fit the sector, and";
                remark = $"{given} in no order do they give CommD {commD}{whose}";
                return null;
        }
    }

    /// <summary>Depth first; what is placed is a list of finished subtrees, largest at the bottom, shared between branches.</summary>
    private sealed class Search
    {
        private readonly SectorSize _size;
        private readonly CommD _commD;
        private readonly PieceInfo[] _kinds;
        private readonly int[] _left;
        private readonly PieceInfo[] _order;
        private int _tries;

        public Search(SectorSize size, ImmutableArray<PieceInfo> pieces, CommD commD)
        {
            _size = size;
            _commD = commD;
            IGrouping<PieceInfo, PieceInfo>[] kinds = [.. pieces.GroupBy(piece => piece)];
            _kinds = [.. kinds.Select(kind => kind.Key)];
            _left = [.. kinds.Select(kind => kind.Count())];
            _order = new PieceInfo[pieces.Length];
        }

        public bool GaveUp => _tries > MostTries;

        public ImmutableArray<PieceInfo> Order => [.. _order];

        public bool Run() => Place(0, null, 0);

        private bool Place(int depth, Subtree? top, long used)
        {
            if (depth == _order.Length)
            {
                return Root(top) == _commD;
            }

            for (int kind = 0; kind < _kinds.Length; kind++)
            {
                PieceInfo piece = _kinds[kind];
                long start = PieceSizes.Align(used, piece.PaddedSize);
                if (_left[kind] == 0 || start > _size.Bytes - piece.PaddedSize)
                {
                    continue;
                }

                if (++_tries > MostTries)
                {
                    return false;
                }

                _left[kind]--;
                _order[depth] = piece;
                if (Place(depth + 1, Push(top, piece), start + piece.PaddedSize))
                {
                    return true;
                }

                _left[kind]++;
            }

            return false;
        }

        private CommD Root(Subtree? top)
        {
            while (top!.Piece.PaddedSize < _size.Bytes)
            {
                top = Add(top, Zeros(top.Piece.PaddedSize));
            }

            return top.Piece.CommP;
        }

        private static Subtree Push(Subtree? top, PieceInfo piece)
        {
            while (top is not null && top.Piece.PaddedSize < piece.PaddedSize)
            {
                top = Add(top, Zeros(top.Piece.PaddedSize));
            }

            return Add(top, piece);
        }

        private static Subtree Add(Subtree? top, PieceInfo piece)
        {
            while (top is not null && top.Piece.PaddedSize == piece.PaddedSize)
            {
                piece = new PieceInfo(new CommD(PieceRoots.Parent(top.Piece.CommP.Value, piece.CommP.Value)), 2 * piece.PaddedSize);
                top = top.Below;
            }

            return new Subtree(piece, top);
        }

        private static PieceInfo Zeros(long paddedSize) => new(ZeroCommitments.ForPiece(paddedSize), paddedSize);

        private sealed record Subtree(PieceInfo Piece, Subtree? Below);
    }
}
