using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>What preparing found of a sector, and what is decided by it.</summary>
/// <param name="Sector">The sector in its run.</param>
/// <param name="Content">What it holds.</param>
/// <param name="Inputs">What decides its bytes.</param>
/// <param name="Workspace">Its temporary folder, locked.</param>
/// <param name="Pieces">The pieces it needs.</param>
/// <param name="Targets">What stands where its files go.</param>
/// <param name="Job">What is sealed, and how; with comm_c where that is known.</param>
internal sealed record PreparedSector(
    SectorContext Sector,
    SectorContent Content,
    WorkInputs Inputs,
    SectorWorkspace Workspace,
    SectorPieces Pieces,
    StandingTargets Targets,
    SealJob Job)
{
    /// <summary>Its replica, where it is left and spares labels; null for a snapped sector.</summary>
    public StandingReplica? Standing { get; init; }

    /// <summary>Whether what Commit 1 reads stands beside that replica.</summary>
    public bool ForCommit1Stands { get; init; }

    /// <summary>The cache folder with layers that synthetic proofs are made of; null where none are made of such.</summary>
    public string? StandingLayers { get; init; }

    /// <summary>Key and update; null unless it was snapped.</summary>
    public SnappedSector? Snapped { get; init; }

    /// <summary>How often something of it was made again.</summary>
    private int Repairs { get; init; }

    /// <summary>Whether files that were what was written have failed to prove themselves before.</summary>
    public bool ProvenInVain { get; init; }

    /// <summary>Whether nothing needs to be labelled.</summary>
    public bool NeedsNoLabels => Workspace.Journal.Labelled || Standing is not null || Snapped?.NeedsNoLabels == true;

    /// <summary>Its finished files.</summary>
    public FinishedFiles Finished => new(
        Sector.Run.Files, Workspace, Sector.Facts.SealProof.Porep, Sector.Run.Settings.KeepAll == true, Sector.Run.Settings.SyntheticProofs == true);

    /// <summary>The step after labels, or instead of them.</summary>
    /// <param name="behind">The trees that were built behind the last layer; null for none.</param>
    public ISectorStep LabelsAreThere(TreesBehind? behind = null)
    {
        if (!Sector.IsAdmitted)
        {
            Sector.Run.Shared.Disk.EnterUnasked(Sector.Facts.Sector);
        }

        NeedPieces();
        Pieces.Start();
        return new TreesStep(this, behind);
    }

    /// <summary>Says which pieces are needed: what is finished needs its data no more, even if the places that had it are gone by now.</summary>
    public void NeedPieces()
    {
        Journal journal = Workspace.Journal;
        bool unsealed = Inputs.KeepUnsealed == true && !journal.TryGet(FinishedFiles.UnsealedStep, out _);
        Pieces.Need(
            toSeal: (!journal.HasTrees && Standing is null) || (unsealed && Snapped is null),
            toUpdate: Snapped is not null && (unsealed || Snapped.MakesKeyOfUpdate || (Snapped.StandingUpdate is null && !journal.HasUpdate)));
    }

    /// <summary>Labels once more what is damaged. Where the replica is made already, the other layers are gone: then everything.</summary>
    public ISectorStep LabelAgain(OperatorException damage)
    {
        PreparedSector again = Repairing(damage);
        if (FileLook.At(Workspace.SealedFile).Kind == FileKind.Missing)
        {
            Workspace.Journal.MarkLabelled(false);
        }
        else
        {
            Workspace.Restart();
        }

        return new LabelStep(again);
    }

    /// <summary>Makes finished files again: what belongs to the update alone without the key, what is beside a replica that is left without labels.</summary>
    public ISectorStep MakeAgain(OperatorException damage, InstallArea area)
    {
        bool update = area is not (InstallArea.Cache or InstallArea.Sealed);
        if (!update && Standing is null && Snapped?.StandingKey is null)
        {
            return LabelAgain(damage);
        }

        PreparedSector again = Repairing(damage);
        if (update)
        {
            Workspace.RestartUpdate();
        }
        else
        {
            Workspace.Restart();
        }

        return again.LabelsAreThere();
    }

    private PreparedSector Repairing(OperatorException damage)
    {
        if (Repairs >= Sector.Facts.SealProof.Porep.Layers)
        {
            throw damage;
        }

        Sector.Notice($"{damage.Message}; it is made again");
        return this with { Repairs = Repairs + 1 };
    }
}
