using System.Runtime.InteropServices;
using Iced.Intel;

namespace Filecoin.Cryptography.Kernels.Emit;

/// <summary>
/// Machine code assembled at start-up. Pages are writable while the code is copied in and executable afterwards, never both. Linux only:
/// the code follows the System V calling convention. Lives as long as the process, like compiled code does.
/// </summary>
internal static unsafe partial class ExecutableMemory
{
    private const int Read = 0x1, Write = 0x2, Execute = 0x4;
    private const int PrivateAnonymous = 0x02 | 0x20;

    /// <summary>Whether emitted code can be used at all: x86-64 Linux.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Whether the system lets this process make code, found out with one instruction. Only where <see cref="IsSupported"/>.</summary>
    public static bool IsGranted
    {
        get
        {
            Assembler nothing = new(64);
            nothing.ret();
            return TryLoad(nothing) != null;
        }
    }

    /// <summary>Encodes <paramref name="assembler"/>'s instructions and returns the address of the first; null if the system forbids it.</summary>
    public static void* TryLoad(Assembler assembler)
    {
        using MemoryStream code = new();
        assembler.Assemble(new StreamCodeWriter(code), 0);
        ReadOnlySpan<byte> bytes = code.GetBuffer().AsSpan(0, (int)code.Length);
        void* pages = Map(null, (nuint)bytes.Length, Read | Write, PrivateAnonymous, -1, 0);
        if ((nint)pages == -1)
        {
            return null;
        }

        bytes.CopyTo(new Span<byte>(pages, bytes.Length));
        if (Protect(pages, (nuint)bytes.Length, Read | Execute) != 0)
        {
            // Hardened kernels (SELinux execmem) refuse; the portable kernel does the work then.
            _ = Unmap(pages, (nuint)bytes.Length);
            return null;
        }

        return pages;
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(void* address, nuint length);
}
