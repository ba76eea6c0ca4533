using System.Collections.Immutable;
using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Rendering;

/// <summary>How what mends a concern is typed on this command line.</summary>
internal sealed class ConcernWords : IConcernWords
{
    /// <summary>The one there is.</summary>
    public static ConcernWords Instance { get; } = new();

    /// <inheritdoc/>
    public string Failure(int exitCode) => ExitCodes.All.FirstOrDefault(row => row.Code == exitCode)?.Meaning ?? "see what it says";

    /// <inheritdoc/>
    public ImmutableArray<string> Commands(string kind, int? exitCode, IReadOnlyList<SectorId> sectors, bool isFleet)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        return kind switch
        {
            Concerns.Failed => [.. Shown(exitCode, sectors), .. isFleet ? [$"sealer-recover fleet retry {Numbers(sectors)}"] : (string[])[]],
            Concerns.Late when isFleet => [$"sealer-recover fleet prefer {Numbers(sectors)} --priority=10"],
            Concerns.Damaged when sectors.Count > 0 => ["sealer-recover fleet submit --repair --damaged --metadata=./sectors-recovery-" + sectors[0].Miner + ".json"],
            Concerns.NoMachine => ["sealer-recover fleet work --sealing-temp=/temp --sealing-result=/sector"],
            Concerns.CannotHold or Concerns.NothingMoves => ["sealer-recover doctor --sealing-temp=/temp"],
            _ => [],
        };
    }

    /// <inheritdoc/>
    public ImmutableArray<string> Again(SiteCheck check)
    {
        ArgumentNullException.ThrowIfNull(check);
        return [$"sealer-recover fleet retry --check={check.Kind} {ShellWords.Quote($"--storage={check.Place}")}"];
    }

    /// <summary>What tells more of a failure before it is tried again.</summary>
    private static IEnumerable<string> Shown(int? exitCode, IReadOnlyList<SectorId> sectors)
    {
        string? command = Kind(exitCode) switch
        {
            FailureKind.CommitmentMismatch => "diagnose --sealing-temp=/temp",
            FailureKind.SourcesDisagree or FailureKind.StatePruned or FailureKind.NotSupported or FailureKind.NotOnChain => "export",
            FailureKind.PieceMissing => "pieces",
            FailureKind.NotEnoughResources or FailureKind.Hardware or FailureKind.Storage => "doctor --sealing-temp=/temp",
            _ => null,
        };
        return command is null ? [] : sectors.GroupBy(sector => sector.Miner).Select(ofMiner => command.StartsWith("doctor", StringComparison.Ordinal)
            ? $"sealer-recover {command}"
            : $"sealer-recover {command} --miner={ofMiner.Key} {Numbers([.. ofMiner])}").Distinct();
    }

    private static FailureKind? Kind(int? exitCode) =>
        Enum.GetValues<FailureKind>().Select(kind => (FailureKind?)kind).FirstOrDefault(kind => ExitCodes.Of(kind!.Value).Code == exitCode);

    private static string Numbers(IReadOnlyList<SectorId> sectors) =>
        string.Join(' ', sectors.Select(sector => sector.Number).Distinct().Order().Select(number => number.ToString(CultureInfo.InvariantCulture)));
}
