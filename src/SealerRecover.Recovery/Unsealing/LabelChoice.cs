using Filecoin.Primitives;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>
/// Which sectors are labelled where things that are wanted come out of labels only, and some of several sectors. First those that alone hold
/// something, which serve what else they hold; then, as long as something is left, the sector with the least labelling for each thing that it
/// adds; what others have made needless is left out again. That is no more than a factor of ln(n) from the least labelling, and the least
/// where sectors share little, as in practice.
/// </summary>
internal static class LabelChoice
{
    /// <summary>What is there already costs next to nothing, and still more than nothing.</summary>
    private const double Least = 1e-6;

    /// <summary>The sectors to label.</summary>
    /// <param name="holders">For each thing that is wanted, the sectors it can come out of; at least one.</param>
    /// <param name="cost">What labelling a sector costs, in any unit.</param>
    public static IReadOnlySet<SectorId> Of(IReadOnlyList<IReadOnlySet<SectorId>> holders, Func<SectorId, double> cost)
    {
        HashSet<SectorId> chosen = [.. holders.Where(sectors => sectors.Count == 1).Select(sectors => sectors.First())];
        for (List<IReadOnlySet<SectorId>> left = Uncovered(); left.Count > 0; left = Uncovered())
        {
            chosen.Add(left.SelectMany(sectors => sectors).CountBy(sector => sector)
                .OrderBy(entry => Math.Max(cost(entry.Key), Least) / entry.Value).ThenBy(entry => entry.Key.Number).First().Key);
        }

        foreach (SectorId sector in chosen.OrderByDescending(cost).ToArray())
        {
            if (holders.All(sectors => sectors.Any(other => other != sector && chosen.Contains(other))))
            {
                chosen.Remove(sector);
            }
        }

        return chosen;

        List<IReadOnlySet<SectorId>> Uncovered() => [.. holders.Where(sectors => !sectors.Overlaps(chosen))];
    }
}
