using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Proofs.Synthetic;
using SealerRecover.Recovery.Diagnosis;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <content>From labels, or from a replica that is left, to a sector whose CommR is right.</content>
internal sealed partial class SectorWork
{
    private Stage BuildTrees()
    {
        _behind?.Finish();
        if (_standing?.TryMakeRest(Job, Workspace) == false || !TryMakeSyntheticProofsOfStandingLayers())
        {
            // No copy is intact, and the operator allowed to move the one in the sector's place aside; or layers are damaged.
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

    private FinishedFiles Finished => new(run.Files, Workspace, facts.SealProof.Porep, run.Settings.KeepAll == true, run.Settings.SyntheticProofs == true);

    private SealedCommitments MakeSealed(out IEnumerable<FinishedFile> files)
    {
        if (_standing is not null)
        {
            files = _standing.Files(Finished);
            files = _forCommit1Stands ? files.Concat(Finished.StandingForCommit1(_layout.CacheFolder))
                : _standingLayers is not null ? files.Append(Finished.SyntheticProofs())
                : files;

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
        if (_commitments.CommR != facts.SealedCid)
        {
            throw CommitmentMismatchException.OfSealed(Inputs, facts.SealProof, facts.SealedCid, _commitments, Workspace.Folder);
        }

        MakeSyntheticProofs(_commitments);
        return _commitments;
    }

    private bool TryMakeSyntheticProofsOfStandingLayers()
    {
        if (_standing is null || _standingLayers is null)
        {
            return true;
        }

        try
        {
            run.Sealer.MakeSyntheticProofs(
                Job, _standing.Commitments!, Workspace.Journal, run.Cores, _progress, run.Cancellation, new StandingLayers(_standingLayers, _standing.File));
            return true;
        }
        catch (DamagedLayerException failure)
        {
            Notice(failure.Message);
            return false;
        }
    }

    // Not before CommR is right: the challenges follow from it.
    private void MakeSyntheticProofs(SealedCommitments made)
    {
        if (run.Settings.SyntheticProofs == true)
        {
            run.Sealer.MakeSyntheticProofs(Job, made, Workspace.Journal, run.Cores, _progress, run.Cancellation);
            if (run.Settings.KeepAll != true)
            {
                SyntheticProofs.DeleteWhatTheyReplace(Job);
            }
        }
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
}
