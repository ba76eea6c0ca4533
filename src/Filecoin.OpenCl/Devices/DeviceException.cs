namespace Filecoin.OpenCl.Devices;

/// <summary>What went wrong with a device.</summary>
public enum DeviceFault
{
    /// <summary>It is not there any more, or was not opened.</summary>
    Absent,

    /// <summary>Its compiler refused the kernel.</summary>
    BuildFailed,

    /// <summary>It, or the driver's part of the host, has too little memory.</summary>
    OutOfMemory,

    /// <summary>Its driver refused a call or gave up a command.</summary>
    Lost,

    /// <summary>It did not answer in time.</summary>
    Hung,

    /// <summary>It computed something wrong.</summary>
    WrongResult,
}

/// <summary>A device failed. Nothing it was asked for has been given out; the processor has to do it.</summary>
/// <param name="fault">How.</param>
/// <param name="device">The device.</param>
/// <param name="detail">What happened, as half a sentence.</param>
/// <param name="inner">What was caught; may be null.</param>
public sealed class DeviceException(DeviceFault fault, DeviceDescription device, string detail, Exception? inner = null)
    : Exception($"{device} {detail}", inner)
{
    /// <summary>How.</summary>
    public DeviceFault Fault => fault;

    /// <summary>The device.</summary>
    public DeviceDescription Device => device;

    /// <summary>What happened, as half a sentence that follows the name of the device.</summary>
    public string Detail => detail;
}
