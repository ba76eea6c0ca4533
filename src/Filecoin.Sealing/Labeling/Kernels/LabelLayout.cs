using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Filecoin.Sealing.Labeling.Kernels;

/// <summary>
/// Where the labels of one or several sectors stand in one layer: node by node, all sectors of a node together, so that one look-up of a
/// parent serves all of them. A label is eight 32-bit words as SHA-256 counts them (a to h). Kernels of several lanes keep them as numbers,
/// since labels are loaded 14 times more often than they are written to a file; files have big-endian bytes.
/// </summary>
/// <param name="Lanes">Sectors side by side.</param>
/// <param name="WordStride">Words from one word of a label to the next.</param>
/// <param name="SectorStride">Words from a sector's label to the next sector's.</param>
/// <param name="AsBytes">Whether words stand in memory as they do in files.</param>
internal readonly record struct LabelLayout(int Lanes, int WordStride, int SectorStride, bool AsBytes)
{
    /// <summary>32-bit words in a label.</summary>
    public const int Words = LabelMessage.LabelBytes / sizeof(uint);

    /// <summary>Clears what a label lacks of a digest, in its last word: the top two bits of the last byte.</summary>
    public const uint LastWordMask = 0xffffff3f;

    /// <summary>Bytes of one node.</summary>
    public int NodeBytes => Lanes * LabelMessage.LabelBytes;

    /// <summary>One sector, as in its file.</summary>
    public static LabelLayout OfFile { get; } = new(1, WordStride: 1, SectorStride: Words, AsBytes: true);

    /// <summary>Whether a layer in memory is its file byte for byte.</summary>
    public bool IsOfFile => this == OfFile;

    /// <summary>Label after label.</summary>
    public static LabelLayout LabelByLabel(int lanes) => new(lanes, WordStride: 1, SectorStride: Words, AsBytes: false);

    /// <summary>The first word of all sectors, then the second, … : a vector of lanes each.</summary>
    public static LabelLayout WordByWord(int lanes) => new(lanes, WordStride: lanes, SectorStride: 1, AsBytes: false);

    /// <summary>Copies labels out of a layer as bytes, each sector's one after the other.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="firstNode">First node wanted.</param>
    /// <param name="count">Nodes wanted.</param>
    /// <param name="labels">Sector s's bytes begin at s x count x 32; as many sectors as there is room for.</param>
    public unsafe void Extract(byte* layer, long firstNode, int count, Span<byte> labels)
    {
        int sectors = SectorsIn(count, labels.Length);
        fixed (byte* start = labels)
        {
            for (int i = 0; i < count; i++)
            {
                uint* node = (uint*)(layer + ((firstNode + i) * NodeBytes));
                for (int sector = 0; sector < sectors; sector++)
                {
                    uint* words = node + (sector * SectorStride);
                    uint* label = (uint*)(start + ((((long)sector * count) + i) * LabelMessage.LabelBytes));
                    for (int w = 0; w < Words; w++)
                    {
                        label[w] = Turned(words[w * WordStride]);
                    }
                }
            }
        }
    }

    /// <summary>The inverse of <see cref="Extract"/>.</summary>
    /// <param name="labels">As there.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="firstNode">First node given.</param>
    /// <param name="count">Nodes given.</param>
    /// <param name="firstSector">The sector whose labels come first.</param>
    public unsafe void Insert(ReadOnlySpan<byte> labels, byte* layer, long firstNode, int count, int firstSector = 0)
    {
        int sectors = SectorsIn(count, labels.Length);
        fixed (byte* start = labels)
        {
            for (int i = 0; i < count; i++)
            {
                uint* node = (uint*)(layer + ((firstNode + i) * NodeBytes));
                for (int sector = 0; sector < sectors; sector++)
                {
                    uint* words = node + ((firstSector + sector) * SectorStride);
                    uint* label = (uint*)(start + ((((long)sector * count) + i) * LabelMessage.LabelBytes));
                    for (int w = 0; w < Words; w++)
                    {
                        words[w * WordStride] = Turned(label[w]);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Turned(uint word) => AsBytes || !BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);

    private int SectorsIn(int count, int bytes)
    {
        int sectors = count == 0 ? 0 : bytes / (count * LabelMessage.LabelBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sectors, Lanes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes, sectors * count * LabelMessage.LabelBytes);
        return sectors;
    }
}
