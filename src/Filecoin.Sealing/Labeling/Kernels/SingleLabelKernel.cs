namespace Filecoin.Sealing.Labeling.Kernels;

/// <summary>One sector by a <see cref="LabelKernel"/>, for the sector that is left over or alone.</summary>
internal sealed unsafe class SingleLabelKernel(LabelKernel kernel) : ManyLabelKernel(ManyLabelLayout.OfFile)
{
    /// <summary>The name of the kernel inside: there is no choice between the two.</summary>
    public override string Name => kernel.Name;

    private protected override void LabelRest(ManyLabelRun run, uint* parents, byte* current, byte* previous) =>
        kernel.Label(new LabelRun(run.ReplicaIds[0], run.Layer, run.FirstNode, run.Count), parents, current, previous);
}
