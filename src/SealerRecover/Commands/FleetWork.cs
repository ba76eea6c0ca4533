using System.Collections.Immutable;
using System.CommandLine;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Site;
using SealerRecover.Fleet.Work;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Settings;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>Works on a fleet's list with this machine.</summary>
internal sealed class FleetWork
{
    /// <summary>Seconds without a sign of life after which a machine counts as gone, if nothing is said.</summary>
    public const int DefaultSilence = 120;

    private const int DefaultGrace = 3600;

    private readonly RecoveryOptions _recovery = new();
    private readonly Option<int?> _grace = CommonOptions.Whole(
        "--give-back-after", 1, 30 * 24 * 3600, "seconds", $"After how long without a sign of life of a machine this one begins anew what that has layers of. Default: {DefaultGrace}.");

    private readonly HttpOptions _http = new("With work: where this machine serves the page of its fleet, too: an address with a port.", otherwise: null);

    /// <summary>--silent-after.</summary>
    public static Option<int?> SilenceOption() => CommonOptions.Whole(
        "--silent-after", 1, 24 * 3600, "seconds", $"After how long without a sign of life a machine counts as gone. Default: {DefaultSilence}.");

    /// <summary>--storage.</summary>
    public StorageOption Storage { get; } = new(
        "A storage path of this machine in which sectors are mended that were submitted with --repair, and looked at as --check asks; with --check of other actions, which are meant. May be repeated.");

    /// <summary>--piece-source.</summary>
    public PieceSourceOption PieceSources => _recovery.PieceSources;

    /// <summary>--worker.</summary>
    public Option<string?> WorkerName { get; } = new("--worker")
    {
        Description = "What the fleet calls this machine; with drain, which is meant. Default: host name and --sealing-temp; with drain all.",
        HelpName = "name",
    };

    /// <summary>--silent-after.</summary>
    public Option<int?> SilentAfter { get; } = SilenceOption();

    /// <summary>Adds its options.</summary>
    public void AddTo(Command command, NodeOptions node)
    {
        ArgumentNullException.ThrowIfNull(node);
        command.Add(Storage.Folders);
        _recovery.AddTo(command);
        command.Add(WorkerName);
        command.Add(_grace);
        command.Add(SilentAfter);
        _http.AddTo(command);
    }

    /// <summary>The worker that is named; null for none.</summary>
    public string? NameOf(CommandContext context) => context.Parsed.GetValue(WorkerName);

    /// <summary>After how long without a sign of life a machine counts as gone.</summary>
    public TimeSpan SilenceOf(CommandContext context) => TimeSpan.FromSeconds(context.Parsed.GetValue(SilentAfter) ?? DefaultSilence);

    /// <summary>Works until it is stopped or drained.</summary>
    /// <exception cref="OperatorException">It cannot begin.</exception>
    public async Task<Report> RunAsync(CommandContext context, FleetDatabase database, NodeOptions node, string command)
    {
        RecoverySettings recover = _recovery.Read(context, node);
        ImmutableArray<string> paths = Storage.ReadAnyPaths(context);
        TimeSpan silence = SilenceOf(context);
        TimeSpan grace = TimeSpan.FromSeconds(context.Parsed.GetValue(_grace) ?? DefaultGrace);
        if (grace < silence)
        {
            throw new OperatorException(FailureKind.BadInput, $"{_grace.Name} is less than {SilentAfter.Name}", $"a machine has to count as gone first: raise {_grace.Name}");
        }

        HttpSettings? http = _http.Read(context);
        WorkerSettings settings = new()
        {
            Name = NameOf(context) ?? $"{Environment.MachineName}:{recover.TempFolder}",
            Recover = recover,
            Repair = paths.IsEmpty ? null : Mending.In(paths, recover),
            Most = context.Parsed.GetValue(_recovery.Parallel),
            Silence = silence,
            GiveBackAfter = grace,
            Version = ProgramVersion.Text,
            Url = http?.Url,
            Token = http is null ? _http.Token(context) : http.Token,
            Gpus = [.. OpenClKernels.Use(context, recover.Kernels, buildsTrees: true).Select(device => device.Name)],
            ExitCodeOf = failure => ExitCodes.Of(failure).Code,
        };
        FleetWorker worker = new(database, settings, context.Host.Time, context.Log.CreateLogger<FleetWorker>());
        context.Events.Notice($"{settings.Name} works on the list of {database}");
        return http is null
            ? Work(context, worker, command)
            : await Serving.WhileAsync(
                context, http, $"the fleet of {database}", new FleetSite(database, silence, ProgramVersion.Text) { Words = ConcernWords.Instance }, command, () => Task.FromResult(Work(context, worker, command)), settings.Shelf);
    }

    private static Report Work(CommandContext context, FleetWorker worker, string command)
    {
        IReadOnlyList<WorkedSector> worked = context.View.Live(() => worker.Run(context.View, context.Cancellation));
        return new Report
        {
            Command = command,
            Stopped = context.Cancellation.IsCancellationRequested,
            Sectors =
            [
                .. worked.GroupBy(sector => sector.Facts.Sector).Select(tries => tries.Last())
                    .Select(sector => SectorReport.From(sector.Outcome, sector.Facts.Update?.SealedCid ?? sector.Facts.SealedCid)),
            ],
        };
    }
}
