using System.Collections.Immutable;

namespace Filecoin.Cryptography.Kernels;

/// <summary>What a kernel variant may need of processor and system.</summary>
[Flags]
public enum ProcessorFeature
{
    /// <summary>Nothing: runs everywhere.</summary>
    None = 0,

    /// <summary>256-bit vectors and the encoding that comes with them, as .NET grants them.</summary>
    Avx = 1 << 0,

    /// <summary>Integers in 256-bit vectors, as .NET grants them.</summary>
    Avx2 = 1 << 1,

    /// <summary>512-bit vectors: AVX-512 F, BW and VL together, as .NET grants them.</summary>
    Avx512 = 1 << 2,

    /// <summary>AVX-512 IFMA: products of 52-bit limbs. .NET has no intrinsics for it.</summary>
    Ifma = 1 << 3,

    /// <summary>MULX and its like on general registers, by CPUID: code emitted here does not ask .NET.</summary>
    Bmi2 = 1 << 4,

    /// <summary>ADCX and ADOX, by CPUID.</summary>
    Adx = 1 << 5,

    /// <summary>The SHA-256 instructions of x86. .NET has no intrinsics for them.</summary>
    ShaNi = 1 << 6,

    /// <summary>The SHA-256 instructions of Arm, as .NET grants them.</summary>
    ArmSha2 = 1 << 7,

    /// <summary>x86-64 Linux that lets a process make code.</summary>
    EmittedCode = 1 << 8,

    /// <summary>Fused multiply-adds of doubles in 256-bit vectors, as .NET grants them.</summary>
    Fma = 1 << 9,
}

/// <summary>Names of features, for masking them and for telling what a machine lacks.</summary>
public static class ProcessorFeatureNames
{
    private static readonly (ProcessorFeature Feature, string Name, string Title)[] Table =
    [
        (ProcessorFeature.Avx, "avx", "AVX"),
        (ProcessorFeature.Avx2, "avx2", "AVX2"),
        (ProcessorFeature.Fma, "fma", "FMA"),
        (ProcessorFeature.Avx512, "avx512", "AVX-512 (F, BW and VL)"),
        (ProcessorFeature.Ifma, "ifma", "AVX-512 IFMA"),
        (ProcessorFeature.Bmi2, "bmi2", "BMI2"),
        (ProcessorFeature.Adx, "adx", "ADX"),
        (ProcessorFeature.ShaNi, "sha-ni", "the SHA instructions of x86"),
        (ProcessorFeature.ArmSha2, "arm-sha2", "the SHA2 instructions of Arm"),
        (ProcessorFeature.EmittedCode, "emitted-code", "code made at start-up"),
    ];

    /// <summary>Every single feature with its name.</summary>
    public static ImmutableArray<(ProcessorFeature Feature, string Name)> All { get; } = [.. Table.Select(row => (row.Feature, row.Name))];

    /// <summary>The features of a list of names with commas between.</summary>
    /// <param name="text">May be empty.</param>
    /// <param name="features">All of them together.</param>
    /// <param name="unknown">The first name that is none's.</param>
    /// <returns>False where a name is no feature's.</returns>
    public static bool TryParse(string text, out ProcessorFeature features, out string unknown)
    {
        ArgumentNullException.ThrowIfNull(text);
        features = ProcessorFeature.None;
        unknown = "";
        foreach (string name in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            ProcessorFeature feature = Array.Find(Table, row => row.Name == name).Feature;
            if (feature == ProcessorFeature.None)
            {
                unknown = name;
                return false;
            }

            features |= feature;
        }

        return true;
    }

    /// <summary>A single feature's title, as half a sentence uses it.</summary>
    internal static string TitleOf(ProcessorFeature feature) => Array.Find(Table, row => row.Feature == feature).Title;
}
