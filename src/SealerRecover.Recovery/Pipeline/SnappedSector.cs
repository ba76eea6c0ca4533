using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Update;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>
/// What a snapped sector takes beside sealing its key: using the one of key and update that is not lost, putting data into the key, or
/// taking it out of the update, which spares the hours of sealing the key anew.
/// </summary>
/// <param name="facts">The sector.</param>
/// <param name="content">What it holds.</param>
/// <param name="run">The run.</param>
/// <param name="progress">Told how far.</param>
/// <param name="notice">Told what the operator should know.</param>
internal sealed class SnappedSector(
    SectorFacts facts, SectorContent content, RunContext run, IProgress<SealProgress> progress, Action<string> notice)
{
    private readonly DataContent _data = content.Update!;
    private SealJob? _standingJob;

    /// <summary>The key, if an intact one is left.</summary>
    public StandingReplica? StandingKey { get; private set; }

    /// <summary>The update, if an intact one is left.</summary>
    public StandingReplica? StandingUpdate { get; private set; }

    /// <summary>Whether the key is made of the update, for which the pieces are needed, instead of being sealed.</summary>
    public bool MakesKeyOfUpdate { get; private set; }

    /// <summary>Whether the key is there, or will be without labels.</summary>
    public bool NeedsNoLabels => StandingKey is not null || MakesKeyOfUpdate;

    /// <summary>Reads what is left of key and update and makes what is missing beside them.</summary>
    /// <param name="key">What may be the key; null if nothing, or if a key is being sealed already: then that goes on.</param>
    /// <param name="update">What may be the update; null if nothing.</param>
    /// <param name="job">The sector, with comm_c.</param>
    /// <param name="workspace">Its workspace.</param>
    public void Look(StandingReplica? key, StandingReplica? update, SealJob job, SectorWorkspace workspace)
    {
        _standingJob = job;
        StandingUpdate = update?.TryMakeRest(job, workspace) == true ? update : null;
        StandingKey = key?.TryMakeRest(job, workspace) == true ? key : null;
        MakesKeyOfUpdate = !workspace.Journal.HasLabels && StandingKey is null && StandingUpdate is not null;
        Tell(StandingKey, "its key");
        Tell(StandingUpdate, "its update");
    }

    /// <summary>Makes again what was made beside key and update, if it has turned out to be damaged.</summary>
    public void LookAgain(SectorWorkspace workspace)
    {
        foreach (StandingReplica standing in new[] { StandingUpdate, StandingKey }.OfType<StandingReplica>())
        {
            if (!standing.TryMakeRest(_standingJob!, workspace))
            {
                throw new OperatorException(
                    FailureKind.Storage, $"{facts.Sector}: {standing.File} was intact at first and is not any more", "Check the disk (dmesg, smartctl), then run the same command again.");
            }
        }
    }

    /// <summary>The key cannot be made of the update after all.</summary>
    public void SealKeyInstead(OperatorException why)
    {
        notice($"its key cannot be made of its update ({why.Message}), so it is sealed anew");
        MakesKeyOfUpdate = false;
    }

    /// <summary>Takes the data out of the update.</summary>
    public SealedCommitments MakeKey(SectorWorkspace workspace, ISectorData data)
    {
        using PaddedFile update = new(StandingUpdate!.File, facts.SealProof.SectorSize, run.Files);
        UpdateJob job = Job(data, update, workspace.UpdateCacheFolder, workspace.SealedFile, workspace.CacheFolder) with { KeepAll = false };
        return run.Sealer.RemoveData(job, workspace.Journal, run.Cores, progress, run.Cancellation) with { CommD = content.CommD };
    }

    /// <summary>Whether there is a p_aux of an update in a workspace, and not the one that belongs to the update on chain.</summary>
    public bool IsOfAnotherCommR(SectorWorkspace workspace)
    {
        string path = Path.Combine(workspace.UpdateCacheFolder, CacheNames.PAux);
        return FileLook.At(path).Kind == FileKind.File
            && run.Sealer.CommROf(PAuxFile.Read(run.Files, path)) != facts.Update!.SealedCid;
    }

    /// <summary>Puts the data into the key.</summary>
    public SealedCommitments MakeUpdate(SectorWorkspace workspace, ISectorData data)
    {
        workspace.MakeUpdateCache();
        using PaddedFile key = new(StandingKey?.File ?? workspace.SealedFile, facts.SealProof.SectorSize, run.Files);
        UpdateJob job = Job(data, key, workspace.CacheFolder, workspace.UpdateFile, workspace.UpdateCacheFolder);
        return run.Sealer.Update(job, workspace.Journal, run.Cores, progress, run.Cancellation);
    }

    private UpdateJob Job(ISectorData data, ISectorData source, string sourceCache, string target, string targetCache) => new()
    {
        Porep = facts.SealProof.Porep,
        Sector = facts.Sector,
        KeyCommR = facts.SealedCid,
        CommD = _data.CommD,
        Data = data,
        Source = source,
        SourceCacheFolder = sourceCache,
        TargetFile = target,
        TargetCacheFolder = targetCache,
        Files = run.Files,
        KeepAll = run.Settings.KeepAll == true,
        RowsToDiscard = run.Settings.RowsToDiscard,
        PoseidonKernel = run.Settings.Kernels.Poseidon,
        TwoToOneKernel = run.Settings.Kernels.TwoToOne,
    };

    private void Tell(StandingReplica? standing, string what)
    {
        if (standing is not null)
        {
            notice($"{what} is there, intact ({standing.File}), and is used");
        }
    }
}
