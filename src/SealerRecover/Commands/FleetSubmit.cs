using System.CommandLine;
using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
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
        SectorFacts[] good = [.. found.Where(result => result.Failure is null).Select(result => result.Facts!)];
        DateTimeOffset now = context.Host.Time.GetUtcNow();
        JobKind kind = context.Parsed.GetValue(_repair) ? JobKind.Repair : JobKind.Recover;
        ClaimTable table = new(database, TimeSpan.Zero, TimeSpan.Zero);
        IReadOnlyList<SectorId> busy = table.Submit([.. good.Select(facts => (new SectorJob(facts, kind, null), Due.Of(facts.Status, now)))], PriorityOf(context) ?? 0);
        foreach (SectorId sector in busy)
        {
            context.Events.Notice(sector, "a worker has it, so it was not submitted again");
        }

        int count = good.Length - busy.Count;
        context.Events.Notice(string.Create(CultureInfo.InvariantCulture, $"{count} sector{(count == 1 ? " is" : "s are")} on the list"));
        return new Report
        {
            Command = name,
            Sectors = [.. found.Where(result => result.Failure is not null).Select(result => SectorReport.Failed(result.Sector, result.Failure!))],
        };
    }
}
