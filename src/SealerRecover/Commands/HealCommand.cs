using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Filecoin.Chain.Lookup;
using SealerRecover.Recovery.Repair;
using SealerRecover.Recovery.Settings;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// From an alarm to healed sectors: surveys them, says what is to be done and what it costs, asks once, mends them in the order of their
/// deadlines, verifies them, and tells the miner.
/// <code>sealer-recover heal --miner=f01000 --faulty --declare</code>
/// </summary>
internal sealed class HealCommand : ICommand
{
    private readonly NodeOptions _node = new();
    private readonly SectorOptions _sectors = new();
    private readonly SectorSelection _selection;
    private readonly RecoveryOptions _recovery = new();
    private readonly StorageOption _storage = new();
    private readonly SurveyOption _survey = new();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would be done, and stop there." };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do it without asking." };
    private readonly Option<bool> _declare = new("--declare")
    {
        Description = "Tell lotus-miner afterwards: have it read its storage paths again, and declare that the faults are over.",
    };

    private readonly Option<bool> _wait = new("--wait-post")
    {
        Description = "Wait until the sectors' next window PoSt is on chain, and say whether their faults are over.",
    };

    /// <summary>Makes the command.</summary>
    public HealCommand()
    {
        _selection = new SectorSelection(_sectors, _node);
        Syntax = new Command("heal", "Survey sectors, mend those that need it in the order of their deadlines, verify them, and tell the miner.")
        {
            _storage.Folders, _survey.File, _dryRun, _yes, _declare, _wait,
        };
        _node.AddTo(Syntax);
        Syntax.Add(_sectors.Sectors);
        Syntax.Add(_sectors.Numbers);
        _selection.AddTo(Syntax);
        _recovery.AddRepairTo(Syntax);
        Common.AddLongTo(Syntax);
    }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "heal";

    /// <inheritdoc/>
    public async Task<Report> RunAsync(CommandContext context)
    {
        bool dryRun = context.Parsed.GetValue(_dryRun);
        Consent consent = Consent.Of(context, context.Parsed.GetValue(_yes) || dryRun, _yes.Name);
        MinerDeclaration? declaration = context.Parsed.GetValue(_declare) ? MinerDeclaration.Of(context, _node, _declare.Name) : null;
        _ = _selection.ReadNamed(context);
        ImmutableArray<string> paths = _storage.ReadPaths(context, _node);
        RecoverySettings settings = Mending.In(paths, _recovery.Read(context, _node));
        return await _node.AskAsync(context, async lookup =>
        {
            IReadOnlyList<ulong> numbers = _selection.Choose(context, lookup, recovers: true, metadata: null);
            IReadOnlyList<SectorLookupResult> found = NodeOptions.Live(
                context, () => lookup.FindAllAsync(numbers, NodeOptions.DefaultConcurrency, context.Cancellation));
            NodeOptions.Tell(context, found);
            await NodeOptions.TellWorthAsync(context, lookup, found);
            HealRun run = new(context, settings, found);
            if (run.TellDebt() is { } debt)
            {
                context.Events.Notice(debt);
            }

            run.Survey(paths, _survey.Read(context), declares: declaration is not null);
            HealPlan plan = run.Plan(dryRun);
            if (dryRun || run.Wanting + run.Undeclared == 0)
            {
                return run.Report(Name);
            }

            if (!consent.Ask(string.Join(" and ", (string[])
                [
                    .. run.Wanting > 0 ? [$"mend {Sectors(run.Wanting)}, done by about {Quantities.Instant(plan.Done)},"] : Array.Empty<string>(),
                    .. run.Undeclared > 0 ? [$"declare the recovery of {Sectors(run.Undeclared)} that {(run.Undeclared == 1 ? "stands" : "stand")} already"] : Array.Empty<string>(),
                ]).TrimEnd(',')))
            {
                context.Events.Notice("nothing was done");
                return run.Report(Name);
            }

            run.Mend();
            run.Verify(paths);
            if (declaration is not null)
            {
                await run.DeclareAsync(declaration);
            }

            if (context.Parsed.GetValue(_wait))
            {
                await run.WaitForPostAsync(lookup);
            }

            return run.Report(Name);
        });
    }

    private static string Sectors(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "sector" : "sectors")}");
}
