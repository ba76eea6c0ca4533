using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Proofs;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>From a sector that is right to one that is installed; what proves damaged on the way is made again.</summary>
/// <param name="Prepared">The sector.</param>
/// <param name="Recovered">Its files; null where an earlier run was stopped while it installed them, and all of them were found.</param>
internal sealed record InstallStep(PreparedSector Prepared, RecoveredSector? Recovered) : ISectorStep
{
    /// <summary>Nodes that were proven when the earlier run's files were found.</summary>
    public int? ProvenNodes { get; init; }

    /// <inheritdoc/>
    public Stage Stage => Stage.Install;

    private SectorContext Sector => Prepared.Sector;

    /// <inheritdoc/>
    public ISectorStep Do(LabelCores? cores)
    {
        RunContext run = Sector.Run;
        run.Shared.Disk.EnterUnasked(Sector.Facts.Sector); // What is left to write goes to the result folder.
        int? proven = ProvenNodes;
        if (Recovered is not null)
        {
            InstallManifest? described = Sector.Installer.Describe(
                Sector.Facts.Sector, Prepared.Workspace, Recovered, out FinishedFile? damaged, Sector.Events, run.Cancellation);
            if (described is null)
            {
                OperatorException damage = new(
                    FailureKind.Storage, $"{Sector.Facts.Sector}: {damaged!.Path} is not what was written", SectorContext.CheckMachine);
                return Prepared.MakeAgain(damage, new ManifestFile(damaged.Name, 0, default).Area);
            }

            InstallProof proof = Prove(Sector, Recovered.Files.ToDictionary(file => file.Name, file => file.Path));
            if (proof is { Fault: { } fault, Area: { } area })
            {
                return ProveAgain(fault, area);
            }

            proven = proof.ProvenNodes;
            Prepared.Workspace.Journal.MarkInstalling(described);
        }

        Sector.AskFence();
        InstallManifest manifest = Prepared.Workspace.Journal.Installing!;
        bool placed = Sector.Installer.Install(
            Sector.Facts.Sector, manifest, Prepared.Workspace, Prepared.Targets, Sector.Events, run.Cancellation);
        Sector.AskFence();
        CleanUp(Sector, Prepared.Workspace, Prepared.Content, Prepared.Pieces);
        bool installed = placed || Recovered is null;
        return new EndStep(installed ? OutcomeKind.Installed : OutcomeKind.AlreadyThere, manifest, ProvenNodes: installed ? proven : null);
    }

    /// <summary>Proves what is about to be installed.</summary>
    public static InstallProof Prove(SectorContext sector, IReadOnlyDictionary<string, string> files) =>
        InstallProof.Of(sector.Facts, files, sector.Run.Roles.Proofs, sector.Run.Cancellation);

    /// <summary>What to say of a sector that does not prove itself.</summary>
    public static OperatorException Unproven(SectorContext sector, ProofFault fault) => new(
        FailureKind.Storage,
        $"{sector.Facts.Sector} would not pass window PoSt, so nothing was installed: {fault.Sentence}",
        SectorContext.CheckMachine);

    /// <summary>The sector is installed: what was made for that goes.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="workspace">Its workspace; null if there is none.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="pieces">Its pieces; null if none were asked for.</param>
    public static void CleanUp(SectorContext sector, SectorWorkspace? workspace, SectorContent content, SectorPieces? pieces)
    {
        foreach (string left in workspace?.Remove() ?? [])
        {
            sector.Notice($"{left} was left because this tool did not make it");
        }

        sector.Unlock();
        if (content.Parts.Any())
        {
            pieces?.Dispose();
            sector.Run.Shared.Pieces.Store.Release(sector.Facts.Sector);
        }
    }

    // Its digests were right, so it was written as it is: once that may be a fault of memory, twice it is this machine.
    private ISectorStep ProveAgain(ProofFault fault, InstallArea area) => Prepared.ProvenInVain
        ? throw Unproven(Sector, fault)
        : (Prepared with { ProvenInVain = true }).MakeAgain(Unproven(Sector, fault), area);
}
