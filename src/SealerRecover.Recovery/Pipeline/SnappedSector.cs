using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Update;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>
/// What a snapped sector takes beside sealing its key: using the one of key and update that is not lost, putting data into the key, or
/// taking it out of the update, which spares the hours of sealing the key anew.
/// </summary>
/// <param name="Sector">The sector.</param>
/// <param name="Content">What it holds.</param>
internal sealed record SnappedSector(SectorContext Sector, SectorContent Content)
{
    /// <summary>The key, if an intact one is left.</summary>
    public StandingReplica? StandingKey { get; private init; }

    /// <summary>The update, if an intact one is left.</summary>
    public StandingReplica? StandingUpdate { get; private init; }

    /// <summary>Whether the key is made of the update, for which the pieces are needed, instead of being sealed.</summary>
    public bool MakesKeyOfUpdate { get; init; }

    /// <summary>Whether the key is there, or will be without labels.</summary>
    public bool NeedsNoLabels => StandingKey is not null || MakesKeyOfUpdate;

    /// <summary>The job of what is made beside key and update, with comm_c.</summary>
    private SealJob? StandingJob { get; init; }

    /// <summary>Reads what is left of key and update and makes what is missing beside them.</summary>
    /// <param name="prepared">The sector.</param>
    /// <param name="hasLabels">Whether a key is being sealed already: then that goes on.</param>
    /// <param name="left">What is left of it; null for nothing.</param>
    public static SnappedSector Look(PreparedSector prepared, bool hasLabels, Survivors? left)
    {
        SnappedSector snapped = new(prepared.Sector, prepared.Content);
        if (left is null)
        {
            return snapped;
        }

        SealJob job = prepared.Job with { KnownCommC = left.CommC };
        StandingReplica? update = Find(ReplicaPlace.OfUpdate(prepared), left.Updates);
        StandingReplica? key = hasLabels ? null : Find(ReplicaPlace.OfKey(prepared), left.Sealed);
        Tell(key, "its key");
        Tell(update, "its update");
        return snapped with
        {
            StandingJob = job,
            StandingUpdate = update,
            StandingKey = key,
            MakesKeyOfUpdate = !hasLabels && key is null && update is not null,
        };

        StandingReplica? Find(ReplicaPlace place, IReadOnlyList<string> copies) =>
            copies.Count > 0 && new StandingReplica(place, copies, prepared.Targets, prepared.Sector) is var standing
                && standing.TryMakeRest(job, prepared.Workspace) ? standing : null;

        void Tell(StandingReplica? standing, string what)
        {
            if (standing is not null)
            {
                prepared.Sector.Notice($"{what} is there, intact ({standing.File}), and is used");
            }
        }
    }

    /// <summary>Makes again what was made beside key and update, if it has turned out to be damaged.</summary>
    public void LookAgain(SectorWorkspace workspace)
    {
        foreach (StandingReplica standing in new[] { StandingUpdate, StandingKey }.OfType<StandingReplica>())
        {
            if (!standing.TryMakeRest(StandingJob!, workspace))
            {
                throw new OperatorException(
                    FailureKind.Storage,
                    $"{Sector.Facts.Sector}: {standing.File} was intact at first and is not any more",
                    "Check the disk (dmesg, smartctl), then run the same command again.");
            }
        }
    }

    /// <summary>Takes the data out of the update.</summary>
    public SealedCommitments MakeKey(SectorWorkspace workspace, ISectorData data)
    {
        using PaddedFile update = new(StandingUpdate!.File, Sector.Facts.SealProof.SectorSize, Sector.Run.Files);
        UpdateJob job = Job(data, update, workspace.UpdateCacheFolder, workspace.SealedFile, workspace.CacheFolder) with { KeepAll = false };
        return Sector.Run.Roles.Trees.RemoveData(job, Sector.Step(workspace.Journal)) with { CommD = Content.CommD };
    }

    /// <summary>Whether there is a p_aux of an update in a workspace, and not the one that belongs to the update on chain.</summary>
    public bool IsOfAnotherCommR(SectorWorkspace workspace)
    {
        string path = Path.Combine(workspace.UpdateCacheFolder, CacheNames.PAux);
        return FileLook.At(path).Kind == FileKind.File
            && Sector.Run.Roles.Proofs.CommROf(PAuxFile.Read(Sector.Run.Files, path)) != Sector.Facts.Update!.SealedCid;
    }

    /// <summary>Puts the data into the key.</summary>
    public SealedCommitments MakeUpdate(SectorWorkspace workspace, ISectorData data)
    {
        workspace.MakeUpdateCache();
        using PaddedFile key = new(StandingKey?.File ?? workspace.SealedFile, Sector.Facts.SealProof.SectorSize, Sector.Run.Files);
        UpdateJob job = Job(data, key, workspace.CacheFolder, workspace.UpdateFile, workspace.UpdateCacheFolder);
        return Sector.Run.Roles.Trees.Update(job, Sector.Step(workspace.Journal));
    }

    private UpdateJob Job(ISectorData data, ISectorData source, string sourceCache, string target, string targetCache) => new()
    {
        Porep = Sector.Facts.SealProof.Porep,
        Sector = Sector.Facts.Sector,
        KeyCommR = Sector.Facts.SealedCid,
        CommD = Content.Update!.CommD,
        Data = data,
        Source = source,
        SourceCacheFolder = sourceCache,
        TargetFile = target,
        TargetCacheFolder = targetCache,
        Files = Sector.Run.Files,
        KeepAll = Sector.Run.Settings.KeepAll == true,
        RowsToDiscard = Sector.Run.Settings.RowsToDiscard,
        PoseidonKernel = Sector.Run.Settings.Kernels.Poseidon,
        TwoToOneKernel = Sector.Run.Settings.Kernels.TwoToOne,
    };
}
