using System.Runtime.InteropServices;
using System.Text;
using Silk.NET.Core.Loader;
using Silk.NET.OpenCL;

namespace Filecoin.OpenCl.Devices;

/// <summary>The devices that the OpenCL drivers of this machine show.</summary>
public static unsafe class OpenClDevices
{
    /// <summary>What the loader of drivers answers where it finds none.</summary>
    private const int NoPlatform = -1001;

    /// <summary>Deprecated since OpenCL 2.0, which has nothing in its place; drivers answer it all the same.</summary>
    private const DeviceInfo HostUnifiedMemory = (DeviceInfo)0x1035;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Looks at every device. A machine without OpenCL has none, which is no failure; a driver that does not answer within half a minute
    /// counts as none.
    /// </summary>
    public static DeviceList Find()
    {
        CL cl;
        try
        {
            cl = CL.GetApi();
        }
        catch (Exception missing) when (missing is FileNotFoundException or DllNotFoundException or SymbolLoadingException)
        {
            return new DeviceList([], [], "libOpenCL is not installed");
        }

        DeviceList? found = null;
        try
        {
            DeviceThread.RunOnce(Nobody, "answer", Timeout, () => found = Enumerate(cl).List);
        }
        catch (DeviceException failure)
        {
            return new DeviceList([], [], $"the OpenCL drivers fail: one {failure.Detail}");
        }

        return found!;
    }

    /// <summary>Opens a device that was found.</summary>
    /// <exception cref="DeviceException">It is not there any more, or refuses.</exception>
    internal static IComputeDevice Open(DeviceDescription device)
    {
        CL cl = CL.GetApi();
        List<(DeviceDescription Description, nint Id)> handles = Enumerate(cl).Handles;
        nint id = handles.Find(entry => entry.Description == device).Id;
        return id == 0 ? throw new DeviceException(DeviceFault.Absent, device, "is not there any more") : new ClDevice(cl, device, id);
    }

    /// <summary>Stands for the drivers as a whole in a failure.</summary>
    private static DeviceDescription Nobody { get; } = new(0, "", "OpenCL", "", "", DeviceKind.Other, 0, 0);

    private static (DeviceList List, List<(DeviceDescription Description, nint Id)> Handles) Enumerate(CL cl)
    {
        using Lock.Scope alone = ClErrors.OneAtATime.EnterScope();
        List<(DeviceDescription, nint)> found = [];
        List<RefusedDevice> refused = [];
        uint count = 0;
        int error = cl.GetPlatformIDs(0, null, &count);
        if (error != 0 || count == 0)
        {
            string lack = error is 0 or NoPlatform ? "no OpenCL driver is installed" : $"the OpenCL loader answers {ClErrors.Name(error)}";
            return (new DeviceList([], [], lack), found);
        }

        nint[] platforms = new nint[count];
        fixed (nint* first = platforms)
        {
            _ = cl.GetPlatformIDs(count, first, (uint*)null);
        }

        for (int i = 0; i < platforms.Length; i++)
        {
            AddDevices(cl, platforms[i], i, found, refused);
        }

        return (new DeviceList([.. found.Select(entry => entry.Item1)], refused, found.Count > 0 ? null : "no OpenCL driver shows a device"), found);
    }

    private static void AddDevices(
        CL cl, nint platform, int platformIndex, List<(DeviceDescription, nint)> found, List<RefusedDevice> refused)
    {
        string name = $"platform {platformIndex}";
        try
        {
            name = Text((size, value, needed) => cl.GetPlatformInfo(platform, PlatformInfo.Name, size, value, needed));
            uint count = 0;
            int error = cl.GetDeviceIDs(platform, DeviceType.All, 0, null, &count);
            if (error != 0)
            {
                if (error != (int)ErrorCodes.DeviceNotFound)
                {
                    refused.Add(new RefusedDevice(name, $"does not list its devices: {ClErrors.Name(error)}"));
                }

                return;
            }

            nint[] ids = new nint[count];
            fixed (nint* first = ids)
            {
                ClErrors.Check(cl.GetDeviceIDs(platform, DeviceType.All, count, first, (uint*)null));
            }

            for (int i = 0; i < ids.Length; i++)
            {
                AddDevice(cl, name, ids[i], $"device {i} of {name}", found, refused);
            }
        }
        catch (ClErrors.CallException failure)
        {
            refused.Add(new RefusedDevice(name, failure.Message));
        }
    }

    private static void AddDevice(
        CL cl, string platform, nint id, string what, List<(DeviceDescription, nint)> found, List<RefusedDevice> refused)
    {
        try
        {
            string name = Text((size, value, needed) => cl.GetDeviceInfo(id, DeviceInfo.Name, size, value, needed));
            what = name;
            string? lack = !Flag(DeviceInfo.Available) ? "is not available"
                : !Flag(DeviceInfo.CompilerAvailable) ? "has no compiler"
                : !Flag(DeviceInfo.EndianLittle) ? "is big-endian"
                : null;
            if (lack is not null)
            {
                refused.Add(new RefusedDevice(what, lack));
                return;
            }

            found.Add((
                new DeviceDescription(
                    found.Count,
                    platform,
                    name,
                    Text((size, value, needed) => cl.GetDeviceInfo(id, DeviceInfo.Vendor, size, value, needed)),
                    Text((size, value, needed) => cl.GetDeviceInfo(id, DeviceInfo.DriverVersion, size, value, needed)),
                    KindOf((DeviceType)Number<ulong>(DeviceInfo.Type)),
                    (long)Number<ulong>(DeviceInfo.GlobalMemSize),
                    (int)Number<uint>(DeviceInfo.MaxComputeUnits),
                    Flag(HostUnifiedMemory)),
                id));
        }
        catch (ClErrors.CallException failure)
        {
            refused.Add(new RefusedDevice(what, failure.Message));
        }

        bool Flag(DeviceInfo info) => Number<uint>(info) != 0;

        T Number<T>(DeviceInfo info)
            where T : unmanaged
        {
            T value = default;
            ClErrors.Check(cl.GetDeviceInfo(id, info, (nuint)sizeof(T), &value, (nuint*)null));
            return value;
        }
    }

    private static DeviceKind KindOf(DeviceType type) =>
        type.HasFlag(DeviceType.Gpu) ? DeviceKind.Gpu
        : type.HasFlag(DeviceType.Accelerator) ? DeviceKind.Accelerator
        : type.HasFlag(DeviceType.Cpu) ? DeviceKind.Cpu
        : DeviceKind.Other;

    private static string Text(TextCall call)
    {
        nuint needed = 0;
        ClErrors.Check(call(0, null, &needed));
        byte[] bytes = new byte[needed];
        fixed (byte* first = bytes)
        {
            ClErrors.Check(call(needed, first, null));
        }

        return Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(bytes), bytes.Length)
            .TrimEnd((byte)0)).Trim();
    }

    private delegate int TextCall(nuint size, void* value, nuint* needed);
}
