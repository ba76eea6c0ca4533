using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Filecoin.Cryptography.Kernels.Sha256;

namespace Filecoin.Sealing.Labeling.Kernels.ShaNi;

/// <summary>
/// What the emitted code reads beside parents and labels, and room for what does not fit the registers. Words are 32-bit, in the order
/// SHA instructions take them; every field is aligned to 16 bytes where the whole is, which it has to be.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ShaNiContext
{
    /// <summary>Most sectors whose chains are interleaved.</summary>
    public const int MostSectors = 2;

    /// <summary>Bytes of memory in which <see cref="Initialize"/> finds room for an aligned context.</summary>
    public static readonly int MemoryBytes = sizeof(ShaNiContext) + Alignment;

    /// <summary>Bytes of W + K for one block of one sector.</summary>
    public const int ScheduleBytes = 64 * sizeof(uint);

    /// <summary>Most blocks of a label whose schedules repeat: 14 parents, two to a block.</summary>
    private const int RepeatedBlocks = LabelMessage.Degree / 2;

    private const int Alignment = 64;

    private static readonly int OffsetOfSchedules = OffsetOf(nameof(Schedules));

    /// <summary>K.</summary>
    public fixed uint RoundConstants[64];

    /// <summary>A, B, E, F of the initial state, from the highest lane down; then C, D, G, H.</summary>
    public fixed uint Initial[8];

    /// <summary>Turns the bytes of each word around.</summary>
    public fixed byte SwapBytes[16];

    /// <summary>Keeps the last word of four without what a label lacks of a digest.</summary>
    public fixed uint LabelMask[4];

    /// <summary>Words 8 to 11 of the last block: the padding bit. Then words 12 to 15: the message's length in bits.</summary>
    public fixed uint Padding[8];

    /// <summary>Words 8 to 11 of the first block: layer; the node is put in by the code.</summary>
    public fixed uint Layer[4];

    /// <summary>Words 0 to 7 of the first block, one sector after the other: the replica ids.</summary>
    public fixed uint ReplicaIds[MostSectors * 8];

    /// <summary>The states before a block: ABEF, CDGH of one sector, then of the other.</summary>
    public fixed uint Saved[MostSectors * 8];

    /// <summary>W + K of the blocks that repeat: block by block, in each one sector after the other. Nothing but the code writes here.</summary>
    public fixed uint Schedules[RepeatedBlocks * MostSectors * 64];

    /// <summary>Fills everything that is only read, in <see cref="MemoryBytes"/> of memory, and returns where in it the context is.</summary>
    /// <param name="memory">Anywhere.</param>
    /// <param name="run">What is labelled.</param>
    /// <param name="lanes">The kernel's, at most <see cref="MostSectors"/>.</param>
    public static ShaNiContext* Initialize(byte* memory, in LabelRun run, int lanes)
    {
        ShaNiContext* context = (ShaNiContext*)(((nuint)memory + Alignment - 1) & ~(nuint)(Alignment - 1));
        Unsafe.InitBlockUnaligned(context, 0, (uint)OffsetOfSchedules);
        Sha256Plain.RoundConstants.CopyTo(new Span<uint>(context->RoundConstants, 64));
        ReadOnlySpan<uint> h = Sha256Plain.InitialState;
        new ReadOnlySpan<uint>([h[5], h[4], h[1], h[0], h[7], h[6], h[3], h[2]]).CopyTo(new Span<uint>(context->Initial, 8));
        for (int i = 0; i < 16; i++)
        {
            context->SwapBytes[i] = (byte)(i ^ 3);
        }

        new ReadOnlySpan<uint>([~0u, ~0u, ~0u, LabelLayout.LastWordMask]).CopyTo(new Span<uint>(context->LabelMask, 4));
        context->Padding[0] = 0x80000000;
        context->Padding[7] = 8 * LabelMessage.Bytes;
        context->Layer[0] = (uint)run.Layer;
        for (int i = 0; i < lanes * 8; i++)
        {
            context->ReplicaIds[i] = BinaryPrimitives.ReadUInt32BigEndian(run.OfLane(i / 8).Span[(4 * (i % 8))..]);
        }

        return context;
    }

    /// <summary>Byte offset of a field.</summary>
    public static int OffsetOf(string field) => (int)Marshal.OffsetOf<ShaNiContext>(field);
}
