using Filecoin.Cryptography.Kernels;

namespace Filecoin.Sealing.Labeling.ShaNi;

/// <summary>Labels of one sector by the processor's SHA instructions; see <see cref="ShaNiLabelEmitter"/>.</summary>
internal sealed unsafe class ShaNiLabelKernel : LabelKernel
{
    /// <summary>What it needs.</summary>
    public const ProcessorFeature Needs = ProcessorFeature.Avx | ProcessorFeature.ShaNi | ProcessorFeature.EmittedCode;

    private static readonly Lazy<ShaNiLabelKernel?> Instance = new(Make);

    private readonly LabelKernel _nodeZero = new LabelKernel<PlainLabelHash>();
    private readonly delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> _firstLayer;
    private readonly delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> _laterLayers;

    private ShaNiLabelKernel(
        delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> firstLayer,
        delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> laterLayers)
    {
        _firstLayer = firstLayer;
        _laterLayers = laterLayers;
    }

    public override string Name => "sha-ni";

    /// <summary>The kernel; null if processor or system cannot run it.</summary>
    public static ShaNiLabelKernel? TryCreate() => Instance.Value;

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
            ShaNiContext context;
            ShaNiContext.Initialize(&context, run.ReplicaId, run.Layer);
            delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> label = previous is null ? _firstLayer : _laterLayers;
            label(&context, parents, current, previous, rest.FirstNode, rest.Count);
        }
    }

    private static ShaNiLabelKernel? Make()
    {
        if (!ProcessorFeatures.Current.Has(Needs))
        {
            return null;
        }

        delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> first = ShaNiLabelEmitter.TryEmit(firstLayer: true);
        delegate* unmanaged<ShaNiContext*, uint*, byte*, byte*, long, long, void> later = ShaNiLabelEmitter.TryEmit(firstLayer: false);
        return first is null || later is null ? null : new ShaNiLabelKernel(first, later);
    }
}
