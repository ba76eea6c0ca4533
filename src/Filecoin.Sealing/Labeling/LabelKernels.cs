using System.Runtime.Intrinsics;
using Filecoin.Cryptography.Kernels;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Labeling.Kernels.Avx512;
using Filecoin.Sealing.Labeling.Kernels.ShaNi;
using Filecoin.Sealing.Labeling.Kernels.Vector;

namespace Filecoin.Sealing.Labeling;

/// <summary>The variants of <see cref="LabelKernel"/>, and which of them is taken.</summary>
/// <remarks>
/// What a node costs, all lanes together, is in units of one SHA-256 block as OpenSSL hashes it on the same core: layer 2 and later, Zen 4.
/// Only the proportions matter.
/// </remarks>
internal static class LabelKernels
{
    private const string What = "label kernel";

    /// <summary>Every variant of one lane, best first.</summary>
    public static KernelRegistry<LabelKernel> OfOne { get; } = new(
        What,
        new("sha-ni", ProcessorFeature.Avx | ProcessorFeature.ShaNi | ProcessorFeature.EmittedCode, () => ShaNiLabelKernel.TryCreate(1), 19.4),
        new("arm-sha2", ProcessorFeature.ArmSha2, () => new LabelKernel<ArmShaLabelHash>(), 19.4),
        new("platform", ProcessorFeature.None, () => new LabelKernel<PlatformLabelHash>(), 32),
        new("plain", ProcessorFeature.None, () => new LabelKernel<PlainLabelHash>(), 500));

    /// <summary>
    /// Every variant a batch may be labelled with: of several lanes by code made at start-up, by vectors of .NET (in software they would be
    /// slow, hence what they need) and one sector after the other, then those of one lane.
    /// </summary>
    public static KernelRegistry<LabelKernel> OfBatch { get; } = new(
        What,
        [
            new("avx512-16", ProcessorFeature.Avx512 | ProcessorFeature.EmittedCode, () => Avx512LabelKernel.TryCreate(16), 121),
            new("avx512-8", ProcessorFeature.Avx512 | ProcessorFeature.EmittedCode, () => Avx512LabelKernel.TryCreate(8), 76),
            new("sha-ni-2", ProcessorFeature.Avx | ProcessorFeature.ShaNi | ProcessorFeature.EmittedCode, () => ShaNiLabelKernel.TryCreate(2), 19.8),
            new("vector-16", ProcessorFeature.Avx512, () => new VectorLabelKernel<Vector512<uint>, Lanes512>(), 159),
            new("vector-8", ProcessorFeature.Avx2, () => new VectorLabelKernel<Vector256<uint>, Lanes256>(), 137),
            new("vector-4", ProcessorFeature.None, () => new VectorLabelKernel<Vector128<uint>, Lanes128>(), 135),
            new("plain-2", ProcessorFeature.None, () => new PlainBatchLabelKernel(2), 1000),
            .. OfOne.Rows,
        ]);

    /// <summary>The kernels that label a batch on one core, with a lane for each sector; the first takes the first sectors.</summary>
    /// <param name="sectors">At least 1.</param>
    /// <param name="name">The one to use; null for those that together take the least time.</param>
    /// <exception cref="ArgumentException">This machine has no variant of that name.</exception>
    public static IReadOnlyList<LabelKernel> ForBatch(int sectors, string? name)
    {
        if (name is null)
        {
            return [.. LabelLanes.For(sectors).Kernels.Select(variant => OfBatch.Create(variant.Kernel))];
        }

        LabelKernel kernel = OfBatch.Create(name);
        return [.. Enumerable.Repeat(kernel, (sectors + kernel.Lanes - 1) / kernel.Lanes)];
    }
}
