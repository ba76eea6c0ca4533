using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;
using Xunit;

namespace Filecoin.Sealing.Tests.Labeling;

public class LabelTrialTests
{
    [Fact]
    public void Every_kernel_can_be_tried_and_goes_round_the_second_half_of_its_layer()
    {
        Assert.All(LabelKernels.OfOne.Available, name => Assert.Contains(new LabelVariant(name, 1), LabelTrial.Variants));
        Assert.All(LabelTrial.Variants, variant =>
        {
            using LabelTrial trial = new(variant, nodes: 256, nodesInRun: 32);
            Assert.Equal(32 * variant.Sectors, trial.LabelsInRun);
            for (int i = 0; i < 9; i++)
            {
                trial.Run();
            }
        });
    }

    [Fact]
    public void One_sector_can_be_tried_with_look_ahead_by_every_kernel_and_several_cannot()
    {
        Assert.All(LabelTrial.Variants, variant =>
        {
            using LabelTrial trial = new(variant, nodes: 256, nodesInRun: 32);
            Assert.Equal(128, trial.LabelsInLookAheadRun);
            if (variant.Sectors > 1)
            {
                Assert.Throws<InvalidOperationException>(() => trial.RunLookAhead(LabelCores.Anywhere));
                return;
            }

            for (int i = 0; i < 3; i++)
            {
                trial.RunLookAhead(LabelCores.Anywhere);
                trial.Run();
            }
        });
    }

    [Fact]
    public void Preparing_can_be_stopped() => Assert.Throws<OperationCanceledException>(() =>
        new LabelTrial(LabelTrial.Variants[0], nodes: 1 << 20, nodesInRun: 32, new CancellationToken(canceled: true)).Dispose());

    [Theory]
    [InlineData(96, 32)]
    [InlineData(64, 0)]
    [InlineData(1L << 32, 1 << 12)]
    public void Runs_that_do_not_fit_the_layer_are_refused(long nodes, int nodesInRun) =>
        Assert.ThrowsAny<ArgumentException>(() => new LabelTrial(LabelTrial.Variants[0], nodes, nodesInRun).Dispose());
}
