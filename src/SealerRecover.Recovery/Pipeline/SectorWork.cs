using Filecoin.Chain;
using Filecoin.Primitives;
using Filecoin.Sealing;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Labeling;
using SealerRecover.Recovery.Files;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>What a sector needs next.</summary>
internal enum Stage
{
    /// <summary>PreCommit1, once it is known what is there already.</summary>
    Label,

    /// <summary>PreCommit1 when the disk has room; only an answer of <see cref="SectorWork.Join"/>.</summary>
    LabelLater,

    /// <summary>PreCommit2 and the comparison with the SealedCID.</summary>
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
    Func<SectorFacts, SealResources> Needs,
    CoreBudget Cores,
    CancellationToken Cancellation);

/// <summary>
/// One sector's way through a run. Each method does one stage on the calling thread and says what comes next; the stages of one
/// sector never overlap, but for <see cref="TreesBehind"/>, which only touches the job's files and the journal.
/// </summary>
internal sealed class SectorWork(SectorFacts facts, RunContext run)
{
    private readonly WorkInputs _inputs = WorkInputs.For(facts, run.Settings);
    private readonly IProgress<SealProgress> _progress = run.Events.ProgressOf(facts.Sector);
    private readonly ResultLayout _layout = new(run.Settings.ResultFolder, facts.Sector);
    private SectorWorkspace? _workspace;
    private FolderLock? _resultLock;
    private SealJob? _job;
    private TreesBehind? _behind;
    private SealedCommitments? _commitments;
    private long? _begun;
    private bool _told;
    private bool _admitted;
    private int _repairs;

    /// <summary>How it ended; null until it has.</summary>
    public SectorOutcome? Outcome { get; private set; }

    /// <summary>Which sector.</summary>
    public SectorId Sector => facts.Sector;

    /// <summary>Its seal proof; only sectors of one proof can be labelled together.</summary>
    public PorepParameters Porep => facts.SealProof.Porep;

    private ReplicaInputs Inputs => new(
        facts.SealProof.Porep, facts.Sector, facts.Ticket, ZeroCommitments.ForSector(facts.SealProof.SectorSize));

    private SectorWorkspace Workspace => _workspace ?? throw new InvalidOperationException("the workspace is not open");

    private SealJob Job => _job ?? throw new InvalidOperationException("the workspace is not open");

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
                _admitted = _admitted || (!mayWait && run.Disk.TryEnter(facts.Sector, run.Needs(facts).TempDisk));
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

    private Stage Prepare()
    {
        _resultLock = FolderLock.Take(run.Files, _layout.LockFile, facts.Sector.ToString());
        if (Receipt.Read(_layout, _inputs) is { } receipt)
        {
            Started(resumed: false);
            if (run.Installer.IsIntact(facts.Sector, receipt, Passing(), run.Cancellation))
            {
                return AlreadyInstalled(receipt);
            }

            Notice("files that were installed earlier are missing or altered, so they are made again");
        }

        run.Installer.RefuseObviousConflict(facts, run.Sealer.CommROf);
        _workspace = OpenWorkspace();
        Started(Workspace.Journal.HasWork);
        if (Workspace.Journal.HasWork)
        {
            Notice($"carries on in {Workspace.Folder}, where an earlier run finished {Workspace.Journal.FinishedSteps} steps");
        }

        Stage next = ResumeInstalling() ? Stage.Install : Workspace.Journal.Labelled ? Stage.Trees : Stage.Label;
        if (next != Stage.Label)
        {
            run.Disk.EnterUnasked(facts.Sector);
        }

        return next;
    }

    private Stage Label(LabelCores? cores)
    {
        IParents parents = EnterAndOpenParents();
        Journal journal = Workspace.Journal;
        _behind = new TreesBehind(
            lastLayer => run.Sealer.Follow(Job, lastLayer, journal, run.Cores, _progress, run.Cancellation), run.Cores, Notice, run.Cancellation);
        run.Sealer.PreCommit1(Job with { LabelCores = cores }, parents, journal, _behind.LastLayer, _progress, run.Cancellation);

        // From here on missing layers mean that PreCommit2 has consumed them, not that labelling has to be done again.
        journal.MarkLabelled(true);
        return Stage.Trees;
    }

    private IParents EnterAndOpenParents()
    {
        if (!_admitted)
        {
            run.Disk.Enter(
                facts.Sector,
                run.Needs(facts).TempDisk,
                () => Notice("waits until the temporary folder has room beside the sectors at work"),
                run.Cancellation);
            _admitted = true;
        }

        return run.Parents.Get(facts.SealProof.Porep, run.Cancellation);
    }

