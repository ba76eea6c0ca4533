namespace Filecoin.Curio;

/// <summary>A row of sectors_meta, as it stands; null is what the row, or the schema, does not have.</summary>
internal sealed record SealedRow
{
    internal long? SealProof { get; init; }

    internal long? TicketEpoch { get; init; }

    internal byte[]? Ticket { get; init; }

    /// <summary>CommR as it was sealed.</summary>
    internal string? SealedCid { get; init; }

    /// <summary>CommD as it was sealed.</summary>
    internal string? UnsealedCid { get; init; }

    /// <summary>CommR of the last update whose message was sent; else as it was sealed.</summary>
    internal string? CurrentSealedCid { get; init; }

    /// <summary>CommD likewise.</summary>
    internal string? CurrentUnsealedCid { get; init; }

    internal string? PreCommitMessage { get; init; }

    internal string? CommitMessage { get; init; }

    internal string? UpdateMessage { get; init; }

    /// <summary>Whether its data is zeros and nothing changes that at the moment.</summary>
    internal bool? IsCommittedCapacity { get; init; }

    internal bool? HasSectorKey { get; init; }
}

/// <summary>A row of sectors_sdr_pipeline; null is what was not made yet.</summary>
internal sealed record SealingRow
{
    internal long? SealProof { get; init; }

    internal long? TicketEpoch { get; init; }

    internal byte[]? Ticket { get; init; }

    internal string? SealedCid { get; init; }

    internal string? UnsealedCid { get; init; }

    internal string? PreCommitMessage { get; init; }

    /// <summary>Whether the ticket is that of the layers: a restart takes this back and leaves what an earlier try had, and so with the next two.</summary>
    internal bool? IsLabeled { get; init; }

    /// <summary>Whether CommD is that of the present try.</summary>
    internal bool? HasTreeD { get; init; }

    /// <summary>Whether CommR is.</summary>
    internal bool? HasTreeR { get; init; }
}

/// <summary>A row of sectors_snap_pipeline; null is what was not made yet.</summary>
internal sealed record SnappingRow
{
    internal string? SealedCid { get; init; }

    internal string? UnsealedCid { get; init; }

    internal string? Message { get; init; }

    /// <summary>Whether Curio has given it up.</summary>
    internal bool? HasFailed { get; init; }
}

/// <summary>A row of one of the tables of pieces.</summary>
/// <param name="Cid">CommP.</param>
/// <param name="PaddedSize">Bytes after Fr32 padding.</param>
internal readonly record struct PieceRow(string? Cid, long? PaddedSize);

/// <summary>All rows about one sector.</summary>
internal sealed class SectorRows
{
    /// <summary>Table that has more than one row for it though it can have one; null for none.</summary>
    internal string? Doubled { get; private set; }

    internal SealedRow? Sealed { get; private set; }

    internal SealingRow? Sealing { get; private set; }

    internal SnappingRow? Snapping { get; private set; }

    /// <summary>In the order of piece_num.</summary>
    internal List<PieceRow> SealedPieces { get; } = [];

    /// <summary>In the order of piece_index.</summary>
    internal List<PieceRow> SealingPieces { get; } = [];

    /// <summary>In the order of piece_index.</summary>
    internal List<PieceRow> SnappingPieces { get; } = [];

    /// <summary>Whether nothing is known of it.</summary>
    internal bool AreNone => Sealed is null && Sealing is null;

    internal void Add(SealedRow row)
    {
        Doubled ??= Sealed is null ? null : Table.Sealed.Name;
        Sealed = row;
    }

    internal void Add(SealingRow row)
    {
        Doubled ??= Sealing is null ? null : Table.Sealing.Name;
        Sealing = row;
    }

    internal void Add(SnappingRow row)
    {
        Doubled ??= Snapping is null ? null : Table.Snapping.Name;
        Snapping = row;
    }
}
