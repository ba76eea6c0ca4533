using System.Text;
using Silk.NET.OpenCL;

namespace Filecoin.OpenCl.Devices;

/// <summary>A device by way of its OpenCL driver.</summary>
internal sealed unsafe class ClDevice : IComputeDevice
{
    private readonly CL _cl;
    private readonly nint _id;
    private readonly nint _context;

    public ClDevice(CL cl, DeviceDescription description, nint id)
    {
        _cl = cl;
        _id = id;
        Description = description;
        int error;
        using Lock.Scope alone = ClErrors.OneAtATime.EnterScope();
        _context = cl.CreateContext(null, 1, &id, null, null, &error);
        ClErrors.Check(error, description, "open");
    }

    public DeviceDescription Description { get; }

    public IComputeProgram Build(string text, string kernel, ReadOnlySpan<uint> constants)
    {
        using Lock.Scope alone = ClErrors.OneAtATime.EnterScope();
        byte[] source = Encoding.UTF8.GetBytes(text);
        int error;
        nint program;
        fixed (byte* first = source)
        {
            byte* start = first;
            nuint length = (nuint)source.Length;
            program = _cl.CreateProgramWithSource(_context, 1, &start, &length, &error);
            ClErrors.Check(error, Description, "take a kernel");
        }

        nint device = _id;
        error = _cl.BuildProgram(program, 1, &device, (byte*)null, null, null);
        if (error != 0)
        {
            string log = BuildLog(program);
            _ = _cl.ReleaseProgram(program);
            DeviceFault fault = ClErrors.Failure(error, Description, "build").Fault == DeviceFault.OutOfMemory
                ? DeviceFault.OutOfMemory
                : DeviceFault.BuildFailed;
            throw new DeviceException(fault, Description, $"does not compile the kernel: {ClErrors.Name(error)}. {log}");
        }

        try
        {
            return new ClProgram(_cl, Description, _context, _id, program, kernel, constants);
        }
        catch
        {
            _ = _cl.ReleaseProgram(program);
            throw;
        }
    }

    public void Dispose()
    {
        using Lock.Scope alone = ClErrors.OneAtATime.EnterScope();
        _ = _cl.ReleaseContext(_context);
    }

    /// <summary>The beginning of what the compiler said.</summary>
    private string BuildLog(nint program)
    {
        const int most = 600;
        nuint needed = 0;
        if (_cl.GetProgramBuildInfo(program, _id, ProgramBuildInfo.BuildLog, 0, null, &needed) != 0 || needed == 0)
        {
            return "It says nothing of why.";
        }

        byte[] log = new byte[needed];
        fixed (byte* first = log)
        {
            _ = _cl.GetProgramBuildInfo(program, _id, ProgramBuildInfo.BuildLog, needed, first, (nuint*)null);
        }

        string text = Encoding.UTF8.GetString(log).Trim('\0', '\n', ' ');
        return text.Length > most ? text[..most] : text;
    }
}

/// <summary>A kernel built by an OpenCL driver, and its constants on the device.</summary>
internal sealed unsafe class ClProgram : IComputeProgram
{
    private readonly CL _cl;
    private readonly DeviceDescription _device;
    private readonly nint _context;
    private readonly nint _id;
    private readonly nint _program;
    private readonly nint _constants;
    private readonly string _kernel;

    public ClProgram(CL cl, DeviceDescription device, nint context, nint id, nint program, string kernel, ReadOnlySpan<uint> constants)
    {
        (_cl, _device, _context, _id, _program, _kernel) = (cl, device, context, id, program, kernel);
        fixed (uint* first = constants)
        {
            int error;
            _constants = cl.CreateBuffer(
                context, MemFlags.ReadOnly | MemFlags.CopyHostPtr, (nuint)constants.Length * sizeof(uint), first, &error);
            ClErrors.Check(error, device, "take the constants");
        }
    }

    public IComputeBatch CreateBatch(int inputBytes, int outputBytes)
    {
        using Lock.Scope alone = ClErrors.OneAtATime.EnterScope();
        ClBatch batch = new(_cl, _device);
        try
        {
            batch.Allocate(_context, _id, _program, _kernel, _constants, inputBytes, outputBytes);
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        using Lock.Scope alone = ClErrors.OneAtATime.EnterScope();
        _ = _cl.ReleaseMemObject(_constants);
        _ = _cl.ReleaseProgram(_program);
    }
}
