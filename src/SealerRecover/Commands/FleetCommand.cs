using System.CommandLine;
using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Site;
using SealerRecover.Hosting;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// One list of sectors for several machines: prepares it, puts sectors on it, works on it, shows and changes it.
/// <code>sealer-recover fleet work --fleet-db=postgres://fleet@10.0.0.5/fleet --sealing-result=/sector --sealing-temp=/temp</code>
/// </summary>
internal sealed class FleetCommand : ICommand
{
    private readonly FleetWork _work = new();
    private readonly FleetChecks _checks;
    private readonly FleetSubmit _submit;
    private readonly Argument<string> _action = new("action")
    {
        Description = "init (prepare the database, once), submit, work, status, pause, resume, cancel, retry, prefer, or drain.",
    };

    private readonly Option<string?> _database = DatabaseOption();

    /// <summary>Makes the command.</summary>
    public FleetCommand()
    {
        _checks = new FleetChecks(_work.Storage);
        _submit = new FleetSubmit(_checks, _work.PieceSources);
        Syntax = new Command("fleet", "Have several machines work on one list of sectors, which is kept in a PostgreSQL database.") { _action, _database };
        IReadOnlyList<Option> submit = Added(() => _submit.AddTo(Syntax));
        IReadOnlyList<Option> work = Added(() => _work.AddTo(Syntax, _submit.Node));
        Common.AddLongTo(Syntax);
        Option[] which = [_submit.Sectors.Sectors, .. _checks.Which];
        Actions =
        [
            new("init", "Prepare the database, once; whatever is on the list stays.", []),
            new("submit", "Put sectors on the list, or checks of storage paths.", [.. submit, _work.Storage.Folders, _work.PieceSources.Places], TakesSectors: true),
            new("work", "Work on the list with this machine, until it is stopped or drained.", [.. work, Common.MetricsFile, _submit.Node.Sources.CurioDatabase]),
            new("status", "Show what needs a person, all sectors and machines, and when all will be back.", [_work.SilentAfter]),
            new("pause", "Have nobody take sectors, or checks, for now; none named for all. What a worker has goes on.", which, TakesSectors: true),
            new("resume", "Have sectors or checks taken again that were paused; none named for all.", which, TakesSectors: true),
            new("cancel", "Take sectors, or checks of storage paths, off the list; a worker that has one stops before it installs it.", which, TakesSectors: true),
            new("retry", "Put sectors or checks on the list again that failed or were taken off; none named for all that failed.", which, TakesSectors: true),
            new("prefer", "Give sectors or checks another priority.", [.. which, _submit.Priority], TakesSectors: true),
            new("drain", "Have a worker, or all, finish what they have and take nothing new.", [_work.WorkerName]),
        ];
        _action.CompletionSources.Add([.. Actions.Select(action => action.Name)]);
    }

    /// <inheritdoc/>
    public IReadOnlyList<CommandAction> Actions { get; }

    /// <summary>--fleet-db.</summary>
    public static Option<string?> DatabaseOption() => new("--fleet-db")
    {
        Description = "The PostgreSQL database of the fleet, as postgres://user:password@host/name. Other users of this machine can see a password given here, "
            + "and not one in SEALER_RECOVER_FLEET_DB.",
        HelpName = "where",
    };

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "fleet";

    /// <inheritdoc/>
    public bool HasMetrics(ParseResult parsed) => parsed.GetValue(_action) == "work";

    /// <inheritdoc/>
    public async Task<Report> RunAsync(CommandContext context)
    {
        string action = context.Parsed.GetValue(_action) ?? "";
        if (Actions.All(known => known.Name != action))
        {
            throw new OperatorException(
                FailureKind.BadInput, $"\"{SafeText.Short(action)}\" is nothing that a fleet does", $"name one of {string.Join(", ", Actions.Select(known => known.Name))}");
        }

        string where = context.Parsed.GetValue(_database) ?? throw new OperatorException(
            FailureKind.BadInput, "it is not said where the fleet's database is", $"name it with {_database.Name}, or in SEALER_RECOVER_FLEET_DB");
        using FleetDatabase database = FleetDatabase.At(where, _database.Name);
        return action switch
        {
            "init" => Prepare(context, database),
            "submit" => await _submit.RunAsync(context, database, Name),
            "work" => await _work.RunAsync(context, database, _submit.Node, Name),
            "status" => Show(context, database),
            _ => Change(context, action, database),
        };
    }

    private Option[] Added(Action add)
    {
        Option[] before = [.. Syntax.Options];
        add();
        return [.. Syntax.Options.Except(before)];
    }

    private Report Prepare(CommandContext context, FleetDatabase database)
    {
        FleetSchema.Prepare(database);
        context.Events.Notice($"{database} is prepared");
        return new Report { Command = Name };
    }

    private Report Show(CommandContext context, FleetDatabase database)
    {
        FleetSite site = new(database, _work.SilenceOf(context), ProgramVersion.Text) { Words = ConcernWords.Instance };
        context.View.Answered(new SiteAnswer(site.Read()));
        return new Report { Command = Name };
    }

    private Report Change(CommandContext context, string action, FleetDatabase database)
    {
        IReadOnlyList<ulong> numbers = _submit.Sectors.Read(context.Parsed);
        bool ofChecks = _checks.AreMeant(context, action);
        if (!ofChecks && numbers.Count == 0 && (action is "cancel" or "prefer"))
        {
            throw new OperatorException(
                FailureKind.BadInput,
                "no sectors were named",
                $"name those that are to {(action == "cancel" ? "be taken off the list" : "get another priority")}, or checks with {_checks.Name}");
        }

        if (action == "prefer" && _submit.PriorityOf(context) is null)
        {
            throw new OperatorException(FailureKind.BadInput, "no priority was named", "name it, as in fleet prefer 7 8 --priority=10");
        }

        if (ofChecks)
        {
            _checks.Change(context, database, action, numbers.Count > 0, _submit.PriorityOf(context));
            return new Report { Command = Name };
        }

        FleetList list = new(database);
        IReadOnlyList<SectorId> sectors = numbers.Count == 0 || action == "drain" ? [] : list.Named(numbers);
        (int count, string done) = action switch
        {
            "pause" => (list.Pause(true, sectors), "paused; what a worker has goes on"),
            "resume" => (list.Pause(false, sectors), "no longer paused"),
            "cancel" => (list.Cancel(sectors), "taken off the list; a worker that has one stops before it installs it"),
            "retry" => (list.Retry(sectors), "on the list again"),
            "prefer" => (list.Prefer(sectors, _submit.PriorityOf(context)!.Value), "given that priority; what a worker has goes on"),
            _ => (list.Drain(_work.NameOf(context)), "told to finish what they have and take nothing new"),
        };
        context.Events.Notice(string.Create(CultureInfo.InvariantCulture, $"{count} {(action == "drain" ? "worker" : "sector")}{(count == 1 ? "" : "s")} {done}"));
        return new Report { Command = Name };
    }
}
