using System.Globalization;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>Sizes as words, for messages.</summary>
internal static class Sizes
{
    private static readonly (string Unit, int Shift)[] Units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];

    /// <summary>"32 GiB" where it is even, "1.5 GiB" (rounded) where it is not; below 1 KiB "512 bytes".</summary>
    public static string Text(long bytes)
    {
        foreach ((string unit, int shift) in Units)
        {
            if (bytes >> shift > 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << shift):0.##} {unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");
    }
}
