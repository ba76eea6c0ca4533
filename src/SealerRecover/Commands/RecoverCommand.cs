using System.CommandLine;
using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metadata;
using SealerRecover.Recovery.Settings;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// Recovers from a metadata file. No chain node is needed; where one is named, what the file says is compared with the chain before work
/// starts, and at the end it is asked by when to do what comes next.
/// <code>sealer-recover recover --sectors-recovery-metadata=./sectors-recovery-f01000.json --sealing-result=/sector --sealing-temp=/temp 2 4 5</code>
/// </summary>
internal sealed class RecoverCommand : ICommand
{
    private const int MostMissingNamed = 10;

    private readonly SectorOptions _sectors = new();
    private readonly RecoveryOptions _recovery = new();
    private readonly NodeOptions _node = new();
    private readonly SectorSelection _selection;
    private readonly Option<string?> _metadata = new("--sectors-recovery-metadata", "--metadata")
    {
        Description = "The file that export (or the original tool) wrote.",
        HelpName = "file",
    };

    /// <summary>Makes the command.</summary>
    public RecoverCommand()
    {
        _selection = new SectorSelection(_sectors, _node);
        Syntax = new Command("recover", "Recover from a metadata file; no chain node is needed. Without numbers: all sectors of the file.")
        {
            _metadata,
            _sectors.Sectors,
            _sectors.Numbers,
        };
        _selection.AddTo(Syntax);
        _recovery.AddTo(Syntax);
        _node.AddConnectionTo(Syntax);
        Syntax.Add(_node.Sources.LotusMiner);
        Syntax.Add(_node.Sources.CurioDatabase);
        Common.AddLongTo(Syntax);
    }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "recover";

    /// <inheritdoc/>
    public async Task<Report> RunAsync(CommandContext context)
    {
        _ = _sectors.Read(context.Parsed);
        RecoverySettings settings = _recovery.Read(context, _node);
        string given = context.Parsed.GetValue(_metadata) ?? throw new OperatorException(
            FailureKind.BadInput, "no metadata file was named", $"name it with {_metadata.Name}, or use --miner and --sectors to ask a chain node");
        string path = context.Folders.Absolute(given, _metadata.Name);
        RecoveryMetadata metadata = MetadataFile.Read(path);
        IReadOnlyList<ulong> numbers = await _selection.ChooseInFileAsync(context, metadata, path);
        IReadOnlyList<SectorLookupResult> compared = await ChainCrossCheck.CompareAsync(
            context,
            _node,
            [.. Select(metadata.Sectors, numbers, path).Select(facts => new SectorLookupResult(facts.Sector, facts, null))],
            path);
        IReadOnlyList<SectorReport> sectors = RecoveryRun.RecoverFound(
            context, settings, compared, recovered => _node.BringUpToDate(context, recovered), out IReadOnlyList<Advice> next);
        return new Report { Command = Name, Sectors = sectors, Next = next };
    }

    /// <summary>The sectors of a file that are meant; all of it where no number is named.</summary>
    /// <exception cref="OperatorException">BadInput: one is not in it.</exception>
    public static IReadOnlyList<SectorFacts> Select(IReadOnlyList<SectorFacts> all, IReadOnlyList<ulong> numbers, string path)
    {
        if (numbers.Count == 0)
        {
            return all.Count > 0 ? all : throw new OperatorException(
                FailureKind.BadInput, $"{path} holds no sectors", "write one with sealer-recover export");
        }

        Dictionary<ulong, SectorFacts> byNumber = all.ToDictionary(facts => facts.Sector.Number);
        string[] missing = [.. numbers.Where(number => !byNumber.ContainsKey(number)).Select(number => number.ToString(CultureInfo.InvariantCulture))];
        if (missing.Length > 0)
        {
            string more = missing.Length > MostMissingNamed
                ? string.Create(CultureInfo.InvariantCulture, $" and {missing.Length - MostMissingNamed} more") : "";
            throw new OperatorException(
                FailureKind.BadInput,
                $"{path} does not hold sector {string.Join(", ", missing.Take(MostMissingNamed))}{more}",
                "add them to the file with sealer-recover export, or leave them out");
        }

        return [.. numbers.Select(number => byNumber[number])];
    }
}
