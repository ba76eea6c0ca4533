using System.Collections.Immutable;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Site;

/// <summary>
/// The runs of one machine as something to watch: what the newest run says of itself in the folder of its temporary files (<see cref="RunFile"/>), and
/// what older ones have left there unfinished. Changes nothing and locks nothing. From any thread.
/// </summary>
public sealed class RunSite : ISite
{
    /// <summary>A run writes every ten seconds at least. Where its process cannot be seen, silence for so long means that it is gone.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    /// <summary>The concern that a run is gone without an end.</summary>
    private const string RunGone = "run_gone";

    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly string _version;
    private readonly SystemText _system = new();
    private readonly Func<string, string?> _linkOf = RunProcess.Link;
    private readonly OwnMachine _machine;
    private readonly LeftWork _left = new();
    private readonly Lock _gate = new();
    private (DateTimeOffset Changed, long Length, RunRecord? Record)? _known;

    /// <summary>The runs whose temporary files are in a folder.</summary>
    /// <param name="folder">The folder, absolute.</param>
    /// <param name="machine">This machine's name.</param>
    /// <param name="time">The clock.</param>
    /// <param name="version">What was built that tells it.</param>
    /// <exception cref="OperatorException">BadInput: it is no folder.</exception>
    public RunSite(string folder, string machine, TimeProvider time, string version)
    {
        (_folder, _time, _version) = (folder, time, version);
        _machine = new OwnMachine(machine, version, folder);
        Source = $"{machine}:{folder}";
        Look();
    }

    /// <inheritdoc/>
    public ISiteActions? Actions => null;

    /// <summary>How concerns are worded; without commands unless they are given.</summary>
    public IConcernWords Words { get; init; } = NoConcernWords.Instance;

    /// <summary>Where it is from, for people.</summary>
    private string Source { get; }

    /// <inheritdoc/>
    public SiteState Read()
    {
        lock (_gate)
        {
            (RunRecord? record, IReadOnlyList<SiteSectorDetail> left) = Load();
            return State(record, left);
        }
    }

    /// <inheritdoc/>
    public SiteSectorDetail? Sector(SectorId sector)
    {
        lock (_gate)
        {
            (RunRecord? record, IReadOnlyList<SiteSectorDetail> left) = Load();
            SiteSectorDetail? told = record?.Details.FirstOrDefault(detail => detail.Sector.Sector == sector);
            return told is { Sector: { Stage: SectorStage.Failed } failed }
                ? told with { Commands = Words.Commands(Concerns.Failed, failed.ExitCode, [sector], isFleet: false) }
                : told ?? left.FirstOrDefault(detail => detail.Sector.Sector == sector);
        }
    }

    private void Look()
    {
        FileLook look = FileLook.TryThrough(_folder);
        if (look.Kind != FileKind.Folder)
        {
            throw new OperatorException(
                FailureKind.BadInput, $"{_folder} is {(look.Kind == FileKind.Missing ? "not there" : "no folder")}", $"name the folder of a run's temporary files with {Setting.TempFolder}");
        }
    }

    private (RunRecord? Record, IReadOnlyList<SiteSectorDetail> Left) Load()
    {
        Look();
        return StorageFailure.Explain($"looking at {_folder}", () =>
        {
            FileLook look = FileLook.At(Path.Combine(_folder, RunFile.FileName));
            if (_known is not { } known || (look.Changed, look.Length) != (known.Changed, known.Length))
            {
                _known = (look.Changed, look.Length, RunFile.Read(_folder));
            }

            RunRecord? record = _known!.Value.Record;
            HashSet<SectorId> told = [.. record?.Details.Select(detail => detail.Sector.Sector) ?? []];
            return (record, _left.In(_folder, told));
        });
    }

    private SiteState State(RunRecord? record, IReadOnlyList<SiteSectorDetail> left)
    {
        DateTimeOffset now = _time.GetUtcNow();
        IEnumerable<SiteSector> older = left.Select(detail => detail.Sector);
        if (record is null)
        {
            return new SiteState
            {
                At = now,
                Source = Source,
                IsFleet = false,
                Version = _version,
                Run = new SiteRun(),
                Sectors = [.. older],
                Machines = [_machine.Read()],
            };
        }

        TimeSpan silent = now - record.State.At;
        bool isOver = record.State.Run.Ended is not null;
        bool isGone = !isOver && !(record.Process.IsThere(_system, _linkOf) ?? silent < Silence);
        SiteMachine machine = record.State.Machines is [var told, ..] ? told : _machine.Read();
        SiteState state = record.State with
        {
            At = now,
            Source = Source,
            Sectors = [.. record.State.Sectors, .. older],
            Machines =
            [
                isOver ? _machine.Read() with { Ended = true, Since = machine.Since, Gpus = machine.Gpus }
                    : machine with { Alive = !isGone, HeardSecondsAgo = Math.Round(Math.Max(0, silent.TotalSeconds), 1) },
            ],
        };
        ImmutableArray<SiteConcern> concerns = Concerns.Of(state, Words, []);
        return state with
        {
            Concerns = isGone ? [new SiteConcern(ConcernLevel.Urgent, RunGone, [], machine.Name, "the run is gone and has not said how it ended; the same command goes on", []), .. concerns] : concerns,
        };
    }
}
