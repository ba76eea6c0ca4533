namespace Filecoin.OpenCl.Devices;

/// <summary>What a device is.</summary>
public enum DeviceKind
{
    /// <summary>A graphics card.</summary>
    Gpu,

    /// <summary>A card that only computes.</summary>
    Accelerator,

    /// <summary>The machine's own processor behind OpenCL, as PoCL shows it: slower than the kernels of this program.</summary>
    Cpu,

    /// <summary>What its driver calls otherwise.</summary>
    Other,
}

/// <summary>What a device says of itself.</summary>
/// <param name="Index">From 0, in the order of platforms and of their devices: what the device is asked for by.</param>
/// <param name="Platform">Name of the platform it belongs to.</param>
/// <param name="Name">Its name.</param>
/// <param name="Vendor">Its maker.</param>
/// <param name="DriverVersion">Version of its driver.</param>
/// <param name="Kind">What it is.</param>
/// <param name="GlobalMemoryBytes">Its memory in bytes.</param>
/// <param name="ComputeUnits">Units that compute side by side.</param>
/// <param name="SharesMemory">Whether it has no memory of its own but the machine's, as graphics that are part of a processor.</param>
public sealed record DeviceDescription(
    int Index,
    string Platform,
    string Name,
    string Vendor,
    string DriverVersion,
    DeviceKind Kind,
    long GlobalMemoryBytes,
    int ComputeUnits,
    bool SharesMemory = false)
{
    /// <summary>Whether it is a card or graphics of a processor, and not the processor itself.</summary>
    public bool IsCard => Kind is DeviceKind.Gpu or DeviceKind.Accelerator;

    /// <summary>Whether it is worth using without being asked to: graphics that are part of a processor are slower than its cores.</summary>
    public bool IsWorthUsing => IsCard && !SharesMemory;

    /// <summary>Whether it understands PTX.</summary>
    internal bool IsNvidia => Vendor.Contains("nvidia", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override string ToString() => $"OpenCL device {Index} ({Name}, driver {DriverVersion})";
}

/// <summary>A platform or device that could not be looked at or cannot be used.</summary>
/// <param name="What">Which.</param>
/// <param name="Why">Why, as half a sentence.</param>
public sealed record RefusedDevice(string What, string Why);

/// <summary>The devices of this machine.</summary>
/// <param name="Devices">Those that can be used, in order.</param>
/// <param name="Refused">Those that cannot.</param>
/// <param name="Lack">Where there is none, why, as half a sentence; else null.</param>
public sealed record DeviceList(IReadOnlyList<DeviceDescription> Devices, IReadOnlyList<RefusedDevice> Refused, string? Lack);
