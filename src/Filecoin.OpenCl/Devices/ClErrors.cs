using Silk.NET.OpenCL;

namespace Filecoin.OpenCl.Devices;

/// <summary>What OpenCL's error codes mean here, and what it must be spared.</summary>
internal static class ClErrors
{
    /// <summary>
    /// Held while devices are looked for, opened and given kernels and memory: drivers allow several threads there by the standard, but not
    /// all of them stand it (PoCL 3.1 crashes now and then).
    /// </summary>
    public static Lock OneAtATime { get; } = new();

    /// <summary>The name of a code, as the standard has it where it is one of its own.</summary>
    public static string Name(int error) => Enum.IsDefined((ErrorCodes)error) ? $"{(ErrorCodes)error} ({error})" : $"error {error}";

    /// <summary>Throws unless a call went well.</summary>
    public static void Check(int error)
    {
        if (error != 0)
        {
            throw new CallException($"answers {Name(error)}");
        }
    }

    /// <summary>Throws unless a call to an opened device went well.</summary>
    /// <exception cref="DeviceException">Too little memory, or the device is lost.</exception>
    public static void Check(int error, DeviceDescription device, string what)
    {
        if (error != 0)
        {
            throw Failure(error, device, what);
        }
    }

    /// <summary>What a code other than 0 means.</summary>
    public static DeviceException Failure(int error, DeviceDescription device, string what)
    {
        DeviceFault fault = (ErrorCodes)error is ErrorCodes.MemObjectAllocationFailure or ErrorCodes.OutOfResources
            or ErrorCodes.OutOfHostMemory or ErrorCodes.InvalidBufferSize
            ? DeviceFault.OutOfMemory
            : DeviceFault.Lost;
        return new DeviceException(fault, device, $"failed to {what}: {Name(error)}");
    }

    /// <summary>A call that asks what there is went wrong.</summary>
    internal sealed class CallException(string message) : Exception(message);
}
