namespace Filecoin.Chain.Wire;

/// <summary>
/// Bit fields as Lotus prints them (go-bitfield rle/rleplus.go): lengths of runs, beginning with one of bits that are not set. [5,1] is {5},
/// [0,3] is {0,1,2}, [0] is empty.
/// </summary>
internal static class RunLengths
{
    /// <summary>So many sectors of 32 GiB would be 2 EiB, which no miner comes near: an answer with more is faulty.</summary>
    private const ulong MostNumbers = 1 << 26;

    /// <summary>The numbers in order; false where there are too many, or they exceed 2^63 - 1.</summary>
    public static bool TryExpand(IReadOnlyList<ulong> runs, out IReadOnlyList<ulong> numbers)
    {
        List<ulong> set = [];
        numbers = set;
        ulong at = 0;
        bool isSet = false;
        foreach (ulong run in runs)
        {
            if (run > long.MaxValue - at || (isSet && run > MostNumbers - (ulong)set.Count))
            {
                return false;
            }

            for (ulong i = 0; isSet && i < run; i++)
            {
                set.Add(at + i);
            }

            at += run;
            isSet = !isSet;
        }

        return true;
    }
}
