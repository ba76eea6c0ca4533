using Filecoin.Chain.Facts;
using Filecoin.Chain.Pieces;
using Filecoin.Primitives;

namespace Filecoin.Chain.Sources;

/// <summary>
/// Holds what one source says against what must follow from it, before it is compared with others: what cannot be true is left out, with a
/// note that names who said it. Databases keep rows of which some columns were replaced and others not, so that a value proves nothing about its
/// neighbour in the same row. Pure.
/// </summary>
internal static class Consequences
{
    /// <summary>The statement without what cannot be.</summary>
    /// <param name="question">The sector, and what the newest state has of it.</param>
    /// <param name="said">What a source says.</param>
    /// <param name="agreed">What those asked before it say.</param>
    /// <param name="notes">What was left out is added here.</param>
    internal static SectorStatement Of(SourceQuestion question, SectorStatement said, AgreedFacts agreed, List<string> notes)
    {
        SectorStatement possible = OfUpdateToZeros(question, said, notes);
        return possible with
        {
            Data = OfPieces(question.Size, possible, possible.Data, possible.CommD, agreed.CommD, "its pieces", notes),
            UpdateData = OfPieces(question.Size, possible, possible.UpdateData, possible.UpdateCommD, agreed.UpdateCommD, "the pieces of its update", notes),
        };
    }

    /// <summary>
    /// Whether an update holds zeros, as far as the CommRs of both tell: zeros added to the key leave it as it is, and nothing else does
    /// (rust-fil-proofs storage-proofs-update: every node is the key's plus a multiple of the data's).
    /// </summary>
    internal static bool? IsOfZeros(SourceQuestion question) => question is { SealedCid: { } key, UpdateSealedCid: { } update } ? update == key : null;

    private static SectorStatement OfUpdateToZeros(SourceQuestion question, SectorStatement said, List<string> notes)
    {
        CommD zeros = ZeroCommitments.ForSector(question.Size);
        if (IsOfZeros(question) is not { } areZeros || said is { UpdateCommD: null, UpdateData: null })
        {
            return said;
        }

        if (areZeros && ((said.UpdateCommD is { } commD && commD != zeros) || said.UpdateData is { Pieces.IsEmpty: false }))
        {
            notes.Add(
                $"{said.Source} says that its update holds data, but its SealedCID is that of its key, which only zeros leave as it is: what it says of the "
                + "update's data is not used");
            return said with { UpdateCommD = null, UpdateData = null };
        }

        if (!areZeros && said.UpdateCommD == zeros)
        {
            notes.Add($"{said.Source} says that its update holds zeros, but then its SealedCID would be that of its key: that CommD is not used");
            return said with { UpdateCommD = null };
        }

        return said;
    }

    private static SectorData? OfPieces(
        SectorSize size, SectorStatement said, SectorData? data, CommD? own, Agreed<CommD>? others, string what, List<string> notes)
    {
        if (data is null || data.Pieces.IsEmpty || (own ?? data.CommD ?? others?.Value) is not { } commD)
        {
            return data;
        }

        string whose = own is null && data.CommD is null ? $" (by {others!.Sources[0]})" : ", which it names too";
        SectorData? ordered = PieceOrder.InOrder(size, data, commD, whose, out string? remark);
        if (remark is not null)
        {
            notes.Add($"{what} by {said.Source} {remark}{(ordered is null ? ": they are not used" : "")}");
        }

        return ordered;
    }
}
