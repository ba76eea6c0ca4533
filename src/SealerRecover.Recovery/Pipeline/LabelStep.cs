using Filecoin.Sealing.Jobs;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>PreCommit1 of a sector, as far as its layers are not there yet.</summary>
internal sealed record LabelStep(PreparedSector Prepared) : ISectorStep
{
    private SectorContext Sector => Prepared.Sector;

    /// <inheritdoc/>
    public Stage Stage => Stage.Label;

    /// <summary>What to label; null if there is no room on the disk now and it may not be waited for.</summary>
    /// <param name="mayWait">Whether to wait for room.</param>
    public LabelWork? Admit(bool mayWait)
    {
        if (mayWait)
        {
            Sector.Admit(() => Prepared.Pieces.BytesToCome);
        }
        else if (!Sector.TryAdmit(() => Prepared.Pieces.BytesToCome))
        {
            return null;
        }

        Prepared.Pieces.Start();
        return new LabelWork(
            Prepared.Job,
            Prepared.Workspace.Journal,
            Sector.Run.Shared.Parents.Get(Prepared.Job.Inputs.Porep, Sector.Run.Cancellation),
            Sector.Events);
    }

    /// <inheritdoc/>
    public ISectorStep Do(LabelCores? cores)
    {
        LabelWork work = Admit(mayWait: true)!;
        RunContext run = Sector.Run;
        Journal journal = Prepared.Workspace.Journal;
        TreesBehind behind = Sector.Hold(new TreesBehind(
            lastLayer => run.Roles.Trees.Follow(Prepared.Job, lastLayer, Sector.Step(journal)), run.Shared.Cores, Sector.Events, run.Cancellation));
        run.Roles.Labels.Label(work with { Job = Prepared.Job with { LabelCores = cores } }, behind.LastLayer, run.Cancellation);

        // From here on missing layers mean that PreCommit2 has consumed them, not that labelling has to be done again.
        journal.MarkLabelled(true);
        return Prepared.LabelsAreThere(behind);
    }
}
