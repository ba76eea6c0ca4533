using System.Runtime.CompilerServices;
using Filecoin.Cryptography.Kernels;

namespace SealerRecover.Tests;

/// <summary>SEALER_RECOVER_MASK_FEATURES, read before the first test: tests of kernels then see a processor without those features.</summary>
internal static class MaskedFeatures
{
    /// <summary>The variable's value.</summary>
    public static string Names { get; } = Environment.GetEnvironmentVariable("SEALER_RECOVER_MASK_FEATURES") ?? "";

    [ModuleInitializer]
    internal static void Mask() => ProcessorFeatures.Mask(
        ProcessorFeatureNames.TryParse(Names, out ProcessorFeature features, out string unknown)
            ? features
            : throw new ArgumentException($"SEALER_RECOVER_MASK_FEATURES names {unknown}, which is no processor feature"));
}
