using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Latency;

namespace SealerRecover.Rendering;

/// <summary>What is timed.</summary>
internal enum LatencyOf
{
    /// <summary>All that is read for one challenge.</summary>
    Challenges,

    /// <summary>Each reading of a survey.</summary>
    Readings,
}

/// <summary>How long storage paths take to read, and which sectors are slow.</summary>
/// <param name="Book">What was taken down.</param>
/// <param name="Of">What was timed.</param>
internal sealed record LatencyAnswer(LatencyBook Book, LatencyOf Of) : IAnswer
{
    private const int NumbersShown = 16;

    /// <summary>The storage paths.</summary>
    public IReadOnlyList<PathLatency> Paths { get; } = Book.Paths;

    /// <summary>The partitions.</summary>
    public IReadOnlyList<PartitionLatency> Partitions { get; } = Book.Partitions;

    /// <summary>Which partitions may be late though each sector may be quick, in a sentence each; not cleaned.</summary>
    public IEnumerable<string> Late => Partitions.Where(partition => partition.IsLate).Select(partition => Text(
        $"deadline {partition.Place.Deadline}, partition {partition.Place.Partition}: {partition.BusiestPath} took {Quantities.Latency(partition.BusiestTotal)} for the challenges of {Count(partition.Sectors)}, and provers leave out what they have not read after {Quantities.Latency(PartitionLatency.CheckTimeout)}"));

    /// <summary>The storage path on which every slow sector spent most of its longest step; null where there is none, or more than one.</summary>
    public string? SharedPath => Book.Slow.Select(sector => sector.WorstIn).Distinct().ToArray() is [var shared] ? shared : null;

