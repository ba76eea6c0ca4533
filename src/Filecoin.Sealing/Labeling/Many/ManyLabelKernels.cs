using System.Runtime.Intrinsics;
using Filecoin.Cryptography.Kernels;
using Filecoin.Sealing.Labeling.Many.Avx512;
using Filecoin.Sealing.Labeling.Many.ShaNi;
using Filecoin.Sealing.Labeling.Many.Vector;

namespace Filecoin.Sealing.Labeling.Many;

/// <summary>The label kernels of this machine for one sector and for several, and which of them to use for how many.</summary>
internal static class ManyLabelKernels
{
    /// <summary>
    /// Every kernel this machine can run, with what a node costs all its lanes together, measured in units of one SHA-256 block as
    /// OpenSSL hashes it on the same core: layer 2 and later, Zen 4. Only the proportions matter.
    /// </summary>
    private static readonly (ManyLabelKernel Kernel, double Cost)[] All = Find();

    /// <summary>Names of the kernels this machine can run.</summary>
    public static IReadOnlyList<string> Available { get; } = [.. All.Select(entry => entry.Kernel.Name)];

    /// <summary>What each of them costs; see <see cref="LabelLanes"/>.</summary>
    public static IReadOnlyList<KernelCost> Costs { get; } =
        [.. All.Select(entry => new KernelCost(new LabelVariant(entry.Kernel.Name, entry.Kernel.Sectors), entry.Cost))];

    /// <summary>The kernel called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">This machine has no kernel of that name.</exception>
    public static ManyLabelKernel Create(string name)
    {
        foreach ((ManyLabelKernel kernel, _) in All)
        {
            if (kernel.Name == name)
            {
                return kernel;
            }
        }

        throw new ArgumentException($"this machine has no label kernel '{name}'; it has {string.Join(", ", Available)}", nameof(name));
    }

    /// <summary>The kernels that together label <paramref name="sectors"/> sectors in the least time on one core; at least one lane for each.</summary>
    /// <param name="sectors">At least 1.</param>
    public static IReadOnlyList<ManyLabelKernel> Choose(int sectors) =>
        [.. LabelLanes.For(sectors).Kernels.Select(variant => Create(variant.Kernel))];

    private static (ManyLabelKernel Kernel, double Cost)[] Find()
    {
        List<(ManyLabelKernel, double)> found = [];
        AddIf(Avx512LabelKernel.TryCreate(16), 121);
        AddIf(Avx512LabelKernel.TryCreate(8), 76);
        AddIf(ShaNiPairKernel.TryCreate(), 19.8);
        AddIf(ProcessorFeatures.Current.Has(Lanes512.Needs) ? new VectorLabelKernel<Vector512<uint>, Lanes512>() : null, 159);
        AddIf(ProcessorFeatures.Current.Has(Lanes256.Needs) ? new VectorLabelKernel<Vector256<uint>, Lanes256>() : null, 137);
        AddIf(new VectorLabelKernel<Vector128<uint>, Lanes128>(), 135);
        AddIf(new PlainManyLabelKernel(2), 1000);
        foreach (string name in LabelKernel.Available)
        {
            AddIf(new SingleLabelKernel(LabelKernel.Create(name)), name switch { "sha-ni" or "arm-sha2" => 19.4, "platform" => 32, _ => 500 });
        }

        return [.. found];

        void AddIf(ManyLabelKernel? kernel, double cost)
        {
            if (kernel is not null)
            {
                found.Add((kernel, cost));
            }
        }
    }
}
