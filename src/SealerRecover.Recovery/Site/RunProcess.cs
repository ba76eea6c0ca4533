using System.Globalization;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Site;

/// <summary>A process, so that another one can tell later whether it is still there.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Began">When it began, in the kernel's ticks since the system started; another process of that number has another. Null where the system does not tell.</param>
/// <param name="Where">The start of the system and the name space of process numbers, in which the number means something; null as above.</param>
public sealed record RunProcess(int Id, string? Began, string? Where)
{
    // The 22nd field (proc_pid_stat(5)); the second is in parentheses and may hold anything.
    private const int BeganField = 22 - 3;

    /// <summary>This one.</summary>
    internal static RunProcess Own(ISystemText system, Func<string, string?> linkOf) =>
        new(Environment.ProcessId, BeganOf(system, Environment.ProcessId), Here(system, linkOf));

    /// <summary>Whether it is there; null where nobody here can tell.</summary>
    internal bool? IsThere(ISystemText system, Func<string, string?> linkOf) =>
        Began is null || Where is null || Where != Here(system, linkOf) ? null : BeganOf(system, Id) == Began;

    /// <summary>What a link in /proc says.</summary>
    internal static string? Link(string path) => new FileInfo(path).LinkTarget;

    private static string? BeganOf(ISystemText system, int id)
    {
        string[] fields = system.Lines(string.Create(CultureInfo.InvariantCulture, $"proc/{id}/stat")) is [var line, ..]
            ? line[(line.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];

        // One that has ended and that nobody has asked for yet is no longer at work.
        return fields.Length > BeganField && fields[0] is not ("Z" or "X") ? fields[BeganField] : null;
    }

    private static string? Here(ISystemText system, Func<string, string?> linkOf) =>
        system.Lines("proc/sys/kernel/random/boot_id") is [{ Length: > 0 } boot, ..] && linkOf("/proc/self/ns/pid") is { } space ? $"{boot} {space}" : null;
}
