using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing;
using Filecoin.Sealing.Pieces;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>A sector whose replica stands in the result folder beside its p_aux: what else belongs there is made from it.</summary>
/// <param name="sector">The sector.</param>
/// <param name="replica">Its sealed file, of the right length.</param>
/// <param name="commRLast">From its p_aux, whose CommR is the chain's.</param>
/// <param name="run">The run.</param>
/// <param name="progress">Told how far.</param>
internal sealed class StandingSealed(
    SectorId sector, string replica, Bytes32 commRLast, RunContext run, IProgress<SealProgress> progress)
{
    /// <summary>The sealed file.</summary>
    public string Replica => replica;

    /// <summary>Makes tree_r_last, p_aux and t_aux in the workspace.</summary>
    /// <returns>False if the replica is damaged and may be made again.</returns>
    /// <exception cref="OperatorException">TargetExists: it is damaged and may not be moved aside.</exception>
    public bool TryMakeRest(SealJob job, SectorWorkspace workspace)
    {
        using PaddedFile file = new(replica, job.Inputs.Porep.SectorSize, run.Files);
        if (run.Sealer.TryBuildTrees(job, file, commRLast, workspace.Journal, run.Cores, progress, run.Cancellation))
        {
            return true;
        }

        return run.Settings.Force
            ? false
            : throw new OperatorException(
                FailureKind.TargetExists,
                $"{sector}: {replica} is damaged: its tree_r_last has another root than p_aux beside it, which is the one on chain",
                "Repeat with --force to make it again from labels; the damaged file is then moved aside, not deleted.");
    }

    /// <summary>What the sector commits to.</summary>
    public SealedCommitments Commitments(SealJob job, CommR commR) =>
        new(job.Inputs.CommD, job.KnownCommC!.Value, commRLast, commR);
}
