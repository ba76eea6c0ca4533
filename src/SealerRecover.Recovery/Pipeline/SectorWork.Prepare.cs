using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Proofs;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <content>What is there of a sector before anything is made, and what that spares.</content>
internal sealed partial class SectorWork
{
    private Stage Prepare()
    {
        // The pieces' CommD first: nothing is fetched, computed or written for a list that is wrong.
        _content = SectorContent.Of(facts);
        _inputs = WorkInputs.For(facts, Content, run.Settings);
        _resultLock = FolderLock.Take(run.Files, _layout.LockFile, facts.Sector.ToString());
        StandingTargets found = StandingTargets.Unseen();
        if (Receipt.Read(run.Files, _layout, WorkInputs) is { } receipt)
        {
            Started(resumed: false);
            if (run.Installer.IsIntact(facts.Sector, receipt, found, Passing(), run.Cancellation))
            {
                return AlreadyInstalled(receipt);
            }

            Notice("files that were installed earlier are missing or altered, so they are made again");
        }

        JudgeTargets(WorkInputs);
        Condemn(found);
        foreach ((string path, string why) in _targets.Troubles)
        {
            Notice($"{path} {why}; it is moved aside when the sector is installed");
        }

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

        if (facts.IsUnproven && run.Settings.ForCommit1)
        {
            Notice(run.Settings.SyntheticProofs == true
                ? $"it is not proven yet, so {CacheNames.SyntheticProofs} is made, which Commit 1 reads"
                    + (run.Settings.KeepAll == true ? "" : "; layers, tree_c and tree_d are not kept then, as Lotus and Curio do not keep them")
                : "it is not proven yet, so everything that Commit 1 needs is kept: layers, tree_c and tree_d");
        }

        if (ResumeInstalling())
        {
            run.Disk.EnterUnasked(facts.Sector);
            return Stage.Install;
        }

        UseSurvivors();
        NeedPieces();
        if (Workspace.Journal.Labelled || _standing is not null || _snapped?.NeedsNoLabels == true)
        {
            return LabelsAreThere();
        }

        foreach ((string path, string why) in _targets.Fixed)
        {
            Notice($"{path} cannot be moved aside ({why}); should it differ from what is made now, the sector will not be installed until it can");
        }

        return Stage.Label;
    }

    private void JudgeTargets(WorkInputs inputs) =>
        _targets = new TargetJudge(run.Files, run.Settings).Judge(facts, inputs.KeepUnsealed == true, run.Sealer.CommROf);

    // What reading showed that the first look did not, in the midst of a file.
    private void Condemn(StandingTargets found)
    {
        foreach ((string path, string why) in found.Troubles)
        {
            if (!run.Settings.Force)
            {
                throw new TargetRefusals(run.Settings.ResultFolder, facts.Sector).Exists(path, $"{why}; {TargetRefusals.NothingComputed}");
            }

            _targets.Condemn(path, why);
        }
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
        if (left is null || (run.Settings.ForCommit1 && (hasLabels || left.Sealed.Count == 0 || !SparesCommit1(left))))
        {
            return;
        }

        _job = Job with { KnownCommC = left.CommC };
        _standing = facts.Update is null && !hasLabels ? Standing(KeyPlace, left.Sealed) : null;
        if (_standing is not null)
        {
            string forCommit1 = _forCommit1Stands ? ", and what Commit 1 reads" : _standingLayers is not null ? $", and layers and trees in {_standingLayers}" : "";
            Notice($"its replica ({_standing.File}) and its p_aux are left{forCommit1}, so only what is missing beside them is made");
        }
        else if (_snapped?.NeedsNoLabels != true)
        {
            Notice("a p_aux with the CommR of the chain is left, so only labels are made again");
        }
    }

    private bool SparesCommit1(Survivors left)
    {
        _forCommit1Stands = Commit1FilesAreIntact(left);
        _standingLayers = _forCommit1Stands ? null : Survivors.FolderOfLayers(facts, run.Settings);
        return _forCommit1Stands || _standingLayers is not null;
    }

    /// <summary>What Commit 1 reads is looked at as Commit 1 will, in part: it takes hours to make and checks itself when it is used.</summary>
    private bool Commit1FilesAreIntact(Survivors left)
    {
        if (!Survivors.Commit1FilesStand(facts, run.Settings))
        {
            return false;
        }

        try
        {
            if (run.Sealer.CheckOpenings(facts, Inputs, left.CommC, _layout.CacheFolder, _progress, run.Cancellation) is not [var fault, ..])
            {
                return true;
            }

            Notice($"what Commit 1 reads is damaged: {fault.Sentence}; it is made again");
        }
        catch (OperatorException failure) when (failure.Kind == FailureKind.Storage)
        {
            Notice($"what Commit 1 reads cannot be checked: {failure.Message}; it is made again");
        }

        return false;
    }

    private ReplicaPlace KeyPlace => new(facts.Sector, InstallArea.Sealed, _layout, Content.CommD, facts.SealedCid);

    private StandingReplica? Standing(ReplicaPlace place, IReadOnlyList<string> copies) =>
        copies.Count == 0 ? null : new StandingReplica(place, copies, _targets, run, _progress, Notice);

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
            KeepAll = run.Settings.ForCommit1,
            RowsToDiscard = run.Settings.RowsToDiscard,
            LabelKernel = run.Settings.Kernels.Label,
            BatchLabelKernel = run.Settings.Kernels.Many,
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
}
