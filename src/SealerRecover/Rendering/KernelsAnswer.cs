using System.Globalization;
using Filecoin.OpenCl.Devices;
using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;

namespace SealerRecover.Rendering;

/// <summary>Every kernel, and which of them are used.</summary>
/// <param name="Variants">Every variant of every kind.</param>
/// <param name="Choice">What was asked for.</param>
/// <param name="Devices">The OpenCL devices.</param>
/// <param name="UsedDevices">Those that commands which build trees use.</param>
internal sealed record KernelsAnswer(
    IReadOnlyList<KernelVariant> Variants, KernelChoice Choice, DeviceList Devices, IReadOnlyList<DeviceDescription> UsedDevices) : IAnswer
{
    /// <inheritdoc/>
    public JsonLine Json => new JsonKernels(
        [.. Variants.Select(variant => new JsonKernel(variant.Kind.Name(), variant.Name, variant.IsAvailable, IsChosen(variant), variant.Lack))],
        [
            .. Devices.Devices.Select(device => new JsonDevice(
                device.Index, device.Name, device.Vendor, device.DriverVersion, device.GlobalMemoryBytes, device.ComputeUnits, UsedDevices.Contains(device), null)),
            .. Devices.Refused.Select(refused => new JsonDevice(null, refused.What, null, null, null, null, false, refused.Why)),
        ]);

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

        yield return new TextLine("");
        if (Devices.Lack is { } lack)
        {
            yield return new TextLine($"no OpenCL device: {SafeText.Clean(lack)}");
        }
        else
        {
            yield return new TextTable(["OpenCL device", "name", "driver", "memory", "units", ""], [.. DeviceRows()]);
        }

        foreach (RefusedDevice refused in Devices.Refused)
        {
            yield return new TextLine($"not usable: {SafeText.Clean(refused.What)} {SafeText.Clean(refused.Why)}");
        }
    }

    private IEnumerable<IReadOnlyList<string>> DeviceRows() => Devices.Devices.Select(device => (IReadOnlyList<string>)
    [
        $"poseidon=opencl:{device.Index}",
        SafeText.Clean(device.Name),
        SafeText.Clean(device.DriverVersion),
        string.Create(CultureInfo.InvariantCulture, $"{device.GlobalMemoryBytes / (double)(1L << 30):0.0} GiB"),
        device.ComputeUnits.ToString(CultureInfo.InvariantCulture),
        UsedDevices.Contains(device) ? Choice.Poseidon is null ? "used for trees" : "used, as asked" : "can be used",
    ]);

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
