using System.CommandLine;
using Filecoin.OpenCl.Devices;
using Filecoin.Sealing.Kernels;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// Lists the kernels: which this machine has, which of them are used, and why it lacks others.
/// <code>sealer-recover kernels --kernel=label=platform</code>
/// </summary>
internal sealed class KernelsCommand : ICommand
{
    private readonly KernelOption _kernel = new();

    /// <summary>Makes the command.</summary>
    public KernelsCommand()
    {
        Syntax = new Command("kernels", "List the kernels this machine has, which are used, and why it lacks others.") { _kernel.Kernel };
        Common.AddTo(Syntax);
    }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "kernels";

    /// <inheritdoc/>
    public Task<Report> RunAsync(CommandContext context)
    {
        KernelChoice choice = _kernel.Read(context);
        DeviceList devices = OpenClDevices.Find();
        IReadOnlyList<DeviceDescription> used = OpenClKernels.Chosen(devices, choice, context.Environment.Gpu);
        context.View.Answered(new KernelsAnswer(KernelCatalogue.All, choice, devices, used));
        return Task.FromResult(new Report { Command = Name });
    }
}
