using Filecoin.Sealing.Labeling.Kernels;

namespace Filecoin.Sealing.Tests.Labeling;

/// <summary>Where a kernel fails: one bit of one label is wrong as soon as it is made, as often as told.</summary>
/// <param name="layer">The layer.</param>
/// <param name="node">The node.</param>
/// <param name="times">How often; int.MaxValue for ever.</param>
internal sealed class LabelFault(int layer, long node, int times = 1)
{
    private int _left = times;

    public long Node => node;

    /// <summary>Whether this run of nodes meets the fault.</summary>
    public bool Meets(int layerOfRun, long firstNode, int count) =>
        layerOfRun == layer && node >= firstNode && node < firstNode + count && _left > 0 && _left-- > 0;
}

/// <summary>A kernel that makes wrong labels where it is told to, and does something of the test's before a layer begins.</summary>
internal sealed unsafe class FaultyKernel(LabelKernel inner, params LabelFault[] faults) : LabelKernel
{
    /// <summary>Called with the layer and the memory of the one before when node 0 is labelled.</summary>
    public BeforeLayer? Beginning { get; init; }

    public override string Name => "faulty";

    public override void Label(LabelRun run, uint* parents, byte* current, byte* previous)
    {
        if (run.FirstNode == 0)
        {
            Beginning?.Invoke(run.Layer, previous);
        }

        foreach (LabelFault fault in faults)
        {
            if (fault.Meets(run.Layer, run.FirstNode, run.Count))
            {
                int upTo = (int)(fault.Node - run.FirstNode) + 1;
                inner.Label(run with { Count = upTo }, parents, current, previous);
                Flip(current, fault);
                inner.Label(
                    run with { FirstNode = run.FirstNode + upTo, Count = run.Count - upTo }, parents + (upTo * LabelMessage.Degree), current, previous);
                return;
            }
        }

        inner.Label(run, parents, current, previous);
    }

    public override void Prepare(LabelRun run, LabelSlot* slots) => inner.Prepare(run, slots);

    public override void LabelPrepared(LabelRun run, LabelSlot* slots, byte* current)
    {
        foreach (LabelFault fault in faults)
        {
            if (fault.Meets(run.Layer, run.FirstNode, run.Count))
            {
                int upTo = (int)(fault.Node - run.FirstNode) + 1;
                inner.LabelPrepared(run with { Count = upTo }, slots, current);
                Flip(current, fault);
                inner.LabelPrepared(run with { FirstNode = run.FirstNode + upTo, Count = run.Count - upTo }, slots + upTo, current);
                return;
            }
        }

        inner.LabelPrepared(run, slots, current);
    }

    private static void Flip(byte* current, LabelFault fault) => current[(fault.Node * LabelMessage.LabelBytes) + 5] ^= 0x10;

    /// <summary>What a test does when a layer begins.</summary>
    internal delegate void BeforeLayer(int layer, byte* previous);
}
