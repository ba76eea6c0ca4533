using System.Collections.Frozen;
using System.Text.Json;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Metrics;

namespace SealerRecover.Recovery.Site;

/// <summary>A phase of sealing by its word in JSON, as whoever watches and the database of a fleet know it.</summary>
public static class SitePhase
{
    private static readonly FrozenDictionary<SealPhase, string> Words =
        Enum.GetValues<SealPhase>().ToFrozenDictionary(phase => phase, phase => JsonNamingPolicy.SnakeCaseLower.ConvertName(phase.ToString()));

    private static readonly FrozenDictionary<string, SealPhase> Phases = Words.ToFrozenDictionary(word => word.Value, word => word.Key, StringComparer.Ordinal);

    /// <summary>Its word: label, write_layer, tree_d.</summary>
    public static string Word(SealPhase phase) => Words[phase];

    /// <summary>What a sector at work does in the phase of that word; of one that is not known here, or of none, the first that work begins with.</summary>
    public static SectorStage Stage(string? word) => word is not null && Phases.TryGetValue(word, out SealPhase phase) ? SectorStages.Of(phase) : SectorStage.Preparing;

    /// <summary>What is counted in it: nodes or bytes.</summary>
    public static string Unit(SealPhase phase) => SectorStages.CountsBytes(phase) ? "bytes" : "nodes";
}
