using System.Runtime.CompilerServices;

namespace Filecoin.Sealing.Labeling.Kernels.ShaNi;

/// <summary>
/// Labels of one sector or two by the processor's SHA instructions; see <see cref="ShaNiLabelEmitter"/> and, for the prepared slots of one,
/// <see cref="ShaNiSlotEmitter"/>.
/// </summary>
internal sealed unsafe class ShaNiLabelKernel : LabelKernel
{
    private readonly delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> _firstLayer, _laterLayers;
    private readonly delegate* unmanaged<ShaNiContext*, LabelSlot*, long, long, void> _prepare;
    private readonly delegate* unmanaged<ShaNiContext*, LabelSlot*, byte*, long, long, void> _preparedFirstLayer, _preparedLaterLayers;

    private ShaNiLabelKernel(int lanes)
        : base(lanes == 1 ? LabelLayout.OfFile : LabelLayout.LabelByLabel(lanes))
    {
        _firstLayer = ShaNiLabelEmitter.TryEmit(lanes, firstLayer: true);
        _laterLayers = ShaNiLabelEmitter.TryEmit(lanes, firstLayer: false);
        if (lanes == 1)
        {
            _prepare = ShaNiSlotEmitter.TryEmitPrepare();
            _preparedFirstLayer = ShaNiSlotEmitter.TryEmitLabel(firstLayer: true);
            _preparedLaterLayers = ShaNiSlotEmitter.TryEmitLabel(firstLayer: false);
        }
    }

    public override string Name => Lanes == 1 ? "sha-ni" : $"sha-ni-{Lanes}";

    private bool IsComplete => _firstLayer is not null && _laterLayers is not null
        && (Lanes > 1 || (_prepare is not null && _preparedFirstLayer is not null && _preparedLaterLayers is not null));

    /// <summary>Makes the kernel; null if the system refuses memory for its code.</summary>
    /// <param name="lanes">1, or <see cref="ShaNiContext.MostSectors"/>.</param>
    public static ShaNiLabelKernel? TryCreate(int lanes)
    {
        ShaNiLabelKernel kernel = new(lanes);
        return kernel.IsComplete ? kernel : null;
    }

    [SkipLocalsInit]
    public override void Prepare(in LabelRun run, LabelSlot* slots)
    {
        byte* memory = stackalloc byte[ShaNiContext.MemoryBytes];
        _prepare(ContextOf(run, memory), slots, run.FirstNode, run.Count);
    }

    [SkipLocalsInit]
    private protected override void LabelRest(in LabelRun run, uint* parents)
    {
        byte* memory = stackalloc byte[ShaNiContext.MemoryBytes];
        (run.Layer == 1 ? _firstLayer : _laterLayers)(ContextOf(run, memory), parents, run.Current, run.Previous, run.FirstNode, run.Count);
    }

    [SkipLocalsInit]
    private protected override void LabelRestPrepared(in LabelRun run, LabelSlot* slots)
    {
        byte* memory = stackalloc byte[ShaNiContext.MemoryBytes];
        (run.Layer == 1 ? _preparedFirstLayer : _preparedLaterLayers)(ContextOf(run, memory), slots, run.Current, run.FirstNode, run.Count);
    }

    private ShaNiContext* ContextOf(in LabelRun run, byte* memory) => ShaNiContext.Initialize(memory, run, Lanes);
}
