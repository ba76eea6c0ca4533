using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;

namespace Filecoin.Sealing.Unsealed;

/// <summary>Tells replicas with data from data that was never sealed, by a look at a few hundred nodes.</summary>
public static class DataLook
{
    private const int Samples = 512;
    private const byte TopTwoBits = 0xc0;

    /// <summary>
    /// Whether it can only be sealed or updated. Fr32 leaves the two top bits of every node of padded data (its last byte, little endian) clear;
    /// labels plus data are any field elements, of which 45 in 100 have the second of them set. One in ten decides, so that a damaged copy of
    /// data is still one. No says nothing: a replica sealed over zeros is its labels, in which those bits are clear, too.
    /// </summary>
    /// <param name="file">Padded data or a replica.</param>
    /// <exception cref="OperatorException">Reading failed.</exception>
    public static bool IsReplica(ISectorData file)
    {
        ArgumentNullException.ThrowIfNull(file);
        long groups = file.Size.Bytes / Fr32.PaddedGroup;
        long step = Math.Max(1, groups / Samples);
        int looked = 0;
        int set = 0;
        Span<byte> group = stackalloc byte[Fr32.PaddedGroup];
        for (long at = 0; at < groups; at += step)
        {
            file.Read(at * Fr32.PaddedGroup, group);
            for (int last = Bytes32.Length - 1; last < group.Length; last += Bytes32.Length)
            {
                set += (group[last] & TopTwoBits) != 0 ? 1 : 0;
                looked++;
            }
        }

        return set > looked / 10;
    }
}
