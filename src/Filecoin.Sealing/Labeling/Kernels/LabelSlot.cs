using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Filecoin.Sealing.Labeling.Kernels;

/// <summary>
/// What a look-ahead thread leaves for the hashing thread about one node: its parents' labels side by side, and whatever of the message
/// the kernel could hash without them. Nine cache lines.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct LabelSlot
{
    /// <summary>Bytes of a slot.</summary>
    public const int Bytes = 576;

    /// <summary>
    /// Where the labels of the base parents are: in <see cref="Labels"/> if they had been made when the slot was filled, otherwise in the
    /// layer, where they will have been made, close by, when the slot is used.
    /// </summary>
    public fixed ulong BaseParents[LabelMessage.BaseDegree];

    /// <summary>Keeps <see cref="State"/> aligned to 16 bytes.</summary>
    public fixed ulong Unused[2];

    /// <summary>The kernel's own: its state after the first block, which holds replica id, layer and node only.</summary>
    public fixed uint State[8];

    /// <summary>Labels of the parents as they are in a layer; those of base parents only where <see cref="BaseParents"/> points here.</summary>
    public fixed byte Labels[LabelMessage.Degree * LabelMessage.LabelBytes];

    /// <summary>Fills in the parents.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="parents">The node's 14 parents.</param>
    /// <param name="current">The layer being made.</param>
    /// <param name="made">How many labels of it have been made.</param>
    /// <param name="previous">The layer before, whole; null in layer 1.</param>
    public static void SetParents(LabelSlot* slot, uint* parents, byte* current, long made, byte* previous)
    {
        for (int k = 0; k < LabelMessage.BaseDegree; k++)
        {
            byte* label = current + ((long)parents[k] * LabelMessage.LabelBytes);
            if (parents[k] < made)
            {
                label = Copy(label, slot, k);
            }

            slot->BaseParents[k] = (ulong)label;
        }

        if (previous is not null)
        {
            for (int k = LabelMessage.BaseDegree; k < LabelMessage.Degree; k++)
            {
                Copy(previous + ((long)parents[k] * LabelMessage.LabelBytes), slot, k);
            }
        }
    }

    private static byte* Copy(byte* label, LabelSlot* slot, int parent)
    {
        byte* place = slot->Labels + (parent * LabelMessage.LabelBytes);
        Vector256.Load(label).Store(place);
        return place;
    }
}
