using Filecoin.Cryptography.Kernels;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Labeling.Many;

namespace Filecoin.Sealing.Kernels;

/// <summary>One variant of a kernel.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Name">As it is logged and can be asked for; unique within its kind.</param>
/// <param name="Lack">Why this machine cannot run it, as half a sentence; null where it can.</param>
public sealed record KernelVariant(KernelKind Kind, string Name, string? Lack)
{
    /// <summary>Whether this machine can run it.</summary>
    public bool IsAvailable => Lack is null;
}

/// <summary>
/// Every variant of every kernel: those of this machine, best first, then those it lacks. Asking makes all kernels, which takes a few
/// hundred milliseconds once.
/// </summary>
public static class KernelCatalogue
{
    private static readonly Lazy<KernelVariant[]> Found = new(() =>
    [
        .. Of(KernelKind.Label, LabelKernel.Registry.Listed),
        .. Of(KernelKind.Many, ManyLabelKernel.Registry.Listed),
        .. Of(KernelKind.Poseidon, PoseidonKernel.Registry(2).Listed),
        .. Of(KernelKind.TwoToOne, TwoToOneHash.Registry.Listed),
        .. Of(KernelKind.Parents, ParentKernel.Available, [.. ParentKernel.Variants]),
    ]);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KernelVariant> All => Found.Value;

    /// <summary>Those of one kind.</summary>
    public static IEnumerable<KernelVariant> Of(KernelKind kind) => All.Where(variant => variant.Kind == kind);

    /// <summary>
    /// The variant that does a kind of work under <paramref name="choice"/>; null where that depends on how many sectors there are.
    /// </summary>
    public static string? Chosen(KernelKind kind, KernelChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        return choice.Of(kind) ?? (kind == KernelKind.Many ? choice.Label : Of(kind).First().Name);
    }

    private static IEnumerable<KernelVariant> Of(KernelKind kind, IEnumerable<(string Name, string? Lack)> listed) =>
        listed.Select(variant => new KernelVariant(kind, variant.Name, variant.Lack));

    private static IEnumerable<KernelVariant> Of(
        KernelKind kind, IReadOnlyList<string> available, IReadOnlyList<(string Name, ProcessorFeature Needs)> known)
    {
        if (available.FirstOrDefault(name => known.All(variant => variant.Name != name)) is { } unlisted)
        {
            throw new InvalidOperationException($"the {kind.Name()} kernel {unlisted} is not in the catalogue");
        }

        return
        [
            .. available.Select(name => new KernelVariant(kind, name, null)),
            .. known.Where(variant => !available.Contains(variant.Name)).Select(variant => new KernelVariant(
                kind, variant.Name, ProcessorFeatures.Current.Lack(variant.Needs) ?? "the system refused memory for its code")),
        ];
    }
}
