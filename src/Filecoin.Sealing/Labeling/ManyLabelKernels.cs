using System.Runtime.Intrinsics;
using Filecoin.Cryptography.Kernels;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Labeling.Kernels.Avx512;
using Filecoin.Sealing.Labeling.Kernels.ShaNi;
using Filecoin.Sealing.Labeling.Kernels.Vector;

namespace Filecoin.Sealing.Labeling;

/// <summary>The variants of <see cref="ManyLabelKernel"/>, and which of them are taken.</summary>
internal static class ManyLabelKernels
{
    /// <summary>
    /// Every variant there is, for one sector, too: code made at start-up, vectors of .NET (in software they would be slow, hence what they
    /// need), then one sector after the other. Costs are of all lanes together, as those of <see cref="LabelKernels.Registry"/>.
    /// </summary>
    public static KernelRegistry<ManyLabelKernel> Registry { get; } = new(
        "label kernel",
        [
            new("avx512-16", ProcessorFeature.Avx512 | ProcessorFeature.EmittedCode, () => Avx512LabelKernel.TryCreate(16), 121),
            new("avx512-8", ProcessorFeature.Avx512 | ProcessorFeature.EmittedCode, () => Avx512LabelKernel.TryCreate(8), 76),
            new("sha-ni-2", ProcessorFeature.Avx | ProcessorFeature.ShaNi | ProcessorFeature.EmittedCode, ShaNiPairKernel.TryCreate, 19.8),
            new("vector-16", ProcessorFeature.Avx512, () => new VectorLabelKernel<Vector512<uint>, Lanes512>(), 159),
            new("vector-8", ProcessorFeature.Avx2, () => new VectorLabelKernel<Vector256<uint>, Lanes256>(), 137),
            new("vector-4", ProcessorFeature.None, () => new VectorLabelKernel<Vector128<uint>, Lanes128>(), 135),
            new("plain-2", ProcessorFeature.None, () => new PlainManyLabelKernel(2), 1000),
            .. LabelKernels.Registry.Rows.Select(one => new KernelRow<ManyLabelKernel>(
                one.Name, one.Needs, () => one.Kernel is { } kernel ? new SingleLabelKernel(kernel) : null, one.Cost)),
        ]);

    /// <summary>Names of the variants this machine can run.</summary>
    public static IReadOnlyList<string> Available => Registry.Available;

    /// <summary>The variant called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">This machine has no variant of that name.</exception>
    public static ManyLabelKernel Create(string name) => Registry.Create(name);

    /// <summary>The kernels that together label <paramref name="sectors"/> sectors in the least time on one core; at least one lane for each.</summary>
    /// <param name="sectors">At least 1.</param>
    public static IReadOnlyList<ManyLabelKernel> Choose(int sectors) =>
        [.. LabelLanes.For(sectors).Kernels.Select(variant => Create(variant.Kernel))];
}
