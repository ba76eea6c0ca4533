using System.Runtime.InteropServices;

namespace Filecoin.Sealing.Labeling.Ring;

/// <summary>
/// Keeps the calling thread on one logical CPU until disposal, which has to happen on the same thread and gives back what was allowed
/// before. Does nothing where the system cannot or will not: a thread that moves is slower, not wrong.
/// </summary>
internal sealed unsafe partial class ThreadPin : IDisposable
{
    private const int MostCpus = 8192;
    private const int MaskBytes = MostCpus / 8;
    private const int CallingThread = 0;

    private readonly byte[]? _before;

    /// <summary>Pins.</summary>
    /// <param name="cpu">The logical CPU's number; null to leave the thread alone.</param>
    public ThreadPin(int? cpu)
    {
        if (cpu is not (>= 0 and < MostCpus) || !OperatingSystem.IsLinux())
        {
            return;
        }

        byte[] before = new byte[MaskBytes];
        byte[] only = new byte[MaskBytes];
        only[cpu.Value / 8] = (byte)(1 << (cpu.Value % 8));
        fixed (byte* beforeMask = before, onlyMask = only)
        {
            if (GetAffinity(CallingThread, MaskBytes, beforeMask) == 0 && SetAffinity(CallingThread, MaskBytes, onlyMask) == 0)
            {
                _before = before;
            }
        }
    }

    /// <summary>Whether the thread is pinned.</summary>
    public bool IsPinned => _before is not null;

    /// <summary>The logical CPUs the calling thread may run on; empty where the system does not say.</summary>
    public static IReadOnlyList<int> Allowed()
    {
        byte* mask = stackalloc byte[MaskBytes];
        if (!OperatingSystem.IsLinux() || GetAffinity(CallingThread, MaskBytes, mask) != 0)
        {
            return [];
        }

        List<int> allowed = [];
        for (int cpu = 0; cpu < MostCpus; cpu++)
        {
            if ((mask[cpu / 8] >> (cpu % 8) & 1) != 0)
            {
                allowed.Add(cpu);
            }
        }

        return allowed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_before is not null)
        {
            fixed (byte* mask = _before)
            {
                _ = SetAffinity(CallingThread, MaskBytes, mask);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetAffinity(int thread, nuint maskBytes, byte* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetAffinity(int thread, nuint maskBytes, byte* mask);
}
