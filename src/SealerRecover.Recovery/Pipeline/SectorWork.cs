using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>What a sector needs next.</summary>
internal enum Stage
{
    /// <summary>PreCommit1, once it is known what is there already.</summary>
    Label,

    /// <summary>PreCommit1 when the disk has room; only an answer of <see cref="SectorWork.Join"/>.</summary>
    LabelLater,

    /// <summary>Waiting for the bytes of its pieces.</summary>
    Pieces,

    /// <summary>PreCommit2, an update, and the comparisons with what the chain says.</summary>
    Trees,

    /// <summary>Into the result folder.</summary>
    Install,

    /// <summary>It has an outcome.</summary>
    Done,
}

/// <summary>What all sectors of a run share.</summary>
internal sealed record RunContext(
    RecoverySettings Settings,
    TimeProvider Time,
    IFileSystem Files,
    ISealer Sealer,
    EventSink Events,
    ParentsPool Parents,
    DiskGate Disk,
    Installer Installer,
    SectorNeeds Needs,
    CoreBudget Cores,
    RunPieces Pieces,
    CancellationToken Cancellation);

/// <summary>
/// One sector's way through a run. Each method does one stage on the calling thread and says what comes next; the stages of one
/// sector never overlap, but for <see cref="TreesBehind"/>, which only touches the job's files and the journal.
/// </summary>
internal sealed partial class SectorWork(SectorFacts facts, RunContext run)
{
    private const string CheckMachine = "Check disk and memory of this machine (dmesg, smartctl, memtest), then run the same command again.";

    private readonly IProgress<SealProgress> _progress = run.Events.ProgressOf(facts.Sector);
    private readonly ResultLayout _layout = new(run.Settings.ResultFolder, facts.Sector);
    private SectorContent? _content;
    private WorkInputs? _inputs;
    private SectorPieces? _pieces;
    private SnappedSector? _snapped;
    private StandingReplica? _standing;
    private bool _forCommit1Stands;
    private string? _standingLayers;
    private SectorWorkspace? _workspace;
    private FolderLock? _resultLock;
    private SealJob? _job;
    private TreesBehind? _behind;
    private SealedCommitments? _commitments;
    private RecoveredSector? _recovered;
    private long? _begun;
    private bool _told;
    private bool _admitted;
    private int _repairs;
    private bool _provenInVain;
    private int? _provenNodes;
    private StandingTargets _targets = StandingTargets.Unseen();

    /// <summary>How it ended; null until it has.</summary>
    public SectorOutcome? Outcome { get; private set; }

    /// <summary>Which sector.</summary>
    public SectorId Sector => facts.Sector;

    /// <summary>Its seal proof; only sectors of one proof can be labelled together.</summary>
    public PorepParameters Porep => facts.SealProof.Porep;

    /// <summary>Ends when its pieces are there or known to be missing.</summary>
    public Task PiecesAreThere => Pieces.AreThere;

    private SectorContent Content => _content ?? throw NotPrepared();

    private SectorPieces Pieces => _pieces ?? throw NotPrepared();

    private WorkInputs WorkInputs => _inputs ?? throw NotPrepared();

    private ReplicaInputs Inputs => new(facts.SealProof.Porep, facts.Sector, facts.Ticket, Content.CommD);

    private SectorWorkspace Workspace => _workspace ?? throw NotPrepared();

    private SealJob Job => _job ?? throw NotPrepared();

    /// <summary>Does <paramref name="stage"/>; whatever goes wrong becomes the outcome.</summary>
    /// <param name="stage">What.</param>
    /// <param name="cores">Where labelling runs; null for anywhere, on one thread.</param>
    public Stage Do(Stage stage, LabelCores? cores = null) => Guarded(() => stage switch
    {
        Stage.Label => PrepareAndLabel(cores),
        Stage.Trees => BuildTrees(),
        Stage.Install => Install(),
        _ => throw new ArgumentOutOfRangeException(nameof(stage)),
    });

    /// <summary>
    /// Judges what stands where its files go, so that what installing would fail at ends the sector at once, and not after hours in which
    /// others were labelled.
    /// </summary>
    public void LookAtTargets() => Guarded(() =>
    {
        // What cannot be sealed says so itself.
        if (SectorContent.TryOf(facts) is { } content)
        {
            JudgeTargets(WorkInputs.For(facts, content, run.Settings));
        }

        return Stage.Label;
    });

