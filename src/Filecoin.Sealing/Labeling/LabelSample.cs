using System.Security.Cryptography;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Labeling;

/// <summary>
/// Which labels of a layer are made a second time before the layer counts as finished (<see cref="LabelCheck"/>): the first two, the last,
/// and one drawn at random from each of as many equal stretches in between, so that no stretch goes unseen and no two runs look at the same
/// nodes. A layer that has no more labels is made again whole.
/// </summary>
public static class LabelSample
{
    /// <summary>Labels of a layer of a sector that stands on a real network: some 100 ms on one core.</summary>
    private const int Real = 4096;

    /// <summary>Labels of a layer of a sector made for trying things out.</summary>
    private const int Small = 256;

    /// <summary>From 512 MiB on.</summary>
    private const long NodesOfReal = 1L << 24;

    /// <summary>Node 0 has no parents, node 1 no choice of them: rules of their own.</summary>
    private const int AlwaysAtTheStart = 2;

    /// <summary>How many labels of every layer are made again by the plain kernel.</summary>
    public static int CountFor(PorepParameters porep)
    {
        ArgumentNullException.ThrowIfNull(porep);
        return (int)Math.Min(porep.Nodes, porep.Nodes < NodesOfReal ? Small : Real);
    }

    /// <summary>A source of draws that nobody can foretell.</summary>
    internal static Random Unforeseeable() => new(RandomNumberGenerator.GetInt32(int.MaxValue));

    /// <summary>Draws nodes of a layer, in ascending order and none twice.</summary>
    /// <param name="nodes">Nodes of the layer.</param>
    /// <param name="count">How many; at least 3 where there are more nodes than that.</param>
    /// <param name="random">Decides which.</param>
    internal static long[] Draw(long nodes, int count, Random random)
    {
        if (count >= nodes)
        {
            return [.. Enumerable.Range(0, (int)nodes)];
        }

        long[] drawn = new long[count];
        int stretches = count - AlwaysAtTheStart - 1;
        long between = nodes - AlwaysAtTheStart - 1;
        drawn[1] = 1;
        for (int i = 0; i < stretches; i++)
        {
            long first = AlwaysAtTheStart + (between * i / stretches);
            long end = AlwaysAtTheStart + (between * (i + 1) / stretches);
            drawn[AlwaysAtTheStart + i] = random.NextInt64(first, end);
        }

        drawn[^1] = nodes - 1;
        return drawn;
    }
}
