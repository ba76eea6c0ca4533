namespace Filecoin.Cryptography.Kernels.Sha256;

/// <summary>
/// The second block of every 64-byte message: a one bit, zeros and the length, the same for all. Its schedule is a constant.
/// </summary>
internal static class TwoToOnePadding
{
    /// <summary>The block.</summary>
    public static ReadOnlySpan<byte> Block =>
    [
        0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0,
    ];

    /// <summary>W + K of its 64 rounds.</summary>
    public static uint[] ScheduleWithConstants()
    {
        uint[] w = new uint[64];
        Sha256Plain.Schedule(Block, w);
        for (int i = 0; i < w.Length; i++)
        {
            w[i] += Sha256Plain.RoundConstants[i];
        }

        return w;
    }
}
