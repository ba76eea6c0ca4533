using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Filecoin.Sealing.Labeling.Many.Avx512;
using Filecoin.Sealing.Labeling.Many.ShaNi;
using Filecoin.Sealing.Labeling.Many.Vector;

namespace Filecoin.Sealing.Labeling.Many;

/// <summary>The label kernels of this machine for one sector and for several, and which of them to use for how many.</summary>
internal static class ManyLabelKernels
{
    /// <summary>
    /// Every kernel this machine can run, with what a node costs all its lanes together, measured in units of one SHA-256 block as
    /// OpenSSL hashes it on the same core (docs/performance.md). Only the proportions matter.
    /// </summary>
    private static readonly (ManyLabelKernel Kernel, double Cost)[] All = Find();

    /// <summary>Names of the kernels this machine can run.</summary>
    public static IReadOnlyList<string> Available { get; } = [.. All.Select(entry => entry.Kernel.Name)];

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
        [.. LaneRule.Cheapest(sectors, [.. All.Select(entry => new LaneCost(entry.Kernel.Sectors, entry.Cost))])
            .Select(index => All[index].Kernel)];

    private static (ManyLabelKernel Kernel, double Cost)[] Find()
    {
        List<(ManyLabelKernel, double)> found = [];
        if (Avx512LabelKernel.TryCreate(16) is { } sixteen)
        {
            found.Add((sixteen, 95));
        }

        if (Avx512LabelKernel.TryCreate(8) is { } eight)
        {
            found.Add((eight, 55));
        }

        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
        {
            found.Add((new VectorLabelKernel<Vector512<uint>, Lanes512>(), 120));
        }

        if (Vector256.IsHardwareAccelerated)
        {
            found.Add((new VectorLabelKernel<Vector256<uint>, Lanes256>(), 130));
        }

        found.Add((new VectorLabelKernel<Vector128<uint>, Lanes128>(), 120));
        if (ShaNiPairKernel.TryCreate() is { } pair)
        {
            found.Add((pair, 22));
        }

        found.Add((new PlainManyLabelKernel(2), 160));
        found.AddRange(LabelKernel.Available.Select(
            name => ((ManyLabelKernel)new SingleLabelKernel(LabelKernel.Create(name)), name == "plain" ? 80.0 : name == "sha-ni" ? 22 : 30)));
        return [.. found];
    }
}
