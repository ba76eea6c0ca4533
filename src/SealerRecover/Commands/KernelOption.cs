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
        Description = "Kernels to use instead of the fastest, as label=platform,poseidon=scalar; poseidon=opencl is every card, poseidon=opencl:1 one OpenCL device; a name alone, as plain, counts wherever it exists; best for the fastest. "
            + $"`sealer-recover kernels` lists them. Default: {EnvironmentSettings.KernelVariable}, or the fastest.",
        HelpName = "names",
    };

    /// <summary>The choice: the option's, otherwise the environment's. OpenCL devices that it names are taken up.</summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="buildsTrees">Whether the command builds trees, so that cards are used without being named.</param>
    /// <exception cref="OperatorException">BadInput: names that this machine has no kernels or devices of.</exception>
    public KernelChoice Read(CommandContext context, bool buildsTrees = false)
    {
        KernelChoice choice = context.Parsed.GetValue(Kernel) is { } given
            ? KernelNames.Parse(given, Kernel.Name)
            : KernelNames.Parse(context.Environment.Kernels, EnvironmentSettings.KernelVariable);
        OpenClKernels.Use(context, choice, buildsTrees);
        return choice;
    }
}
