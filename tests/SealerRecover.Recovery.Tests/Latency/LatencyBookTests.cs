using Filecoin.Primitives;
using SealerRecover.Recovery.Latency;

namespace SealerRecover.Recovery.Tests.Latency;

/// <summary>Times are added up by sector, file, storage path and partition, and what is slow is found.</summary>
public sealed class LatencyBookTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(2, 1, 2, 2)]
    [InlineData(99, 50, 99, 99)]
    [InlineData(100, 50, 99, 100)]
    [InlineData(101, 51, 100, 101)]
    [InlineData(1000, 500, 990, 1000)]
    public void Percentiles_are_times_that_were_measured(int count, int median, int p99, int worst)
    {
        int[] order = [.. Enumerable.Range(1, count)];
        new Random(3).Shuffle(order);
        ReadTimes times = ReadTimes.Of(order.Select(at => TimeSpan.FromMilliseconds(at)));
        Assert.Equal((count, median, p99, worst), (times.Count, times.Median.TotalMilliseconds, times.P99.TotalMilliseconds, times.Worst.TotalMilliseconds));
    }

    [Fact]
    public void Of_nothing_there_are_no_times() => Assert.Equal(default, ReadTimes.Of([]));

    [Fact]
    public void A_sector_is_slow_where_one_step_is_and_the_path_that_step_waited_for_is_blamed()
    {
        LatencyBook book = Book();
        SectorLatency quick = book.Add(Sector(1), new PartitionPlace(7, 0), [Step(4, ("/a/sealed/1", 1000), ("/b/cache/1/t", 1000))])!;
        SectorLatency slow = book.Add(
            Sector(2), new PartitionPlace(7, 0), [Step(5, ("/a/sealed/2", 100), ("/b/cache/2/t", 200)), Step(6, ("/a/sealed/2", 300), ("/b/cache/2/t", 1701))])!;

        // Two seconds are allowed, a step longer than that is not, and its parts are added.
        Assert.Equal((false, true), (quick.IsSlow, slow.IsSlow));
        Assert.Equal(("/b", 1701.0, 6L), (slow.WorstIn, slow.WorstThere.TotalMilliseconds, slow.WorstNode));
        Assert.Equal((2001.0, 2301.0), (slow.Steps.Worst.TotalMilliseconds, slow.Total.TotalMilliseconds));
        Assert.Equal(
            [("/a/sealed/2", "/a", 400.0, 2), ("/b/cache/2/t", "/b", 1901.0, 2)],
            slow.Files.Select(file => (file.Path, file.StoragePath, file.Total.TotalMilliseconds, file.Times.Count)));
        Assert.Equal([("/a", 2, 0), ("/b", 2, 1)], book.Paths.Select(path => (path.StoragePath, path.Sectors, path.SlowSectors)));

        // Of a path, what each step spent there: 1000, 100 and 300.
        ReadTimes there = book.Paths[0].Times;
        Assert.Equal((3, 300.0, 1000.0), (there.Count, there.Median.TotalMilliseconds, there.Worst.TotalMilliseconds));
    }

    [Fact]
    public void A_partition_takes_between_its_longest_sector_and_all_in_turn()
    {
        LatencyBook book = Book();
        book.Add(Sector(1), new PartitionPlace(9, 1), [Step(1, ("/a/1", 10))]);
        book.Add(Sector(3), new PartitionPlace(7, 0), [Step(1, ("/a/3", 3000))]);
        book.Add(Sector(2), new PartitionPlace(7, 0), [Step(1, ("/a/2", 2500)), Step(2, ("/a/2", 1))]);
        book.Add(Sector(4), new PartitionPlace(7, 0), [Step(1, ("/a/4", 20))]);
        book.Add(Sector(5), null, [Step(1, ("/a/5", 20))]);
        Assert.Equal(
            [(7, 0UL, 3, "2,3", 5521.0, 3000.0), (9, 1UL, 1, "", 10.0, 10.0)],
            book.Partitions.Select(partition => (
                partition.Place.Deadline,
                partition.Place.Partition,
                partition.Sectors,
                string.Join(',', partition.Slow),
                partition.InTurn.TotalMilliseconds,
                partition.Longest.TotalMilliseconds)));
    }

    [Fact]
    public void A_partition_is_late_where_one_path_takes_too_long_though_no_sector_is_slow()
    {
        LatencyBook book = Book();

        // 2349 sectors of ten challenges of 60 ms: 23 minutes on one disk, 12 on each of two.
        for (ulong number = 0; number < 2349; number++)
        {
            ReadStep[] Steps(string path) => [.. Enumerable.Range(0, 10).Select(node => Step(node, ($"{path}/{number}", 60)))];
            book.Add(Sector(number), new PartitionPlace(3, 0), Steps("/a"));
            book.Add(Sector(number + 2349), new PartitionPlace(4, 0), Steps(number % 2 == 0 ? "/a" : "/b"));
        }

        Assert.Empty(book.Slow);
        Assert.Equal([(3, true, "/a", 1409.4), (4, false, "/a", 705.0)], book.Partitions.Select(partition =>
            (partition.Place.Deadline, partition.IsLate, partition.BusiestPath, partition.BusiestTotal.TotalSeconds)));
        Assert.Equal(1409.4, book.Partitions[1].InTurn.TotalSeconds);
    }

    [Theory]
    [InlineData(false, PageCache.Emptied, 0)]
    [InlineData(true, PageCache.Answered, 1)]
    [InlineData(null, PageCache.Untold, 0)]
    public void What_the_page_cache_did_is_told_of_each_path(bool? held, PageCache cache, int fromMemory)
    {
        LatencyBook book = Book();
        book.Add(Sector(1), null, [new ReadStep(null, [Read("/a/1", 1, false), Read("/a/1", 1, held), Read("/b/1", 1, false)])]);
        Assert.Equal([cache, PageCache.Emptied], book.Paths.Select(path => path.Cache));
        Assert.Equal((2, fromMemory, 512), (book.Paths[0].Reads, book.Paths[0].FromMemory, (int)book.Paths[0].Bytes));
    }

    [Fact]
    public void A_sector_of_which_nothing_was_read_is_not_in_the_book()
    {
        LatencyBook book = Book();
        Assert.Null(book.Add(Sector(1), null, []));
        Assert.Null(book.Add(Sector(1), null, [new ReadStep(null, [])]));
        Assert.Empty(book.Sectors);
        Assert.Empty(book.Paths);
    }

    private static LatencyBook Book() => new(Limit, path => path[..2]);

    private static SectorId Sector(ulong number) => new(new ActorId(1000), number);

    private static ReadStep Step(long node, params (string Path, int Milliseconds)[] reads) =>
        new(node, [.. reads.Select(read => Read(read.Path, read.Milliseconds, false))]);

    private static TimedRead Read(string path, int milliseconds, bool? held) => new(path, 256, TimeSpan.FromMilliseconds(milliseconds), held);
}
