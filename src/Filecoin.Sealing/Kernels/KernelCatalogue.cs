using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Labeling;

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
/// Every kind of kernel, and every variant that the tables of kinds have: those of this machine, best first, then those it lacks. Asking for
/// variants makes all kernels, which takes a few hundred milliseconds once.
/// </summary>
public static class KernelCatalogue
{
    // The first arity stands for all: what one needs of processor and system is what the others need.
    private static readonly (KernelKind Kind, string Name, Func<IEnumerable<(string Name, string? Lack)>> Variants)[] Table =
    [
        (KernelKind.Label, "label", () => LabelKernels.OfOne.Listed),
        (KernelKind.Many, "many", () => LabelKernels.OfBatch.Listed),
        (KernelKind.Poseidon, "poseidon", () => PoseidonKernel.Registry(2).Listed),
        (KernelKind.TwoToOne, "two-to-one", () => TwoToOneHash.Registry.Listed),
        (KernelKind.Parents, "parents", () => ParentKernel.Registry.Listed),
    ];

    private static readonly Lazy<KernelVariant[]> Found = new(() =>
        [.. Table.SelectMany(row => row.Variants().Select(variant => new KernelVariant(row.Kind, variant.Name, variant.Lack)))]);

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<KernelKind> Kinds { get; } = [.. Table.Select(row => row.Kind)];

    /// <summary>All variants, kind by kind.</summary>
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

    /// <summary>The word for a kind on command lines, in reports and in the log.</summary>
    public static string Name(this KernelKind kind) => Array.Find(Table, row => row.Kind == kind).Name;

    /// <summary>The kind called <paramref name="name"/>; false if there is none.</summary>
    public static bool TryParse(string name, out KernelKind kind)
    {
        int index = Array.FindIndex(Table, row => row.Name == name);
        kind = index < 0 ? default : Table[index].Kind;
        return index >= 0;
    }
}
