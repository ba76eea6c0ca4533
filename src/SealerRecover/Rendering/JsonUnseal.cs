using SealerRecover.Recovery.Unsealing;

namespace SealerRecover.Rendering;

/// <summary>What is about to be taken out of many sectors.</summary>
internal sealed record JsonUnsealPieces(
    string OutputFolder, IReadOnlyList<JsonWantedPiece> Pieces, IReadOnlyList<JsonSector> Labelled, JsonCores? Cores, IReadOnlyList<JsonResource> Resources) : JsonLine;

/// <summary>What came out of them.</summary>
internal sealed record JsonUnsealedPieces(IReadOnlyList<JsonWantedPiece> Pieces) : JsonLine;

/// <summary>Something that is wanted: what it is to come out of, or how it ended.</summary>
internal sealed record JsonWantedPiece(
    string Wanted,
    UnsealResult? Result,
    JsonSector? Sector,
    string? From,
    KeyOrigin? Key,
    string? Output,
    long? RawOffset,
    long? RawLength,
    string? Commitment,
    bool? Verified,
    JsonFailure? Failure);
