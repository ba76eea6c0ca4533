namespace Filecoin.Sealing.Labeling.Many;

/// <summary>A kernel as <see cref="LaneRule"/> sees it.</summary>
/// <param name="Lanes">Sectors it labels together.</param>
/// <param name="Cost">What a node costs all lanes together, used or idle.</param>
internal readonly record struct LaneCost(int Lanes, double Cost);

/// <summary>How a number of sectors is split among kernels.</summary>
internal static class LaneRule
{
    /// <summary>
    /// The kernels whose costs add up to least while they have a lane for every sector; of equal ones those with fewer idle lanes, which
    /// take memory. Most lanes first.
    /// </summary>
    /// <param name="sectors">At least 1.</param>
    /// <param name="kernels">What there is to choose from; any of them may be used any number of times.</param>
    /// <returns>Indexes into <paramref name="kernels"/>.</returns>
    public static IReadOnlyList<int> Cheapest(int sectors, IReadOnlyList<LaneCost> kernels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sectors);
        ArgumentOutOfRangeException.ThrowIfZero(kernels.Count);

        // best[n]: the least cost (then lanes) for n sectors, and the kernel that serves the last of them.
        (double Cost, int Lanes, int Kernel)[] best = new (double, int, int)[sectors + 1];
        for (int n = 1; n <= sectors; n++)
        {
            best[n] = (double.PositiveInfinity, 0, -1);
            for (int k = 0; k < kernels.Count; k++)
            {
                (double cost, int lanes, _) = best[Math.Max(0, n - kernels[k].Lanes)];
                (double Cost, int Lanes, int Kernel) option = (cost + kernels[k].Cost, lanes + kernels[k].Lanes, k);
                if ((option.Cost, option.Lanes).CompareTo((best[n].Cost, best[n].Lanes)) < 0)
                {
                    best[n] = option;
                }
            }
        }

        List<int> chosen = [];
        for (int n = sectors; n > 0; n -= kernels[best[n].Kernel].Lanes)
        {
            chosen.Add(best[n].Kernel);
        }

        return [.. chosen.OrderByDescending(index => kernels[index].Lanes)];
    }
}
