using System.Runtime.InteropServices;

namespace Filecoin.Cryptography.Kernels.Sha256;

/// <summary>The constants <see cref="TwoToOneShaNiEmitter"/>'s code reads, at their byte offsets. Words are u32 in the order SHA instructions take them.</summary>
internal static unsafe class TwoToOneShaNiTables
{
    /// <summary>K: 64 words.</summary>
    public const int RoundConstants = 0;

    /// <summary>W + K of the padding block: 64 words.</summary>
    public const int Padding = 256;

    /// <summary>F, E, B, A of the initial state, lowest lane first.</summary>
    public const int InitialAbef = 512;

    /// <summary>H, G, D, C of the initial state, lowest lane first.</summary>
    public const int InitialCdgh = 528;

    /// <summary>Turns the bytes of each word around.</summary>
    public const int SwapBytes = 544;

    /// <summary>Clears the top two bits of a node's last byte.</summary>
    public const int NodeMask = 560;

    private const int Bytes = 576;
    private const int Alignment = 64;

    /// <summary>Makes the tables, aligned to 64. They live as long as the process, like the code that reads them.</summary>
    public static byte* Create()
    {
        byte* tables = (byte*)NativeMemory.AlignedAlloc(Bytes, Alignment);
        ReadOnlySpan<uint> h = Sha256Plain.InitialState;
        Put(tables + RoundConstants, Sha256Plain.RoundConstants);
        Put(tables + Padding, TwoToOnePadding.ScheduleWithConstants());
        Put(tables + InitialAbef, [h[5], h[4], h[1], h[0]]);
        Put(tables + InitialCdgh, [h[7], h[6], h[3], h[2]]);
        for (int i = 0; i < 16; i++)
        {
            tables[SwapBytes + i] = (byte)(i ^ 3);
            tables[NodeMask + i] = i == 15 ? TwoToOneHash.LastByteMask : byte.MaxValue;
        }

        return tables;
    }

    private static void Put(byte* place, ReadOnlySpan<uint> words) => words.CopyTo(new Span<uint>(place, words.Length));
}
