using System.Collections.Immutable;
using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>Makes an answer of pieces that a message, an event or a claim names.</summary>
internal static class NamedPieces
{
    /// <summary>The pieces, or a complaint about the first that can be none.</summary>
    internal static PieceAnswer Answer(
        IReadOnlyCollection<NamedPiece> named, bool orderKnown, CommD? commD, string source, PieceQuestion question)
    {
        ImmutableArray<PieceInfo>.Builder pieces = ImmutableArray.CreateBuilder<PieceInfo>(named.Count);
        foreach (NamedPiece entry in named)
        {
            if (!PieceSizes.TryMake(entry.Cid, entry.PaddedSize, question.Size, out PieceInfo piece, out string? complaint))
            {
                return PieceAnswer.Refused(complaint);
            }

            pieces.Add(piece);
        }

        // Only an update can name no pieces and mean it; its data is then zero.
        commD ??= pieces.Count == 0 && question.IsUpdate ? ZeroCommitments.ForSector(question.Size) : null;
        return PieceAnswer.Found(new SectorData { Pieces = pieces.DrainToImmutable(), OrderKnown = orderKnown, CommD = commD, Source = source });
    }
}
