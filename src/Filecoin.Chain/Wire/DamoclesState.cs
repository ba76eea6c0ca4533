using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.Primitives;

namespace Filecoin.Chain.Wire;

/// <summary>
/// What is needed of a sector's state as damocles-manager keeps it (damocles-manager/core/types_sector_state.go SectorState). Each field but
/// the sector's identity is read alone, by <see cref="Sources.Recorded"/>, so that one that is none spoils no other.
/// </summary>
internal sealed record DamoclesState
{
    /// <summary>Miner and number.</summary>
    [JsonPropertyName("ID")]
    public required DamoclesSectorId Id { get; init; }

    /// <summary>Number of the registered seal proof.</summary>
    public JsonElement SectorType { get; init; }

    /// <summary>The ticket it was sealed with, an object of Ticket (32 bytes) and Epoch.</summary>
    public JsonElement Ticket { get; init; }

    /// <summary>
    /// Its pieces (<see cref="DamoclesDeal"/>), zero pieces included, in order; those of the update where it was snapped. Of versions before
    /// direct onboarding.
    /// </summary>
    public JsonElement Deals { get; init; }

    /// <summary>The same (<see cref="MinerSectorPiece"/>), of versions since then.</summary>
    public JsonElement Pieces { get; init; }

    /// <summary>What it was pre-committed with, an object of CommR, CommD and Ticket.</summary>
    public JsonElement Pre { get; init; }

    /// <summary>Messages about it, an object of PreCommitCid and CommitCid.</summary>
    public JsonElement MessageInfo { get; init; }

    /// <summary>Whether it was snapped, or is about to be.</summary>
    public JsonElement Upgraded { get; init; }

    /// <summary>What came out of encoding the update, an object of SealedCID and UnsealedCID.</summary>
    public JsonElement UpgradedInfo { get; init; }
}

/// <summary>A sector's identity (go-state-types abi/sector.go SectorID).</summary>
internal sealed record DamoclesSectorId
{
    /// <summary>Actor number of the miner.</summary>
    public required ulong Miner { get; init; }

    /// <summary>Number of the sector.</summary>
    public required ulong Number { get; init; }
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
