using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>
/// A replica that is left of a sector: sealed file, key or update. What else belongs beside it is made from it; the tree that is made for
/// that tells whether it is intact. Where the copy in the result folder is damaged and another storage path has a good one, that is copied.
/// </summary>
internal sealed class StandingReplica
{
    private readonly ReplicaPlace _place;
    private readonly IReadOnlyList<string> _copies;
    private readonly SectorContext _sector;
    private readonly StandingTargets _targets;
    private readonly HashSet<string> _damaged = [];
    private string? _copied;

    /// <param name="place">Which of the sector's replicas, and where it belongs.</param>
    /// <param name="copies">Files of its length, the one in its place first; at least one.</param>
    /// <param name="targets">What was found where the sector's files go, and takes what proves unreadable.</param>
    /// <param name="sector">The sector, whose operator is told of damaged copies.</param>
    public StandingReplica(ReplicaPlace place, IReadOnlyList<string> copies, StandingTargets targets, SectorContext sector)
    {
        (_place, _copies, _targets, _sector) = (place, copies, targets, sector);
        File = copies[0];

        // What is of no use in its place is none of the copies, and still has to make room for a good one.
        if (targets.Troubles.ContainsKey(place.Target))
        {
            _damaged.Add(place.Target);
        }
    }

    /// <summary>The intact copy once <see cref="TryMakeRest"/> has found one: in its place, in the workspace, or in another storage path.</summary>
    public string File { get; private set; }

    /// <summary>What it commits to, once that is known.</summary>
    public SealedCommitments? Commitments { get; private set; }

    /// <summary>Makes tree_r_last, p_aux and t_aux in the workspace.</summary>
    /// <param name="job">The sector, with comm_c.</param>
    /// <param name="workspace">Its workspace.</param>
    /// <returns>False if no copy is intact, and the one in its place may be moved aside.</returns>
    /// <exception cref="OperatorException">TargetExists: the one in its place is damaged and may not be moved aside.</exception>
    public bool TryMakeRest(SealJob job, SectorWorkspace workspace)
    {
        foreach (string copy in _copies.Where(copy => !_damaged.Contains(copy)))
        {
            if (!TryTake(copy, workspace, out string file))
            {
                continue;
            }

            if (TryBuild(job, file, workspace, out string? unreadable) is { } pAux)
            {
                File = file;
                Commitments = new SealedCommitments(_place.CommD, pAux.CommC, pAux.CommRLast, _place.CommR);
                return true;
            }

            Refuse(copy, file, unreadable ?? "is damaged: with the comm_c of p_aux it has another CommR than the chain's", workspace);
        }

        return false;
    }

    /// <summary>What is to be installed; nothing where the replica is left in another storage path.</summary>
    public IEnumerable<FinishedFile> Files(FinishedFiles finished) =>
        File == _place.Target || File == _place.Made(finished.Workspace)
            ? finished.Beside(_place.Area, File, Commitments!, _place.Steps, File == _place.Target ? null : _place.CopiedStep)
            : [];

    private RunContext Run => _sector.Run;

    private PAuxFile? TryBuild(SealJob job, string file, SectorWorkspace workspace, out string? unreadable)
    {
        unreadable = null;
        using PaddedFile padded = new(file, job.Inputs.Porep.SectorSize, Run.Files);
        WatchedData replica = new(padded);
        try
        {
            return Run.Roles.Trees.TryBuildBeside(
                _place.In(job, workspace), replica, _place.CommR, _place.Steps, _sector.Step(workspace.Journal));
        }
        catch (OperatorException failure) when (replica.Failure is not null && failure.Kind == FailureKind.Storage)
        {
            // A disk that loses blocks is what replicas are lost by; failures to write are another matter.
            unreadable = CannotBeRead(replica.Failure);
            return null;
        }
    }

    // A copy that cannot be read to its end is no better than the one it was to replace.
    private bool TryTake(string copy, SectorWorkspace workspace, out string file)
    {
        file = copy;
        if (!MustBeCopied(copy))
        {
            return true;
        }

        try
        {
            file = Copy(copy, workspace);
            return true;
        }
        catch (OperatorException failure) when (failure.Kind == FailureKind.Storage)
        {
            Refuse(copy, copy, CannotBeRead(failure), workspace);
            return false;
        }
    }

    private static string CannotBeRead(OperatorException failure) => $"cannot be read to its end ({failure.Message})";

