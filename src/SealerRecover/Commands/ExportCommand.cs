using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Chain.Sources;
using Filecoin.Primitives;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Metadata;
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

    private readonly Option<int?> _concurrency = CommonOptions.Whole(
        "--concurrency", 1, 256, "count", $"Sectors looked up at once. Default: {NodeOptions.DefaultConcurrency}.");

    private readonly LostDiskOption _lost = new();

    private readonly StorageOption _storage = new(
        "A storage path of Lotus or Curio. comm_c and comm_r_last of the sectors in it go into the file: with them a lost sector is recovered without "
            + "hashing columns. May be repeated.");

    private readonly Option<bool> _anew = new("--anew")
    {
        Description = "Ask everything again about sectors that the file has already, instead of only whether that is still right.",
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
        Syntax.Add(_sectors.Deadline);
        Syntax.Add(_lost.Disks);
        _given.AddTo(Syntax);
        Syntax.Add(_storage.Folders);
        Syntax.Add(_output);
        Syntax.Add(_concurrency);
        Syntax.Add(_anew);
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
        bool byChain = _sectors.AskTheChain(context.Parsed) || _lost.IsGiven(context);
        IReadOnlyList<ulong> named = byChain ? _sectors.Read(context.Parsed) : _sectors.ReadSome(context.Parsed);
        return await _node.AskAsync(context, _given.Read(context, byChain ? [] : named), lookup => ExportAsync(context, lookup));
    }

    private async Task<Report> ExportAsync(CommandContext context, SectorLookup lookup)
    {
        string path = context.Folders.Absolute(context.Parsed.GetValue(_output) ?? $"sectors-recovery-{lookup.Miner}.json", _output.Name);
        int concurrency = context.Parsed.GetValue(_concurrency) ?? NodeOptions.DefaultConcurrency;
        ImmutableArray<string> storage = _storage.ReadAnyPaths(context);
        RootKeeper roots = new(storage);
        ExportFile file = new(path, lookup.Miner, lookup.SectorSize, context.Host.Time);

        // Facts that the operator gives are to be compared with everything, so then nothing is taken from an earlier run.
        IReadOnlyDictionary<ulong, SectorFacts> there = file.Known();
        IReadOnlyDictionary<ulong, SectorFacts> known = context.Parsed.GetValue(_anew) || _given.AreGiven(context.Parsed)
            ? new Dictionary<ulong, SectorFacts>()
            : there;
        IReadOnlyList<ulong>? lost = _lost.IsGiven(context) ? await _lost.FindAsync(context, lookup.Miner, _node, file) : null;
        IReadOnlyList<ulong> numbers = NodeOptions.Live(
            context, () => _sectors.ReadSomeAsync(context.Parsed, lookup, concurrency, recovers: false, lost, context.Cancellation));
        ConcurrentDictionary<ulong, SectorLookupResult> ended = new();
        try
        {
            NodeOptions.Live(context, () => lookup.FindAllAsync(numbers, concurrency, known.GetValueOrDefault, Ended, context.Cancellation));
        }
        catch (OperationCanceledException) when (context.Cancellation.IsCancellationRequested)
        {
            // What was found until now is written and reported; the same command goes on from there.
        }
        catch (SourceMisconfiguredException)
        {
            file.Finish(numbers);
            throw;
        }

        file.Finish(numbers);
        SectorLookupResult[] found = [.. numbers.Where(ended.ContainsKey).Select(number => ended[number])];
        NodeOptions.Tell(context, found);
        if (found.Count(result => result.IsKept) is > 0 and int kept)
        {
            context.Events.Notice(string.Create(
                CultureInfo.InvariantCulture, $"{kept} of {found.Length} sectors stood in {path} already and are still right; {_anew.Name} asks about them again"));
        }

        if (!storage.IsEmpty)
        {
            context.Events.Notice(string.Create(
                CultureInfo.InvariantCulture, $"comm_c of {roots.Taken} of {found.Length} sectors was taken from their p_aux into {path}"));
        }

        TellUntoldPieces(context, path, file.Written, found);
        if (!context.Cancellation.IsCancellationRequested)
        {
            await NodeOptions.TellWorthAsync(context, lookup, found);
        }

        Report report = Report(path, file.Written, [.. numbers.Select(number => End(new SectorId(lookup.Miner, number), ended.GetValueOrDefault(number), path))]);
        return report with { Next = [.. NextAdvice.Debt([.. found.Select(result => result.Facts).OfType<SectorFacts>()], context.Host.Time.GetUtcNow()), .. report.Next] };

        void Ended(SectorLookupResult result)
        {
            ended[result.Sector.Number] = result;
            file.Add(result with { Facts = result.Facts is { } facts ? roots.AddTo(facts) : null });
        }
    }

    private static void TellUntoldPieces(CommandContext context, string path, RecoveryMetadata? written, SectorLookupResult[] found)
    {
        HashSet<SectorId> without = [.. (written?.Sectors ?? []).Where(facts => facts.PiecesUntold).Select(facts => facts.Sector)];
        foreach (SectorLookupResult result in found.Where(result => result.Failure is not null && without.Contains(result.Sector)))
        {
            context.Events.Notice(
                $"{result.Sector}: {path} holds all but its pieces and says that it holds data"
                    + (result.Facts?.Holds?.CommD is { } commD ? $" with CommD {commD}" : "") + ": it cannot be recovered before they stand there");
        }
    }

    private Report Report(string path, RecoveryMetadata? written, IReadOnlyList<SectorReport> sectors) => new()
    {
        Command = Name,
        Sectors = sectors,
        File = written is null ? null : path,
        FileNote = written is null
            ? "nothing was written: no sector could be looked up"
            : string.Create(CultureInfo.InvariantCulture, $"{path} holds {written.Sectors.Count} sectors of {written.Miner} now"),
        Next = written is null
            ? []
            : [
                new Advice(
                    "Recover on the machine that seals:",
                    [$"sealer-recover recover --sectors-recovery-metadata={ShellWords.Quote(path)} --sealing-result=/sector --sealing-temp=/temp"]),
            ],
    };

    private static SectorReport End(SectorId sector, SectorLookupResult? result, string path) => result switch
    {
        null => new SectorReport(sector, SectorResult.Stopped, null, null, [], TimeSpan.Zero, null),
        { Failure: { } failure } => SectorReport.Failed(sector, failure),
        _ => new SectorReport(sector, SectorResult.Exported, result.Facts?.SealedCid, null, [path], TimeSpan.Zero, null),
    };
}
