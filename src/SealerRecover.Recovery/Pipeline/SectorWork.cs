using Filecoin.Chain;
using Filecoin.Primitives;
using Filecoin.Sealing;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Proofs;
using Filecoin.Sealing.Trees;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Resources;
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
internal sealed class SectorWork(SectorFacts facts, RunContext run)
{
    private const string CheckMachine = "Check disk and memory of this machine (dmesg, smartctl, memtest), then run the same command again.";

    private readonly IProgress<SealProgress> _progress = run.Events.ProgressOf(facts.Sector);
    private readonly ResultLayout _layout = new(run.Settings.ResultFolder, facts.Sector);
    private SectorContent? _content;
    private WorkInputs? _inputs;
    private SectorPieces? _pieces;
    private SnappedSector? _snapped;
    private StandingReplica? _standing;
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

    private Stage Prepare()
    {
        // The pieces' CommD first: nothing is fetched, computed or written for a list that is wrong.
        _content = SectorContent.Of(facts);
        _inputs = WorkInputs.For(facts, Content, run.Settings);
        _resultLock = FolderLock.Take(run.Files, _layout.LockFile, facts.Sector.ToString());
        if (Receipt.Read(run.Files, _layout, WorkInputs) is { } receipt)
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
        _pieces = new SectorPieces(Content, facts.SealProof.SectorSize, run, Notice);
        Started(Workspace.Journal.HasWork);
        if (Workspace.Journal.HasWork)
        {
            Notice($"carries on in {Workspace.Folder}, where an earlier run finished {Workspace.Journal.FinishedSteps} steps");
        }

        foreach (string note in Content.Notes)
        {
            Notice(note);
        }

        if (facts.IsUnproven && run.Settings.KeepAll == true)
        {
            Notice("it is not proven yet, so everything that Commit 1 needs is kept: layers, tree_c and tree_d");
        }

        if (ResumeInstalling())
        {
            run.Disk.EnterUnasked(facts.Sector);
            return Stage.Install;
        }

        UseSurvivors();
        NeedPieces();
        return Workspace.Journal.Labelled || _standing is not null || _snapped?.NeedsNoLabels == true ? LabelsAreThere() : Stage.Label;
    }

    /// <summary>What is left of the sector may spare hours.</summary>
    private void UseSurvivors()
    {
        Survivors? left = Survivors.Find(run.Files, facts, run.Settings, run.Sealer.CommROf);
        bool hasLabels = Workspace.Journal.HasLabels;
        if (facts.Update is not null)
        {
            _snapped = new SnappedSector(facts, Content, run, _progress, Notice);
            if (left is not null)
            {
                _snapped.Look(
                    hasLabels ? null : Standing(KeyPlace, left.Sealed),
                    Standing(KeyPlace with { Area = InstallArea.Update, CommD = Content.Update!.CommD, CommR = facts.Update.SealedCid }, left.Updates),
                    Job with { KnownCommC = left.CommC },
                    Workspace);
            }
        }

        // Layers and columns are what is to be kept.
        if (left is null || run.Settings.KeepAll == true)
        {
            return;
        }

        _job = Job with { KnownCommC = left.CommC };
        _standing = facts.Update is null && !hasLabels ? Standing(KeyPlace, left.Sealed) : null;
        if (_standing is not null)
        {
            Notice($"its replica ({_standing.File}) and its p_aux are left, so only what is missing beside them is made");
        }
        else if (_snapped?.NeedsNoLabels != true)
        {
            Notice("a p_aux with the CommR of the chain is left, so only labels are made again");
        }
    }

    private ReplicaPlace KeyPlace => new(facts.Sector, InstallArea.Sealed, _layout, Content.CommD, facts.SealedCid);

    private StandingReplica? Standing(ReplicaPlace place, IReadOnlyList<string> copies) =>
        copies.Count == 0 ? null : new StandingReplica(place, copies, run, _progress, Notice);

    /// <summary>On to the pieces, which may be there long since, and the trees.</summary>
    private Stage LabelsAreThere()
    {
        if (!_admitted)
        {
            run.Disk.EnterUnasked(facts.Sector);
        }

        NeedPieces();
        Pieces.Start();
        return Stage.Pieces;
    }

    // What is finished needs its data no more, even if the places that had it are gone by now.
    private void NeedPieces()
    {
        Journal journal = Workspace.Journal;
        bool unsealed = WorkInputs.KeepUnsealed == true && !journal.TryGet(FinishedFiles.UnsealedStep, out _);
        Pieces.Need(
            toSeal: (!journal.HasTrees && _standing is null) || (unsealed && facts.Update is null),
            toUpdate: _snapped is not null
                && (unsealed || _snapped.MakesKeyOfUpdate || (_snapped.StandingUpdate is null && !journal.HasUpdate)));
    }

