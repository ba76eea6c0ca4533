using System.Collections.Concurrent;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.OpenCl.Devices;
using Filecoin.OpenCl.Hashing;
using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;
using Microsoft.Extensions.Logging;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>
/// Has columns and nodes hashed by OpenCL devices, where they are asked for or there: from then on they are a Poseidon kernel like others.
/// Devices stay open until the process ends.
/// </summary>
internal sealed class OpenClKernels
{
    private const string Hint = "sealer-recover kernels lists the OpenCL devices of this machine";

    /// <summary>Any of those that are not the trees'.</summary>
    private const int ColumnArity = 11;

    private static readonly OpenClKernels OfProcess = new(
        OpenClDevices.Find, device => PoseidonDevice.Open(device, new DeviceLimits(), GivenUp), GivenUp);

    private static Action<DeviceException> _report = _ => { };

    private static string _told = "";

    private static volatile string[] _inUse = [];

    private readonly Func<DeviceList> _find;
    private readonly Func<DeviceDescription, PoseidonDevice> _open;
    private readonly Action<DeviceException> _givenUp;
    private readonly ConcurrentDictionary<int, Lazy<PoseidonDevice>> _opened = new();

    /// <summary>Makes one; the process has its own.</summary>
    /// <param name="find">Looks for devices.</param>
    /// <param name="open">Opens one.</param>
    /// <param name="givenUp">Told of cards that nobody asked for and that cannot be opened.</param>
    internal OpenClKernels(Func<DeviceList> find, Func<DeviceDescription, PoseidonDevice> open, Action<DeviceException> givenUp)
    {
        _find = find;
        _open = open;
        _givenUp = givenUp;
    }

    /// <summary>Names of the devices that were last taken up.</summary>
    public static IReadOnlyList<string> InUse => _inUse;

    /// <summary>Takes up the devices that a choice or the environment asks for.</summary>
    /// <param name="context">The command's surroundings; told when a device is given up.</param>
    /// <param name="choice">Kernels that were asked for.</param>
    /// <param name="buildsTrees">Whether the command builds trees, so that cards are used without being asked for.</param>
    /// <returns>The devices.</returns>
    /// <exception cref="OperatorException">BadInput: there is no such device, or it cannot be opened.</exception>
    public static IReadOnlyList<DeviceDescription> Use(CommandContext context, KernelChoice choice, bool buildsTrees)
    {
        _report = failure => context.Events.Notice($"{failure.Message}; it is not used any more, and what it was to hash the processor hashes");
        (IReadOnlyList<DeviceDescription> used, string? preferred) = OfProcess.Use(choice, context.Environment.Gpu, buildsTrees);
        PoseidonKernel.Prefer(preferred);
        _inUse = [.. used.Select(device => device.Name)];
        string told = string.Join(", ", used);
        if (used.Count > 0 && Interlocked.Exchange(ref _told, told) != told)
        {
            context.Log.CreateLogger<OpenClKernels>().LogInformation("columns and nodes of trees are hashed by {Devices}", told);
        }

        return used;
    }

    /// <summary>Kernels with which devices that were taken up are measured.</summary>
    /// <param name="used">The devices.</param>
    /// <returns>Those of each device by itself, by what it is; and that of all beside the processor, null without devices.</returns>
    public static (IReadOnlyDictionary<string, string> Apart, string? Together) ToMeasure(IReadOnlyList<DeviceDescription> used)
    {
        PoseidonDevice[] opened = [.. used.Select(OfProcess.Opened)];
        Dictionary<string, string> apart = opened.ToDictionary(device => device.Description.ToString(), device => $"measured {device.Description.Index}");
        foreach (PoseidonDevice device in opened)
        {
            Offer(apart[device.Description.ToString()], [device], _ => true, beside: false);
        }

        if (opened.Length == 0)
        {
            return (apart, null);
        }

        string together = "measured " + string.Join(" and ", used.Select(device => device.Index));
        Offer(together + " beside the processor", opened, _ => true, beside: true);
        return (apart, together + " beside the processor");
    }

