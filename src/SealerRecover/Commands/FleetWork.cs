using System.Collections.Immutable;
using System.CommandLine;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Work;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Settings;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>Works on a fleet's list with this machine.</summary>
internal sealed class FleetWork
{
    private const int DefaultSilence = 120;
    private const int DefaultGrace = 3600;

    private readonly RecoveryOptions _recovery = new();
    private readonly StorageOption _storage = new("A storage path of this machine in which sectors are mended that were submitted with --repair. May be repeated.");
    private readonly Option<string?> _name = new("--worker")
    {
        Description = "What the fleet calls this machine; with drain, which is meant. Default: host name and --sealing-temp; with drain all.",
        HelpName = "name",
    };

    private readonly Option<int?> _grace = CommonOptions.Whole(
        "--give-back-after", 1, 30 * 24 * 3600, "seconds", $"After how long without a sign of life of a machine this one begins anew what that has layers of. Default: {DefaultGrace}.");

    private readonly Option<int?> _silence = CommonOptions.Whole(
        "--silent-after", 1, 24 * 3600, "seconds", $"After how long without a sign of life a machine counts as gone. Default: {DefaultSilence}.");

    /// <summary>Adds its options.</summary>
    public void AddTo(Command command, NodeOptions node)
    {
        ArgumentNullException.ThrowIfNull(node);
        command.Add(_storage.Folders);
        _recovery.AddTo(command);
        command.Add(_name);
        command.Add(_grace);
        command.Add(_silence);
    }

    /// <summary>The worker that is named; null for none.</summary>
    public string? NameOf(CommandContext context) => context.Parsed.GetValue(_name);

    /// <summary>After how long without a sign of life a machine counts as gone.</summary>
    public TimeSpan SilenceOf(CommandContext context) => TimeSpan.FromSeconds(context.Parsed.GetValue(_silence) ?? DefaultSilence);

    /// <summary>Works until it is stopped or drained.</summary>
    /// <exception cref="OperatorException">It cannot begin.</exception>
    public Report Run(CommandContext context, FleetDatabase database, NodeOptions node, string command)
    {
        RecoverySettings recover = _recovery.Read(context, node);
        ImmutableArray<string> paths = _storage.ReadAnyPaths(context);
        TimeSpan silence = SilenceOf(context);
        TimeSpan grace = TimeSpan.FromSeconds(context.Parsed.GetValue(_grace) ?? DefaultGrace);
        if (grace < silence)
        {
            throw new OperatorException(FailureKind.BadInput, $"{_grace.Name} is less than {_silence.Name}", $"a machine has to count as gone first: raise {_grace.Name}");
        }

        WorkerSettings settings = new()
        {
            Name = NameOf(context) ?? $"{Environment.MachineName}:{recover.TempFolder}",
            Recover = recover,
            Repair = paths.IsEmpty ? null : Mending.In(paths, recover),
            Most = context.Parsed.GetValue(_recovery.Parallel),
            Silence = silence,
            GiveBackAfter = grace,
            Version = ProgramVersion.Text,
            Gpus = [.. OpenClKernels.Use(context, recover.Kernels, buildsTrees: true).Select(device => device.Name)],
            ExitCodeOf = failure => ExitCodes.Of(failure).Code,
        };
        FleetWorker worker = new(database, settings, context.Host.Time, context.Log.CreateLogger<FleetWorker>());
        context.Events.Notice($"{settings.Name} works on the list of {database}");
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
