using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Fleet.Site;
using SealerRecover.Fleet.Work;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Tests.Fleet;

/// <summary>A sector's steps, from what its worker notes and how far it says that the sector is.</summary>
public sealed class SectorStepsTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 0, 0, TimeSpan.Zero);
    private static readonly SectorJob Job = FleetCase.Job(1) with
    {
        Facts = FleetCase.Job(1).Facts with { SealProof = SealProofs.Get(RegisteredSealProof.StackedDrg32GiBV1_1) },
    };

    private readonly SectorDiary _diary = new();
    private int _now;

    [Fact]
    public void Base_trees_are_steps_of_their_own_and_so_are_those_of_an_update()
    {
        Trees(1, 8, StepsOf.Sealing);
        Trees(2, 4, StepsOf.Sealing);
        Assert.Equal([("layer_11", 1, null), ("trees_1", 1, 1d), ("trees_2", 0.5, null), ("trees_3", 0, null)], Steps(SectorStage.Trees, "trees", 2, 0.5)[10..14]);

        Trees(8, 8, StepsOf.Sealing);
        Trees(1, 2, StepsOf.Update);
        Assert.Equal([("trees_8", 1, 1d), ("update_trees_1", 0.25, null), ("update_trees_2", 0, null)], Steps(SectorStage.Trees, "trees", 1, 0.25)[18..21]);
        Trees(1, 8, StepsOf.Update);
        Assert.Equal([("update_trees_1", 1, 2d), ("update_trees_2", 0.5, null)], Steps(SectorStage.Trees, "trees", 2, 0.5)[19..21]);
        Assert.All(Steps(SectorStage.Installing, "install", 1, 0.5)[..^1], step => Assert.Equal(1, step.Fraction));
        Assert.Equal(("install", 0.5, null), Steps(SectorStage.Installing, "install", 1, 0.5)[^1]);
    }

    [Fact]
    public void What_is_written_and_proven_does_not_count_as_trees()
    {
        Assert.Equal([("layer_2", 1, null), ("layer_3", 0, null)], Steps(SectorStage.Labelling, "write_layer", 2, 0.1)[1..3]);
        Assert.Equal([("trees_8", 1, null), ("install", 0, null)], Steps(SectorStage.Trees, "synthetic_proofs", 1, 0.1)[^2..]);
        Assert.Equal([("trees_8", 0, null), ("install", 0, null)], Steps(SectorStage.Trees, "tree_d", 1, 0.1)[^2..]);
        Assert.Empty(Steps(SectorStage.Queued, null, null, null));
    }

    /// <summary>Within a second it comes so far.</summary>
    private void Trees(int tree, long done, StepsOf of)
    {
        _diary.Take(new PhaseProgressed(Start.AddSeconds(_now++), Job.Facts.Sector, new SealProgress(SealPhase.Trees, tree, 8, 1, 8) { Of = of }));
        _diary.Take(new PhaseProgressed(Start.AddSeconds(_now), Job.Facts.Sector, new SealProgress(SealPhase.Trees, tree, 8, done, 8) { Of = of }));
    }

    private (string Name, double Fraction, double? Seconds)[] Steps(SectorStage stage, string? phase, int? step, double? fraction)
    {
        SiteSector sector = new() { Sector = Job.Facts.Sector, Stage = stage, Phase = phase, Step = step, Steps = step, Fraction = fraction };
        ClaimHistory[] history = [.. _diary.Untold.Reverse().Select(one => new ClaimHistory(Start, "a", one.Text, one.Step, one.Seconds))];
        return [.. SectorDetails.Of(sector, Job.Write(), history, NoConcernWords.Instance).Steps.Select(known => (known.Name, known.Fraction, known.Seconds))];
    }
}
