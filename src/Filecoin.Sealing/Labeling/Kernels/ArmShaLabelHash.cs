using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Filecoin.Cryptography.Kernels.Sha256;

namespace Filecoin.Sealing.Labeling.Kernels;

/// <summary>SHA-256 by the SHA2 instructions of Arm processors (FEAT_SHA256).</summary>
internal readonly struct ArmShaLabelHash : ILabelHash
{
    private const int Groups = 16;
    private const int WordsInGroup = 4;

    public static string Name => "arm-sha2";

    [SkipLocalsInit]
    public static void Hash(Span<byte> message, int length, Span<byte> label)
    {
        int padded = (length + 9 + Sha256Plain.BlockBytes - 1) / Sha256Plain.BlockBytes * Sha256Plain.BlockBytes;
        Span<byte> blocks = message[..padded];
        blocks[length..].Clear();
        blocks[length] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(blocks[^8..], 8L * length);

        Vector128<uint> abcd = Vector128.Create(Sha256Plain.InitialState[..WordsInGroup]);
        Vector128<uint> efgh = Vector128.Create(Sha256Plain.InitialState[WordsInGroup..]);
        for (int block = 0; block < padded; block += Sha256Plain.BlockBytes)
        {
            Compress(ref abcd, ref efgh, blocks.Slice(block, Sha256Plain.BlockBytes));
        }

        Swapped(abcd.AsByte()).CopyTo(label);
        Swapped(efgh.AsByte()).CopyTo(label[16..]);

        // The message is used again for the next node, whose padding stands where parents do: leave it as it was found.
        blocks[length..].Clear();
    }

    private static void Compress(ref Vector128<uint> abcd, ref Vector128<uint> efgh, ReadOnlySpan<byte> block)
    {
        ref uint constants = ref MemoryMarshal.GetReference(Sha256Plain.RoundConstants);
        Vector128<uint> w0 = Load(block), w1 = Load(block[16..]), w2 = Load(block[32..]), w3 = Load(block[48..]);
        Vector128<uint> savedAbcd = abcd, savedEfgh = efgh;
        for (int group = 0; group < Groups; group++)
        {
            Vector128<uint> wk = w0 + Vector128.LoadUnsafe(ref constants, (nuint)(WordsInGroup * group));
            Vector128<uint> next = Sha256.ScheduleUpdate1(Sha256.ScheduleUpdate0(w0, w1), w2, w3);
            (w0, w1, w2, w3) = (w1, w2, w3, next);
            Vector128<uint> before = abcd;
            abcd = Sha256.HashUpdate1(abcd, efgh, wk);
            efgh = Sha256.HashUpdate2(efgh, before, wk);
        }

        abcd += savedAbcd;
        efgh += savedEfgh;
    }

    private static Vector128<uint> Load(ReadOnlySpan<byte> words) => Swapped(Vector128.Create(words[..16])).AsUInt32();

    /// <summary>The bytes of each word turned around.</summary>
    private static Vector128<byte> Swapped(Vector128<byte> words) => AdvSimd.ReverseElement8(words.AsUInt32()).AsByte();
}
