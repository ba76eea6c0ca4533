using Filecoin.Sealing.Labeling.Kernels;

namespace Filecoin.Sealing.Labeling;

/// <summary>A layer that has just been made, of one sector or of several side by side, and the one it was made from.</summary>
/// <param name="kernel">What made it, and where it puts the labels.</param>
/// <param name="run">The sectors and the layers.</param>
internal readonly unsafe struct LayersInMemory(LabelKernel kernel, LabelRun run)
{
    /// <summary>What made the layer.</summary>
    public LabelKernel Kernel { get; } = kernel;

    /// <summary>The sectors and the layers.</summary>
    public LabelRun Run { get; } = run;

    /// <summary>The label of a node as bytes, of each sector.</summary>
    public void Read(long node, Span<byte> labels) => Kernel.Layout.Extract(Run.Current, node, 1, labels);

    /// <summary>The labels of a node's parents: for each parent, those of all sectors.</summary>
    /// <param name="parents">14 node numbers.</param>
    /// <param name="labels">Receives sectors x 32 bytes for each parent that enters a label of this layer.</param>
    public void ReadParents(ReadOnlySpan<uint> parents, Span<byte> labels)
    {
        int bytes = Run.ReplicaIds.Count * LabelMessage.LabelBytes;
        for (int k = 0; k < Run.Parents; k++)
        {
            byte* from = k < LabelMessage.BaseDegree ? Run.Current : Run.Previous;
            Kernel.Layout.Extract(from, parents[k], 1, labels.Slice(k * bytes, bytes));
        }
    }

    /// <summary>Has the kernel that made the layer make one node once more, and leaves the layer as it was.</summary>
    /// <param name="node">The node.</param>
    /// <param name="parents">Its 14 parents.</param>
    /// <param name="labels">Receives what comes out, 32 bytes for each sector.</param>
    public void MakeAgain(long node, ReadOnlySpan<uint> parents, Span<byte> labels)
    {
        Span<byte> place = new(Run.Current + (node * Kernel.Layout.NodeBytes), Kernel.Layout.NodeBytes);
        byte[] before = place.ToArray();
        fixed (uint* start = parents)
        {
            Kernel.Label(Run.Part(node, 1), start);
        }

        Read(node, labels);
        before.CopyTo(place);
    }
}
