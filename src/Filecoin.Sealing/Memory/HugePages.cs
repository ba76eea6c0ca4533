using System.Globalization;

namespace Filecoin.Sealing.Memory;

/// <summary>
/// Whether the system puts large buffers on huge pages. Labelling reads all over two layers: with pages of 4 KiB most reads walk the
/// page tables first, with pages of 2 MiB far fewer do.
/// </summary>
public static class HugePages
{
    /// <summary>Where Linux says, and is told, which memory may be on transparent huge pages.</summary>
    public const string SettingPath = "/sys/kernel/mm/transparent_hugepage/enabled";

    private const string MappingsPath = "/proc/self/smaps";
    private const string HugeField = "AnonHugePages:";
    private const string ResidentField = "Rss:";

    /// <summary>Whether a <see cref="NativeBuffer"/>, which asks for huge pages, is given them where there are any; null where the system does not say.</summary>
    public static bool? AreGranted()
    {
        try
        {
            return OperatingSystem.IsLinux() ? GrantedBy(File.ReadAllText(SettingPath)) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A kernel without huge pages, or a sandbox without /sys.
            return null;
        }
    }

    /// <summary>
    /// The part of the buffer's memory that is on huge pages, from 0 to 1, of what has been touched so far; null where the system does not
    /// say or nothing has been touched. Where the system joins neighbouring mappings, that of all of them.
    /// </summary>
    /// <param name="buffer">The buffer.</param>
    internal static unsafe double? Share(NativeBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        try
        {
            return OperatingSystem.IsLinux()
                ? Share(File.ReadLines(MappingsPath), (ulong)buffer.Pointer, (ulong)buffer.Pointer + (ulong)buffer.Length)
                : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads the setting: the words there are, the chosen one in brackets.</summary>
    internal static bool? GrantedBy(string setting) =>
        setting.Contains("[always]", StringComparison.Ordinal) || setting.Contains("[madvise]", StringComparison.Ordinal) ? true
        : setting.Contains("[never]", StringComparison.Ordinal) ? false
        : null;

    /// <summary>Adds up the mappings that overlap the addresses from <paramref name="start"/> to before <paramref name="end"/>; see proc_pid_smaps(5).</summary>
    internal static double? Share(IEnumerable<string> mappings, ulong start, ulong end)
    {
        long resident = 0, huge = 0;
        bool overlaps = false;
        foreach (string line in mappings)
        {
            if (TryRange(line, out ulong from, out ulong to))
            {
                overlaps = from < end && start < to;
            }
            else if (overlaps && line.StartsWith(ResidentField, StringComparison.Ordinal))
            {
                resident += KibiBytes(line, ResidentField);
            }
            else if (overlaps && line.StartsWith(HugeField, StringComparison.Ordinal))
            {
                huge += KibiBytes(line, HugeField);
            }
        }

        return resident == 0 ? null : Math.Min(1, (double)huge / resident);
    }

    private static bool TryRange(string line, out ulong from, out ulong to)
    {
        to = from = 0;
        int dash = line.IndexOf('-', StringComparison.Ordinal);
        int space = line.IndexOf(' ', StringComparison.Ordinal);
        return dash > 0 && space > dash
            && ulong.TryParse(line.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out from)
            && ulong.TryParse(line.AsSpan(dash + 1, space - dash - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out to);
    }

    private static long KibiBytes(string line, string field) => long.Parse(
        line.AsSpan(field.Length).Trim().TrimEnd("kB").Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
}
