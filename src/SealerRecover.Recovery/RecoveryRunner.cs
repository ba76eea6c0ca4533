using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.PieceSources;
using SealerRecover.Recovery.Pipeline;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery;

/// <summary>
/// Recovers sectors: plan, PreCommit1, PreCommit2, compare, install. Every finished step is on disk before the next begins, so a
/// run may end at any moment, in any way, and the next one with the same settings carries on.
/// </summary>
public sealed class RecoveryRunner
{
    /// <summary>Smaller layers fit where pages do not matter.</summary>
    private const long WorthHugePages = 512L << 20;

    private readonly RecoverySettings _settings;
    private readonly TimeProvider _time;
    private readonly SealingRoles _roles;
    private readonly IFileSystem _files;
    private readonly ISystemProbe _probe;
    private readonly ILogger _logger;
    private readonly PieceStore _store;
    private readonly PieceSurvey _survey;

    /// <summary>Makes a runner; nothing happens yet.</summary>
    /// <param name="settings">What the operator decided.</param>
    /// <param name="time">The clock, for events and names of replaced files.</param>
    /// <param name="logger">Told what piece sources answer; null for nobody.</param>
    public RecoveryRunner(RecoverySettings settings, TimeProvider time, ILogger? logger = null)
        : this(settings, time, new SealingRoles(settings), LinuxFileSystem.Instance, new LinuxSystemProbe(), logger)
    {
    }

    internal RecoveryRunner(
        RecoverySettings settings, TimeProvider time, SealingRoles roles, IFileSystem files, ISystemProbe probe, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(time);
        _settings = settings;
        _time = time;
        _roles = roles;
        _files = files;
        _probe = probe;
        _logger = logger ?? NullLogger.Instance;
        _store = new PieceStore(settings.TempFolder, files);
        _survey = new PieceSurvey(settings, _store, _logger, time);
    }

    /// <summary>
    /// What the run needs against what there is, how it divides the cores, and where pieces seem to be, for which sources are asked. Changes
    /// nothing.
    /// </summary>
    public RecoveryPlan Plan(IReadOnlyList<SectorFacts> sectors)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        return StorageFailure.Explain("cannot plan the run", () => new ResourcePlan(_settings, _probe, _roles, _survey).For(sectors));
    }

    /// <summary>
    /// Recovers all sectors; one that fails does not stop the others. Blocks until all have ended, each with its outcome in the
    /// order given. Labelling starts in that order too; the result does not depend on it. Cancelling ends the run within a second
    /// or two, unfinished sectors being <see cref="OutcomeKind.Stopped"/>.
    /// </summary>
    /// <param name="sectors">The sectors; the plan is made for these.</param>
    /// <param name="events">Told what happens.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="more">
    /// Asked for at most so many further sectors of the same seal proof whenever a core that labels has none left, and again some seconds later, one
    /// asking at a time; theirs are the outcomes behind the others. Does not throw. Null for no more.
    /// </param>
    /// <exception cref="OperatorException">The run as a whole cannot start (folders, resources).</exception>
    public IReadOnlyList<SectorOutcome> Run(
        IReadOnlyList<SectorFacts> sectors, EventSink events, CancellationToken cancellation, Func<int, IReadOnlyList<SectorFacts>>? more = null)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        ArgumentNullException.ThrowIfNull(events);
        ArgumentOutOfRangeException.ThrowIfLessThan(_settings.Parallel, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(_settings.Threads, 1);
        RefuseDuplicates(sectors);
        RunFolders.Prepare(_settings, _files);
        CorePlan cores = CheckResources(sectors, events).Cores ?? CorePlan.OneSeat(_settings.Threads);
        using ParentsPool parents = new(_roles.Labels, events.Of(null));
        DiskGate disk = new(_settings.TempFolder, _probe, _settings.IgnoreResources);
        using CpuPins? pins = cores.IsPinned ? CpuPins.TryTake() : null;
        if (cores.IsPinned && pins is null)
        {
            cores = cores.Unpinned();
            events.Notice(null, "another run on this machine keeps its threads to the best cores, so those of this run are left to the system");
        }

        using PieceFetcher fetcher = new(
            _settings.PieceSources,
            _store,
            new PieceFetcherOptions { Threads = Math.Max(1, cores.FreeCores), CertificateFile = _settings.CertificateFile },
            _logger,
            _time);
        RunPieces pieces = new(fetcher, _store, _survey);
        CoreBudget budget = new(cores.Threads, cores.Threads / cores.Cores);
        RunContext run = new(_settings, _roles, _files, _time, events, new SharedResources(parents, disk, budget, pieces), cancellation);
        List<SectorWork> work = [];
        if (Begin(sectors) is { Count: > 0 } open)
        {
            using StageThreads threads = new(cores, budget, _roles.Labels, more is null ? null : most => Begin(more(most)), cancellation);
            threads.Run(open);
        }

        return [.. work.Select(sector => sector.Outcome!)];

        // Nobody else adds to them: further ones come while this thread waits, one asking at a time.
        IReadOnlyList<SectorWork> Begin(IReadOnlyList<SectorFacts> come)
        {
            SectorWork[] begun = [.. come.Select(facts => new SectorWork(facts, run))];
            work.AddRange(begun);
            Array.ForEach(begun, sector => sector.LookAtTargets());
            return [.. begun.Where(sector => sector.Outcome is null)];
        }
    }

    private static void RefuseDuplicates(IReadOnlyList<SectorFacts> sectors)
    {
        if (sectors.GroupBy(facts => facts.Sector).FirstOrDefault(group => group.Skip(1).Any()) is { } twice)
        {
            throw new OperatorException(FailureKind.BadInput, $"{twice.Key} is listed twice", "Name each sector once.");
        }
    }

    private RecoveryPlan CheckResources(IReadOnlyList<SectorFacts> sectors, EventSink events)
    {
        RecoveryPlan plan = Plan(sectors);
        if (!_settings.IgnoreResources)
        {
            ResourcePlan.RefuseShortage(plan.Resources);
        }
        else if (plan.Resources.FirstOrDefault(line => !line.Suffices) is { } shortage)
        {
            events.Notice(null, $"starting although {shortage.What} may not suffice, as asked");
        }

        // A third more for a label with layers of 8 GiB: docs/performance.md, Huge pages.
        if (_probe.HugePages() == false && sectors.Any(facts => facts.SealProof.SectorSize.Bytes >= WorthHugePages))
        {
            events.Notice(
                null,
                "this system gives no huge pages, which makes labelling up to a third slower; "
                + $"`echo madvise | sudo tee {HugePages.SettingPath}` grants them, also to a run that is started again");
        }

        return plan;
    }
}
