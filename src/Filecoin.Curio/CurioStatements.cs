using Filecoin.Chain.Facts;
using Filecoin.Chain.Messages;
using Filecoin.Chain.Sources;
using Filecoin.Primitives;

namespace Filecoin.Curio;

/// <summary>
/// What Curio's rows about a sector say of how it was sealed, each field alone. Pure, and the one place that knows what rows mean: sectors_meta
/// changes when an update is sent, not when it is on chain, and rows of pieces replace each other.
/// </summary>
internal static class CurioStatements
{
    private const string Meta = "sectors_meta";
    private const string Sdr = "sectors_sdr_pipeline";
    private const string Snap = "sectors_snap_pipeline";

    /// <summary>The answer.</summary>
    /// <param name="question">The sector.</param>
    /// <param name="rows">What there is of it.</param>
    /// <param name="source">Who says it.</param>
    /// <exception cref="OperatorException">BadInput: more rows than one where there can be one.</exception>
    internal static SourceAnswer Of(SourceQuestion question, SectorRows rows, string source)
    {
        Recorded recorded = new(question.Sector, source);
        return rows.Doubled is { } table ? throw recorded.Bad($"more than one row of it in {table}")
            : rows.Sealed is { } made ? OfSealed(question, rows, made, recorded)
            : rows.Sealing is { } making ? SourceAnswer.Said(OfSealing(question, rows, making, recorded), recorded)
            : SourceAnswer.Nothing("it does not hold the sector");
    }

    /// <summary>A sector whose proof was sent; sectors_meta has it from then on.</summary>
    private static SourceAnswer OfSealed(SourceQuestion question, SectorRows rows, SealedRow made, Recorded recorded)
    {
        CommD zeros = ZeroCommitments.ForSector(question.Size);
        (Ticket? ticket, long? epoch) = recorded.Ticket(made.Ticket, $"{Meta}.ticket_value", made.TicketEpoch, $"{Meta}.ticket_epoch");
        CommR? sealedCid = CommR(recorded, made.SealedCid, $"{Meta}.orig_sealed_cid");
        CommD? original = CommD(recorded, made.UnsealedCid, $"{Meta}.orig_unsealed_cid");
        Cid? updateMessage = recorded.Cid(made.UpdateMessage, $"{Meta}.msg_cid_update");
        Present present = PresentOf(made, recorded);

        // The CIDs alone do not tell: an update to zeros has the same ones (20260407-has-sector-key.sql), and older clusters have no other column.
        CommR? key = sealedCid ?? question.SealedCid;
        bool isUpdated = made.HasSectorKey == true || updateMessage is not null
            || (present.SealedCid is { } current ? current != key : present.CommD is { } data && original is { } before && data != before);
        CommD? commD = original ?? (made.IsCommittedCapacity == true && !isUpdated ? zeros : null);
        SectorStatement statement = new()
        {
            Source = recorded.Source,
            SealProof = recorded.Proof(made.SealProof, $"{Meta}.reg_seal_proof"),
            Ticket = ticket,
            TicketEpoch = epoch,
            SealedCid = sealedCid,
            CommD = commD,
            PreCommitMessage = recorded.Cid(made.PreCommitMessage, $"{Meta}.msg_cid_precommit"),
            CommitMessage = recorded.Cid(made.CommitMessage, $"{Meta}.msg_cid_commit"),
            UpdateMessage = updateMessage,
        };
        if (question.IsSnapped)
        {
            return SourceAnswer.Said(WithUpdate(statement, question, rows, isUpdated ? present : null, key, original, recorded), recorded);
        }

        // Pieces replace each other when an update is sent, whether or not it gets on chain; what was sealed over zeros never had any.
        return SourceAnswer.Said(
            commD == zeros || isUpdated ? statement : statement with { Data = Pieces(recorded, rows.SealedPieces, Table.SealedPieces, question.Size) },
            recorded,
            Remark(rows, isUpdated));
    }

