using System.Buffers.Binary;
using Filecoin.Cryptography.Kernels.Sha256;

namespace Filecoin.Sealing.Labeling.Kernels;

/// <summary>SHA-256 as the standard writes it: the twin every other variant is tested against.</summary>
internal readonly struct PlainLabelHash : ILabelHash
{
    public static string Name => "plain";

    public static void Hash(Span<byte> message, int length, Span<byte> label)
    {
        int padded = (length + 9 + Sha256Plain.BlockBytes - 1) / Sha256Plain.BlockBytes * Sha256Plain.BlockBytes;
        Span<byte> blocks = stackalloc byte[LabelMessage.PaddedBytes];
        blocks = blocks[..padded];
        blocks.Clear();
        message[..length].CopyTo(blocks);
        blocks[length] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(blocks[^8..], 8L * length);

        Span<uint> state = stackalloc uint[8];
        Sha256Plain.InitialState.CopyTo(state);
        Sha256Plain.Compress(state, blocks);
        for (int i = 0; i < state.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(label[(4 * i)..], state[i]);
        }
    }
}
