using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Sha256;

namespace Filecoin.Sealing.Labeling.ShaNi;

/// <summary>
/// What the emitted code reads beside parents and labels: constants, the layer's fixed part of every message, and room for the message
/// schedules that are used more than once. Words are 32-bit, in the order SHA instructions take them.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ShaNiContext
{
    /// <summary>Most blocks of a label whose schedules repeat: 14 parents, two to a block.</summary>
    public const int RepeatedBlocks = LabelMessage.Degree / 2;

    /// <summary>Bytes of W + K for one block.</summary>
    public const int ScheduleBytes = 64 * sizeof(uint);

    private static readonly int OffsetOfSchedules = OffsetOf(nameof(Schedules));

    /// <summary>K.</summary>
    public fixed uint RoundConstants[64];

    /// <summary>A, B, E, F of the initial state, from the highest lane down.</summary>
    public fixed uint InitialAbef[4];

    /// <summary>C, D, G, H of the initial state, from the highest lane down.</summary>
    public fixed uint InitialCdgh[4];

    /// <summary>Turns the bytes of each word around.</summary>
    public fixed byte SwapBytes[16];

    /// <summary>Clears the top two bits of a label's last byte.</summary>
    public fixed byte LabelMask[16];

    /// <summary>Words 8 to 11 of the last block: the padding bit.</summary>
    public fixed uint PaddingStart[4];

    /// <summary>Words 12 to 15 of the last block: the message's length in bits.</summary>
    public fixed uint PaddingEnd[4];

    /// <summary>Words 0 to 7 of the first block: the replica id.</summary>
    public fixed uint ReplicaId[8];

    /// <summary>Words 8 to 11 of the first block: layer; the node is put in by the code.</summary>
    public fixed uint Layer[4];

    /// <summary>W + K of the blocks that repeat.</summary>
    public fixed uint Schedules[RepeatedBlocks * 64];

    /// <summary>Fills everything but the schedules.</summary>
    public static void Initialize(ShaNiContext* context, Bytes32 replicaId, int layer)
    {
        Unsafe.InitBlockUnaligned(context, 0, (uint)OffsetOfSchedules);
        Sha256Plain.RoundConstants.CopyTo(new Span<uint>(context->RoundConstants, 64));
        ReadOnlySpan<uint> h = Sha256Plain.InitialState;
        new ReadOnlySpan<uint>([h[5], h[4], h[1], h[0]]).CopyTo(new Span<uint>(context->InitialAbef, 4));
        new ReadOnlySpan<uint>([h[7], h[6], h[3], h[2]]).CopyTo(new Span<uint>(context->InitialCdgh, 4));
        for (int i = 0; i < 16; i++)
        {
            context->SwapBytes[i] = (byte)(i ^ 3);
            context->LabelMask[i] = (byte)(i == 15 ? 0x3f : 0xff);
        }

        context->PaddingStart[0] = 0x80000000;
        context->PaddingEnd[3] = 8 * LabelMessage.Bytes;
        for (int i = 0; i < 8; i++)
        {
            context->ReplicaId[i] = BinaryPrimitives.ReadUInt32BigEndian(replicaId.Span[(4 * i)..]);
        }

        context->Layer[0] = (uint)layer;
    }

    /// <summary>Byte offset of a field.</summary>
    public static int OffsetOf(string field) => (int)Marshal.OffsetOf<ShaNiContext>(field);
}
