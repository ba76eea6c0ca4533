using Filecoin.Cryptography.Kernels;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Labeling.Kernels.ShaNi;

namespace Filecoin.Sealing.Labeling;

/// <summary>The variants of <see cref="LabelKernel"/>, and which of them is taken.</summary>
internal static class LabelKernels
{
    /// <summary>
    /// Every variant there is, best first, with what a node costs in units of one SHA-256 block as OpenSSL hashes it on the same core: layer 2
    /// and later, Zen 4. Only the proportions matter.
    /// </summary>
    public static KernelRegistry<LabelKernel> Registry { get; } = new(
        "label kernel",
        new("sha-ni", ProcessorFeature.Avx | ProcessorFeature.ShaNi | ProcessorFeature.EmittedCode, ShaNiLabelKernel.TryCreate, 19.4),
        new("arm-sha2", ProcessorFeature.ArmSha2, () => new LabelKernel<ArmShaLabelHash>(), 19.4),
        new("platform", ProcessorFeature.None, () => new LabelKernel<PlatformLabelHash>(), 32),
        new("plain", ProcessorFeature.None, () => new LabelKernel<PlainLabelHash>(), 500));

    /// <summary>Names of the variants this machine can run, best first.</summary>
    public static IReadOnlyList<string> Available => Registry.Available;

    /// <summary>The variant that is best on this machine, or the one called <paramref name="name"/>.</summary>
    /// <param name="name">One of <see cref="Available"/>; null for the best.</param>
    /// <exception cref="ArgumentException">This machine has no variant of that name.</exception>
    public static LabelKernel Create(string? name = null) => Registry.Create(name);
}
