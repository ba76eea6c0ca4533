using System.Globalization;
using System.Runtime.InteropServices;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Memory;

/// <summary>
/// Zeroed memory outside the GC heap for whole layers: anonymous pages, on huge pages where the system grants them (transparent huge
/// pages set to "madvise" or "always"), returned to the system on disposal.
/// </summary>
internal sealed unsafe partial class NativeBuffer : IDisposable
{
    private const int ReadWrite = 0x1 | 0x2;
    private const int PrivateAnonymous = 0x02 | 0x20;
    private const int AdviseHugePages = 14;

    private byte* _pointer;

    /// <summary>Reserves <paramref name="bytes"/>; pages are taken as they are touched.</summary>
    /// <exception cref="OperatorException">NotEnoughResources: the system refuses.</exception>
    public NativeBuffer(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        Length = bytes;
        if (OperatingSystem.IsLinux())
        {
            _pointer = (byte*)Map(null, (nuint)bytes, ReadWrite, PrivateAnonymous, -1, 0);
            if ((nint)_pointer == -1)
            {
                _pointer = null;
                throw Refused(bytes);
            }

            // Only a hint: without it everything works, with more page faults and TLB misses.
            _ = Advise(_pointer, (nuint)bytes, AdviseHugePages);
        }
        else
        {
            try
            {
                _pointer = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 4096);
            }
            catch (OutOfMemoryException)
            {
                throw Refused(bytes);
            }

            NativeMemory.Clear(_pointer, (nuint)bytes);
        }

        GC.AddMemoryPressure(Math.Min(bytes, 1 << 20));
    }

    /// <summary>Frees the memory of a buffer nobody disposed.</summary>
    ~NativeBuffer() => Free();

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>Start of the memory.</summary>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer is null, this);
            return _pointer;
        }
    }

    /// <summary>All of it as a span; for buffers below 2 GiB.</summary>
    public Span<byte> Span => Slice(0, checked((int)Length));

    /// <summary>A part as a span.</summary>
    public Span<byte> Slice(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return new Span<byte>(Pointer + offset, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private static OperatorException Refused(long bytes) => new(
        FailureKind.NotEnoughResources,
        string.Create(CultureInfo.InvariantCulture, $"the system refused {bytes >> 20} MiB of memory"),
        $"Free memory, lower {Setting.Parallel}, or raise the limit (ulimit -v, cgroup).");

    private void Free()
    {
        if (_pointer is null)
        {
            return;
        }

        if (OperatingSystem.IsLinux())
        {
            _ = Unmap(_pointer, (nuint)Length);
        }
        else
        {
            NativeMemory.AlignedFree(_pointer);
        }

        _pointer = null;
        GC.RemoveMemoryPressure(Math.Min(Length, 1 << 20));
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* address, nuint length, int advice);
}
