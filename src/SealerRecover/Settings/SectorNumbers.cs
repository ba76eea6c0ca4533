using System.Globalization;
using Filecoin.Primitives;

namespace SealerRecover.Settings;

/// <summary>Reads sector numbers as operators write them: "7", "1,2,5", "3-40", several of these together.</summary>
internal static class SectorNumbers
{
    /// <summary>The most sectors one run takes; more is a typing mistake or hostile.</summary>
    public const int Most = 100_000;

    /// <summary>Sector numbers are signed 64-bit in the database encodings of Lotus and Curio: at most 2^63 - 1.</summary>
    public const ulong Largest = long.MaxValue;

    private const int LongestNumber = 19;

    /// <summary>The numbers in the order given, each once.</summary>
    /// <param name="words">Arguments as typed.</param>
    /// <exception cref="OperatorException">BadInput naming the word that is not a number, list or range, or more than <see cref="Most"/> numbers.</exception>
    public static IReadOnlyList<ulong> Parse(IEnumerable<string> words)
    {
        List<ulong> numbers = [];
        HashSet<ulong> seen = [];
        foreach (string word in words)
        {
            // The parser hands unknown options over as sector numbers.
            if (word.StartsWith('-'))
            {
                throw Bad(word, "is not an option of this command", "-h behind the command lists its options");
            }

            foreach (Range part in word.AsSpan().Split(','))
            {
                Add(word.AsSpan(part).Trim(), word);
            }
        }

        return numbers;

        void Add(ReadOnlySpan<char> part, string word)
        {
            int dash = part.IndexOf('-');
            ulong first = Number(dash < 0 ? part : part[..dash].TrimEnd(), word);
            ulong last = dash < 0 ? first : Number(part[(dash + 1)..].TrimStart(), word);
            if (last < first)
            {
                throw Bad(word, "runs backwards", "write the smaller number first, as in 3-40");
            }

            // Checked before the loop: "0-9223372036854775807" must not be tried.
            if (last - first >= Most)
            {
                throw TooMany();
            }

            for (ulong number = first; number <= last; number++)
            {
                if (seen.Add(number))
                {
                    numbers.Add(number);
                }
            }

            if (numbers.Count > Most)
            {
                throw TooMany();
            }
        }
    }

    /// <summary>Numbers as words that <see cref="Parse"/> reads: "7", "9-12".</summary>
    /// <param name="numbers">In ascending order, each once.</param>
    public static IEnumerable<string> Ranges(IReadOnlyList<ulong> numbers)
    {
        for (int first = 0; first < numbers.Count;)
        {
            int last = first;
            while (last + 1 < numbers.Count && numbers[last + 1] == numbers[last] + 1)
            {
                last++;
            }

            yield return last == first
                ? numbers[first].ToString(CultureInfo.InvariantCulture)
                : string.Create(CultureInfo.InvariantCulture, $"{numbers[first]}-{numbers[last]}");
            first = last + 1;
        }
    }

    private static ulong Number(ReadOnlySpan<char> text, string word)
    {
        ReadOnlySpan<char> digits = text.TrimStart('0');
        if (text.Length == 0 || text.ContainsAnyExceptInRange('0', '9'))
        {
            throw Bad(word, "is not a sector number", "write numbers, lists or ranges, as in 7 or 1,2,5 or 3-40");
        }

        if (digits.Length == 0)
        {
            return 0;
        }

        if (digits.Length > LongestNumber
            || !ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            || number > Largest)
        {
            throw Bad(word, "is larger than any sector number", $"sector numbers end at {Largest}");
        }

        return number;
    }

    private static OperatorException Bad(string word, string what, string hint) =>
        new(FailureKind.BadInput, $"\"{SafeText.Short(word)}\" {what}", hint);

    private static OperatorException TooMany() =>
        new(FailureKind.BadInput, $"more than {Most} sectors were asked for", "name fewer sectors in one run; several runs can share one temp folder");
}
