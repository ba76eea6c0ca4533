using Filecoin.Cryptography.Kernels;

namespace Filecoin.Sealing.Graph;

/// <summary>
/// The drawn base parents of sixteen consecutive nodes at a time: <see cref="StackedGraph.BaseParents"/> with the random streams of many
/// nodes side by side and divisions replaced by multiplications.
/// </summary>
/// <param name="drgSeed">The graph's seed, 28 bytes.</param>
/// <param name="lanes">Streams at a time: 4, 8 or 16.</param>
internal sealed class BucketSampler(byte[] drgSeed, int lanes)
{
    /// <summary>Nodes in one call.</summary>
    public const int Nodes = ChaCha8Lanes.Streams;

    private const ulong DrawnParents = StackedGraph.BaseDegree - 1;

    /// <summary>Distances 2^(b-1) … 2^b of every bucket b that is not a node's last one, and how many they are.</summary>
    private static readonly (ulong Smallest, Divisor Count)[] WholeBuckets =
    [
        .. Enumerable.Range(0, 36).Select(b =>
        {
            ulong smallest = Math.Max(2, (1UL << b) >> 1);
            ulong largest = Math.Max(2, 1UL << b);
            return (smallest, new Divisor(largest - smallest + 1));
        }),
    ];

    /// <summary>Draws.</summary>
    /// <param name="firstNode">At least 2.</param>
    /// <param name="parents">The parents of <see cref="Nodes"/> nodes, <see cref="StackedGraph.Degree"/> each.</param>
    /// <param name="firstDrawn">Where in a node's parents the five drawn ones stand.</param>
    public void Draw(uint firstNode, Span<uint> parents, int firstDrawn)
    {
        Span<uint> words = stackalloc uint[2 * ChaCha8Lanes.Numbers * Nodes];
        ChaCha8Lanes.Draw(drgSeed, firstNode, words, lanes);
        ulong buckets = 0;
        Divisor bucketCount = default;
        for (int lane = 0; lane < Nodes; lane++)
        {
            uint node = firstNode + (uint)lane;
            ulong metaNode = node * DrawnParents;
            ulong metaBuckets = StackedGraph.BucketCount(metaNode);
            if (buckets != metaBuckets)
            {
                buckets = metaBuckets;
                bucketCount = new Divisor(buckets);
            }

            Span<uint> drawn = parents.Slice((lane * StackedGraph.Degree) + firstDrawn, (int)DrawnParents);
            for (int i = 0; i < drawn.Length; i++)
            {
                ulong bucketNumber = Number(words, 2 * i, lane);
                ulong distanceNumber = Number(words, (2 * i) + 1, lane);
                ulong bucket = bucketCount.Remainder(bucketNumber) + 1;
                ulong distance = bucket < buckets
                    ? WholeBuckets[bucket].Smallest + WholeBuckets[bucket].Count.Remainder(distanceNumber)
                    : InLastBucket(metaNode, distanceNumber);
                uint parent = (uint)((metaNode - distance) / DrawnParents);
                drawn[i] = parent == node ? node - 1 : parent;
            }
        }
    }

    /// <summary>The last bucket ends at the node's distance from the start, so its size is the node's own.</summary>
    private static ulong InLastBucket(ulong metaNode, ulong random)
    {
        ulong smallest = Math.Max(2, metaNode >> 1);
        return smallest + (random % (metaNode - smallest + 1));
    }

    private static ulong Number(ReadOnlySpan<uint> words, int index, int lane) =>
        words[(2 * index * Nodes) + lane] | ((ulong)words[(((2 * index) + 1) * Nodes) + lane] << 32);

    /// <summary>
    /// Remainders by multiplication: with m = floor((2^64 - 1) / d), floor(x m / 2^64) is floor(x / d) or one less, for every x below 2^64.
    /// </summary>
    private readonly struct Divisor(ulong value)
    {
        private readonly ulong _value = value;
        private readonly ulong _reciprocal = ulong.MaxValue / value;

        public ulong Remainder(ulong x)
        {
            ulong remainder = x - (Math.BigMul(x, _reciprocal, out _) * _value);
            return remainder >= _value ? remainder - _value : remainder;
        }
    }
}
