using System.Runtime.CompilerServices;

namespace Filecoin.Sealing.Labeling.Kernels.ShaNi;

/// <summary>
/// Labels of one sector by the processor's SHA instructions; see <see cref="ShaNiLabelEmitter"/> and, for prepared slots,
/// <see cref="ShaNiSlotEmitter"/>.
/// </summary>
internal sealed unsafe class ShaNiLabelKernel : LabelKernel
{
    private readonly LabelKernel _nodeZero = new LabelKernel<PlainLabelHash>();
    private readonly delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> _firstLayer, _laterLayers;
    private readonly delegate* unmanaged<ShaNiContext*, LabelSlot*, long, long, void> _prepare;
    private readonly delegate* unmanaged<ShaNiContext*, LabelSlot*, byte*, long, long, void> _preparedFirstLayer, _preparedLaterLayers;

    private ShaNiLabelKernel()
    {
        _firstLayer = ShaNiLabelEmitter.TryEmit(sectors: 1, firstLayer: true);
        _laterLayers = ShaNiLabelEmitter.TryEmit(sectors: 1, firstLayer: false);
        _prepare = ShaNiSlotEmitter.TryEmitPrepare();
        _preparedFirstLayer = ShaNiSlotEmitter.TryEmitLabel(firstLayer: true);
        _preparedLaterLayers = ShaNiSlotEmitter.TryEmitLabel(firstLayer: false);
    }

    public override string Name => "sha-ni";

    /// <summary>Makes the kernel; null if the system refuses memory for its code.</summary>
    public static ShaNiLabelKernel? TryCreate()
    {
        ShaNiLabelKernel kernel = new();
        bool isComplete = kernel._firstLayer is not null && kernel._laterLayers is not null
            && kernel._prepare is not null && kernel._preparedFirstLayer is not null && kernel._preparedLaterLayers is not null;
        return isComplete ? kernel : null;
    }

    [SkipLocalsInit]
    public override void Label(LabelRun run, uint* parents, byte* current, byte* previous)
    {
        LabelRun rest = run;
        if (run.FirstNode == 0)
        {
            // Node 0 has no parents and a message of one block: not worth code of its own.
            _nodeZero.Label(run with { Count = 1 }, parents, current, previous);
            rest = run with { FirstNode = 1, Count = run.Count - 1 };
            parents += LabelMessage.Degree;
        }

        if (rest.Count > 0)
        {
            byte* memory = stackalloc byte[ShaNiContext.MemoryBytes];
            ShaNiContext* context = ShaNiContext.Initialize(memory, run.Layer, run.ReplicaId);
            (previous is null ? _firstLayer : _laterLayers)(context, parents, current, previous, rest.FirstNode, rest.Count);
        }
    }

    [SkipLocalsInit]
    public override void Prepare(LabelRun run, LabelSlot* slots)
    {
        byte* memory = stackalloc byte[ShaNiContext.MemoryBytes];
        ShaNiContext* context = ShaNiContext.Initialize(memory, run.Layer, run.ReplicaId);
        _prepare(context, slots, run.FirstNode, run.Count);
    }

    [SkipLocalsInit]
    public override void LabelPrepared(LabelRun run, LabelSlot* slots, byte* current)
    {
        LabelRun rest = run;
        if (run.FirstNode == 0)
        {
            _nodeZero.LabelPrepared(run with { Count = 1 }, slots, current);
            rest = run with { FirstNode = 1, Count = run.Count - 1 };
            slots++;
        }

        if (rest.Count > 0)
        {
            byte* memory = stackalloc byte[ShaNiContext.MemoryBytes];
            ShaNiContext* context = ShaNiContext.Initialize(memory, run.Layer, run.ReplicaId);
            (run.Layer == 1 ? _preparedFirstLayer : _preparedLaterLayers)(context, slots, current, rest.FirstNode, rest.Count);
        }
    }
}
