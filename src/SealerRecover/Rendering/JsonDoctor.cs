using SealerRecover.Recovery.Doctor;

namespace SealerRecover.Rendering;

/// <summary>How all is that a recovery needs.</summary>
internal sealed record JsonDoctor(IReadOnlyList<JsonFinding> Findings) : JsonLine;

/// <summary>What one look found.</summary>
internal sealed record JsonFinding(string What, CheckVerdict Verdict, string Sentence, string? Hint);
