using Filecoin.Sealing.Kernels;

namespace SealerRecover.Recovery.Doctor;

/// <summary>Which kernels compute here, and whether the processor has those that count.</summary>
/// <param name="choice">What was asked for.</param>
public sealed class KernelCheck(KernelChoice choice) : ICheck
{
    private const string Plain = "plain";

    /// <inheritdoc/>
    public string What => "kernels";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation)
    {
        (string Kind, string Kernel)[] chosen = [.. KernelCatalogue.Kinds.Where(kind => kind != KernelKind.Many).Select(kind => (kind.Name(), KernelCatalogue.Chosen(kind, choice) ?? Plain))];
        string text = string.Join(", ", chosen.Select(kernel => $"{kernel.Kind}={kernel.Kernel}"));
        string? lack = KernelCatalogue.Of(KernelKind.Label).Any(variant => variant.IsAvailable && variant.Name != Plain)
            ? null
            : KernelCatalogue.Of(KernelKind.Label).Select(variant => variant.Lack).OfType<string>().FirstOrDefault() ?? "";
        return Task.FromResult<IReadOnlyList<Finding>>(lack is null
            ? [Finding.Fine(What, text)]
            : [Finding.Note(What, $"{text}: labels are hashed in plain code{(lack.Length > 0 ? $", since {lack}" : "")}", "seal on a processor with SHA instructions: it is several times as fast")]);
    }
}
