namespace Filecoin.Sealing.Unsealed;

/// <summary>A stretch of a sector's padded data.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes, more than none.</param>
public readonly record struct PaddedRange(long Offset, long Length)
{
    /// <summary>First byte behind it.</summary>
    public long End => Offset + Length;

    /// <summary>The ranges in order, those that touch or overlap made one, empty ones left out.</summary>
    public static IReadOnlyList<PaddedRange> Join(IEnumerable<PaddedRange> ranges)
    {
        List<PaddedRange> joined = [];
        foreach (PaddedRange range in ranges.Where(range => range.Length > 0).OrderBy(range => range.Offset))
        {
            if (joined is [.., var last] && range.Offset <= last.End)
            {
                joined[^1] = last with { Length = Math.Max(last.End, range.End) - last.Offset };
            }
            else
            {
                joined.Add(range);
            }
        }

        return joined;
    }
}
