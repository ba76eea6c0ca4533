using Filecoin.Primitives;

namespace SealerRecover.Rendering;

/// <summary>How what a hint speaks of is typed on this command line.</summary>
internal static class TypedNames
{
    /// <summary>
    /// A hint as a whole sentence: a capital first, unless it begins with the name of a program or a sector, and a full stop last, unless it ends
    /// with something to be copied.
    /// </summary>
    public static string Sentence(Hint hint)
    {
        string text = hint.Worded(Of);
        string first = text.Split(' ')[0].TrimEnd(',', ':', ';');
        string begun = first.All(char.IsAsciiLetterLower) && text.Length > 0 ? char.ToUpperInvariant(text[0]) + text[1..] : text;
        bool isCopied = begun.Split(' ')[^1].AsSpan().ContainsAny('/', '=');
        return begun.Length == 0 || isCopied || begun[^1] is '.' or '!' or '?' ? begun : begun + ".";
    }

    /// <summary>The name of an option, or the words of a command.</summary>
    public static string Of(Enum named) => named switch
    {
        Setting.ArchiveNode => "--archive-node",
        Setting.AssumeZeros => "--assume-zeros",
        Setting.CacheFolder => "--cache",
        Setting.Concurrency => "--concurrency",
        Setting.CurioDatabase => "--curio-db",
        Setting.DamoclesState => "--damocles-state",
        Setting.Force => "--force",
        Setting.IgnoreResources => "--ignore-resources",
        Setting.KeepAll => "--keep-all",
        Setting.KeepUnsealed => "--keep-unsealed",
        Setting.Kernel => "--kernel",
        Setting.Metadata => "--metadata",
        Setting.Miner => "--miner",
        Setting.MinerApi => "--miner-api-info",
        Setting.NodeTimeout => "--node-timeout",
        Setting.Output => "--output",
        Setting.Parallel => "--parallel",
        Setting.PieceSource => "--piece-source",
        Setting.ResultFolder => "--sealing-result",
        Setting.SealedCid => "--sealed-cid",
        Setting.SealedFile => "--sealed",
        Setting.SealProof => "--seal-proof",
        Setting.SectorSize => "--sector-size",
        Setting.Sectors => "--sectors",
        Setting.StoragePath => "--storage",
        Setting.TempFolder => "--sealing-temp",
        Setting.TicketEpoch => "--ticket-epoch",
        Setting.UnsealedFile => "--unsealed",
        Setting.UpdateCacheFolder => "--update-cache",
        Setting.UpdateFile => "--update",
        Setting.Verbose => "--verbose",
        UserCommand.Diagnose => "sealer-recover diagnose",
        UserCommand.Export => "sealer-recover export",
        UserCommand.Parents => "sealer-recover parents",
        UserCommand.Pieces => "sealer-recover pieces",
        UserCommand.Recover => "sealer-recover recover",
        UserCommand.Repair => "sealer-recover repair",
        UserCommand.Unseal => "sealer-recover unseal",
        _ => throw new ArgumentOutOfRangeException(nameof(named), named, "a hint speaks of what this command line does not have"),
    };
}
