using System.Buffers.Binary;
using Filecoin.Cryptography.Kernels.Sha256;

namespace Filecoin.Sealing.Labeling.Kernels.Avx512;

/// <summary>
/// The memory the emitted code works with beside parents and labels, as byte offsets: constants, the sectors' replica ids, the state before
/// a block and the message schedules that are used more than once. A "vector" is one word of all lanes.
/// </summary>
/// <param name="Lanes">Sectors.</param>
internal readonly record struct Avx512Tables(int Lanes)
{
    /// <summary>Rounds of a block, and words of its schedule.</summary>
    public const int Rounds = 64;

    private const int Words = LabelLayout.Words;
    private const int RepeatedBlocks = LabelMessage.Degree / 2;

    /// <summary>K, 64 words.</summary>
    public static int RoundConstants => 0;

    /// <summary>The initial state, 8 words.</summary>
    public static int Initial => RoundConstants + (Rounds * sizeof(uint));

    /// <summary>The layer, one word.</summary>
    public static int Layer => Initial + (Words * sizeof(uint));

    /// <summary>Word 8 of the last block: the padding bit.</summary>
    public static int PaddingBit => Layer + sizeof(uint);

    /// <summary>Word 15 of the last block: the message's length in bits.</summary>
    public static int Length => PaddingBit + sizeof(uint);

    /// <summary>See <see cref="LabelLayout.LastWordMask"/>.</summary>
    public static int LabelMask => Length + sizeof(uint);

    /// <summary>Words 0 to 7 of the first block, 8 vectors; on a cache line of its own.</summary>
    public static int ReplicaIds => (LabelMask + sizeof(uint) + 63) & ~63;

    /// <summary>The state before a block, 8 vectors.</summary>
    public int Saved => ReplicaIds + (Words * VectorBytes);

    /// <summary>W + K of the repeating blocks, then those of a block that is used once: 64 vectors each.</summary>
    public int Schedules => Saved + (Words * VectorBytes);

    /// <summary>Where the schedule of a block that is used once may be put.</summary>
    public int LastSchedule => Schedules + (RepeatedBlocks * ScheduleBytes);

    /// <summary>Bytes of one schedule.</summary>
    public int ScheduleBytes => Rounds * VectorBytes;

    /// <summary>Bytes in all.</summary>
    public int Bytes => LastSchedule + ScheduleBytes;

    private int VectorBytes => Lanes * sizeof(uint);

    /// <summary>Fills in what the code only reads.</summary>
    /// <param name="memory"><see cref="Bytes"/> bytes, aligned to 64.</param>
    /// <param name="run">What is labelled.</param>
    public unsafe void Initialize(byte* memory, in LabelRun run)
    {
        Sha256Plain.RoundConstants.CopyTo(new Span<uint>(memory + RoundConstants, Rounds));
        Sha256Plain.InitialState.CopyTo(new Span<uint>(memory + Initial, Words));
        *(uint*)(memory + Layer) = (uint)run.Layer;
        *(uint*)(memory + PaddingBit) = 0x80000000;
        *(uint*)(memory + Length) = 8 * LabelMessage.Bytes;
        *(uint*)(memory + LabelMask) = LabelLayout.LastWordMask;
        uint* replicaIds = (uint*)(memory + ReplicaIds);
        for (int lane = 0; lane < Lanes; lane++)
        {
            for (int w = 0; w < Words; w++)
            {
                replicaIds[(w * Lanes) + lane] = BinaryPrimitives.ReadUInt32BigEndian(run.OfLane(lane).Span[(4 * w)..]);
            }
        }
    }
}
