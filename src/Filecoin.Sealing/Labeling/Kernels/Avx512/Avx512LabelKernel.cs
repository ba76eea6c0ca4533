using System.Runtime.CompilerServices;

namespace Filecoin.Sealing.Labeling.Kernels.Avx512;

/// <summary>Labels of 16 or 8 sectors, one in each lane of AVX-512 vectors of 512 or 256 bits; see <see cref="Avx512LabelEmitter"/>.</summary>
internal sealed unsafe class Avx512LabelKernel : LabelKernel
{
    private const int Alignment = 64;

    private readonly Avx512Tables _tables;
    private readonly delegate* unmanaged<byte*, uint*, byte*, byte*, long, long, void> _firstLayer;
    private readonly delegate* unmanaged<byte*, uint*, byte*, byte*, long, long, void> _laterLayers;

    private Avx512LabelKernel(
        Avx512Tables tables,
        delegate* unmanaged<byte*, uint*, byte*, byte*, long, long, void> firstLayer,
        delegate* unmanaged<byte*, uint*, byte*, byte*, long, long, void> laterLayers)
        : base(LabelLayout.WordByWord(tables.Lanes))
    {
        _tables = tables;
        _firstLayer = firstLayer;
        _laterLayers = laterLayers;
    }

    public override string Name => $"avx512-{Lanes}";

    /// <summary>Makes the kernel; null if the system refuses memory for its code.</summary>
    /// <param name="lanes">16 or 8.</param>
    public static Avx512LabelKernel? TryCreate(int lanes)
    {
        Avx512Tables tables = new(lanes);
        delegate* unmanaged<byte*, uint*, byte*, byte*, long, long, void> first = Avx512LabelEmitter.TryEmit(tables, firstLayer: true);
        delegate* unmanaged<byte*, uint*, byte*, byte*, long, long, void> later = Avx512LabelEmitter.TryEmit(tables, firstLayer: false);
        return first is null || later is null ? null : new Avx512LabelKernel(tables, first, later);
    }

    [SkipLocalsInit]
    private protected override void LabelRest(in LabelRun run, uint* parents)
    {
        byte* memory = stackalloc byte[_tables.Bytes + Alignment];
        byte* tables = (byte*)(((nuint)memory + Alignment - 1) & ~(nuint)(Alignment - 1));
        _tables.Initialize(tables, run);
        (run.Layer == 1 ? _firstLayer : _laterLayers)(tables, parents, run.Current, run.Previous, run.FirstNode, run.Count);
    }
}
