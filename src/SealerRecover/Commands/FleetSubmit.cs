using System.Collections.Immutable;
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
    private readonly FleetChecks _checks;
    private readonly PieceSourceOption _pieces;
    private readonly SectorSelection _selection;
    private readonly Option<string?> _metadata = new("--sectors-recovery-metadata", "--metadata")
    {
        Description = "The file that export (or the original tool) wrote.",
        HelpName = "file",
    };

    private readonly Option<bool> _repair = new("--repair") { Description = "Have the sectors mended in the storage paths of a worker, as repair does; else they are made anew, as recover does." };

    private readonly Option<string?> _to = new("--to")
    {
        Description = "The result folder or storage path, as workers name it, that the sectors go to: a worker that has it makes them, or fetches them from one that has not. "
            + "What is mended stays where it is without this. Default: the worker's --sealing-result.",
        HelpName = "folder",
    };

    private readonly Option<bool> _damaged = new("--damaged") { Description = "Only sectors that a check of the list found damaged." };

    /// <summary>Makes it.</summary>
    /// <param name="checks">Puts checks on the list in the place of sectors.</param>
    /// <param name="pieces">--piece-source.</param>
    public FleetSubmit(FleetChecks checks, PieceSourceOption pieces)
    {
        (_checks, _pieces) = (checks, pieces);
        _selection = new SectorSelection(Sectors, Node);
    }

    /// <summary>Which sectors.</summary>
    public SectorOptions Sectors { get; } = new();

    /// <summary>Who is asked.</summary>
    public NodeOptions Node { get; } = new();

    /// <summary>--priority.</summary>
    public Option<int?> Priority { get; } = CommonOptions.Whole("--priority", 0, 1000, "number", "Sectors of a higher one go first. Default: 0.");

    /// <summary>Adds its options.</summary>
    public void AddTo(Command command)
    {
        command.Add(_metadata);
        command.Add(Sectors.Sectors);
        command.Add(Sectors.Numbers);
        _selection.AddTo(command);
        command.Add(_repair);
        command.Add(_damaged);
        _checks.AddTo(command);
        command.Add(_to);
        command.Add(Priority);
        Node.AddConnectionTo(command);
        command.Add(Node.Sources.LotusMiner);
        command.Add(Node.Sources.CurioDatabase);
    }

    /// <summary>The priority that is named; null for none.</summary>
    public int? PriorityOf(CommandContext context) => context.Parsed.GetValue(Priority);

    /// <summary>Does it.</summary>
    /// <exception cref="OperatorException">BadInput; or the database does not answer.</exception>
    public async Task<Report> RunAsync(CommandContext context, FleetDatabase database, string name)
    {
        ImmutableArray<CheckKind> check = ReadChecks(context);
        CheckReading reading = _checks.ReadDepth(context, check);
        ImmutableArray<string> places = check.IsEmpty ? [] : _checks.ReadPlaces(context);
        string given = context.Parsed.GetValue(_metadata) ?? throw new OperatorException(
            FailureKind.BadInput, "no metadata file was named", $"name it with {_metadata.Name}; export writes it");
        string path = context.Folders.Absolute(given, _metadata.Name);
        RecoveryMetadata metadata = MetadataFile.Read(path);
        IReadOnlyList<ulong> numbers = await _selection.ChooseInFileAsync(context, metadata, path);
        IReadOnlyList<SectorFacts> meant = RecoverCommand.Select(metadata.Sectors, numbers, path);
        if (context.Parsed.GetValue(_damaged))
        {
            IReadOnlySet<ulong> damaged = new CheckTable(database, TimeSpan.Zero).DamagedOf(metadata.Miner);
            meant = [.. meant.Where(facts => damaged.Contains(facts.Sector.Number))];
        }

        (IReadOnlyList<(SectorFacts Facts, SectorWorth Worth)> good, IReadOnlyList<SectorReport> refused) = await AskAsync(context, meant, path, worth: check.IsEmpty);
        if (!check.IsEmpty)
        {
            FleetChecks.Submit(context, database, [.. good.Select(sector => sector.Facts)], (check, reading), places, PriorityOf(context) ?? 0);
            return new Report { Command = name, Sectors = [.. refused] };
        }

        ImmutableArray<string> sources = _pieces.ReadNames(context);
        JobKind kind = context.Parsed.GetValue(_repair) ? JobKind.Repair : JobKind.Recover;
        string? place = context.Parsed.GetValue(_to) is { } to ? StorageOption.NameOnWorkers(to, _to.Name) : null;
        ClaimTable table = new(database, TimeSpan.Zero, TimeSpan.Zero);
        IReadOnlyList<SectorId> busy = table.Submit(Submissions(good, facts => new SectorJob(facts, kind, place) { PieceSources = sources }, context.Host.Time.GetUtcNow()), PriorityOf(context) ?? 0);
        foreach (SectorId sector in busy)
        {
            context.Events.Notice(sector, "a worker has it, so it was not submitted again");
        }

        int count = good.Count - busy.Count;
        context.Events.Notice(string.Create(CultureInfo.InvariantCulture, $"{count} sector{(count == 1 ? " is" : "s are")} on the list"));
        return new Report
        {
            Command = name,
            Sectors = [.. refused],
        };
    }

    private ImmutableArray<CheckKind> ReadChecks(CommandContext context)
    {
        ImmutableArray<CheckKind> kinds = _checks.ReadKinds(context);
        if (!kinds.IsEmpty && context.Parsed.GetValue(_repair))
        {
            throw new OperatorException(FailureKind.BadInput, $"{_checks.Name} and {_repair.Name} were both given", $"check first; {_repair.Name} {_damaged.Name} has mended what that found");
        }

        return kinds.IsEmpty || context.Parsed.GetValue(_to) is null
            ? kinds
            : throw new OperatorException(FailureKind.BadInput, $"{_checks.Name} and {_to.Name} were both given", $"leave {_to.Name} out: a check puts nothing anywhere");
    }

    /// <summary>
    /// Compares sectors with the chain and asks where they stand and what hangs on them, where a node is named; each is asked for once. Without a node
    /// they are put on the list all the same.
    /// </summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="meant">The sectors.</param>
    /// <param name="path">The file they are from, for messages.</param>
    /// <param name="worth">Whether what they are worth is asked.</param>
    private async Task<(IReadOnlyList<(SectorFacts Facts, SectorWorth Worth)> Good, IReadOnlyList<SectorReport> Refused)> AskAsync(
        CommandContext context, IReadOnlyList<SectorFacts> meant, string path, bool worth)
    {
        if (meant.Count > 0 && Node.AreNamed(context))
        {
            try
            {
                return await Node.AskOfAsync(context, meant[0].Sector.Miner, lookup => AskAsync(context, lookup, meant, path, worth));
            }
            catch (OperatorException silence)
            {
                context.Events.Notice($"{path} was not compared with the chain, and by when sectors are due and what they are worth is not known: {silence.Message}");
            }
        }

        return ([.. meant.Select(facts => (facts, SectorWorth.Of(null, null)))], []);
    }

    private static async Task<(IReadOnlyList<(SectorFacts Facts, SectorWorth Worth)> Good, IReadOnlyList<SectorReport> Refused)> AskAsync(
        CommandContext context, SectorLookup lookup, IReadOnlyList<SectorFacts> meant, string path, bool worth)
    {
        IReadOnlyList<StatementResult> said = NodeOptions.Live(
            context, () => lookup.FindStatementsAsync(ChainCrossCheck.Claims(meant), NodeOptions.DefaultConcurrency, context.Cancellation, status: true));
        IReadOnlyList<SectorLookupResult> compared = ChainCrossCheck.Compare(context, [.. meant.Select(facts => new SectorLookupResult(facts.Sector, facts, null))], said, path);
        SectorFacts[] now =
        [
            .. compared.Zip(said).Where(one => one.First.Facts is not null)
                .Select(one => one.First.Facts! with { Status = one.Second.Status ?? one.First.Facts!.Status }),
        ];
        SectorReport[] refused = [.. compared.Where(result => result.Failure is not null).Select(result => SectorReport.Failed(result.Sector, result.Failure!))];
        if (!worth)
        {
            return ([.. now.Select(facts => (facts, SectorWorth.Of(null, null)))], refused);
        }

        WorthOfSectors worths = await lookup.WorthAsync(now, context.Cancellation);
        foreach (string note in worths.Notes)
        {
            context.Events.Notice(note);
        }

        return (worths.Sectors, refused);
    }

    private static IReadOnlyList<Submission> Submissions(IReadOnlyList<(SectorFacts Facts, SectorWorth Worth)> sectors, Func<SectorFacts, SectorJob> job, DateTimeOffset now)
    {
        NextStep? debt = sectors.Count == 0 ? null : DebtStep.For(
            sectors.Select(sector => sector.Facts.Debt).FirstOrDefault(debt => debt is not null), [.. sectors.Select(sector => (sector.Facts.Sector, sector.Facts.Status))], now);
        return
        [
            .. sectors.Select(sector => new Submission(job(sector.Facts), Due.Of(sector.Facts.Status, now))
            {
                Deadline = sector.Facts.Status?.Deadline,
                Partition = sector.Facts.Status?.Partition,
                FaultEnd = sector.Facts.Status is { FaultTerminatesAt: > 0 and { } epoch } status ? status.TimeOf(epoch) : null,
                PerDay = sector.Worth.LossPerDay?.Atto,
                Termination = sector.Worth.LossAtEnd?.Atto,
                Debt = debt is null ? null : string.Join('\n', debt.Commands.Prepend(debt.Text)),
            }),
        ];
    }
}