    /// <summary>
    /// The update that is on chain: as it is in the pipeline, where it still is and has that very CommR, for there no pieces of an earlier try
    /// are left; else as it was sent.
    /// </summary>
    private static SectorStatement WithUpdate(
        SectorStatement statement, SourceQuestion question, SectorRows rows, Present? updated, CommR? key, CommD? original, Recorded recorded)
    {
        if (rows.Snapping is { } snapping && CommR(recorded, snapping.SealedCid, $"{Snap}.update_sealed_cid") is { } encoded
            && encoded == question.UpdateSealedCid)
        {
            return statement with
            {
                UpdateSealedCid = encoded,
                UpdateCommD = CommD(recorded, snapping.UnsealedCid, $"{Snap}.update_unsealed_cid"),
                UpdateData = Pieces(recorded, rows.SnappingPieces, Table.SnappingPieces, question.Size),
                UpdateMessage = recorded.Cid(snapping.Message, $"{Snap}.prove_msg_cid") ?? statement.UpdateMessage,
            };
        }

        if (updated is not { } present)
        {
            return statement;
        }

        // Rows of the time before a snap whose end Curio missed: its repair takes the CommR from the chain, or only has_sector_key, and nothing else
        // (tasks/metadata/task_sector_expirations.go).
        bool isBefore = present.SealedCid is { } current && (current != key
            ? present.CommD is { } data && data == original
            : question.UpdateSealedCid is { } onChain && onChain != current);
        if (isBefore)
        {
            recorded.Refuse("CommD and pieces of the time before its update, while the chain has the update", $"{Meta}.cur_unsealed_cid");
            return present.SealedCid == key ? statement : statement with { UpdateSealedCid = present.SealedCid };
        }

        if (present.SealedCid is { } other && question.UpdateSealedCid is { } known && other != known)
        {
            recorded.Refuse($"another update than the one on chain, {other},", $"{Meta}.cur_sealed_cid");
            return statement;
        }

        return statement with
        {
            UpdateSealedCid = present.SealedCid,
            UpdateCommD = present.CommD,
            UpdateData = Pieces(recorded, rows.SealedPieces, Table.SealedPieces, question.Size),
        };
    }

    /// <summary>What the row has as the commitments of now.</summary>
    private static Present PresentOf(SealedRow made, Recorded recorded)
    {
        // curio#191: for two months of 2024 the CommR of an update went into the column of CommD, and an undefined CID into its own. Curio
        // itself reads it so, and CommD as what the pieces give (tasks/unseal/task_unseal_decode.go).
        const string sealedPlace = $"{Meta}.cur_sealed_cid";
        const string unsealedPlace = $"{Meta}.cur_unsealed_cid";
        return made.CurrentSealedCid is "" or "b" && made.CurrentUnsealedCid is { } text
            && Cid.TryParse(text, out Cid? swapped) && CommitmentCid.TryGetCommR(swapped, out CommR commR)
                ? new Present(commR, null)
                : new Present(CommR(recorded, made.CurrentSealedCid, sealedPlace), CommD(recorded, made.CurrentUnsealedCid, unsealedPlace));
    }

    /// <summary>A sector that is not proven yet, as far as this try of sealing it got.</summary>
    private static SectorStatement OfSealing(SourceQuestion question, SectorRows rows, SealingRow making, Recorded recorded)
    {
        bool isLabeled = making.IsLabeled != false;
        (Ticket? ticket, long? epoch) = isLabeled
            ? recorded.Ticket(making.Ticket, $"{Sdr}.ticket_value", making.TicketEpoch, $"{Sdr}.ticket_epoch")
            : default;
        return new SectorStatement
        {
            Source = recorded.Source,
            SealProof = recorded.Proof(making.SealProof, $"{Sdr}.reg_seal_proof"),
            Ticket = ticket,
            TicketEpoch = epoch,
            SealedCid = making.HasTreeR == false ? null : CommR(recorded, making.SealedCid, $"{Sdr}.tree_r_cid"),
            CommD = making.HasTreeD == false ? null : CommD(recorded, making.UnsealedCid, $"{Sdr}.tree_d_cid"),
            Data = Pieces(recorded, rows.SealingPieces, Table.SealingPieces, question.Size),
            PreCommitMessage = recorded.Cid(making.PreCommitMessage, $"{Sdr}.precommit_msg_cid"),
        };
    }

    /// <summary>What is under way with a sector that is not snapped, and will change it on chain.</summary>
    private static string? Remark(SectorRows rows, bool isUpdated) =>
        isUpdated || rows.Snapping is { HasFailed: not true, Message.Length: > 0 }
            ? "Curio has sent an update of it that the chain does not have: these are the facts of before, so ask again once the update is on chain"
        : rows.Snapping is { HasFailed: not true }
            ? "Curio is updating it with data: these are the facts of before, so ask again once the update is on chain"
        : null;

    private static CommR? CommR(Recorded recorded, string? text, string place) => recorded.CommR(recorded.Cid(text, place), place);

    private static CommD? CommD(Recorded recorded, string? text, string place) => recorded.CommD(recorded.Cid(text, place), place);

    /// <summary>A list of pieces, which counts as a whole: with one that can be none it is not used.</summary>
    private static SectorData? Pieces(Recorded recorded, List<PieceRow> rows, Table table, SectorSize size)
    {
        List<NamedPiece> named = [];
        foreach (PieceRow row in rows)
        {
            if (!Cid.TryParse(row.Cid ?? "", out Cid? cid) || row.PaddedSize is not (> 0 and { } padded))
            {
                recorded.Refuse(
                    $"a piece of {row.PaddedSize?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no"} bytes with the CID \"{SafeText.Line(row.Cid, 80)}\"",
                    table.Name);
                return null;
            }

            named.Add(new NamedPiece(cid, (ulong)padded));
        }

        return recorded.Data(named, size, table.Name);
    }

    /// <summary>The commitments that a sector has now, by its row.</summary>
    private readonly record struct Present(CommR? SealedCid, CommD? CommD);
}
