using System.Runtime.CompilerServices;
using Filecoin.Cryptography.Kernels;
using Filecoin.Sealing.Labeling.ShaNi;

namespace Filecoin.Sealing.Labeling.Many.ShaNi;

/// <summary>Labels of two sectors by the processor's SHA instructions; see <see cref="ShaNiPairEmitter"/>.</summary>
internal sealed unsafe class ShaNiPairKernel : ManyLabelKernel
{
    private readonly delegate* unmanaged<ShaNiPairContext*, uint*, byte*, byte*, long, long, void> _firstLayer;
    private readonly delegate* unmanaged<ShaNiPairContext*, uint*, byte*, byte*, long, long, void> _laterLayers;

    private ShaNiPairKernel(
        delegate* unmanaged<ShaNiPairContext*, uint*, byte*, byte*, long, long, void> firstLayer,
        delegate* unmanaged<ShaNiPairContext*, uint*, byte*, byte*, long, long, void> laterLayers)
        : base(ManyLabelLayout.LabelByLabel(ShaNiPairContext.Sectors))
    {
        _firstLayer = firstLayer;
        _laterLayers = laterLayers;
    }

    /// <summary>What it needs.</summary>
    public const ProcessorFeature Needs = ShaNiLabelKernel.Needs;

    public override string Name => "sha-ni-2";

    /// <summary>Makes the kernel; null if processor or system cannot run it.</summary>
    public static ShaNiPairKernel? TryCreate()
    {
        // What one sector needs of processor and system is what two need.
        if (ShaNiLabelKernel.TryCreate() is null)
        {
            return null;
        }

        delegate* unmanaged<ShaNiPairContext*, uint*, byte*, byte*, long, long, void> first = ShaNiPairEmitter.TryEmit(firstLayer: true);
        delegate* unmanaged<ShaNiPairContext*, uint*, byte*, byte*, long, long, void> later = ShaNiPairEmitter.TryEmit(firstLayer: false);
        return first is null || later is null ? null : new ShaNiPairKernel(first, later);
    }

    [SkipLocalsInit]
    private protected override void LabelRest(ManyLabelRun run, uint* parents, byte* current, byte* previous)
    {
        const int alignment = 64;
        byte* memory = stackalloc byte[sizeof(ShaNiPairContext) + alignment];
        ShaNiPairContext* context = (ShaNiPairContext*)(((nuint)memory + alignment - 1) & ~(nuint)(alignment - 1));
        ShaNiPairContext.Initialize(context, run);
        (previous is null ? _firstLayer : _laterLayers)(context, parents, current, previous, run.FirstNode, run.Count);
    }
}
