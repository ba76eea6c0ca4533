using System.Text;
using Silk.NET.OpenCL;

namespace Filecoin.OpenCl.Devices;

/// <summary>A command queue with its kernel, buffers on the device, and pinned ones of the host that are mapped for good.</summary>
internal sealed unsafe class ClBatch(CL cl, DeviceDescription device) : IComputeBatch
{
    /// <summary>Waiting threads look this often; the driver's own waiting may keep a core busy.</summary>
    private const int LookMilliseconds = 1;

    private readonly List<nint> _memory = [];
    private nint _queue;
    private nint _kernel;
    private nint _deviceInput;
    private nint _deviceOutput;
    private nint _pinnedInput;
    private nint _pinnedOutput;
    private void* _input;
    private void* _output;
    private int _inputBytes;
    private int _outputBytes;

    public Span<byte> Input => new(_input, _inputBytes);

    public Span<byte> Output => new(_output, _outputBytes);

    /// <summary>Takes everything; what was taken before a failure goes with <see cref="Dispose"/>.</summary>
    public void Allocate(nint context, nint id, nint program, string kernel, nint constants, int inputBytes, int outputBytes)
    {
        int error;
        _queue = cl.CreateCommandQueue(context, id, (CommandQueueProperties)0, &error);
        ClErrors.Check(error, device, "make a command queue");
        fixed (byte* name = Encoding.ASCII.GetBytes(kernel + '\0'))
        {
            _kernel = cl.CreateKernel(program, name, &error);
            ClErrors.Check(error, device, "make a kernel");
        }

        _deviceInput = Buffer(context, MemFlags.ReadOnly, inputBytes);
        _deviceOutput = Buffer(context, MemFlags.WriteOnly, outputBytes);
        _pinnedInput = Buffer(context, MemFlags.ReadWrite | MemFlags.AllocHostPtr, inputBytes);
        _pinnedOutput = Buffer(context, MemFlags.ReadWrite | MemFlags.AllocHostPtr, outputBytes);
        _input = Map(_pinnedInput, inputBytes);
        _output = Map(_pinnedOutput, outputBytes);
        (_inputBytes, _outputBytes) = (inputBytes, outputBytes);
        SetArgument(0, _deviceInput);
        SetArgument(1, _deviceOutput);
        SetArgument(2, constants);
    }

    public void Run(int items, int inputBytes, int outputBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inputBytes, _inputBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(outputBytes, _outputBytes);
        uint count = (uint)items;
        ClErrors.Check(cl.SetKernelArg(_kernel, 3, sizeof(uint), &count), device, "take an argument");
        ClErrors.Check(
            cl.EnqueueWriteBuffer(_queue, _deviceInput, false, 0, (nuint)inputBytes, _input, 0, null, (nint*)null), device, "take input");
        nuint group = IComputeDevice.GroupItems;
        nuint global = ((nuint)items + group - 1) / group * group;
        ClErrors.Check(cl.EnqueueNdrangeKernel(_queue, _kernel, 1, null, &global, &group, 0, null, (nint*)null), device, "start a kernel");
        nint done;
        ClErrors.Check(
            cl.EnqueueReadBuffer(_queue, _deviceOutput, false, 0, (nuint)outputBytes, _output, 0, null, &done), device, "give output");
        try
        {
            ClErrors.Check(cl.Flush(_queue), device, "begin");
            WaitFor(done);
        }
        finally
        {
            _ = cl.ReleaseEvent(done);
        }
    }

    public void Dispose()
    {
        using Lock.Scope alone = ClErrors.OneAtATime.EnterScope();
        if (_queue != 0)
        {
            Unmap(_pinnedInput, _input);
            Unmap(_pinnedOutput, _output);
            _ = cl.Finish(_queue);
        }

        _memory.ForEach(memory => _ = cl.ReleaseMemObject(memory));
        _memory.Clear();
        _ = _kernel == 0 ? 0 : cl.ReleaseKernel(_kernel);
        _ = _queue == 0 ? 0 : cl.ReleaseCommandQueue(_queue);
        (_queue, _kernel) = (0, 0);
        _input = null;
        _output = null;
        (_inputBytes, _outputBytes) = (0, 0);
    }

    private nint Buffer(nint context, MemFlags flags, int bytes)
    {
        int error;
        nint buffer = cl.CreateBuffer(context, flags, (nuint)bytes, null, &error);
        ClErrors.Check(error, device, $"give {bytes} bytes of memory");
        _memory.Add(buffer);
        return buffer;
    }

    private void* Map(nint buffer, int bytes)
    {
        int error;
        void* start = cl.EnqueueMapBuffer(
            _queue, buffer, true, MapFlags.Read | MapFlags.Write, 0, (nuint)bytes, 0, null, (nint*)null, &error);
        ClErrors.Check(error, device, $"map {bytes} bytes of memory");
        return start;
    }

    private void SetArgument(uint index, nint memory) =>
        ClErrors.Check(cl.SetKernelArg(_kernel, index, (nuint)sizeof(nint), &memory), device, "take an argument");

    private void Unmap(nint buffer, void* start)
    {
        if (start is not null)
        {
            _ = cl.EnqueueUnmapMemObject(_queue, buffer, start, 0, null, (nint*)null);
        }
    }

    /// <summary>Commands of a queue end in order, and one that fails takes those behind it along: a negative state is its error.</summary>
    private void WaitFor(nint command)
    {
        while (true)
        {
            int state;
            ClErrors.Check(
                cl.GetEventInfo(command, EventInfo.CommandExecutionStatus, sizeof(int), &state, (nuint*)null), device, "say how far it is");
            if (state < 0)
            {
                throw ClErrors.Failure(state, device, "run a kernel");
            }

            if (state == (int)CommandExecutionStatus.Complete)
            {
                return;
            }

            Thread.Sleep(LookMilliseconds);
        }
    }
}
