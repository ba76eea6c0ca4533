using System.Globalization;
using Filecoin.Sealing.Kernels;
using SealerRecover.Recovery.Diagnosis;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>The command lines of what settles or mends a cause.</summary>
/// <param name="used">What the sector was sealed with.</param>
/// <param name="work">Where the kept files are.</param>
/// <param name="metadata">The metadata file that was named; null for none.</param>
/// <param name="temp">--sealing-temp.</param>
/// <param name="chainAgrees">Whether a run that asks the chain would seal with the same inputs.</param>
internal sealed class RerunCommands(UsedInputs used, KeptWork work, string? metadata, string temp, bool chainAgrees)
{
    private readonly string _number = used.Sector.Number.ToString(CultureInfo.InvariantCulture);
    private readonly string _miner = $"--miner={used.Sector.Miner}";
    private readonly string _source = metadata is null ? $"--miner={used.Sector.Miner}" : $"--metadata={metadata}";

    /// <summary>
    /// A command line as a shell reads it; for exporting, the two that follow each other. What is not known here stands in capitals.
    /// </summary>
    public IReadOnlyList<string> For(Rerun rerun)
    {
        string exported = $"./sectors-recovery-{used.Sector.Miner}-{_number}.json";
        string[][] lines = rerun switch
        {
            Rerun.AskNode => [["FULLNODE_API_INFO=TOKEN:/ip4/NODE/tcp/1234/http", "sealer-recover", "diagnose", _source, .. Files(), _number]],
            Rerun.ReadKept => [["sealer-recover", "diagnose", _source, .. Files(), _number]],
            Rerun.ListPieces => [["sealer-recover", "pieces", _source, $"--sector={_number}"]],
            Rerun.VerifyParents =>
                [["sealer-recover", "parents", $"--sector-size={used.SealProof.SectorSize}", $"--variant={ParentsCommand.WordFor(used.SealProof.Variant)}", "--verify"]],
            Rerun.ExportAndRecover =>
            [
                ["sealer-recover", "export", _miner, "--anew", $"--output={exported}", _number],
                ["sealer-recover", "recover", $"--metadata={exported}", .. Pieces(), "--sealing-result=RESULT", $"--sealing-temp={temp}", _number],
            ],
            Rerun.Repair => [["sealer-recover", "repair", _source, "--storage=FOLDER", $"--sealing-temp={temp}", _number]],
            Rerun.OtherKernels => [["sealer-recover", .. SameInputs(), .. Pieces(), "--sealing-result=RESULT", $"--sealing-temp={temp}-again", $"--kernel={OtherKernels()}"]],
            _ => throw new ArgumentOutOfRangeException(nameof(rerun), rerun, "a rerun without a command"),
        };
        return [.. lines.Select(words => string.Join(' ', words.Select(ShellWords.Quote)))];
    }

    private string[] Files() => work.Inputs is null ? [$"--sealed={work.SealedFile}", $"--cache={work.CacheFolder}"] : [$"--sealing-temp={temp}"];

    private string[] Pieces() => used.HoldsData ? ["--piece-source=PIECES"] : [];

    // The same again is only the same with what was used: from the chain, if that agrees, or from the file that it came from.
    private string[] SameInputs() => metadata is null && chainAgrees
        ? [_miner, $"--sectors={_number}"]
        : ["recover", $"--metadata={metadata ?? "FILE"}", _number];

    /// <summary>The next best of each kind that decides CommR: slower, but not by the factor of plain where there is another.</summary>
    private static string OtherKernels() => $"label={Second(KernelKind.Label)},poseidon={Second(KernelKind.Poseidon)}";

    private static string Second(KernelKind kind)
    {
        string[] available = [.. KernelCatalogue.All.Where(row => row.Kind == kind && row.IsAvailable).Select(row => row.Name)];
        return available[Math.Min(1, available.Length - 1)];
    }
}
