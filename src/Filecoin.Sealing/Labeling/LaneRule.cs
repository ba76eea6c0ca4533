namespace Filecoin.Sealing.Labeling;

/// <summary>How a number of sectors is split among kernels.</summary>
internal static class LaneRule
{
    /// <summary>
    /// What an idle lane is held to cost, in the unit of <see cref="KernelCost.Cost"/>: no time, but two layers of memory, which is not worth
    /// spending for a gain of a few percent.
    /// </summary>
    public const double IdleLane = 1.5;

    /// <summary>
    /// The kernels whose costs, and those of idle lanes, add up to least while they have a lane for every sector. Most lanes first.
    /// </summary>
    /// <param name="sectors">At least 1.</param>
    /// <param name="kernels">What there is to choose from; any of them may be used any number of times.</param>
    /// <returns>Indexes into <paramref name="kernels"/>.</returns>
    public static IReadOnlyList<int> Cheapest(int sectors, IReadOnlyList<KernelCost> kernels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sectors);
        ArgumentOutOfRangeException.ThrowIfZero(kernels.Count);

        // best[n]: the least cost for n sectors, and the kernel that serves the last of them.
        (double Cost, int Kernel)[] best = new (double, int)[sectors + 1];
        for (int n = 1; n <= sectors; n++)
        {
            best[n] = (double.PositiveInfinity, -1);
            for (int k = 0; k < kernels.Count; k++)
            {
                double rest = best[Math.Max(0, n - kernels[k].Variant.Sectors)].Cost;
                double cost = rest + kernels[k].Cost + (IdleLane * Math.Max(0, kernels[k].Variant.Sectors - n));
                if (cost < best[n].Cost)
                {
                    best[n] = (cost, k);
                }
            }
        }

        List<int> chosen = [];
        for (int n = sectors; n > 0; n -= kernels[best[n].Kernel].Variant.Sectors)
        {
            chosen.Add(best[n].Kernel);
        }

        return [.. chosen.OrderByDescending(index => kernels[index].Variant.Sectors)];
    }
}
