using Filecoin.Primitives;
using Filecoin.Sealing.Proofs;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <content>From a sector that is right to one that is installed; what proves damaged on the way is made again.</content>
internal sealed partial class SectorWork
{
    // What belongs to the update alone is made again without the key.
    private Stage RepairFinished(FinishedFile damaged)
    {
        OperatorException damage = new(
            FailureKind.Storage, $"{facts.Sector}: {damaged.Path} is not what was written", CheckMachine);
        return RepairFinished(damage, new ManifestFile(damaged.Name, 0, "").Area);
    }

    private Stage RepairFinished(OperatorException damage, InstallArea area)
    {
        if (area is InstallArea.Cache or InstallArea.Sealed)
        {
            return _standing is null && _snapped?.StandingKey is null ? Repair(damage) : MakeRestAgain(damage);
        }

        CountRepair(damage);
        Workspace.RestartUpdate();
        return LabelsAreThere();
    }

    // Its digests were right, so it was written as it is: once that may be a fault of memory, twice it is this machine.
    private Stage RepairUnproven(ProofFault fault, InstallArea area)
    {
        OperatorException damage = Unproven(fault);
        if (_provenInVain)
        {
            throw damage;
        }

        _provenInVain = true;
        return RepairFinished(damage, area);
    }

    private OperatorException Unproven(ProofFault fault) => new(
        FailureKind.Storage, $"{facts.Sector} would not pass window PoSt, so nothing was installed: {fault.Sentence}", CheckMachine);

    private InstallProof Prove(IReadOnlyDictionary<string, string> files)
    {
        InstallProof proof = InstallProof.Of(facts, files, run.Sealer, run.Cancellation);
        _provenNodes = proof.Fault is null ? proof.ProvenNodes : null;
        return proof;
    }

    // The replica that is left is read again; it needs no labels.
    private Stage MakeRestAgain(OperatorException damage)
    {
        CountRepair(damage);
        Workspace.Restart();
        return LabelsAreThere();
    }

    private void CountRepair(OperatorException damage)
    {
        if (_repairs++ >= facts.SealProof.Porep.Layers)
        {
            throw damage;
        }

        Notice($"{damage.Message}; it is made again");
    }

    private Stage Install()
    {
        run.Disk.EnterUnasked(facts.Sector); // What is left to write goes to the result folder.
        Journal journal = Workspace.Journal;
        bool resumed = journal.Installing is not null;
        if (!resumed)
        {
            InstallManifest? described = run.Installer.Describe(
                facts.Sector, Workspace, _recovered!, out FinishedFile? damaged, Passing(), run.Cancellation);
            if (described is null)
            {
                return RepairFinished(damaged!);
            }

            InstallProof proof = Prove(_recovered!.Files.ToDictionary(file => file.Name, file => file.Path));
            if (proof is { Fault: { } fault, Area: { } area })
            {
                return RepairUnproven(fault, area);
            }

            journal.MarkInstalling(described);
        }

        InstallManifest manifest = journal.Installing!;
        bool placed = run.Installer.Install(facts.Sector, manifest, Workspace, _targets, Notice, Passing(), run.Cancellation);
        RemoveWorkspace();
        ReleasePieces();
        return End(placed || resumed ? OutcomeKind.Installed : OutcomeKind.AlreadyThere, null, manifest);
    }

    private void RemoveWorkspace()
    {
        foreach (string left in Workspace.Remove())
        {
            Notice($"{left} was left because this tool did not make it");
        }

        _workspace = null;
        _resultLock?.Remove(run.Files);
        _resultLock = null;
    }

    private void ReleasePieces()
    {
        if (Content.Parts.Any())
        {
            _pieces?.Stop();
            run.Pieces.Store.Release(facts.Sector);
        }
    }
}
