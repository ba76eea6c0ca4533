using SealerRecover.Recovery.Roles;

namespace SealerRecover.Recovery.Resources;

/// <summary>How many sectors of what shape a run has.</summary>
/// <param name="Sectors">Sectors, at least 1.</param>
/// <param name="Layers">Layers of each.</param>
internal readonly record struct RunShape(int Sectors, int Layers);

/// <summary>Expected times of a run, in blocks of the yardstick for each node of a sector (see <see cref="NodeCosts"/>).</summary>
/// <param name="Layer">Labelling one layer of all sectors that are labelled at once.</param>
/// <param name="Round">PreCommit1 of those.</param>
/// <param name="Labels">PreCommit1 of all sectors.</param>
/// <param name="TreesOfOne">PreCommit2 of one sector on all cores.</param>
/// <param name="Tail">Trees that are left when everything is labelled.</param>
/// <param name="TailOfOne">What of one sector's trees is left when its labels are there.</param>
/// <param name="Busy">Core time of all of it.</param>
/// <param name="Disk">Time in which the disk is busy.</param>
/// <param name="Total">Everything.</param>
internal sealed record RunTimes(
    double Layer, double Round, double Labels, double TreesOfOne, double Tail, double TailOfOne, double Busy, double Disk, double Total);

/// <summary>
/// Computes what a way of dividing the cores takes. Choosing one and estimating a run are the same sums, so they are done here for both;
/// docs/performance.md states them.
/// </summary>
/// <remarks>
/// Symbols. N sectors of L layers, A labelled at once on T seats with a look-ahead threads; C cores, F = C - T - a free ones; x a layer's
/// labels; y, z writing and reading (a layer of A sectors; all layers of one); t the trees of one sector, in core time.
/// <para>A layer is written while the next is labelled: PC1 = x + (L - 1)·max(x, y) + y, R = ceil(N/A) times.</para>
/// <para>Free cores build trees of earlier rounds, b = min((N - f)·t, F·(R - 1)·PC1) with f sectors in the last round, and follow the last
/// layer of one sector, h = min(t, F·x, what of F·R·PC1 is left, reading in that time). The rest comes after the labels, on all cores:
/// (N·t - b - h)/C, or reading if that takes longer.</para>
/// <para>Devices that hash beside the processor count as so many cores more wherever there is one to feed them: G more than F, where F is not
/// 0, and than C.</para>
/// </remarks>
internal static class RunModel
{
    /// <summary>The times of a plan.</summary>
    public static RunTimes Times(RunShape run, CorePlan plan, NodeCosts costs, Func<int, double> laneCost)
    {
        double layer = plan.Seats.Max(seat => laneCost(seat.Sectors) * (seat.CoresTaken > 1 ? costs.LookAheadShare : 1));
        double write = plan.AtOnce * costs.WriteLayer;
        double round = layer + ((run.Layers - 1) * Math.Max(layer, write)) + write;
        int rounds = (run.Sectors + plan.AtOnce - 1) / plan.AtOnce;
        int inLast = run.Sectors - ((rounds - 1) * plan.AtOnce);
        double labels = rounds * round;

        double free = plan.FreeCores > 0 ? plan.FreeCores + costs.DeviceCores : 0;
        double all = plan.Cores + costs.DeviceCores;
        double earlier = Math.Min((run.Sectors - inLast) * costs.Trees, free * (rounds - 1) * round);
        double readingBehind = costs.ReadLayers > 0 ? Math.Min(1, layer / costs.ReadLayers) : 1;
        double behind = Math.Min(Math.Min(costs.Trees * readingBehind, free * layer), (free * labels) - earlier);
        if (plan.Seats.All(seat => seat.Sectors > 1))
        {
            behind = 0; // Only a sector labelled by itself is followed.
        }

        double followed = behind / costs.Trees;
        double tail = Math.Max(
            ((run.Sectors * costs.Trees) - earlier - behind) / all, (inLast - followed) * costs.ReadLayers);
        double disk = (run.Sectors * run.Layers * costs.WriteLayer) + ((run.Sectors - inLast) * costs.ReadLayers);
        double busy = (rounds * run.Layers * layer * plan.Seats.Sum(seat => seat.CoresTaken)) + (run.Sectors * costs.Trees);
        return new RunTimes(
            layer,
            round,
            labels,
            TreesOfOne: Math.Max(costs.Trees / all, costs.ReadLayers),
            tail,
            TailOfOne: Math.Max((costs.Trees - behind) / all, (1 - followed) * costs.ReadLayers),
            busy,
            disk,
            Math.Max(labels, disk) + tail);
    }
}
