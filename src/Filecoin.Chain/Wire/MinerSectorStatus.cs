using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.Primitives;

namespace Filecoin.Chain.Wire;

/// <summary>
/// What is needed of a sector, as lotus-miner's SectorsStatus tells it (lotus api/api_storage.go SectorInfo). Each field is read alone, by
/// <see cref="Sources.Recorded"/>, so that one that is none spoils no other.
/// </summary>
internal sealed record MinerSectorStatus
{
    /// <summary>The sector's number.</summary>
    [JsonPropertyName("SectorID")]
    public required ulong SectorNumber { get; init; }

    /// <summary>Number of the registered seal proof.</summary>
    public JsonElement SealProof { get; init; }

    /// <summary>CommD of what was sealed; that of the key where it was snapped.</summary>
    public JsonElement CommD { get; init; }

    /// <summary>CommR of what was sealed; that of the key where it was snapped.</summary>
    public JsonElement CommR { get; init; }

    /// <summary>
    /// The pieces it holds now (<see cref="MinerSectorPiece"/>), those of an update as soon as it began, zero pieces included, in order.
    /// </summary>
    public JsonElement Pieces { get; init; }

    /// <summary>The ticket, an object of Value (32 bytes; null or none while there is no ticket) and Epoch.</summary>
    public JsonElement Ticket { get; init; }

    /// <summary>CID of the pre-commit message.</summary>
    public JsonElement PreCommitMsg { get; init; }

    /// <summary>CID of the message that proved it, alone or among others.</summary>
    public JsonElement CommitMsg { get; init; }

    /// <summary>CID of the message that updated it.</summary>
    public JsonElement ReplicaUpdateMessage { get; init; }

    /// <summary>
    /// What happened to it, oldest first; the middle of a very long log is cut out. Objects of Kind ("event;" and the type of the event, as
    /// "event;sealing.SectorTicket") and Message (the event as JSON, perhaps cut off).
    /// </summary>
    public JsonElement Log { get; init; }
}

/// <summary>A piece in a <see cref="MinerSectorStatus"/>, and in newer states of damocles.</summary>
internal sealed record MinerSectorPiece
{
    /// <summary>Which piece.</summary>
    public required LotusPieceInfo Piece { get; init; }
}

/// <summary>A piece as go-state-types writes it (abi/piece.go PieceInfo).</summary>
internal sealed record LotusPieceInfo
{
    /// <summary>Bytes after Fr32 padding.</summary>
    public required ulong Size { get; init; }

    /// <summary>CommP, version 1 of the CID.</summary>
    [JsonPropertyName("PieceCID")]
    public required Cid PieceCid { get; init; }
}

/// <summary>An event in the log (lotus storage/pipeline/fsm.go logEvents): {"User": …}.</summary>
/// <typeparam name="T">The event's own fields.</typeparam>
internal sealed record LoggedEvent<T>
{
    /// <summary>The event.</summary>
    public required T User { get; init; }
}

/// <summary>The event sealing.SectorTicket.</summary>
internal sealed record LoggedTicket
{
    /// <summary>32 bytes.</summary>
    public required byte[] TicketValue { get; init; }

    /// <summary>Its epoch.</summary>
    [JsonConverter(typeof(EpochJsonConverter))]
    public required long TicketEpoch { get; init; }
}

/// <summary>The event sealing.SectorReplicaUpdate.</summary>
internal sealed record LoggedUpdate
{
    /// <summary>What came out of encoding.</summary>
    public required LoggedUpdateOut Out { get; init; }
}

/// <summary>The commitments of an update.</summary>
internal sealed record LoggedUpdateOut
{
    /// <summary>CommR.</summary>
    public required Cid NewSealed { get; init; }

    /// <summary>CommD.</summary>
    public required Cid NewUnsealed { get; init; }
}
