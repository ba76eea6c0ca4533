using System.CommandLine;
using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>Which kernels do the computing, for those who do not want the best: to measure, or to look for the cause of a mismatch.</summary>
internal sealed class KernelOption
{
    /// <summary>--kernel.</summary>
    public Option<string?> Kernel { get; } = new("--kernel")
    {
        Description = "Kernels to use instead of the fastest, as label=platform,poseidon=scalar; a name alone, as plain, counts wherever it exists; best for the fastest. "
            + $"`sealer-recover kernels` lists them. Default: {EnvironmentSettings.KernelVariable}, or the fastest.",
        HelpName = "names",
    };

    /// <summary>The choice: the option's, otherwise the environment's.</summary>
    /// <exception cref="OperatorException">BadInput: names that this machine has no kernels of.</exception>
    public KernelChoice Read(CommandContext context) => context.Parsed.GetValue(Kernel) is { } given
        ? KernelNames.Parse(given, Kernel.Name)
        : KernelNames.Parse(context.Environment.Kernels, EnvironmentSettings.KernelVariable);
}
