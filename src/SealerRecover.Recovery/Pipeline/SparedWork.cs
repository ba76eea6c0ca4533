using Filecoin.Primitives;
using Filecoin.Sealing.Proofs;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>What is left of a sector may spare hours.</summary>
internal static class SparedWork
{
    /// <summary>Looks for it, in the result folder and in other storage paths, and decides what to use.</summary>
    public static PreparedSector In(PreparedSector prepared)
    {
        SectorContext sector = prepared.Sector;
        Survivors? left = Survivors.Find(sector.Run.Files, sector.Facts, sector.Run.Settings, sector.Run.Roles.Proofs.CommROf);
        if (sector.Facts.Roots is not null && Survivors.KeptCommC(sector.Facts, sector.Run.Roles.Proofs.CommROf) is null)
        {
            sector.Notice("CommC and CommRLast of the metadata file do not give its CommR, so they are not used");
        }

        TellOfDamaged(sector);
        bool hasLabels = prepared.Workspace.Journal.HasLabels;
        if (sector.Facts.Update is not null)
        {
            prepared = prepared with { Snapped = SnappedSector.Look(prepared, hasLabels, left) };
        }

        // Layers and columns are what is to be kept.
        if (left is null || (sector.Run.Settings.ForCommit1 && (hasLabels || left.Sealed.Count == 0 || !SparesCommit1(left, ref prepared))))
        {
            return prepared;
        }

        prepared = prepared with { Job = prepared.Job with { KnownCommC = left.CommC } };
        if (sector.Facts.Update is null && !hasLabels && left.Sealed.Count > 0)
        {
            StandingReplica standing = new(ReplicaPlace.OfKey(prepared), left.Sealed, prepared.Targets, sector);
            string forCommit1 = prepared.ForCommit1Stands ? ", and what Commit 1 reads"
                : prepared.StandingLayers is { } layers ? $", and layers and trees in {layers}"
                : "";
            sector.Notice($"its replica ({standing.File}) and {(left.IsKept ? "in the metadata file its CommC" : "its p_aux")} are left{forCommit1}, so only what is missing beside them is made");
            return prepared with { Standing = standing };
        }

        if (prepared.Snapped?.NeedsNoLabels != true)
        {
            sector.Notice(left.IsKept
                ? "the metadata file has its CommC, for which the CommR of the chain vouches, so columns are not hashed again"
                : "a p_aux with the CommR of the chain is left, so only labels are made again");
        }

        return prepared;
    }

    /// <summary>Of a damaged copy in its own place it is said where that has to make room.</summary>
    private static void TellOfDamaged(SectorContext sector)
    {
        foreach (string path in sector.Run.Settings.StoragePaths.Where(path => path != sector.Run.Settings.ResultFolder)
            .Select(path => new ResultLayout(path, sector.Facts.Sector))
            .SelectMany(layout => new[] { layout.SealedFile, layout.UpdateFile }))
        {
            if (sector.Run.Settings.Damaged.TryGetValue(path, out string? why))
            {
                sector.Notice($"{path} {why}, so it is not read again");
            }
        }
    }

    private static bool SparesCommit1(Survivors left, ref PreparedSector prepared)
    {
        bool stands = Commit1FilesAreIntact(left, prepared);
        prepared = prepared with
        {
            ForCommit1Stands = stands,
            StandingLayers = stands ? null : Survivors.FolderOfLayers(prepared.Sector.Facts, prepared.Sector.Run.Settings),
        };
        return stands || prepared.StandingLayers is not null;
    }

    /// <summary>What Commit 1 reads is looked at as Commit 1 will, in part: it takes hours to make and checks itself when it is used.</summary>
    private static bool Commit1FilesAreIntact(Survivors left, PreparedSector prepared)
    {
        SectorContext sector = prepared.Sector;
        if (!Survivors.Commit1FilesStand(sector.Facts, sector.Run.Settings))
        {
            return false;
        }

        try
        {
            IReadOnlyList<ProofFault> faults = sector.Run.Roles.Proofs.CheckOpenings(
                sector.Facts, prepared.Job.Inputs, left.CommC, sector.Layout.CacheFolder, sector.Events, sector.Run.Cancellation);
            if (faults is not [var fault, ..])
            {
                return true;
            }

            sector.Notice($"what Commit 1 reads is damaged: {fault.Sentence}; it is made again");
        }
        catch (OperatorException failure) when (failure.Kind == FailureKind.Storage)
        {
            sector.Notice($"what Commit 1 reads cannot be checked: {failure.Message}; it is made again");
        }

        return false;
    }
}