    /// <summary>The storage paths to look into, by name; none where none is slow.</summary>
    public IReadOnlyList<string> ToLookInto =>
        [.. Book.Slow.Select(sector => sector.WorstIn).Concat(Partitions.Where(partition => partition.IsLate).Select(partition => partition.BusiestPath)).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>How many sectors are slow and where, in one sentence without its full stop; null for none.</summary>
    public string? Slow
    {
        get
        {
            if (Book.Slow.Count == 0)
            {
                return null;
            }

            int elsewhere = SharedPath is { } path ? Book.Sectors.Count(sector => !sector.StoragePaths.Contains(path)) : 0;
            return Text($"{Count(Book.Slow.Count)} of {Book.Sectors.Count} {(Book.Slow.Count == 1 ? "takes" : "take")} longer than {Quantities.Latency(Book.Limit)} for a {Step}: ") + (SharedPath is { } shared
                ? Text($"{(Book.Slow.Count == 1 ? "it waits" : $"all wait")} for {shared}, from which {Count(Book.Sectors.Count - elsewhere)} {(Book.Sectors.Count - elsewhere == 1 ? "was" : "were")} read")
                    + (elsewhere > 0 ? Text($"; of the {elsewhere} elsewhere none is slow") : "")
                : string.Join(", ", Paths.Where(found => found.SlowSectors > 0).OrderByDescending(found => found.SlowSectors)
                    .Select(found => Text($"{found.SlowSectors} of {found.Sectors} wait for {found.StoragePath}"))));
        }
    }

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine("");
        yield return new TextLine(Title + ":");
        yield return new TextTable([.. Headings], [.. Rows.Select(row => (IReadOnlyList<string>)[.. row.Select(SafeText.Clean)])]);
        foreach (string line in Caches.Concat(Verdicts))
        {
            yield return new TextLine("  " + SafeText.Clean(line));
        }
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonLatency(
        Of,
        JsonFileLatency.Exact(Book.Limit),
        [.. Book.Slow.Select(sector => JsonSector.Of(sector.Sector))],
        SharedPath,
        [
            .. Paths.Select(path => new JsonPathLatency(
                path.StoragePath,
                path.Sectors,
                path.SlowSectors,
                path.Reads,
                path.Bytes,
                JsonFileLatency.Exact(path.Times.Median),
                JsonFileLatency.Exact(path.Times.P99),
                JsonFileLatency.Exact(path.Times.Worst),
                path.Cache,
                path.FromMemory)),
        ],
        [
            .. Partitions.Select(partition => new JsonPartitionLatency(
                partition.Place.Deadline,
                partition.Place.Partition,
                partition.Sectors,
                partition.Slow,
                JsonFileLatency.Exact(partition.InTurn),
                JsonFileLatency.Exact(partition.Longest),
                partition.BusiestPath,
                JsonFileLatency.Exact(partition.BusiestTotal),
                partition.IsLate)),
        ]);

    /// <summary>What the table tells.</summary>
    public string Title => Of == LatencyOf.Challenges
        ? "how long it takes to read what window PoSt asks for, one challenge after the other"
        : "how long readings took";

    /// <summary>Over the columns of <see cref="Rows"/>.</summary>
    public static IReadOnlyList<string> Headings { get; } = ["storage path", "sectors", "readings", "half within", "99 % within", "longest", "slow sectors"];

    /// <summary>A row for each storage path; not cleaned.</summary>
    public IEnumerable<IReadOnlyList<string>> Rows => Paths.Select(path => (IReadOnlyList<string>)
    [
        path.StoragePath,
        Text($"{path.Sectors}"),
        Text($"{path.Reads}"),
        Quantities.Latency(path.Times.Median),
        Quantities.Latency(path.Times.P99),
        Quantities.Latency(path.Times.Worst),
        path.SlowSectors > 0 ? Text($"{path.SlowSectors}") : "-",
    ]);

    /// <summary>Whether the times are those of disks; not cleaned.</summary>
    public IEnumerable<string> Caches => Paths.GroupBy(path => path.Cache).OrderBy(group => group.Key).SelectMany(group => group.Key switch
    {
        PageCache.Emptied => ["the page cache was emptied of what was read" + (group.Count() < Paths.Count ? $" in {string.Join(", ", group.Select(path => path.StoragePath))}" : "") + " and answered nothing: these are times of disks"],
        PageCache.Untold => group.Select(path => $"whether the page cache answered in {path.StoragePath}, its file system does not tell"),
        _ => group.Select(path => Text($"the page cache answered {path.FromMemory} of {path.Reads} readings in {path.StoragePath} although it was asked to forget them: those tell nothing of its disk")),
    });

    /// <summary>What that means for sectors and partitions; not cleaned.</summary>
    public IEnumerable<string> Verdicts
    {
        get
        {
            yield return Slow is { } slow ? $"slow: {slow}" : $"no sector takes longer than {Quantities.Latency(Book.Limit)} for a {Step}";
            foreach (string late in Late)
            {
                yield return $"late: {late}";
            }

            foreach (PartitionLatency partition in Partitions.Where(partition => partition.Slow.Count > 0))
            {
                yield return Text($"deadline {partition.Place.Deadline}, partition {partition.Place.Partition}: {(partition.Slow.Count == 1 ? "sector" : "sectors")} {Numbers(partition.Slow)}; the {Count(partition.Sectors)} of it that {(partition.Sectors == 1 ? "was" : "were")} read took {Quantities.Latency(partition.InTurn)} one after the other, the longest of them {Quantities.Latency(partition.Longest)}");
            }

            ulong[] nowhere = [.. Book.Slow.Where(sector => sector.Place is null).Select(sector => sector.Sector.Number).Order()];
            if (nowhere.Length > 0)
            {
                yield return $"of a deadline that nobody told: {(nowhere.Length == 1 ? "sector" : "sectors")} {Numbers(nowhere)}";
            }
        }
    }

    /// <summary>What took longest of a sector, and where that is proven; not cleaned.</summary>
    public static string Longest(SectorLatency sector, LatencyOf of) => (sector.WorstNode is { } node ? Text($"challenged node {node}")
        : of == LatencyOf.Challenges ? "what is read before the first challenge"
        : "a reading")
        + Text($" took {Quantities.Latency(sector.Steps.Worst)}, {Quantities.Latency(sector.WorstThere)} of it in {sector.WorstIn}")
        + (sector.Place is { } place ? Text($"; deadline {place.Deadline}, partition {place.Partition}") : "");

    private string Step => Of == LatencyOf.Challenges ? "challenge" : "reading";

    private static string Count(int sectors) => Text($"{sectors} {(sectors == 1 ? "sector" : "sectors")}");

    private static string Numbers(IReadOnlyList<ulong> numbers) =>
        string.Join(", ", numbers.Take(NumbersShown).Select(number => number.ToString(CultureInfo.InvariantCulture)))
        + (numbers.Count > NumbersShown ? Text($" and {numbers.Count - NumbersShown} more") : "");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
