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

    private readonly Option<string?> _check = new("--check")
    {
        Description = "Have sectors looked at in the storage paths that --storage names, on a worker that has them: survey or verify. Nothing is mended.",
        HelpName = "survey|verify",
    };

    private readonly Option<string?> _to = new("--to")
    {
        Description = "The result folder or storage path, as workers name it, that the sectors go to; only a worker that has it takes them. "
            + "What is mended stays where it is without this. Default: the worker's --sealing-result.",
        HelpName = "folder",
    };

    private readonly Option<bool> _damaged = new("--damaged") { Description = "Only sectors that a check of the list found damaged." };

    /// <summary>Makes it.</summary>
    public FleetSubmit()
    {
        _check.CompletionSources.Add("survey", "verify");
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
        command.Add(_check);
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
    public async Task<Report> RunAsync(CommandContext context, FleetDatabase database, StorageOption storage, string name)
    {
        CheckKind? check = ReadCheck(context, storage);
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

        IReadOnlyList<SectorLookupResult> found = await ChainCrossCheck.CompareAsync(context, Node, [.. meant.Select(facts => new SectorLookupResult(facts.Sector, facts, null))], path);
        IReadOnlyList<(SectorFacts Facts, SectorWorth Worth)> good = await StakesAsync(
            context, [.. found.Where(result => result.Failure is null).Select(result => result.Facts!)]);
        SectorReport[] refused = [.. found.Where(result => result.Failure is not null).Select(result => SectorReport.Failed(result.Sector, result.Failure!))];
        if (check is { } how)
        {
            CheckJob[] jobs = [.. Checks(good, how, storage.ReadNames(context))];
            new CheckTable(database, TimeSpan.Zero).Submit(jobs, PriorityOf(context) ?? 0);
            context.Events.Notice(string.Create(CultureInfo.InvariantCulture, $"{jobs.Length} check{(jobs.Length == 1 ? " is" : "s are")} on the list, of {good.Count} sector{(good.Count == 1 ? "" : "s")}"));
            return new Report { Command = name, Sectors = refused };
        }

        JobKind kind = context.Parsed.GetValue(_repair) ? JobKind.Repair : JobKind.Recover;
        string? place = context.Parsed.GetValue(_to) is { } to ? StorageOption.NameOnWorkers(to, _to.Name) : null;
        ClaimTable table = new(database, TimeSpan.Zero, TimeSpan.Zero);
        IReadOnlyList<SectorId> busy = table.Submit(Submissions(good, kind, place, context.Host.Time.GetUtcNow()), PriorityOf(context) ?? 0);
        foreach (SectorId sector in busy)
        {
            context.Events.Notice(sector, "a worker has it, so it was not submitted again");
        }

        int count = good.Count - busy.Count;
        context.Events.Notice(string.Create(CultureInfo.InvariantCulture, $"{count} sector{(count == 1 ? " is" : "s are")} on the list"));
        return new Report
        {
            Command = name,
            Sectors = refused,
        };
    }

    private CheckKind? ReadCheck(CommandContext context, StorageOption storage)
    {
        string? word = context.Parsed.GetValue(_check);
        CheckKind? kind = word switch
        {
            null => null,
            "survey" => CheckKind.Survey,
            "verify" => CheckKind.Verify,
            _ => throw new OperatorException(FailureKind.BadInput, $"{_check.Name} is \"{SafeText.Short(word)}\", neither survey nor verify", "name one of them"),
        };
        if (kind is not null && context.Parsed.GetValue(_repair))
        {
            throw new OperatorException(FailureKind.BadInput, $"{_check.Name} and {_repair.Name} were both given", $"check first; {_repair.Name} {_damaged.Name} has mended what that found");
        }

        if (kind is not null && context.Parsed.GetValue(_to) is not null)
        {
            throw new OperatorException(FailureKind.BadInput, $"{_check.Name} and {_to.Name} were both given", $"leave {_to.Name} out: a check puts nothing anywhere");
        }

        return kind is not null && storage.ReadNames(context).IsEmpty
            ? throw new OperatorException(FailureKind.BadInput, "no storage path was named", $"name those to look at with {storage.Folders.Name}, as the worker that has them names them")
            : kind;
    }

    /// <summary>One survey for each storage path; of verifications one for each partition of each, where a node told the partitions.</summary>
    private static IEnumerable<CheckJob> Checks(IReadOnlyList<(SectorFacts Facts, SectorWorth Worth)> sectors, CheckKind kind, IReadOnlyList<string> places) =>
        from place in places
        from part in sectors.GroupBy(sector => kind == CheckKind.Verify ? (sector.Facts.Status?.Deadline, sector.Facts.Status?.Partition) : default)
        select new CheckJob(kind, place, [.. part.Select(sector => sector.Facts)]) { Deadline = part.Key.Deadline, Partition = part.Key.Partition };

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

    private static IReadOnlyList<Submission> Submissions(IReadOnlyList<(SectorFacts Facts, SectorWorth Worth)> sectors, JobKind kind, string? place, DateTimeOffset now)
    {
        NextStep? debt = sectors.Count == 0 ? null : DebtStep.For(
            sectors.Select(sector => sector.Facts.Debt).FirstOrDefault(debt => debt is not null), [.. sectors.Select(sector => (sector.Facts.Sector, sector.Facts.Status))], now);
        return
        [
            .. sectors.Select(sector => new Submission(new SectorJob(sector.Facts, kind, place), Due.Of(sector.Facts.Status, now))
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