    /// <summary>A copy in another storage path stays there unless the one in its place is damaged.</summary>
    private bool MustBeCopied(string copy) => copy != _place.Target && _damaged.Contains(_place.Target);

    private string Copy(string from, SectorWorkspace workspace)
    {
        string to = _place.Made(workspace);
        if (workspace.Journal.TryGet(_place.CopiedStep, out FileDigest recorded) && FileLook.At(to).IsFileOf(recorded.Length)
            && (_copied == from || SegmentDigests.OfFile(Run.Files, to, cancellation: Run.Cancellation) == recorded))
        {
            return to;
        }

        _sector.Notice($"the copy in {from} is taken instead");
        SealProgressCounter progress = new(_sector.Events, SealPhase.Install, 1, 1, FileLook.Through(from).Length);
        string temporary = $"{to}.copy";
        FileDigest copied = Run.Files.Copy(from, temporary, progress, Run.Cancellation);
        Run.Files.Publish(temporary, to);
        workspace.Journal.Record(_place.CopiedStep, copied);
        _copied = from;
        return to;
    }

    private void Refuse(string copy, string file, string why, SectorWorkspace workspace)
    {
        _damaged.Add(copy);
        if (file != copy)
        {
            // Sealing takes a replica that is there for finished.
            Run.Files.DeleteFile(file);
            workspace.Journal.Forget(_place.CopiedStep);
        }

        if (copy == _place.Target)
        {
            if (!Run.Settings.Force)
            {
                throw new OperatorException(
                    FailureKind.TargetExists,
                    $"{_place.Sector}: {copy} {why}",
                    $"Repeat with {Setting.Force} to make it again; the damaged file is then moved aside, not deleted.");
            }

            if (_targets.Fixed.TryGetValue(copy, out string? reason))
            {
                throw new TargetRefusals(Run.Settings.ResultFolder, _place.Sector).CannotBeMoved(copy, why, reason);
            }

            _targets.Condemn(copy, why);
        }

        _sector.Notice($"{copy} {why}");
    }
}

/// <summary>Remembers the first failure to read, which a failure of the work it is read for may hide.</summary>
internal sealed class WatchedData(ISectorData data) : ISectorData
{
    /// <summary>Why reading failed; null if it has not.</summary>
    public OperatorException? Failure { get; private set; }

    /// <inheritdoc/>
    public SectorSize Size => data.Size;

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> destination)
    {
        try
        {
            data.Read(offset, destination);
        }
        catch (OperatorException failure)
        {
            Failure ??= failure;
            throw;
        }
    }
}

/// <summary>Which replica of a sector, what it has to be, and where it belongs.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Area">Sealed or Update.</param>
/// <param name="Layout">The sector's places in the result folder.</param>
/// <param name="CommD">What it is over.</param>
/// <param name="CommR">The CommR it has to have.</param>
internal sealed record ReplicaPlace(SectorId Sector, InstallArea Area, ResultLayout Layout, CommD CommD, CommR CommR)
{
    /// <summary>The place of what was sealed.</summary>
    public static ReplicaPlace OfKey(PreparedSector prepared) => new(
        prepared.Sector.Facts.Sector, InstallArea.Sealed, prepared.Sector.Layout, prepared.Content.CommD, prepared.Sector.Facts.SealedCid);

    /// <summary>The place of the update of a snapped sector.</summary>
    public static ReplicaPlace OfUpdate(PreparedSector prepared) => OfKey(prepared) with
    {
        Area = InstallArea.Update,
        CommD = prepared.Content.Update!.CommD,
        CommR = prepared.Sector.Facts.Update!.SealedCid,
    };

    /// <summary>What the steps of what is made beside it are of.</summary>
    public StepsOf Steps => Area == InstallArea.Update ? StepsOf.StandingUpdate : StepsOf.Standing;

    /// <summary>The step of a copy from another storage path.</summary>
    public SealStep CopiedStep => new(StepKind.Copy, Steps);

    /// <summary>Where it belongs.</summary>
    public string Target => Layout.Of(Area);

    /// <summary>Where a copy of it is made.</summary>
    public string Made(SectorWorkspace workspace) => Area == InstallArea.Update ? workspace.UpdateFile : workspace.SealedFile;

    /// <summary>The job of what is made beside it.</summary>
    public SealJob In(SealJob job, SectorWorkspace workspace)
    {
        if (Area != InstallArea.Update)
        {
            return job;
        }

        workspace.MakeUpdateCache();
        return job with { CacheFolder = workspace.UpdateCacheFolder };
    }
}