    private long PieceBytes() => Pieces.BytesToCome;

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

    private Stage BuildTrees()
    {
        _behind?.Finish();
        if (_standing?.TryMakeRest(Job, Workspace) == false)
        {
            // No copy is intact, and the operator allowed to move the one in the sector's place aside.
            Notice("it is made again from labels");
            _standing = null;
            NeedPieces();
            return Stage.Label;
        }

        try
        {
            _snapped?.LookAgain(Workspace);
            SealedCommitments made = MakeSealed(out IEnumerable<FinishedFile> files);
            SealedCommitments? update = null;
            if (_snapped is not null)
            {
                update = MakeUpdate(_snapped, ref files);
            }

            if (WorkInputs.KeepUnsealed == true)
            {
                (ISectorData data, CommD commD) = facts.Update is null
                    ? (Pieces.ToSeal!, Content.CommD)
                    : (Pieces.ToUpdate!, Content.Update!.CommD);
                UnsealedCopy.Make(Workspace, data, commD, run, _progress);
                files = files.Append(Finished.Unsealed());
            }

            _recovered = new RecoveredSector(made, update, [.. files]);
            return Stage.Install;
        }
        catch (DamagedLayerException failure)
        {
            // Any other failure of the disk leaves the steps as they are.
            return Repair(failure);
        }
        catch (OperatorException failure) when (_snapped?.MakesKeyOfUpdate == true
            && failure.Kind is FailureKind.PieceMissing or FailureKind.CommitmentMismatch)
        {
            _snapped.SealKeyInstead(failure);
            return Stage.Label;
        }
    }

    private FinishedFiles Finished => new(run.Files, Workspace, facts.SealProof.Porep, run.Settings.KeepAll == true);

    private SealedCommitments MakeSealed(out IEnumerable<FinishedFile> files)
    {
        if (_standing is not null)
        {
            files = _standing.Files(Finished);
            return _standing.Commitments!;
        }

        if (_snapped?.StandingKey is { } standing)
        {
            files = standing.Files(Finished);
            return standing.Commitments!;
        }

        if (_snapped?.MakesKeyOfUpdate == true)
        {
            SealedCommitments key = _snapped.MakeKey(Workspace, Pieces.ToUpdate!);
            files = Finished.Key(key);
            return key;
        }

        _commitments = run.Sealer.PreCommit2(
            Job with { Data = Pieces.ToSeal }, Workspace.Journal, run.Cores, _progress, run.Cancellation);
        files = Finished.Sealed(_commitments);
        return _commitments.CommR == facts.SealedCid
            ? _commitments
            : throw CommitmentMismatchException.OfSealed(Inputs, facts.SealProof, facts.SealedCid, _commitments, Workspace.Folder);
    }

    private SealedCommitments MakeUpdate(SnappedSector snapped, ref IEnumerable<FinishedFile> files)
    {
        if (snapped.StandingUpdate is { } standing)
        {
            files = files.Concat(standing.Files(Finished));
            return standing.Commitments!;
        }

        if (Workspace.Journal.HasUpdate && snapped.IsOfAnotherCommR(Workspace))
        {
            // Key and data are right, and still it came out otherwise: of wrong facts it will again, of a misread byte it will not.
            Notice("the update that an earlier run made has another CommR than the chain's, so it is made again");
            Workspace.RestartUpdate();
        }

        SealedCommitments update = snapped.MakeUpdate(Workspace, Pieces.ToUpdate!);
        files = files.Concat(Finished.Update(update));
        _commitments = update;
        return update.CommR == facts.Update!.SealedCid
            ? update
            : throw CommitmentMismatchException.OfUpdate(Inputs, facts.SealProof, facts.Update.SealedCid, facts.SealedCid, update, Workspace.Folder);
    }

