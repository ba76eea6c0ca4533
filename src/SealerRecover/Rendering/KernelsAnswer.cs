using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;

namespace SealerRecover.Rendering;

/// <summary>Every kernel, and which of them are used.</summary>
/// <param name="Variants">Every variant of every kind.</param>
/// <param name="Choice">What was asked for.</param>
internal sealed record KernelsAnswer(IReadOnlyList<KernelVariant> Variants, KernelChoice Choice) : IAnswer
{
    /// <inheritdoc/>
    public JsonLine Json => new JsonKernels(
        [.. Variants.Select(variant => new JsonKernel(variant.Kind.Name(), variant.Name, variant.IsAvailable, IsChosen(variant), variant.Lack))]);

    private bool IsChosen(KernelVariant variant) => KernelCatalogue.Chosen(variant.Kind, Choice) == variant.Name;

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextTable(["kind", "kernel", "", "why not"], [.. Rows()]);
        if (Variants.Any(variant => variant.Kind == KernelKind.Many) && KernelCatalogue.Chosen(KernelKind.Many, Choice) is null)
        {
            yield return new TextLine("");
            yield return new TextLine("many: chosen by the number of sectors that share a core");
        }
    }

    private IEnumerable<IReadOnlyList<string>> Rows()
    {
        KernelKind? before = null;
        foreach (KernelVariant variant in Variants)
        {
            yield return
            [
                variant.Kind == before ? "" : variant.Kind.Name(),
                variant.Name,
                IsChosen(variant) ? Choice.Of(variant.Kind) is null ? "used" : "used, as asked" : variant.IsAvailable ? "can be used" : "not here",
                SafeText.Clean(variant.Lack ?? ""),
            ];
            before = variant.Kind;
        }
    }
}
