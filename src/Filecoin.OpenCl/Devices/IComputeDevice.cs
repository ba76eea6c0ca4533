namespace Filecoin.OpenCl.Devices;

/// <summary>
/// The calls that are made to a device, so that tests can stand in for one that fails. Every call may take as long as a driver likes: who
/// must not wait calls through a <see cref="DeviceThread"/>. Failures are <see cref="DeviceException"/>.
/// </summary>
internal interface IComputeDevice : IDisposable
{
    /// <summary>
    /// Work items of a group, by which numbers of items are rounded up: few enough for kernels with many registers, a multiple of what the units
    /// of every maker do at once.
    /// </summary>
    const int GroupItems = 64;

    /// <summary>What the device is.</summary>
    DeviceDescription Description { get; }

    /// <summary>Compiles a kernel whose arguments are input, output, constants and the number of items.</summary>
    /// <param name="text">OpenCL C.</param>
    /// <param name="kernel">Name of the kernel in it.</param>
    /// <param name="constants">What its third argument points to.</param>
    /// <exception cref="DeviceException">The compiler refuses, or there is no memory for the constants.</exception>
    IComputeProgram Build(string text, string kernel, ReadOnlySpan<uint> constants);
}

/// <summary>A kernel that was compiled for a device.</summary>
internal interface IComputeProgram : IDisposable
{
    /// <summary>Takes memory for a batch: on the device, and on the host where the device can read it without the processor.</summary>
    /// <param name="inputBytes">Bytes of the largest input.</param>
    /// <param name="outputBytes">Bytes of the largest output.</param>
    /// <exception cref="DeviceException">There is too little of it.</exception>
    IComputeBatch CreateBatch(int inputBytes, int outputBytes);
}

/// <summary>Memory and command queue of one batch. Not for two threads at once; several batches of a device run side by side.</summary>
internal interface IComputeBatch : IDisposable
{
    /// <summary>The input on the host, to be filled before <see cref="Run"/>.</summary>
    Span<byte> Input { get; }

    /// <summary>The output on the host, whole after <see cref="Run"/>.</summary>
    Span<byte> Output { get; }

    /// <summary>Moves input to the device, runs the kernel and moves output back; returns when that is done.</summary>
    /// <param name="items">Work items.</param>
    /// <param name="inputBytes">Bytes of the input that count.</param>
    /// <param name="outputBytes">Bytes of the output that come of it.</param>
    /// <exception cref="DeviceException">The device failed; the output is worth nothing.</exception>
    void Run(int items, int inputBytes, int outputBytes);
}
