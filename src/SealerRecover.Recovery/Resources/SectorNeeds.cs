using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.PreCommit;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Resources;

/// <summary>What one sector takes, by what is left of it and what it holds.</summary>
/// <param name="settings">What the operator decided.</param>
/// <param name="roles">Tells the CommR of a p_aux.</param>
internal sealed class SectorNeeds(RecoverySettings settings, SealingRoles roles)
{
    /// <summary>The needs of one sector; where a replica is left, those of checking it.</summary>
    /// <param name="facts">The sector.</param>
    public SealResources For(SectorFacts facts) => For(facts, Left(facts));

    /// <summary>As the other, where it is known already what is left.</summary>
    /// <param name="facts">The sector.</param>
    /// <param name="left">What is left of it and spares work; null for nothing.</param>
    public SealResources For(SectorFacts facts, Survivors? left)
    {
        PorepParameters porep = facts.SealProof.Porep;
        if (left is not null && left.Sealed.Count > 0 && (facts.Update is null || left.Updates.Count > 0))
        {
            SealResources trees = SealResources.ForTrees(
                porep, settings.Threads, !Survivors.Commit1FilesStand(facts, settings) && Survivors.FolderOfLayers(facts, settings) is not null);
            return facts.Update is null ? trees : trees with { TempDisk = 2 * trees.TempDisk, ResultDisk = 2 * trees.ResultDisk };
        }

        return Sealing(facts, onlyLastLayer: left is not null);
    }

    /// <summary>The needs of one sector whose labels have to be made.</summary>
    /// <param name="facts">The sector.</param>
    public SealResources WithLabels(SectorFacts facts) => Sealing(facts, onlyLastLayer: !settings.Of(facts).ForCommit1 && Left(facts) is not null);

    private Survivors? Left(SectorFacts facts) => Survivors.FindSparing(LinuxFileSystem.Instance, facts, settings, roles.Proofs.CommROf);

    private SealResources Sealing(SectorFacts facts, bool onlyLastLayer)
    {
        SectorContent? content = SectorContent.TryOf(facts);
        PorepParameters porep = facts.SealProof.Porep;
        int pieceFiles = content?.Parts.Sum(part => part.Wanted.Length) ?? 0;
        SealResources needs = SealResources.For(
            porep,
            settings.Of(facts).KeepAll == true,
            content?.Sealed is not null,
            settings.ParentWindowNodes,
            settings.Threads,
            onlyLastLayer,
            settings.Of(facts).SyntheticProofs == true,
            settings.Kernels.Poseidon);
        if (content is null || (pieceFiles == 0 && content.Update is null))
        {
            return needs;
        }

        needs = needs with { OpenFiles = needs.OpenFiles + pieceFiles };
        if (content.Update is not null)
        {
            // When the update is made, the key's layers are gone, or what is kept of them stays.
            SealResources update = SealResources.ForUpdate(porep, settings.Of(facts).KeepAll == true, pieceFiles, settings.Threads);
            needs = needs with
            {
                TreeMemory = Math.Max(needs.TreeMemory, update.TreeMemory),
                TempDisk = Math.Max(needs.TempDisk, needs.ResultDisk + update.TempDisk),
                ResultDisk = needs.ResultDisk + update.ResultDisk,
            };
        }

        long unsealed = settings.KeepUnsealed ? porep.SectorSize.Bytes : 0;
        return needs with
        {
            TempDisk = Math.Max(needs.TempDisk, needs.ResultDisk + unsealed),
            ResultDisk = needs.ResultDisk + unsealed,
        };
    }
}
