using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Proofs.Synthetic;
using SealerRecover.Recovery.Diagnosis;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>From labels, or from a replica that is left, to a sector whose CommR is right: PreCommit2, an update, an unsealed copy.</summary>
/// <param name="Prepared">The sector.</param>
/// <param name="Behind">The trees that were built behind its last layer; null for none.</param>
internal sealed record TreesStep(PreparedSector Prepared, TreesBehind? Behind) : ISectorStep
{
    /// <inheritdoc/>
    public Stage Stage => Stage.Pieces;

    /// <summary>Ends when its pieces are there or known to be missing.</summary>
    public Task PiecesAreThere => Prepared.Pieces.AreThere;

    private SectorContext Sector => Prepared.Sector;

    private SectorWorkspace Workspace => Prepared.Workspace;

    private StepContext Step => Sector.Step(Workspace.Journal);

    private TreeMaking Trees => Sector.Run.Roles.Trees;

    private string HashedBy => PoseidonKernel.Create(TreeShape.BaseArity, Sector.Run.Settings.Kernels.Poseidon).Described;

    /// <inheritdoc/>
    public ISectorStep Do(LabelCores? cores)
    {
        Behind?.Finish();
        if (Prepared.Standing?.TryMakeRest(Prepared.Job, Workspace) == false || !TryMakeSyntheticProofsOfStandingLayers())
        {
            // No copy is intact, and the operator allowed to move the one in the sector's place aside; or layers are damaged.
            Sector.Notice("it is made again from labels");
            PreparedSector labelled = Prepared with { Standing = null };
            labelled.NeedPieces();
            return new LabelStep(labelled);
        }

        try
        {
            Prepared.Snapped?.LookAgain(Workspace);
            (SealedCommitments key, IEnumerable<FinishedFile> files) = MakeSealed();
            SealedCommitments? update = null;
            if (Prepared.Snapped is { } snapped)
            {
                (update, IEnumerable<FinishedFile> ofUpdate) = MakeUpdate(snapped);
                files = files.Concat(ofUpdate);
            }

            if (Prepared.Inputs.KeepUnsealed == true)
            {
                (ISectorData data, CommD commD) = update is null
                    ? (Prepared.Pieces.ToSeal!, Prepared.Content.CommD)
                    : (Prepared.Pieces.ToUpdate!, Prepared.Content.Update!.CommD);
                UnsealedCopy.Make(Workspace, data, commD, Sector);
                files = files.Append(Prepared.Finished.Unsealed());
            }

            return new InstallStep(Prepared, new RecoveredSector(key, update, [.. files]));
        }
        catch (DamagedLayerException failure)
        {
            // Any other failure of the disk leaves the steps as they are.
            return Prepared.LabelAgain(failure);
        }
        catch (OperatorException failure) when (Prepared.Snapped?.MakesKeyOfUpdate == true
            && failure.Kind is FailureKind.PieceMissing or FailureKind.CommitmentMismatch)
        {
            Sector.Notice($"its key cannot be made of its update ({failure.Message}), so it is sealed anew");
            return new LabelStep(Prepared with { Snapped = Prepared.Snapped with { MakesKeyOfUpdate = false } });
        }
    }

    private (SealedCommitments Made, IEnumerable<FinishedFile> Files) MakeSealed()
    {
        if (Prepared.Standing is { } left)
        {
            IEnumerable<FinishedFile> files = left.Files(Prepared.Finished);
            return (left.Commitments!, Prepared.ForCommit1Stands ? files.Concat(Prepared.Finished.StandingForCommit1(Sector.Layout.CacheFolder))
                : Prepared.StandingLayers is not null ? files.Append(Prepared.Finished.SyntheticProofs())
                : files);
        }

        if (Prepared.Snapped?.StandingKey is { } standing)
        {
            return (standing.Commitments!, standing.Files(Prepared.Finished));
        }

        if (Prepared.Snapped?.MakesKeyOfUpdate == true)
        {
            SealedCommitments key = Prepared.Snapped.MakeKey(Workspace, Prepared.Pieces.ToUpdate!);
            return (key, Prepared.Finished.Key(key));
        }

        // It removes the layers when their columns are hashed.
        Sector.AskFence();
        SealedCommitments made = Trees.Seal(Prepared.Job with { Data = Prepared.Pieces.ToSeal }, Step);
        Sector.Computed = made;
        if (made.CommR != Sector.Facts.SealedCid)
        {
            throw CommitmentMismatchException.OfSealed(Prepared.Job.Inputs, Sector.Facts.SealProof, Sector.Facts.SealedCid, made, Workspace.Folder, HashedBy);
        }

        IEnumerable<FinishedFile> finished = Prepared.Finished.Sealed(made);
        MakeSyntheticProofs(made);
        return (made, finished);
    }

    private bool TryMakeSyntheticProofsOfStandingLayers()
    {
        if (Prepared is not { Standing: { } standing, StandingLayers: { } layers })
        {
            return true;
        }

        try
        {
            Trees.MakeSyntheticProofs(Prepared.Job, standing.Commitments!, Step, new StandingLayers(layers, standing.File));
            return true;
        }
        catch (DamagedLayerException failure)
        {
            Sector.Notice(failure.Message);
            return false;
        }
    }

    // Not before CommR is right: the challenges follow from it.
    private void MakeSyntheticProofs(SealedCommitments made)
    {
        if (Sector.Run.Settings.SyntheticProofs == true)
        {
            Trees.MakeSyntheticProofs(Prepared.Job, made, Step);
            if (Sector.Run.Settings.KeepAll != true)
            {
                SyntheticProofs.DeleteWhatTheyReplace(Prepared.Job);
            }
        }
    }

    private (SealedCommitments Made, IEnumerable<FinishedFile> Files) MakeUpdate(SnappedSector snapped)
    {
        if (snapped.StandingUpdate is { } standing)
        {
            return (standing.Commitments!, standing.Files(Prepared.Finished));
        }

        if (Workspace.Journal.HasUpdate && snapped.IsOfAnotherCommR(Workspace))
        {
            // Key and data are right, and still it came out otherwise: of wrong facts it will again, of a misread byte it will not.
            Sector.Notice("the update that an earlier run made has another CommR than the chain's, so it is made again");
            Workspace.RestartUpdate();
        }

        SealedCommitments update = snapped.MakeUpdate(Workspace, Prepared.Pieces.ToUpdate!);
        Sector.Computed = update;
        CommR expected = Sector.Facts.Update!.SealedCid;
        return update.CommR == expected
            ? (update, Prepared.Finished.Update(update))
            : throw CommitmentMismatchException.OfUpdate(
                Prepared.Job.Inputs, Sector.Facts.SealProof, expected, Sector.Facts.SealedCid, update, Workspace.Folder, HashedBy);
    }
}
