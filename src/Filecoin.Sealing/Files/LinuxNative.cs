using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Sealing.Files;

/// <summary>
/// The system calls .NET has no door to: flushing folders, renaming without replacing, locks that survive nothing, device and inode numbers, what of a file is in memory. Everything returns errno (0: success) and nothing throws, so that the callers name path and purpose.
/// </summary>
internal static partial class LinuxNative
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int NoThread = 3;
    public const int Interrupted = 4;
    public const int TryAgain = 11;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NotAFolder = 20;
    public const int IsAFolder = 21;
    public const int Invalid = 22;
    public const int NoSpace = 28;
    public const int NoSystemCall = 38;
    public const int NotEmpty = 39;
    public const int TooManyLinks = 40;
    public const int NotSupported = 95;
    public const int Stale = 116;

    private const int CurrentFolder = -100;
    private const int DoNotFollow = 0x100;
    private const int AsTheProcessActs = 0x200;
    private const int EmptyPath = 0x1000;
    private const int AskTheServer = 0x2000;
    private const uint NoReplace = 1;
    private const int CloseOnExec = 0x80000;
    private const int Create = 0x40;
    private const int ReadWrite = 2;

    // posix_fadvise(2): POSIX_FADV_DONTNEED; preadv2(2): RWF_NOWAIT. The same on x86-64 and Arm64.
    private const int DoNotNeed = 4;
    private const int DoNotWait = 8;

    // statx(2): mask for everything basic, and the offsets of the fields used; the layout is the same on every architecture.
    private const uint BasicStats = 0x7ff;
    private const int StatxLength = 256;
    private const ulong Immutable = 0x10;
    private const ulong AppendOnly = 0x20;

    /// <summary>Text of an errno, e.g. "No space left on device".</summary>
    public static string Describe(int errno) => Marshal.GetPInvokeErrorMessage(errno);

    /// <summary>open(2) for reading and writing, made if it is missing; unlike FileStream it places no lock of its own.</summary>
    public static int Open(string path, out SafeFileHandle handle)
    {
        int descriptor;
        int errno;
        do
        {
            descriptor = OpenFile(path, CloseOnExec | Create | ReadWrite, 0x1b4);
            errno = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (errno == Interrupted);

        handle = new SafeFileHandle(descriptor, ownsHandle: true);
        return errno;
    }

    /// <summary>fsync(2) of a folder.</summary>
    public static int FlushFolder(string path)
    {
        int descriptor = -1;
        int errno = Repeat(() => descriptor = OpenFile(path, CloseOnExec, 0));
        if (errno != 0)
        {
            return errno;
        }

        using SafeFileHandle folder = new(descriptor, ownsHandle: true);
        return Repeat(() => FSync(folder));
    }

    /// <summary>flock(2), exclusive, without waiting; <see cref="TryAgain"/> when another handle has it.</summary>
    public static int LockExclusively(SafeFileHandle handle) => Repeat(() => FLock(handle, 2 | 4));

    /// <summary>rename(2): replaces a file at <paramref name="to"/> in one step.</summary>
    public static int Rename(string from, string to) => Repeat(() => RenameReplacing(from, to));

    /// <summary>
    /// renameat2(2) with RENAME_NOREPLACE: <see cref="Exists"/> instead of replacing anything. <see cref="Invalid"/> or
    /// <see cref="NoSystemCall"/> where the file system or the C library does not know it.
    /// </summary>
    public static int RenameNoReplace(string from, string to)
    {
        try
        {
            return Repeat(() => RenameAt2(CurrentFolder, from, CurrentFolder, to, NoReplace));
        }
        catch (EntryPointNotFoundException)
        {
            return NoSystemCall;
        }
    }

    /// <summary>link(2): a second name for a file; <see cref="Exists"/> if the name is taken.</summary>
    public static int Link(string existing, string name) => Repeat(() => LinkFile(existing, name));

    /// <summary>
    /// ioprio_set(2) of one thread of this process: the idle class, which is served where nobody else wants the disk; <see cref="NoSystemCall"/>
    /// where the number of the call is not known for this processor.
    /// </summary>
    public static int SetIdleReading(int thread)
    {
        const long ofThread = 1;
        const long idleClass = 3L << 13;
        long call = RuntimeInformation.ProcessArchitecture switch { Architecture.X64 => 251, Architecture.Arm64 => 30, _ => -1 };
        return call < 0 ? NoSystemCall : Repeat(() => (int)SystemCall(call, ofThread, thread, idleClass));
    }

    /// <summary>statx(2) of a path, not following a link at its end.</summary>
    public static int Stat(string path, out FileLook look) => Stat(CurrentFolder, path, DoNotFollow, out look);

    /// <summary>
    /// As <see cref="Stat(string, out FileLook)"/>, of what the path names on the server by now. A machine remembers the names in a folder for as long as
    /// it believes to know how the folder is, so that is asked first.
    /// </summary>
    public static int StatAnew(string path, out FileLook look)
    {
        _ = Stat(CurrentFolder, Path.GetDirectoryName(path)!, AskTheServer, out _);
        return Stat(CurrentFolder, path, DoNotFollow | AskTheServer, out look);
    }

    /// <summary>statx(2) of a path, links followed; <see cref="NoEntry"/> where one leads nowhere, <see cref="TooManyLinks"/> where they go in a circle.</summary>
    public static int StatThrough(string path, out FileLook look) => Stat(CurrentFolder, path, 0, out look);

    /// <summary>faccessat(2): 0 if this process may make, rename and delete names in a folder, as far as mode and mount tell.</summary>
    public static int MayChangeNames(string folder) => Repeat(() => AccessAt(CurrentFolder, folder, 2 | 1, AsTheProcessActs));

    /// <summary>statx(2) of an open file, as its server knows it by now.</summary>
    public static int Stat(SafeFileHandle handle, out FileLook look) =>
        Stat((int)handle.DangerousGetHandle(), string.Empty, EmptyPath | AskTheServer, out look);

    /// <summary>posix_fadvise(2) with POSIX_FADV_DONTNEED: whole pages of the range that are clean and mapped by nobody go.</summary>
    public static int ForgetPages(SafeFileHandle file, long offset, long length) => AdviseFile(file, offset, length, DoNotNeed);

    /// <summary>
    /// preadv2(2) with RWF_NOWAIT: reads what is in the page cache; <see cref="TryAgain"/> if nothing of it is, another errno where file system,
    /// kernel or C library do not know the flag.
    /// </summary>
    public static unsafe int ReadHeld(SafeFileHandle file, long offset, Span<byte> destination, out int read)
    {
        int done = 0;
        int errno;
        fixed (byte* start = destination)
        {
            IoVector vector = new() { Start = start, Length = (nuint)destination.Length };
            IoVector* buffers = &vector;
            try
            {
                errno = Repeat(() => done = (int)ReadAt(file, buffers, 1, offset, DoNotWait));
            }
            catch (EntryPointNotFoundException)
            {
                errno = NoSystemCall;
            }
        }

        read = Math.Max(done, 0);
        return errno;
    }

    private static int Stat(int folder, string path, int flags, out FileLook look)
    {
        byte[] buffer = new byte[StatxLength];
        int errno = Repeat(() => StatX(folder, path, flags, BasicStats, buffer));
        ReadOnlySpan<byte> stat = buffer;
        int mode = MemoryMarshal.Read<ushort>(stat[28..]);
        look = errno != 0 ? default : new FileLook(
            (mode & 0xf000) switch { 0x8000 => FileKind.File, 0x4000 => FileKind.Folder, 0xa000 => FileKind.Link, _ => FileKind.Other },
            Length: MemoryMarshal.Read<long>(stat[40..]),
            Allocated: MemoryMarshal.Read<long>(stat[48..]) * 512,
            Device: ((ulong)MemoryMarshal.Read<uint>(stat[136..]) << 32) | MemoryMarshal.Read<uint>(stat[140..]),
            Inode: MemoryMarshal.Read<ulong>(stat[32..]))
        {
            Names = MemoryMarshal.Read<uint>(stat[16..]),
            Changed = TimeIn(stat[96..]),
            Modified = TimeIn(stat[112..]),
            IsProtected = (MemoryMarshal.Read<ulong>(stat[8..]) & (Immutable | AppendOnly)) != 0,
        };
        return errno;
    }

    /// <summary>A time of statx: seconds, then nanoseconds; one that no calendar has, as damaged file systems tell, is the first there is.</summary>
    private static DateTimeOffset TimeIn(ReadOnlySpan<byte> time)
    {
        long seconds = MemoryMarshal.Read<long>(time);
        return seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds >= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.MinValue
            : DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(MemoryMarshal.Read<uint>(time[8..]) / (long)TimeSpan.NanosecondsPerTick);
    }

    private static int Repeat(Func<int> call)
    {
        while (true)
        {
            int errno = call() < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (errno != Interrupted)
            {
                return errno;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FLock(SafeFileHandle handle, int operation);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameReplacing(string from, string to);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkFile(string existing, string name);

    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AccessAt(int folder, string path, int mode, int flags);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int AdviseFile(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "preadv2", SetLastError = true)]
    private static unsafe partial nint ReadAt(SafeFileHandle file, IoVector* buffers, int count, long offset, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long first, long second, long third);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, byte[] buffer);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct IoVector
    {
        public byte* Start;
        public nuint Length;
    }
}
