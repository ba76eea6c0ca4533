using System.Runtime.CompilerServices;

namespace Filecoin.Sealing.Labeling.Kernels.ShaNi;

/// <summary>Labels of two sectors by the processor's SHA instructions; see <see cref="ShaNiLabelEmitter"/>.</summary>
internal sealed unsafe class ShaNiPairKernel : ManyLabelKernel
{
    private const int Pair = ShaNiContext.MostSectors;

    private readonly delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> _firstLayer;
    private readonly delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> _laterLayers;

    private ShaNiPairKernel(
        delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> firstLayer,
        delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> laterLayers)
        : base(ManyLabelLayout.LabelByLabel(Pair))
    {
        _firstLayer = firstLayer;
        _laterLayers = laterLayers;
    }

    public override string Name => "sha-ni-2";

    /// <summary>Makes the kernel; null if the system refuses memory for its code.</summary>
    public static ShaNiPairKernel? TryCreate()
    {
        delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> first = ShaNiLabelEmitter.TryEmit(Pair, firstLayer: true);
        delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> later = ShaNiLabelEmitter.TryEmit(Pair, firstLayer: false);
        return first is null || later is null ? null : new ShaNiPairKernel(first, later);
    }

    [SkipLocalsInit]
    private protected override void LabelRest(ManyLabelRun run, uint* parents, byte* current, byte* previous)
    {
        byte* memory = stackalloc byte[ShaNiContext.MemoryBytes];
        ShaNiContext* context = ShaNiContext.Initialize(memory, run.Layer, run.OfLane(0), run.OfLane(1));
        (previous is null ? _firstLayer : _laterLayers)(context, parents, current, previous, run.FirstNode, run.Count);
    }
}