    /// <summary>The devices that commands which build trees use; none where what is wanted is not there.</summary>
    public static IReadOnlyList<DeviceDescription> Chosen(DeviceList found, KernelChoice choice, GpuVariables gpu) =>
        KernelNames.IsOpenCl(choice.Poseidon, out int? index) ? Asked(found, index)
        : choice.Poseidon is not null || !gpu.AllowsAny ? []
        : [.. found.Devices.Where(device => gpu.Wanting is null ? device.IsWorthUsing : device.IsCard)];

    /// <summary>
    /// As <see cref="Use(CommandContext, KernelChoice, bool)"/>; returns the devices, and the kernel that goes before the processor's where none is
    /// asked for by name.
    /// </summary>
    internal (IReadOnlyList<DeviceDescription> Devices, string? Preferred) Use(KernelChoice choice, GpuVariables gpu, bool buildsTrees)
    {
        bool asked = KernelNames.IsOpenCl(choice.Poseidon, out int? index);

        // A kernel of the processor that is asked for by name wins.
        if (!asked && (!buildsTrees || choice.Poseidon is not null || !gpu.AllowsAny))
        {
            return ([], null);
        }

        DeviceList found = _find();
        IReadOnlyList<DeviceDescription> cards = Chosen(found, choice, gpu);
        if (asked)
        {
            return cards.Count > 0 ? (Offer(choice.Poseidon!, [.. cards.Select(Opened)], _ => true, beside: false), null) : throw new OperatorException(
                FailureKind.BadInput,
                found.Lack is { } lack ? $"there is no OpenCL device: {lack}" : $"there is no OpenCL device {index}, only {string.Join(", ", found.Devices)}",
                Hint);
        }

        if (cards.Count == 0)
        {
            return gpu.Wanting is null ? ([], null) : throw new OperatorException(
                FailureKind.BadInput,
                $"{gpu.Wanting} wants a card, and there is none: {found.Lack ?? "of the OpenCL devices none is a card"}",
                $"install the card's driver, or set {gpu.Wanting} to 0 or unset it");
        }

        // What the variables leave to the processor is part of the name, so that another command of the process gets what it asked for.
        string name = $"cards{(gpu.Allows(TreeShape.BaseArity) ? "" : ", columns only")}{(gpu.Allows(ColumnArity) ? "" : ", trees only")}";
        PoseidonDevice[] opened = [.. cards.Select(card => gpu.Wanting is null ? TryOpen(card) : Opened(card)).OfType<PoseidonDevice>()];
        return opened.Length == 0 ? ([], null) : (Offer(name, opened, gpu.Allows, beside: true), name);
    }

    private static void GivenUp(DeviceException failure) => _report(failure);

    /// <summary>Where there is no card, another device: who asks by name wants OpenCL.</summary>
    private static IReadOnlyList<DeviceDescription> Asked(DeviceList found, int? index) =>
        index is not null ? [.. found.Devices.Where(device => device.Index == index)]
        : found.Devices.Any(device => device.IsCard) ? [.. found.Devices.Where(device => device.IsCard)]
        : [.. found.Devices.Take(1)];

    private static IReadOnlyList<DeviceDescription> Offer(string name, IReadOnlyList<PoseidonDevice> opened, Func<int, bool> allows, bool beside)
    {
        PoseidonKernel.Offer(name, arity =>
        {
            PoseidonKernel processor = PoseidonKernel.Create(arity, PoseidonKernel.Best);
            return allows(arity) ? new GuardedPoseidon(opened, processor, beside) : processor;
        });
        return [.. opened.Select(device => device.Description)];
    }

    private PoseidonDevice? TryOpen(DeviceDescription device)
    {
        try
        {
            return Open(device);
        }
        catch (DeviceException failure)
        {
            _givenUp(failure);
            return null;
        }
    }

    private PoseidonDevice Opened(DeviceDescription device)
    {
        try
        {
            return Open(device);
        }
        catch (DeviceException failure)
        {
            throw new OperatorException(FailureKind.BadInput, failure.Message, $"use another device or none; {Hint}", failure);
        }
    }

    private PoseidonDevice Open(DeviceDescription device) => _opened.GetOrAdd(device.Index, _ => new Lazy<PoseidonDevice>(() => _open(device))).Value;
}
