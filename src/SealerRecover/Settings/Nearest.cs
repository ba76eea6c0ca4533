namespace SealerRecover.Settings;

/// <summary>The known word that a mistyped one is most like.</summary>
internal static class Nearest
{
    /// <summary>The nearest of some words; null where none is near: more than a third of it would have to be typed anew.</summary>
    /// <param name="word">As typed.</param>
    /// <param name="known">What could have been meant.</param>
    public static string? Of(string word, IEnumerable<string> known)
    {
        (string Known, int Distance)[] near = [.. known.Select(candidate => (candidate, Distance(word, candidate))).Where(pair => pair.Item2 <= Math.Max(1, Math.Max(word.Length, pair.candidate.Length) / 3))];
        return near.Length == 0 ? null : near.MinBy(pair => pair.Distance).Known;
    }

    /// <summary>Letters that have to be put in, taken out or replaced.</summary>
    internal static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
