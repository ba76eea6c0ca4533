using System.Xml.Linq;
using Filecoin.Primitives;
using SealerRecover.Recovery.Latency;
using SealerRecover.Rendering;
using Xunit;

namespace SealerRecover.Tests.Rendering;

/// <summary>How long reading took, in words and on a page.</summary>
public class LatencyAnswerTests
{
    private const string Hostile = "/mnt/<script>alert(1)</script>&\"'\u001b[31m";

    private static readonly string[] Paths = ["/mnt/a", "/mnt/b", "/mnt/c", Hostile];

    [Fact]
    public void The_path_that_slow_sectors_share_is_named_with_their_deadlines()
    {
        LatencyAnswer answer = new(Book(slowIn: ["/mnt/c"]), LatencyOf.Challenges);
        string text = string.Join('\n', answer.Verdicts);
        Assert.Equal("/mnt/c", answer.SharedPath);
        Assert.Contains("slow: 4 sectors of 16 take longer than 2.00 s for a challenge: all wait for /mnt/c, from which 4 sectors were read; of the 12 elsewhere none is slow", text, StringComparison.Ordinal);
        Assert.Contains("deadline 0, partition 1: sectors 2, 10; the 8 sectors of it that were read took 5.06 s one after the other, the longest of them 2.50 s", text, StringComparison.Ordinal);
        Assert.Contains("deadline 1, partition 1: ", text, StringComparison.Ordinal);
        Assert.Equal("challenged node 77 took 2.50 s, 2.50 s of it in /mnt/c; deadline 0, partition 1", LatencyAnswer.Longest(answer.Book.Slow[0], answer.Of));
    }

    [Fact]
    public void Several_slow_paths_are_counted_and_none_is_said_so()
    {
        LatencyAnswer two = new(Book(slowIn: ["/mnt/a", "/mnt/c"]), LatencyOf.Readings);
        Assert.Null(two.SharedPath);
        Assert.Equal("8 sectors of 16 take longer than 2.00 s for a reading: 4 of 4 wait for /mnt/a, 4 of 4 wait for /mnt/c", two.Slow);
        Assert.Equal(["/mnt/a", "/mnt/c"], two.ToLookInto);
        LatencyAnswer none = new(Book(slowIn: []), LatencyOf.Challenges);
        Assert.Null(none.Slow);
        Assert.Empty(none.ToLookInto);
        Assert.Equal(["no sector takes longer than 2.00 s for a challenge"], none.Verdicts);
    }

    [Fact]
    public void A_partition_that_takes_too_long_as_a_whole_is_late()
    {
        LatencyBook book = new(TimeSpan.FromSeconds(2), path => path[..6]);
        for (ulong number = 0; number < 1000; number++)
        {
            book.Add(new SectorId(new ActorId(1000), number), new PartitionPlace(5, 2), [new ReadStep(1, [Read("/mnt/a/1", 1900, false)])]);
        }

        LatencyAnswer answer = new(book, LatencyOf.Challenges);
        Assert.Equal(
            [
                "no sector takes longer than 2.00 s for a challenge",
                "late: deadline 5, partition 2: /mnt/a took 31 min 40 s for the challenges of 1000 sectors, and provers leave out what they have not read after 20 min 00 s",
            ],
            answer.Verdicts);
        Assert.Equal(["/mnt/a"], answer.ToLookInto);
    }

    [Fact]
    public void What_the_page_cache_did_is_said_plainly()
    {
        Assert.Equal(
            ["the page cache was emptied of what was read and answered nothing: these are times of disks"],
            new LatencyAnswer(Book(slowIn: []), LatencyOf.Challenges).Caches);
        LatencyBook book = new(TimeSpan.FromSeconds(2), path => path[..6]);
        book.Add(Examples.Sector2, null, [new ReadStep(null, [Read("/mnt/a/1", 1, false), Read("/mnt/b/1", 1, true), Read("/mnt/b/1", 1, false), Read("/mnt/c/1", 1, null)])]);
        Assert.Equal(
            [
                "the page cache was emptied of what was read in /mnt/a and answered nothing: these are times of disks",
                "the page cache answered 1 of 2 readings in /mnt/b although it was asked to forget them: those tell nothing of its disk",
                "whether the page cache answered in /mnt/c, its file system does not tell",
            ],
            new LatencyAnswer(book, LatencyOf.Challenges).Caches);
    }

