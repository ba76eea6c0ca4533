using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Filecoin.Cryptography.Kernels.Emit;
using ArmSha256 = System.Runtime.Intrinsics.Arm.Sha256;

namespace Filecoin.Cryptography.Kernels;

/// <summary>
/// What this machine offers to kernels: read once, and the one place where features are masked, so that every variant can be tested on a
/// processor that would choose a better one.
/// </summary>
/// <remarks>
/// Features of vector registers are those .NET grants: it has asked the system whether registers are saved, and DOTNET_EnableAVX512=0 and
/// its like count. Features that .NET does not know come from CPUID, whatever those settings say; only <see cref="Mask"/> hides them.
/// </remarks>
public sealed class ProcessorFeatures
{
    private static readonly Lazy<ProcessorFeatures> Machine = new(() => new ProcessorFeatures(_maskedAtStart));
    private static volatile ProcessorFeature _maskedAtStart;

    private readonly ProcessorFeature _processor;

    /// <summary>Reads the machine.</summary>
    /// <param name="masked">Features to do without.</param>
    internal ProcessorFeatures(ProcessorFeature masked)
    {
        Masked = masked;
        _processor = OfProcessor();
        Present = Usable(_processor) & ~masked;
    }

    /// <summary>Those of this process. Reading them the first time settles them.</summary>
    public static ProcessorFeatures Current => Machine.Value;

    /// <summary>The features kernels may use.</summary>
    public ProcessorFeature Present { get; }

    /// <summary>The features that were masked, whether the machine has them or not.</summary>
    public ProcessorFeature Masked { get; }

    /// <summary>Makes this process do without features. Only before anything has asked for them: kernels are chosen once.</summary>
    /// <exception cref="InvalidOperationException">They have been asked for already.</exception>
    public static void Mask(ProcessorFeature features)
    {
        if (Machine.IsValueCreated)
        {
            throw new InvalidOperationException("processor features can only be masked before the first kernel is chosen");
        }

        _maskedAtStart |= features;
    }

    /// <summary>Whether kernels may use all of <paramref name="features"/>.</summary>
    public bool Has(ProcessorFeature features) => (Present & features) == features;

    /// <summary>Why not all of <paramref name="features"/> can be used, as half a sentence; null where they can.</summary>
    public string? Lack(ProcessorFeature features)
    {
        foreach ((ProcessorFeature feature, _) in ProcessorFeatureNames.All)
        {
            if ((features & ~Present & feature) != 0)
            {
                return Lack(feature, ProcessorFeatureNames.TitleOf(feature));
            }
        }

        return null;
    }

    private string Lack(ProcessorFeature feature, string title) =>
        (Masked & feature) != 0 ? $"masked: {title}"
        : (_processor & feature) == 0 ? feature == ProcessorFeature.EmittedCode
            ? $"{title} needs Linux on x86-64"
            : $"the processor lacks {title}"
        : feature == ProcessorFeature.EmittedCode ? $"the system forbids {title} (executable memory)"
        : $"the processor has {title}, but .NET or the system has switched it off";

    /// <summary>What the processor says of itself, and for emitted code what the platform says.</summary>
    private static ProcessorFeature OfProcessor()
    {
        ProcessorFeature found = ArmSha256.IsSupported ? ProcessorFeature.ArmSha2 : ProcessorFeature.None;
        found |= ExecutableMemory.IsSupported ? ProcessorFeature.EmittedCode : ProcessorFeature.None;
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return found;
        }

        const int basic = 0, versions = 1, extended = 7;
        int first = X86Base.CpuId(versions, 0).Ecx;
        found |= Bit(first, 28, ProcessorFeature.Avx) | Bit(first, 12, ProcessorFeature.Fma);
        if (X86Base.CpuId(basic, 0).Eax < extended)
        {
            return found;
        }

        int features = X86Base.CpuId(extended, 0).Ebx;
        return found
            | Bit(features, 5, ProcessorFeature.Avx2)
            | Bit(features, 8, ProcessorFeature.Bmi2)
            | Bit(features, 19, ProcessorFeature.Adx)
            | Bit(features, 21, ProcessorFeature.Ifma)
            | Bit(features, 29, ProcessorFeature.ShaNi)
            | Bit(features & (features >> 14) & (features >> 15), 16, ProcessorFeature.Avx512); // F 16, BW 30, VL 31

        static ProcessorFeature Bit(int register, int bit, ProcessorFeature feature) =>
            ((register >> bit) & 1) != 0 ? feature : ProcessorFeature.None;
    }

    /// <summary>What is left of it when .NET and the system have been asked.</summary>
    private static unsafe ProcessorFeature Usable(ProcessorFeature processor)
    {
        ProcessorFeature refused = ProcessorFeature.None;
        refused |= Avx.IsSupported ? 0 : ProcessorFeature.Avx;
        refused |= Avx2.IsSupported ? 0 : ProcessorFeature.Avx2;
        refused |= Fma.IsSupported ? 0 : ProcessorFeature.Fma;
        refused |= Avx512F.IsSupported && Avx512BW.IsSupported && Avx512F.VL.IsSupported ? 0 : ProcessorFeature.Avx512;
        refused |= ExecutableMemory.IsSupported && ExecutableMemory.IsGranted ? 0 : ProcessorFeature.EmittedCode;
        return processor & ~refused;
    }
}
