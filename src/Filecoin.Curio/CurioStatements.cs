using Filecoin.Chain;
using Filecoin.Primitives;

namespace Filecoin.Curio;

/// <summary>What Curio's rows about a sector say of how it was sealed. Pure.</summary>
internal static class CurioStatements
{
    /// <summary>The answer.</summary>
    /// <param name="question">The sector.</param>
    /// <param name="rows">What there is of it.</param>
    /// <param name="source">Who says it.</param>
    /// <exception cref="OperatorException">BadInput: rows that can be none.</exception>
    internal static SourceAnswer Of(SourceQuestion question, SectorRows rows, string source)
    {
        Recorded recorded = new(question.Sector, source);
        return rows.Doubled is { } table ? throw recorded.Bad($"more than one row of it in {table}")
            : rows.Sealed is { } made ? SourceAnswer.Said(OfSealed(question, rows, made, recorded), Remark(question, rows, made))
            : rows.Sealing is { } making ? SourceAnswer.Said(OfSealing(question, rows, making, recorded))
            : SourceAnswer.Nothing("it does not hold the sector");
    }

    /// <summary>A sector that was proven; sectors_meta has it from then on.</summary>
    private static SectorStatement OfSealed(SourceQuestion question, SectorRows rows, SealedRow made, Recorded recorded)
    {
        CommD zeros = ZeroCommitments.ForSector(question.Size);
        Ticket? ticket = recorded.Ticket(made.Ticket);
        CommD? commD = recorded.CommD(recorded.Cid(made.UnsealedCid)) ?? (made.IsCommittedCapacity == true && !made.IsUpdated ? zeros : null);
        SectorStatement statement = new()
        {
            Source = recorded.Source,
            SealProof = recorded.Proof(made.SealProof),
            Ticket = ticket,
            TicketEpoch = ticket is null ? null : recorded.Epoch(made.TicketEpoch),
            SealedCid = recorded.CommR(recorded.Cid(made.SealedCid)),
            CommD = commD,
            PreCommitMessage = recorded.Cid(made.PreCommitMessage),
            CommitMessage = recorded.Cid(made.CommitMessage),
            UpdateMessage = recorded.Cid(made.UpdateMessage),
        };
        return question.IsSnapped ? WithUpdate(statement, question, rows, made, recorded)

            // Pieces replace each other when an update is sent, whether or not it gets on chain; what was sealed over zeros never had any.
            : commD == zeros || made.IsUpdated ? statement
            : statement with { Data = recorded.Data(Named(rows.SealedPieces, recorded), question.Size) };
    }

    /// <summary>
    /// The update that is on chain: as it is in the pipeline, where it still is and has that very CommR, for there no pieces of an earlier try
    /// are left; else as it was sent.
    /// </summary>
    private static SectorStatement WithUpdate(
        SectorStatement statement, SourceQuestion question, SectorRows rows, SealedRow made, Recorded recorded)
    {
        if (rows.Snapping is { } snapping && recorded.CommR(recorded.Cid(snapping.SealedCid)) is { } encoded && encoded == question.UpdateSealedCid)
        {
            return statement with
            {
                UpdateSealedCid = encoded,
                UpdateCommD = recorded.CommD(recorded.Cid(snapping.UnsealedCid)),
                UpdateData = recorded.Data(Named(rows.SnappingPieces, recorded), question.Size),
                UpdateMessage = recorded.Cid(snapping.Message) ?? statement.UpdateMessage,
            };
        }

        return !made.IsUpdated ? statement : statement with
        {
            UpdateSealedCid = recorded.CommR(recorded.Cid(made.CurrentSealedCid)),
            UpdateCommD = recorded.CommD(recorded.Cid(made.CurrentUnsealedCid)),
            UpdateData = recorded.Data(Named(rows.SealedPieces, recorded), question.Size),
        };
    }

    /// <summary>A sector that is not proven yet, as far as it got.</summary>
    private static SectorStatement OfSealing(SourceQuestion question, SectorRows rows, SealingRow making, Recorded recorded)
    {
        Ticket? ticket = recorded.Ticket(making.Ticket);
        return new SectorStatement
        {
            Source = recorded.Source,
            SealProof = recorded.Proof(making.SealProof),
            Ticket = ticket,
            TicketEpoch = ticket is null ? null : recorded.Epoch(making.TicketEpoch),
            SealedCid = recorded.CommR(recorded.Cid(making.SealedCid)),
            CommD = recorded.CommD(recorded.Cid(making.UnsealedCid)),
            Data = recorded.Data(Named(rows.SealingPieces, recorded), question.Size),
            PreCommitMessage = recorded.Cid(making.PreCommitMessage),
        };
    }

    /// <summary>What is under way, and will change the sector on chain.</summary>
    private static string? Remark(SourceQuestion question, SectorRows rows, SealedRow made) =>
        question.IsSnapped || (rows.Snapping is null && !made.IsUpdated) ? null
        : made.IsUpdated || !string.IsNullOrEmpty(rows.Snapping!.Message)
            ? "Curio has sent an update of it that the chain does not have: these are the facts of before, so ask again once the update is on chain"
        : "Curio is updating it with data: these are the facts of before, so ask again once the update is on chain";

    private static List<NamedPiece> Named(List<PieceRow> rows, Recorded recorded) =>
    [
        .. rows.Select(row => new NamedPiece(
            recorded.Cid(row.Cid) ?? throw recorded.Bad("a piece without a CID"),
            row.PaddedSize is > 0 and { } size ? (ulong)size : throw recorded.Bad($"a piece of {row.PaddedSize} bytes"))),
    ];
}
