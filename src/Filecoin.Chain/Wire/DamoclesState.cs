using System.Text.Json.Serialization;
using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>What is needed of a sector's state as damocles-manager keeps it (damocles-manager/core/types_sector_state.go SectorState).</summary>
internal sealed record DamoclesState
{
    /// <summary>Miner and number.</summary>
    [JsonPropertyName("ID")]
    public required DamoclesSectorId Id { get; init; }

    /// <summary>Number of the registered seal proof.</summary>
    public long? SectorType { get; init; }

    /// <summary>The ticket it was sealed with.</summary>
    public DamoclesTicket? Ticket { get; init; }

    /// <summary>Its pieces, zero pieces included, in order; those of the update where it was snapped. Of versions before direct onboarding.</summary>
    public IReadOnlyList<DamoclesDeal>? Deals { get; init; }

    /// <summary>The same, of versions since then.</summary>
    public IReadOnlyList<MinerSectorPiece>? Pieces { get; init; }

    /// <summary>What it was pre-committed with.</summary>
    public DamoclesPreCommit? Pre { get; init; }

    /// <summary>Messages about it.</summary>
    public DamoclesMessages? MessageInfo { get; init; }

    /// <summary>Whether it was snapped, or is about to be.</summary>
    public bool? Upgraded { get; init; }

    /// <summary>What came out of encoding the update.</summary>
    public DamoclesUpdate? UpgradedInfo { get; init; }
}

/// <summary>A sector's identity (go-state-types abi/sector.go SectorID).</summary>
internal sealed record DamoclesSectorId
{
    /// <summary>Actor number of the miner.</summary>
    public required ulong Miner { get; init; }

    /// <summary>Number of the sector.</summary>
    public required ulong Number { get; init; }
}

/// <summary>A ticket.</summary>
internal sealed record DamoclesTicket
{
    /// <summary>32 bytes.</summary>
    public byte[]? Ticket { get; init; }

    /// <summary>Its epoch.</summary>
    [JsonConverter(typeof(EpochJsonConverter))]
    public long Epoch { get; init; }
}

/// <summary>A deal.</summary>
internal sealed record DamoclesDeal
{
    /// <summary>Its piece.</summary>
    public required DamoclesPiece Piece { get; init; }
}

/// <summary>A piece of a deal.</summary>
internal sealed record DamoclesPiece
{
    /// <summary>Bytes after Fr32 padding.</summary>
    public required ulong Size { get; init; }

    /// <summary>CommP, version 1 of the CID.</summary>
    public required Cid Cid { get; init; }
}

/// <summary>A pre-commit.</summary>
internal sealed record DamoclesPreCommit
{
    /// <summary>CommR.</summary>
    public Cid? CommR { get; init; }

    /// <summary>CommD.</summary>
    public Cid? CommD { get; init; }

    /// <summary>The ticket.</summary>
    public DamoclesTicket? Ticket { get; init; }
}

/// <summary>Messages about a sector.</summary>
internal sealed record DamoclesMessages
{
    /// <summary>CID of the pre-commit message.</summary>
    public Cid? PreCommitCid { get; init; }

    /// <summary>CID of the message that proved it.</summary>
    public Cid? CommitCid { get; init; }
}

/// <summary>An update.</summary>
internal sealed record DamoclesUpdate
{
    /// <summary>CommR.</summary>
    [JsonPropertyName("SealedCID")]
    public Cid? SealedCid { get; init; }

    /// <summary>CommD.</summary>
    [JsonPropertyName("UnsealedCID")]
    public Cid? UnsealedCid { get; init; }
}
