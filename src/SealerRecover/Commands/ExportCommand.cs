using System.CommandLine;
using System.Globalization;
using Filecoin.Chain;
using Filecoin.Primitives;
using SealerRecover.Recovery;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// Asks the chain and writes a metadata file, from which recover works without a node.
/// <code>sealer-recover export --miner=f01000 1 2 3-40</code>
/// <code>sealer-recover export --miner=f01000 --faulty</code>
/// </summary>
internal sealed class ExportCommand : ICommand
{
    private readonly SectorOptions _sectors = new();
    private readonly NodeOptions _node = new();
    private readonly GivenOptions _given = new();
    private readonly Option<string?> _output = new("--output")
    {
        Description = "The file to write or to add to. Default: ./sectors-recovery-<miner>.json.",
        HelpName = "file",
    };

    /// <summary>Makes the command.</summary>
    public ExportCommand()
    {
        Syntax = new Command("export", "Ask a chain node about sectors and write what recover needs to a metadata file.");
        _node.AddTo(Syntax);
        Syntax.Add(_sectors.Sectors);
        Syntax.Add(_sectors.Numbers);
        Syntax.Add(_sectors.Faulty);
        Syntax.Add(_sectors.All);
        _given.AddTo(Syntax);
        Syntax.Add(_output);
        Common.AddTo(Syntax);
    }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "export";

    /// <inheritdoc/>
    public async Task<Report> RunAsync(CommandContext context)
    {
        bool byChain = context.Parsed.GetValue(_sectors.Faulty) || context.Parsed.GetValue(_sectors.All);
        IReadOnlyList<ulong> named = byChain ? _sectors.Read(context.Parsed) : _sectors.ReadSome(context.Parsed);
        (ActorId miner, SectorSize size, IReadOnlyList<SectorLookupResult> found) = await _node.LookUpAsync(
            context,
            lookup => _sectors.ReadSomeAsync(context.Parsed, lookup, context.Cancellation),
            _given.Read(context, byChain ? [] : named));
        string path = context.Folders.Absolute(context.Parsed.GetValue(_output) ?? $"sectors-recovery-{miner}.json", _output.Name);
        SectorFacts[] facts = [.. found.Select(result => result.Facts).OfType<SectorFacts>()];
        RecoveryMetadata? written = facts.Length > 0 ? MetadataFile.Merge(path, new RecoveryMetadata(miner, size, facts)) : null;
        return new Report
        {
            Command = Name,
            Sectors =
            [
                .. found.Select(result => result.Failure is { } failure
                    ? SectorReport.Failed(result.Sector, failure)
                    : new SectorReport(result.Sector, SectorResult.Exported, result.Facts?.SealedCid, null, [path], TimeSpan.Zero, null)),
            ],
            File = written is null ? null : path,
            FileNote = written is null
                ? "nothing was written: no sector could be looked up"
                : string.Create(CultureInfo.InvariantCulture, $"{path} holds {written.Sectors.Count} sectors of {miner} now"),
            Next = written is null
                ? []
                : [
                    new Advice(
                        "Recover on the machine that seals:",
                        [$"sealer-recover recover --sectors-recovery-metadata={ShellWords.Quote(path)} --sealing-result=/sector --sealing-temp=/temp"]),
                ],
        };
    }
}