    [Fact]
    public void A_page_is_well_formed_names_every_sector_and_runs_nothing()
    {
        string page = Page(Book(slowIn: [Hostile]));
        XDocument parsed = XDocument.Parse(page);

        Assert.DoesNotContain(parsed.Descendants(), element => element.Name.LocalName is "script" or "link" or "img" or "iframe");
        Assert.DoesNotContain(parsed.Descendants().Attributes(), attribute => attribute.Name.LocalName == "src" || (attribute.Name.LocalName == "href" && attribute.Value[0] != '#'));
        Assert.DoesNotContain(parsed.Descendants().Attributes(), attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', page);
        string seen = Hostile.Replace("\u001b", "\\x1b", StringComparison.Ordinal);
        XElement[] rows = [.. parsed.Descendants("tr").Where(row => row.Attribute("id") is not null)];
        Assert.Equal(16, rows.Length);
        for (ulong number = 0; number < 16; number++)
        {
            SectorId sector = new(new ActorId(1000), number);
            XElement cell = Assert.Single(parsed.Descendants("a"), element => (string?)element.Attribute("href") == $"#{sector.FileName}");
            bool isSlow = number % 4 == 3;
            Assert.Equal(number == 1 ? "cell wrong" : isSlow ? "cell slow" : "cell good", (string?)cell.Attribute("class"));
            XElement row = Assert.Single(rows, row => (string?)row.Attribute("id") == sector.FileName);
            string[] cells = [.. row.Elements("td").Select(element => element.Value)];
            Assert.Equal((sector.ToString(), Paths[number % 4].Replace("\u001b", "\\x1b", StringComparison.Ordinal)), (cells[0], cells[6]));
            Assert.Equal(isSlow ? "proven, slow" : number == 1 ? "failed" : "proven", cells[1]);
        }

        Assert.Contains(parsed.Descendants("h3"), heading => heading.Value.StartsWith(seen, StringComparison.Ordinal));
        Assert.Equal(4, parsed.Descendants("svg").Count());
        double[] Widths(string name) => [.. parsed.Descendants("rect").Where(rect => (string?)rect.Attribute("class") == name).Select(rect => (double)rect.Attribute("width")!)];
        Assert.All(Widths("worst").Zip(Widths("half")), pair => Assert.True(pair.First >= pair.Second && pair.First <= 100));
        Assert.True(Widths("worst").Distinct().Count() == 2, "the slow path has a longer bar");
    }

    [Fact]
    public void A_page_without_sectors_is_a_page()
    {
        XDocument parsed = XDocument.Parse(new HtmlReport("survey", default, [], new LatencyAnswer(new LatencyBook(TimeSpan.FromSeconds(2), path => path), LatencyOf.Readings)).ToString());
        Assert.Contains("no sectors", parsed.Root!.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0, "0.00 ms")]
    [InlineData(0.04, "0.04 ms")]
    [InlineData(0.999, "1.0 ms")]
    [InlineData(9.96, "10 ms")]
    [InlineData(31.4, "31 ms")]
    [InlineData(999.6, "1.00 s")]
    [InlineData(2310, "2.31 s")]
    [InlineData(75_000, "1 min 15 s")]
    public void Times_of_disks_are_as_short_as_they_are(double milliseconds, string text) =>
        Assert.Equal(text, Quantities.Latency(TimeSpan.FromMilliseconds(milliseconds)));

    /// <summary>Sixteen sectors in four storage paths and two deadlines, one step each.</summary>
    private static LatencyBook Book(string[] slowIn)
    {
        LatencyBook book = new(TimeSpan.FromSeconds(2), path => Paths.First(known => path.StartsWith(known, StringComparison.Ordinal)));
        for (int number = 0; number < 16; number++)
        {
            string path = Paths[number % 4];
            book.Add(
                new SectorId(new ActorId(1000), (ulong)number),
                new PartitionPlace(number / 4 % 2, 1),
                [new ReadStep(77, [Read($"{path}/sealed/{number}", slowIn.Contains(path) ? 2500 : 10, false)])]);
        }

        return book;
    }

    private static string Page(LatencyBook book) => new HtmlReport(
        "verify",
        new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        [
            .. book.Sectors.Select(sector => new HtmlSector(
                new SectorReport(
                    sector.Sector,
                    sector.Sector.Number == 1 ? SectorResult.Failed : SectorResult.Proven,
                    null,
                    null,
                    [],
                    TimeSpan.FromSeconds(1),
                    sector.Sector.Number == 1 ? Failure.From(new OperatorException(FailureKind.Storage, $"{Hostile} is damaged", "look")) : null),
                sector,
                [.. sector.StoragePaths])),
        ],
        new LatencyAnswer(book, LatencyOf.Challenges)).ToString();

    private static TimedRead Read(string path, int milliseconds, bool? held) => new(path, 4096, TimeSpan.FromMilliseconds(milliseconds), held);
}
