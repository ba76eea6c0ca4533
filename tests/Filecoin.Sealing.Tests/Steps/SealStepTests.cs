using Filecoin.Sealing.Steps;
using Xunit;

namespace Filecoin.Sealing.Tests.Steps;

public sealed class SealStepTests
{
    [Fact]
    public void Every_step_is_written_and_read_the_same()
    {
        HashSet<string> texts = [];
        foreach (StepsOf of in Enum.GetValues<StepsOf>())
        {
            foreach (StepKind kind in Enum.GetValues<StepKind>().Where(kind => kind != StepKind.Unknown))
            {
                string text = new SealStep(kind, of).ToString();
                Assert.True(texts.Add(text), text);
                SealStep read = SealStep.Parse(text);
                Assert.Equal((kind, of, text), (read.Kind, read.Of, read.ToString()));
            }
        }
    }

    [Theory]
    [InlineData("layer-3", StepKind.Layer, StepsOf.Sealing, 3)]
    [InlineData("tree-c-root-7", StepKind.TreeCRoot, StepsOf.Sealing, 7)]
    [InlineData("sealed-replica-0", StepKind.ReplicaPart, StepsOf.Sealing, 0)]
    [InlineData("sealed-data-root-15", StepKind.DataRoot, StepsOf.Sealing, 15)]
    [InlineData("key-finished", StepKind.Finished, StepsOf.Key, 0)]
    [InlineData("update-inputs", StepKind.Inputs, StepsOf.Update, 0)]
    [InlineData("standing-tree-r-last-1", StepKind.TreeRLast, StepsOf.Standing, 1)]
    [InlineData("update-standing-copy", StepKind.Copy, StepsOf.StandingUpdate, 0)]
    public void Steps_are_called_as_every_version_has_called_them(string text, StepKind kind, StepsOf of, int number)
    {
        Assert.Equal(new SealStep(kind, of, number), SealStep.Parse(text));
        Assert.Equal(text, new SealStep(kind, of, number).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("layer")]
    [InlineData("layer-")]
    [InlineData("layer--1")]
    [InlineData("layer-99999999999")]
    [InlineData("trees-1")]
    [InlineData("what comes after us-1")]
    public void What_no_version_has_called_so_keeps_its_text(string text)
    {
        SealStep step = SealStep.Parse(text);

        Assert.Equal((StepKind.Unknown, text), (step.Kind, step.ToString()));
        Assert.NotEqual(step, SealStep.Parse(text + "?"));
    }
}