    // Labels what is damaged once more. Where the replica is made already, the other layers are gone: then everything.
    private Stage Repair(OperatorException damage)
    {
        CountRepair(damage);
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

    // What belongs to the update alone is made again without the key.
    private Stage RepairFinished(FinishedFile damaged)
    {
        OperatorException damage = new(
            FailureKind.Storage, $"{facts.Sector}: {damaged.Path} is not what was written", CheckMachine);
        return RepairFinished(damage, new ManifestFile(damaged.Name, 0, "").Area);
    }

    private Stage RepairFinished(OperatorException damage, InstallArea area)
    {
        if (area is InstallArea.Cache or InstallArea.Sealed)
        {
            return _standing is null && _snapped?.StandingKey is null ? Repair(damage) : MakeRestAgain(damage);
        }

        CountRepair(damage);
        Workspace.RestartUpdate();
        return LabelsAreThere();
    }

    // Its digests were right, so it was written as it is: once that may be a fault of memory, twice it is this machine.
    private Stage RepairUnproven(ProofFault fault, InstallArea area)
    {
        OperatorException damage = Unproven(fault);
        if (_provenInVain)
        {
            throw damage;
        }

        _provenInVain = true;
        return RepairFinished(damage, area);
    }

    private OperatorException Unproven(ProofFault fault) => new(
        FailureKind.Storage, $"{facts.Sector} would not pass window PoSt, so nothing was installed: {fault.Sentence}", CheckMachine);

    private InstallProof Prove(IReadOnlyDictionary<string, string> files)
    {
        InstallProof proof = InstallProof.Of(facts, files, run.Sealer, run.Cancellation);
        _provenNodes = proof.Fault is null ? proof.ProvenNodes : null;
        return proof;
    }

    // The replica that is left is read again; it needs no labels.
    private Stage MakeRestAgain(OperatorException damage)
    {
        CountRepair(damage);
        Workspace.Restart();
        return LabelsAreThere();
    }

    private void CountRepair(OperatorException damage)
    {
        if (_repairs++ >= facts.SealProof.Porep.Layers)
        {
            throw damage;
        }

        Notice($"{damage.Message}; it is made again");
    }

    private Stage Install()
    {
        run.Disk.EnterUnasked(facts.Sector); // What is left to write goes to the result folder.
        Journal journal = Workspace.Journal;
        bool resumed = journal.Installing is not null;
        if (!resumed)
        {
            InstallManifest? described = run.Installer.Describe(
                facts.Sector, Workspace, _recovered!, out FinishedFile? damaged, Passing(), run.Cancellation);
            if (described is null)
            {
                return RepairFinished(damaged!);
            }

            InstallProof proof = Prove(_recovered!.Files.ToDictionary(file => file.Name, file => file.Path));
            if (proof is { Fault: { } fault, Area: { } area })
            {
                return RepairUnproven(fault, area);
            }

            journal.MarkInstalling(described);
        }

        InstallManifest manifest = journal.Installing!;
        bool placed = run.Installer.Install(facts.Sector, manifest, Workspace, Notice, Passing(), run.Cancellation);
        RemoveWorkspace();
        ReleasePieces();
        return End(placed || resumed ? OutcomeKind.Installed : OutcomeKind.AlreadyThere, null, manifest);
    }

    private Stage AlreadyInstalled(InstallManifest receipt)
    {
        // A run that was killed between receipt and clean-up left its workspace; a power cut may bring back what was removed before.
        run.Installer.RemoveStaging(facts.Sector, WorkInputs);
        if (SectorWorkspace.IsLeftOver(run.Files, run.Settings.TempFolder, facts.Sector, WorkInputs))
        {
            _workspace = OpenWorkspace();
            RemoveWorkspace();
        }

        ReleasePieces();
        _resultLock?.Remove(run.Files);
        _resultLock = null;
        return End(OutcomeKind.AlreadyThere, null, receipt);
    }

    private SectorWorkspace OpenWorkspace()
    {
        SectorWorkspace workspace = SectorWorkspace.Open(
            run.Files, run.Settings.TempFolder, facts.Sector, WorkInputs, _layout.CacheFolder, Notice);
        _job = new SealJob
        {
            Inputs = Inputs,
            CacheFolder = workspace.CacheFolder,
            SealedFile = workspace.SealedFile,
            Files = run.Files,
            KeepAll = run.Settings.KeepAll == true,
            RowsToDiscard = run.Settings.RowsToDiscard,
            LabelKernel = run.Settings.Kernels.Label,
            ManyLabelKernel = run.Settings.Kernels.Many,
            PoseidonKernel = run.Settings.Kernels.Poseidon,
            TwoToOneKernel = run.Settings.Kernels.TwoToOne,
            CachePathInTAux = workspace.Journal.CachePathInTAux,
            Notice = Notice,
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

        // What stands in the result folder already is a part of the proof, too.
        IReadOnlyDictionary<string, string>? intact = run.Installer.PrepareResume(facts.Sector, manifest, Workspace, Passing(), run.Cancellation);
        ProofFault? fault = intact is null ? null : Prove(intact).Fault;
        if (intact is not null && fault is null)
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

        _provenInVain = fault is not null;
        Notice(fault is null
            ? "finished files of an earlier run are missing or damaged, so they are made again"
            : $"{Unproven(fault).Message}; it is made again");
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

    private void ReleasePieces()
    {
        if (Content.Parts.Any())
        {
            _pieces?.Stop();
            run.Pieces.Store.Release(facts.Sector);
        }
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
