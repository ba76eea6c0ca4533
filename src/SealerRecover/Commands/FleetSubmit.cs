using System.CommandLine;
using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Chain.Worth;
using Filecoin.Primitives;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Recovery;
using SealerRecover.Recovery.Metadata;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>Puts sectors of a metadata file on a fleet's list. Where a node is named they are compared with the chain, and their order is that of what is due.</summary>
internal sealed class FleetSubmit
{
    private readonly SectorSelection _selection;
    private readonly Option<string?> _metadata = new("--sectors-recovery-metadata", "--metadata")
    {
        Description = "The file that export (or the original tool) wrote.",
        HelpName = "file",
    };

    private readonly Option<bool> _repair = new("--repair") { Description = "Have the sectors mended in the storage paths of a worker, as repair does; else they are made anew, as recover does." };

    private readonly Option<int?> _priority = CommonOptions.Whole("--priority", 0, 1000, "number", "Sectors of a higher one go first. Default: 0.");

    /// <summary>Makes it.</summary>
    public FleetSubmit() => _selection = new SectorSelection(Sectors, Node);

    /// <summary>Which sectors.</summary>
    public SectorOptions Sectors { get; } = new();

    /// <summary>Who is asked.</summary>
    public NodeOptions Node { get; } = new();

    /// <summary>Adds its options.</summary>
    public void AddTo(Command command)
    {
        command.Add(_metadata);
        command.Add(Sectors.Sectors);
        command.Add(Sectors.Numbers);
        _selection.AddTo(command);
        command.Add(_repair);
        command.Add(_priority);
        Node.AddConnectionTo(command);
        command.Add(Node.Sources.LotusMiner);
        command.Add(Node.Sources.CurioDatabase);
    }

    /// <summary>The priority that is named; null for none.</summary>
    public int? PriorityOf(CommandContext context) => context.Parsed.GetValue(_priority);

    /// <summary>Does it.</summary>
    /// <exception cref="OperatorException">BadInput; or the database does not answer.</exception>
    public async Task<Report> RunAsync(CommandContext context, FleetDatabase database, string name)
    {
        string given = context.Parsed.GetValue(_metadata) ?? throw new OperatorException(
            FailureKind.BadInput, "no metadata file was named", $"name it with {_metadata.Name}; export writes it");
        string path = context.Folders.Absolute(given, _metadata.Name);
        RecoveryMetadata metadata = MetadataFile.Read(path);
        IReadOnlyList<ulong> numbers = await _selection.ChooseInFileAsync(context, metadata, path);
        IReadOnlyList<SectorLookupResult> found = await ChainCrossCheck.CompareAsync(
            context, Node, [.. RecoverCommand.Select(metadata.Sectors, numbers, path).Select(facts => new SectorLookupResult(facts.Sector, facts, null))], path);
        IReadOnlyList<(SectorFacts Facts, SectorWorth Worth)> good = await StakesAsync(
            context, [.. found.Where(result => result.Failure is null).Select(result => result.Facts!)]);
        JobKind kind = context.Parsed.GetValue(_repair) ? JobKind.Repair : JobKind.Recover;
        ClaimTable table = new(database, TimeSpan.Zero, TimeSpan.Zero);
        IReadOnlyList<SectorId> busy = table.Submit(Submissions(good, kind, context.Host.Time.GetUtcNow()), PriorityOf(context) ?? 0);
        foreach (SectorId sector in busy)
        {
            context.Events.Notice(sector, "a worker has it, so it was not submitted again");
        }

        int count = good.Count - busy.Count;
        context.Events.Notice(string.Create(CultureInfo.InvariantCulture, $"{count} sector{(count == 1 ? " is" : "s are")} on the list"));
        return new Report
        {
            Command = name,
            Sectors = [.. found.Where(result => result.Failure is not null).Select(result => SectorReport.Failed(result.Sector, result.Failure!))],
        };
    }

    /// <summary>Where sectors stand and what hangs on them, where a node is named; without it they are put on the list all the same.</summary>
    private async Task<IReadOnlyList<(SectorFacts Facts, SectorWorth Worth)>> StakesAsync(CommandContext context, IReadOnlyList<SectorFacts> sectors)
    {
        if (sectors.Count > 0 && Node.AreNamed(context))
        {
            try
            {
                return await Node.AskOfAsync(
                    context,
                    sectors[0].Sector.Miner,
                    async lookup =>
                    {
                        IReadOnlyList<SectorFacts> now = NodeOptions.Live(
                            context, () => lookup.BringUpToDateAsync(sectors, NodeOptions.DefaultConcurrency, context.Cancellation));
                        WorthOfSectors worth = await lookup.WorthAsync(now, context.Cancellation);
                        foreach (string note in worth.Notes)
                        {
                            context.Events.Notice(note);
                        }

                        return worth.Sectors;
                    });
            }
            catch (OperatorException silence)
            {
                context.Events.Notice($"by when sectors are due, and what they are worth, is not known: {silence.Message}");
            }
        }

        return [.. sectors.Select(facts => (facts, SectorWorth.Of(null, null)))];
    }

    private static IReadOnlyList<Submission> Submissions(IReadOnlyList<(SectorFacts Facts, SectorWorth Worth)> sectors, JobKind kind, DateTimeOffset now)
    {
        NextStep? debt = sectors.Count == 0 ? null : DebtStep.For(
            sectors.Select(sector => sector.Facts.Debt).FirstOrDefault(debt => debt is not null), [.. sectors.Select(sector => (sector.Facts.Sector, sector.Facts.Status))], now);
        return
        [
            .. sectors.Select(sector => new Submission(new SectorJob(sector.Facts, kind, null), Due.Of(sector.Facts.Status, now))
            {
                Deadline = sector.Facts.Status?.Deadline,
                Partition = sector.Facts.Status?.Partition,
                FaultEnd = sector.Facts.Status is { FaultTerminatesAt: > 0 and { } epoch } status ? status.TimeOf(epoch) : null,
                PerDay = sector.Worth is { CostPerDay: { } cost } ? cost.Atto + (sector.Worth.RewardPerDay?.Atto ?? 0) : null,
                Termination = sector.Worth.TerminationFee?.Atto ?? sector.Worth.Deposit?.Atto,
                Debt = debt is null ? null : string.Join('\n', debt.Commands.Prepend(debt.Text)),
            }),
        ];
    }
}
