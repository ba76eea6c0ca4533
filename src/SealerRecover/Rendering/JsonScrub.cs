using SealerRecover.Recovery.Scrub;

namespace SealerRecover.Rendering;

/// <summary>How far scrubbing is.</summary>
internal sealed record JsonScrub(
    string Miner,
    string Ledger,
    string Metadata,
    JsonScrubNight? Night,
    int Looked,
    string? Oldest,
    string? LastComplete,
    string? CompleteAt,
    IReadOnlyList<JsonScrubReading> Reading,
    IReadOnlyList<JsonScrubDamage> Damage) : JsonLine;

/// <summary>One run.</summary>
internal sealed record JsonScrubNight(
    string Started, string? Ended, ScrubEnd? End, long Bytes, int Looked, int Damaged, int There, int Left, long LeftBytes);

/// <summary>A file whose reading is not finished.</summary>
internal sealed record JsonScrubReading(string Path, long Length, long Done);

/// <summary>A sector that was not whole and was not touched since.</summary>
internal sealed record JsonScrubDamage(JsonSector Sector, string Seen, string? Why, IReadOnlyList<JsonScrubFile> Files);

/// <summary>A file of it that is not good.</summary>
internal sealed record JsonScrubFile(string Path, ScrubbedState State, string? Reason, IReadOnlyList<JsonScrubRange>? Ranges);

/// <summary>Where it is damaged.</summary>
internal sealed record JsonScrubRange(long Offset, long Length);
