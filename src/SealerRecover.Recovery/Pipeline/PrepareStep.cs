using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>What is there of a sector before anything is made, and what that spares.</summary>
internal sealed record PrepareStep(SectorContext Sector) : ISectorStep
{
    /// <inheritdoc/>
    public Stage Stage => Stage.Label;

    private RunContext Run => Sector.Run;

    private SectorId Id => Sector.Facts.Sector;

    /// <summary>Judges what stands where its files go.</summary>
    /// <exception cref="OperatorException">As <see cref="TargetJudge.Judge"/>.</exception>
    public static StandingTargets JudgeTargets(SectorContext sector, WorkInputs inputs) => new TargetJudge(sector.Run.Files, sector.Run.Settings)
        .Judge(sector.Facts, inputs.KeepUnsealed == true, sector.Run.Roles.Proofs.CommROf);

    /// <inheritdoc/>
    public ISectorStep Do(LabelCores? cores)
    {
        // The pieces' CommD first: nothing is fetched, computed or written for a list that is wrong.
        SectorContent content = SectorContent.Of(Sector.Facts);
        WorkInputs inputs = WorkInputs.For(Sector.Facts, content, Run.Settings);
        Sector.Lock();
        StandingTargets found = StandingTargets.Unseen();
        if (Receipt.Read(Run.Files, Sector.Layout, inputs) is { } receipt)
        {
            Sector.Started(resumed: false);
            if (Sector.Installer.IsIntact(Id, receipt, found, Sector.Events, Run.Cancellation))
            {
                return AlreadyInstalled(receipt, inputs, content);
            }

            Sector.Notice("files that were installed earlier are missing or altered, so they are made again");
        }

        StandingTargets targets = JudgeTargets(Sector, inputs);
        Condemn(targets, found);
        foreach ((string path, string why) in targets.Troubles)
        {
            Sector.Notice($"{path} {why}; it is moved aside when the sector is installed");
        }

        SectorWorkspace workspace = Sector.Hold(OpenWorkspace(inputs));
        SectorPieces pieces = Sector.Hold(new SectorPieces(content, Sector));
        Sector.Started(workspace.Journal.HasWork);
        if (workspace.Journal.HasWork)
        {
            Sector.Notice($"carries on in {workspace.Folder}, where an earlier run finished {workspace.Journal.FinishedSteps} steps");
        }

        foreach (string note in content.Notes)
        {
            Sector.Notice(note);
        }

        TellOfCommit1();
        PreparedSector prepared = new(Sector, content, inputs, workspace, pieces, targets, JobIn(workspace, content.CommD));
        if (TryResumeInstalling(ref prepared) is { } install)
        {
            Run.Shared.Disk.EnterUnasked(Id);
            return install;
        }

        prepared = SparedWork.In(prepared);
        if (prepared.NeedsNoLabels)
        {
            return prepared.LabelsAreThere();
        }

        prepared.NeedPieces();
        foreach ((string path, string why) in targets.Fixed)
        {
            Sector.Notice($"{path} cannot be moved aside ({why}); should it differ from what is made now, the sector will not be installed until it can");
        }

        return new LabelStep(prepared);
    }

    // What reading showed that the first look did not, in the midst of a file.
    private void Condemn(StandingTargets targets, StandingTargets found)
    {
        foreach ((string path, string why) in found.Troubles)
        {
            if (!Run.Settings.Force)
            {
                throw new TargetRefusals(Run.Settings.ResultFolder, Id).Exists(path, $"{why}; {TargetRefusals.NothingComputed}");
            }

            targets.Condemn(path, why);
        }
    }

    private void TellOfCommit1()
    {
        if (Sector.Facts.IsUnproven && Run.Settings.ForCommit1)
        {
            Sector.Notice(Run.Settings.SyntheticProofs == true
                ? $"it is not proven yet, so {CacheNames.SyntheticProofs} is made, which Commit 1 reads"
                    + (Run.Settings.KeepAll == true ? "" : "; layers, tree_c and tree_d are not kept then, as Lotus and Curio do not keep them")
                : "it is not proven yet, so everything that Commit 1 needs is kept: layers, tree_c and tree_d");
        }
    }

    private EndStep AlreadyInstalled(InstallManifest receipt, WorkInputs inputs, SectorContent content)
    {
        // A run that was killed between receipt and clean-up left its workspace; a power cut may bring back what was removed before.
        Sector.Installer.RemoveStaging(Id, inputs);
        bool leftOver = SectorWorkspace.IsLeftOver(Run.Files, Run.Settings.TempFolder, Id, inputs);
        InstallStep.CleanUp(Sector, leftOver ? Sector.Hold(OpenWorkspace(inputs)) : null, content, pieces: null);
        return new EndStep(OutcomeKind.AlreadyThere, receipt);
    }

    private SectorWorkspace OpenWorkspace(WorkInputs inputs) =>
        SectorWorkspace.Open(Run.Files, Run.Settings.TempFolder, Id, inputs, new ResultLayout(Run.Settings.Destination ?? Run.Settings.ResultFolder, Id).CacheFolder, Sector.Events);

    private SealJob JobIn(SectorWorkspace workspace, CommD commD) => new()
    {
        Inputs = new ReplicaInputs(Sector.Facts.SealProof.Porep, Id, Sector.Facts.Ticket, commD),
        CacheFolder = workspace.CacheFolder,
        SealedFile = workspace.SealedFile,
        Files = Run.Files,
        KeepAll = Run.Settings.ForCommit1,
        RowsToDiscard = Run.Settings.RowsToDiscard,
        LabelKernel = Run.Settings.Kernels.Label,
        BatchLabelKernel = Run.Settings.Kernels.Many,
        PoseidonKernel = Run.Settings.Kernels.Poseidon,
        TwoToOneKernel = Run.Settings.Kernels.TwoToOne,
        CachePathInTAux = workspace.Journal.CachePathInTAux,
        Notice = Sector.Notice,
    };

    // Not null: the sector is sealed and right, and all its files are found. An installation into another folder that has moved
    // some of them has to be finished there, since the rest of them is there.
    private InstallStep? TryResumeInstalling(ref PreparedSector prepared)
    {
        Journal journal = prepared.Workspace.Journal;
        if (journal.Installing is not { } manifest)
        {
            return null;
        }

        // What stands in the result folder already is a part of the proof, too.
        InstallProof? proof = Sector.Installer.PrepareResume(Id, manifest, prepared.Workspace, Sector.Events, Run.Cancellation) is { } intact
            ? InstallStep.Prove(Sector, intact)
            : null;
        if (proof is { Fault: null })
        {
            Sector.Computed = manifest.Commitments;
            if (manifest.ResultFolder != Run.Settings.ResultFolder)
            {
                journal.MarkInstalling(manifest with { ResultFolder = Run.Settings.ResultFolder });
            }

            return new InstallStep(prepared, Recovered: null) { ProvenNodes = proof.ProvenNodes };
        }

        if (manifest.ResultFolder != Run.Settings.ResultFolder)
        {
            throw new OperatorException(
                FailureKind.BadInput,
                $"{Id} is already half installed into {manifest.ResultFolder}",
                $"Run again with {Setting.ResultFolder}={manifest.ResultFolder}, or delete {prepared.Workspace.Folder} to seal it anew.");
        }

        prepared = prepared with { ProvenInVain = proof is not null };
        Sector.Notice(proof?.Fault is not { } fault
            ? "finished files of an earlier run are missing or damaged, so they are made again"
            : $"{InstallStep.Unproven(Sector, fault).Message}; it is made again");
        prepared.Workspace.Restart();
        return null;
    }
}