    private Stage BuildTrees()
    {
        _behind?.Finish();
        int finished = Workspace.Journal.FinishedSteps;
        SealedCommitments computed;
        try
        {
            computed = run.Sealer.PreCommit2(Job, Workspace.Journal, run.Cores, _progress, run.Cancellation);
        }
        catch (OperatorException failure) when (failure.Kind == FailureKind.Storage && Workspace.Journal.FinishedSteps < finished)
        {
            // A step was forgotten, so its file is damaged; any other failure of the disk leaves the steps as they are.
            return Repair(failure);
        }

        _commitments = computed;
        return computed.CommR == facts.SealedCid
            ? Stage.Install
            : throw new CommitmentMismatchException(Inputs, facts.SealProof, facts.SealedCid, computed, Workspace.Folder);
    }

    // Labels what is damaged once more. Where the replica is made already, the other layers are gone: then everything.
    private Stage Repair(OperatorException damage)
    {
        if (_repairs++ >= facts.SealProof.Porep.Layers)
        {
            throw damage;
        }

        Notice($"{damage.Message}; it is made again");
        if (FileLook.At(Workspace.SealedFile).Kind == FileKind.Missing)
        {
            Workspace.Journal.MarkLabelled(false);
        }
        else
        {
            Workspace.Restart();
        }

        return Stage.Label;
    }

    private Stage Install()
    {
        run.Disk.EnterUnasked(facts.Sector); // What is left to write goes to the result folder.
        Journal journal = Workspace.Journal;
        bool resumed = journal.Installing is not null;
        if (!resumed)
        {
            InstallManifest? described = run.Installer.Describe(
                facts.Sector, Workspace, facts.SealProof.Porep, _commitments!, Passing(), run.Cancellation);
            if (described is null)
            {
                return Repair(new OperatorException(
                    FailureKind.Storage,
                    $"{facts.Sector}: finished files in {Workspace.Folder} are not what was written",
                    "Check disk and memory of this machine (dmesg, smartctl, memtest), then run the same command again."));
            }

            journal.MarkInstalling(described);
        }

        InstallManifest manifest = journal.Installing!;
        bool placed = run.Installer.Install(facts.Sector, manifest, Workspace, Notice, Passing(), run.Cancellation);
        RemoveWorkspace();
        return End(placed || resumed ? OutcomeKind.Installed : OutcomeKind.AlreadyThere, null, manifest);
    }

    private Stage AlreadyInstalled(InstallManifest receipt)
    {
        // A run that was killed between receipt and clean-up left its workspace.
        if (SectorWorkspace.IsLeftOver(run.Files, run.Settings.TempFolder, facts.Sector, _inputs))
        {
            _workspace = OpenWorkspace();
            RemoveWorkspace();
        }

        _resultLock?.Remove(run.Files);
        _resultLock = null;
        return End(OutcomeKind.AlreadyThere, null, receipt);
    }

    private SectorWorkspace OpenWorkspace()
    {
        SectorWorkspace workspace = SectorWorkspace.Open(
            run.Files, run.Settings.TempFolder, facts.Sector, _inputs, _layout.CacheFolder, Notice);
        _job = new SealJob
        {
            Inputs = Inputs,
            CacheFolder = workspace.CacheFolder,
            SealedFile = workspace.SealedFile,
            KeepAll = run.Settings.KeepAll,
            RowsToDiscard = run.Settings.RowsToDiscard,
            LabelKernel = run.Settings.Kernels.Label,
            ManyLabelKernel = run.Settings.Kernels.Many,
            PoseidonKernel = run.Settings.Kernels.Poseidon,
            TwoToOneKernel = run.Settings.Kernels.TwoToOne,
            CachePathInTAux = workspace.Journal.CachePathInTAux,
        };
        return workspace;
    }

    // True: the sector is sealed and right, and all its files are found. An installation into another folder that has moved
    // some of them has to be finished there, since the rest of them is there.
    private bool ResumeInstalling()
    {
        if (Workspace.Journal.Installing is not { } manifest)
        {
            return false;
        }

        if (run.Installer.PrepareResume(facts.Sector, manifest, Workspace, Passing(), run.Cancellation))
        {
            _commitments = manifest.Commitments;
            if (manifest.ResultFolder != run.Settings.ResultFolder)
            {
                Workspace.Journal.MarkInstalling(manifest with { ResultFolder = run.Settings.ResultFolder });
            }

            return true;
        }

        if (manifest.ResultFolder != run.Settings.ResultFolder)
        {
            throw new OperatorException(
                FailureKind.BadInput,
                $"{facts.Sector} is already half installed into {manifest.ResultFolder}",
                $"Run again with --sealing-result={manifest.ResultFolder}, or delete {Workspace.Folder} to seal it anew.");
        }

        Notice("finished files of an earlier run are missing or damaged, so they are made again");
        Workspace.Restart();
        return false;
    }

    private void RemoveWorkspace()
    {
        foreach (string left in Workspace.Remove())
        {
            Notice($"{left} was left because this tool did not make it");
        }

        _workspace = null;
        _resultLock?.Remove(run.Files);
        _resultLock = null;
    }

    private Stage End(OutcomeKind kind, Exception? failure, InstallManifest? manifest = null)
    {
        _behind?.Stop();
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
            failure);
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
