using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Messages;
using Filecoin.Chain.Rules;
using Filecoin.Primitives;

namespace Filecoin.Chain.Pieces;

/// <summary>Makes an answer of pieces that a message, an event or a claim names.</summary>
internal static class NamedPieces
{
    /// <summary>The pieces, or a complaint about the first that can be none.</summary>
    internal static PieceAnswer Answer(
        IReadOnlyCollection<NamedPiece> named, bool orderKnown, CommD? commD, string source, PieceQuestion question)
    {
        if (!TryMake(named, question.Size, out ImmutableArray<PieceInfo> pieces, out string? complaint))
        {
            return PieceAnswer.Refused(complaint);
        }

        // Where data is certain to be there, no pieces are none that are named; else its data is then zero.
        commD ??= pieces.IsEmpty && (question.IsUpdate || question.MayBeZeros) ? ZeroCommitments.ForSector(question.Size) : null;
        return PieceAnswer.Found(new SectorData { Pieces = pieces, OrderKnown = orderKnown, CommD = commD, Source = source });
    }

    /// <summary>The pieces; false with the complaint about the first that can be none.</summary>
    internal static bool TryMake(
        IReadOnlyCollection<NamedPiece> named, SectorSize size, out ImmutableArray<PieceInfo> pieces, [NotNullWhen(false)] out string? complaint)
    {
        ImmutableArray<PieceInfo>.Builder made = ImmutableArray.CreateBuilder<PieceInfo>(named.Count);
        pieces = [];
        complaint = null;
        foreach (NamedPiece entry in named)
        {
            if (!PieceSizes.TryMake(entry.Cid, entry.PaddedSize, size, out PieceInfo piece, out complaint))
            {
                return false;
            }

            made.Add(piece);
        }

        pieces = made.DrainToImmutable();
        return true;
    }
}
