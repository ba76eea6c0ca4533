using Filecoin.Sealing.Kernels;

namespace Filecoin.Sealing.Tests.Kernels;

/// <summary>
/// What ran in this run of the tests, a line for each variant, in the file that SEALER_RECOVER_KERNEL_TABLE names; .ci/run prints the
/// files of its runs side by side.
/// </summary>
internal static class KernelTable
{
    private static readonly string? Path = Environment.GetEnvironmentVariable("SEALER_RECOVER_KERNEL_TABLE");
    private static readonly Lock Gate = new();

    /// <summary>The variant did its work, and did it right.</summary>
    public static void Ran(KernelKind kind, string name) => Add(kind, name, "ran");

    /// <summary>The variant could not run.</summary>
    public static void NotHere(KernelVariant variant)
    {
        string[] masks = ["masked", "switched it off"];
        bool masked = masks.Any(word => variant.Lack!.Contains(word, StringComparison.Ordinal));
        Add(variant.Kind, variant.Name, masked ? "masked" : "not here");
    }

    private static void Add(KernelKind kind, string name, string state)
    {
        if (Path is null)
        {
            return;
        }

        lock (Gate)
        {
            File.AppendAllText(Path, $"{kind.Name()} {name}\t{state}\n");
        }
    }
}
