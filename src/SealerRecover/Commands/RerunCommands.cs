using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;
using SealerRecover.Recovery.Diagnosis;

namespace SealerRecover.Commands;

/// <summary>The command lines of what settles or mends a cause.</summary>
/// <param name="used">What the sector was sealed with.</param>
/// <param name="work">Where the kept files are.</param>
/// <param name="metadata">The metadata file that was named; null for none.</param>
/// <param name="temp">--sealing-temp.</param>
internal sealed class RerunCommands(UsedInputs used, KeptWork work, string? metadata, string temp)
{
    private readonly string _number = used.Sector.Number.ToString(CultureInfo.InvariantCulture);
    private readonly string _miner = $"--miner={used.Sector.Miner}";
    private readonly string _source = metadata is null ? $"--miner={used.Sector.Miner}" : $"--metadata={metadata}";

    /// <summary>A command line as a shell reads it; for exporting, the two that follow each other.</summary>
    public IReadOnlyList<string> For(Rerun rerun)
    {
        string exported = $"./sectors-recovery-{used.Sector.Miner}-{_number}.json";
        string[][] lines = rerun switch
        {
            Rerun.AskNode => [["diagnose", _source, .. Files(), _number, "--api-info=TOKEN:/ip4/NODE/tcp/1234/http"]],
            Rerun.ReadKept => [["diagnose", _source, .. Files(), _number]],
            Rerun.ListPieces => [["pieces", _source, $"--sector={_number}"]],
            Rerun.VerifyParents =>
                [["parents", $"--sector-size={used.SealProof.SectorSize}", $"--variant={ParentsCommand.WordFor(used.SealProof.Variant)}", "--verify"]],
            Rerun.ExportAndRecover =>
            [
                ["export", _miner, $"--output={exported}", _number],
                ["recover", $"--metadata={exported}", $"--sealing-temp={temp}", _number],
            ],
            Rerun.Repair => [["repair", _source, "--storage=FOLDER", $"--sealing-temp={temp}", _number]],
            Rerun.OtherKernels => [[.. metadata is null ? new[] { _miner, $"--sectors={_number}" } : ["recover", _source, _number], $"--sealing-temp={temp}-again", $"--kernel={OtherKernels()}"]],
            _ => throw new ArgumentOutOfRangeException(nameof(rerun), rerun, "a rerun without a command"),
        };
        return [.. lines.Select(words => string.Join(' ', words.Prepend("sealer-recover").Select(ShellWords.Quote)))];
    }

    private string[] Files() => work.Inputs is null ? [$"--sealed={work.SealedFile}", $"--cache={work.CacheFolder}"] : [$"--sealing-temp={temp}"];

    /// <summary>The next best of each kind that decides CommR: slower, but not by the factor of plain where there is another.</summary>
    private static string OtherKernels() => $"label={Second(KernelKind.Label)},poseidon={Second(KernelKind.Poseidon)}";

    private static string Second(KernelKind kind)
    {
        string[] available = [.. KernelCatalogue.All.Where(row => row.Kind == kind && row.IsAvailable).Select(row => row.Name)];
        return available[Math.Min(1, available.Length - 1)];
    }
}
