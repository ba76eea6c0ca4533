namespace SealerRecover.Recovery.PieceSources;

/// <summary>Which bytes of a file are there: ranges that neither overlap nor touch, in order. Not safe from several threads.</summary>
internal sealed class ByteRanges
{
    private readonly List<(long Start, long End)> _ranges = [];

    /// <summary>Bytes in all ranges.</summary>
    public long Total { get; private set; }

    /// <summary>The byte after the last that is there.</summary>
    public long End => _ranges.Count == 0 ? 0 : _ranges[^1].End;

    /// <summary>Start and end (not in it) of each range, one after the other, for writing down.</summary>
    public long[] ToArray() => [.. _ranges.SelectMany(range => new[] { range.Start, range.End })];

    /// <summary>Reads what <see cref="ToArray"/> wrote; false unless it is in order and within <paramref name="length"/>.</summary>
    public static bool TryRead(ReadOnlySpan<long> bounds, long length, out ByteRanges ranges)
    {
        ranges = new ByteRanges();
        long last = -1;
        if (bounds.Length % 2 != 0)
        {
            return false;
        }

        for (int i = 0; i < bounds.Length; i += 2)
        {
            if (bounds[i] <= last || bounds[i + 1] <= bounds[i] || bounds[i + 1] > length)
            {
                return false;
            }

            last = bounds[i + 1];
            ranges.Add(bounds[i], last);
        }

        return true;
    }

    /// <summary>The bytes from <paramref name="start"/> up to, without, <paramref name="end"/> are there now.</summary>
    public void Add(long start, long end)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfLessThan(end, start);
        if (start == end)
        {
            return;
        }

        int first = _ranges.FindIndex(range => range.End >= start);
        first = first < 0 ? _ranges.Count : first;
        int count = 0;
        while (first + count < _ranges.Count && _ranges[first + count].Start <= end)
        {
            (long otherStart, long otherEnd) = _ranges[first + count];
            start = Math.Min(start, otherStart);
            end = Math.Max(end, otherEnd);
            Total -= otherEnd - otherStart;
            count++;
        }

        _ranges.RemoveRange(first, count);
        _ranges.Insert(first, (start, end));
        Total += end - start;
    }

    /// <summary>What is missing of <paramref name="length"/> bytes, in order, in pieces of at most <paramref name="longest"/>.</summary>
    public IEnumerable<(long Start, long End)> Missing(long length, long longest)
    {
        List<(long Start, long End)> missing = [];
        long position = 0;
        foreach ((long start, long end) in _ranges.Append((length, length)))
        {
            for (; position < start; position = Math.Min(start, position + longest))
            {
                missing.Add((position, Math.Min(start, position + longest)));
            }

            position = end;
        }

        return missing;
    }
}
