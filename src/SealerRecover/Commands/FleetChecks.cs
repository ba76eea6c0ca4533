using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Commands;

/// <summary>Checks of storage paths as a fleet's list has them: which are meant, put on the list, and changed there.</summary>
/// <param name="storage">Names the storage paths.</param>
internal sealed class FleetChecks(StorageOption storage)
{
    /// <summary>Actions that take checks in the place of sectors.</summary>
    private static readonly string[] Changes = ["pause", "resume", "cancel", "retry", "prefer"];

    private readonly Option<string?> _check = Make();
    private readonly SurveyDepth _depth = new();

    /// <summary>Those that say which checks are meant.</summary>
    public IReadOnlyList<Option> Which => [_check, storage.Folders];

    /// <summary>Its name, for messages.</summary>
    public string Name => _check.Name;

    /// <summary>Adds its options.</summary>
    public void AddTo(Command command) => Array.ForEach([_check, .. _depth.All], command.Add);

    /// <summary>Whether an action is about checks.</summary>
    public bool AreMeant(CommandContext context, string action) => Changes.Contains(action) && context.Parsed.GetValue(_check) is not null;

    /// <summary>Which kinds are meant; none where no checks are.</summary>
    /// <exception cref="OperatorException">BadInput: it is no kind.</exception>
    public ImmutableArray<CheckKind> ReadKinds(CommandContext context) => context.Parsed.GetValue(_check) switch
    {
        null => [],
        "survey" => [CheckKind.Survey],
        "verify" => [CheckKind.Verify],
        "all" => [CheckKind.Survey, CheckKind.Verify],
        { } word => throw new OperatorException(
            FailureKind.BadInput, $"{_check.Name} is \"{SafeText.Short(word)}\", neither survey nor verify nor all", "name one of them"),
    };

    /// <summary>How much surveys read.</summary>
    /// <exception cref="OperatorException">BadInput: it contradicts itself, or nothing is surveyed.</exception>
    public CheckReading ReadDepth(CommandContext context, IReadOnlyList<CheckKind> kinds)
    {
        if (!kinds.Contains(CheckKind.Survey) && _depth.Given(context.Parsed) is { } given)
        {
            throw new OperatorException(FailureKind.BadInput, $"{given.Name} was given, but nothing is surveyed", $"give {_check.Name}=survey, too, or leave it out");
        }

        SurveySettings depth = _depth.Read(context.Parsed);
        return new CheckReading(depth.Quick, depth.Deep, depth.Sample);
    }

    /// <summary>The storage paths to look at, by their names on workers; at least one.</summary>
    /// <exception cref="OperatorException">BadInput: none is named, or one is no full path.</exception>
    public ImmutableArray<string> ReadPlaces(CommandContext context) => storage.ReadNames(context) is { IsEmpty: false } places ? places : throw new OperatorException(
        FailureKind.BadInput, "no storage path was named", $"name those to look at with {storage.Folders.Name}, as the worker that has them names them");

    /// <summary>
    /// Puts them on the list: of surveys one for each storage path; of verifications one for each partition of each, where a node told the partitions.
    /// </summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="database">Where the list is.</param>
    /// <param name="sectors">The sectors to look at.</param>
    /// <param name="how">In which ways, and how much surveys read.</param>
    /// <param name="places">The storage paths.</param>
    /// <param name="priority">Higher goes first.</param>
    /// <exception cref="OperatorException">The database does not answer.</exception>
    public static void Submit(
        CommandContext context, FleetDatabase database, IReadOnlyList<SectorFacts> sectors, (IReadOnlyList<CheckKind> Kinds, CheckReading Reading) how, IReadOnlyList<string> places, int priority)
    {
        CheckJob[] jobs =
        [
            .. from kind in how.Kinds
               from place in places
               from part in sectors.GroupBy(facts => kind == CheckKind.Verify ? (facts.Status?.Deadline, facts.Status?.Partition) : default)
               select new CheckJob(kind, place, [.. part])
               {
                   Deadline = part.Key.Deadline,
                   Partition = part.Key.Partition,
                   Reading = kind == CheckKind.Survey ? how.Reading : default,
               },
        ];
        new CheckTable(database, TimeSpan.Zero).Submit(jobs, priority);
        context.Events.Notice(string.Create(
            CultureInfo.InvariantCulture, $"{jobs.Length} check{(jobs.Length == 1 ? " is" : "s are")} on the list, of {sectors.Count} sector{(sectors.Count == 1 ? "" : "s")}"));
    }

    /// <summary>Changes those that are meant, and says how many.</summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="database">Where the list is.</param>
    /// <param name="action">What is done with them.</param>
    /// <param name="sectors">Whether sectors are named, too.</param>
    /// <param name="priority">The priority that is named; null for none.</param>
    /// <exception cref="OperatorException">BadInput; or the database does not answer.</exception>
    public void Change(CommandContext context, FleetDatabase database, string action, bool sectors, int? priority)
    {
        CheckChoice which = new(ReadKinds(context), storage.ReadNames(context));
        if (sectors)
        {
            throw new OperatorException(FailureKind.BadInput, $"sectors and {_check.Name} were both given", $"leave the sectors out: checks are named by {_check.Name} and {storage.Folders.Name}");
        }

        CheckTable table = new(database, TimeSpan.Zero);
        (int count, string done) = action switch
        {
            "pause" => (table.Pause(true, which), "paused; what a worker has goes on"),
            "resume" => (table.Pause(false, which), "no longer paused"),
            "cancel" => (table.Cancel(which), "taken off the list"),
            "retry" => (table.Retry(which), "on the list again"),
            _ => (table.Prefer(which, priority ?? 0), "given that priority"),
        };
        context.Events.Notice(string.Create(CultureInfo.InvariantCulture, $"{count} check{(count == 1 ? "" : "s")} {done}"));
    }

    private static Option<string?> Make()
    {
        Option<string?> check = new("--check")
        {
            Description = "Have sectors looked at in the storage paths that --storage names, on a worker that has them: survey, verify, or all for both. Nothing is mended. "
                + "With pause, resume, cancel, retry and prefer: those checks are meant, of these paths or of any.",
            HelpName = "survey|verify|all",
        };
        check.CompletionSources.Add("survey", "verify", "all");
        return check;
    }
}
