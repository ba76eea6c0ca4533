using System.Globalization;

namespace Filecoin.Sealing.Files;

/// <summary>Reading behind everybody else: the idle class of the system's input and output (ionice -c 3), as far as the disk's scheduler knows it.</summary>
public static class IdleReading
{
    private const string Threads = "/proc/self/task";

    /// <summary>
    /// Puts all threads of this process there; those that they start are put there by the system. Of no use to a process that does anything else.
    /// </summary>
    /// <returns>Null; or the system's words where it refuses.</returns>
    public static string? Begin()
    {
        try
        {
            int[] errors =
            [
                .. Directory.EnumerateDirectories(Threads)
                    .Select(thread => LinuxNative.SetIdleReading(int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture)))
                    .Where(errno => errno is not (0 or LinuxNative.NoThread)),
            ];
            return errors.Length == 0 ? null : LinuxNative.Describe(errors[0]);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            return StorageFailure.Words(failure);
        }
    }
}