    /// <summary>
    /// Makes the sector ready to be labelled together with others. Afterwards <see cref="Do"/> labels what is then still missing.
    /// </summary>
    /// <param name="mayWait">Whether to wait for room on the disk; only the first of a group may, since the others wait for it.</param>
    /// <param name="work">What to label, if the answer is <see cref="Stage.Label"/>.</param>
    /// <returns>Label, LabelLater, or what the sector needs instead.</returns>
    public Stage Join(bool mayWait, out LabelWork? work)
    {
        LabelWork? ready = null;
        Stage next = Guarded(() =>
        {
            Stage stage = _workspace is null ? Prepare() : Stage.Label;
            if (stage == Stage.Label)
            {
                _admitted = _admitted || (!mayWait && run.Disk.TryEnter(facts.Sector, run.Needs.WithLabels(facts).TempDisk, PieceBytes));
                if (!_admitted && !mayWait)
                {
                    return Stage.LabelLater;
                }

                ready = new LabelWork(Job, Workspace.Journal, EnterAndOpenParents(), _progress);
            }

            return stage;
        });
        work = ready;
        return next;
    }

    /// <summary>Tells the operator something about this sector.</summary>
    public void Notice(string text) => run.Events.Notice(facts.Sector, text);

    private Stage Guarded(Func<Stage> step)
    {
        _begun ??= run.Time.GetTimestamp();
        try
        {
            run.Cancellation.ThrowIfCancellationRequested();
            return step();
        }
        catch (OperationCanceledException) when (run.Cancellation.IsCancellationRequested)
        {
            return End(OutcomeKind.Stopped, null);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            return End(OutcomeKind.Failed, StorageFailure.From(failure, facts.Sector.ToString()));
        }
#pragma warning disable CA1031 // Recorded in the outcome, whatever it is: the other sectors go on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return End(OutcomeKind.Failed, failure);
        }
    }

    private InstallProgress Passing() => new(_progress, run.Time);

    private Stage PrepareAndLabel(LabelCores? cores)
    {
        Stage next = _workspace is null ? Prepare() : Stage.Label;
        return next == Stage.Label ? Label(cores) : next;
    }

    private static InvalidOperationException NotPrepared() => new("the sector is not prepared");

    private Stage Label(LabelCores? cores)
    {
        IParents parents = EnterAndOpenParents();
        Journal journal = Workspace.Journal;
        _behind = new TreesBehind(
            lastLayer => run.Sealer.Follow(Job, lastLayer, journal, run.Cores, _progress, run.Cancellation), run.Cores, Notice, run.Cancellation);
        run.Sealer.PreCommit1(Job with { LabelCores = cores }, parents, journal, _behind.LastLayer, _progress, run.Cancellation);

        // From here on missing layers mean that PreCommit2 has consumed them, not that labelling has to be done again.
        journal.MarkLabelled(true);
        return LabelsAreThere();
    }

    private IParents EnterAndOpenParents()
    {
        if (!_admitted)
        {
            run.Disk.Enter(
                facts.Sector,
                run.Needs.WithLabels(facts).TempDisk,
                PieceBytes,
                () => Notice("waits until the temporary folder has room beside the sectors at work"),
                run.Cancellation);
            _admitted = true;
        }

        Pieces.Start();
        return run.Parents.Get(facts.SealProof.Porep, run.Cancellation);
    }

    private Stage End(OutcomeKind kind, Exception? failure, InstallManifest? manifest = null)
    {
        _behind?.Stop();
        _pieces?.Stop();
        _workspace?.Dispose();
        _workspace = null;
        _resultLock?.Dispose();
        run.Disk.Leave(facts.Sector);
        Outcome = new SectorOutcome(
            facts.Sector,
            kind,
            manifest?.Commitments ?? _commitments,
            [.. manifest?.Files.Select(_layout.Target) ?? []],
            _begun is long begun ? run.Time.GetElapsedTime(begun) : TimeSpan.Zero,
            failure)
        {
            ProvenNodes = kind == OutcomeKind.Installed ? _provenNodes : null,
        };
        run.Events.Ended(Outcome);
        return Stage.Done;
    }

    private void Started(bool resumed)
    {
        if (!_told)
        {
            _told = true;
            run.Events.Started(facts.Sector, resumed);
        }
    }
}
