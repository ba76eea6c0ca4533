namespace Filecoin.Sealing.Trees;

/// <summary>Consecutive nodes of one row of a base tree.</summary>
/// <param name="Row">The row; 0 are the leaves.</param>
/// <param name="First">Index of the first within the row.</param>
/// <param name="Count">How many, more than none.</param>
public readonly record struct NodeRange(int Row, long First, long Count)
{
    /// <summary>Index of the first node behind it.</summary>
    public long End => First + Count;

    /// <summary>The ranges by row and place, those of a row that touch or overlap made one.</summary>
    public static IReadOnlyList<NodeRange> Join(IEnumerable<NodeRange> ranges)
    {
        List<NodeRange> joined = [];
        foreach (NodeRange range in ranges.OrderBy(range => range.Row).ThenBy(range => range.First))
        {
            if (joined is [.., var last] && last.Row == range.Row && range.First <= last.End)
            {
                joined[^1] = last with { Count = Math.Max(last.End, range.End) - last.First };
            }
            else
            {
                joined.Add(range);
            }
        }

        return joined;
    }
}
