using SealerRecover.Ledger;
using SealerRecover.Recovery.Scrub;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Tests.Survey;

namespace SealerRecover.Recovery.Tests.Scrub;

/// <summary>A scrub that is interrupted goes on where it was, finds everything, and reads nothing twice.</summary>
public sealed class ThreeNightsTests
{
    private const int Sectors = 200;
    private const long MiB = 1 << 20;
    private static readonly ulong[] Large = [40, 90, 140, 190];

    [Fact]
    public void Two_hundred_sectors_over_three_nights_show_all_twelve_damages_and_every_byte_is_read_once()
    {
        using ScrubbedStorage storage = new();
        using SurveyedSector small = SurveyedSector.Known("2KiB-v1_1-cc");
        using SurveyedSector large = SurveyedSector.Made();
        storage.Add(small, Numbers().Except(Large));
        storage.Add(large, Large);
        string[] unsealed = [.. new ulong[] { 3, 60, 120, 199 }.Select(storage.AddUnsealed)];
        SortedDictionary<ulong, string> damaged = Damage(storage, unsealed);
        Dictionary<string, long> lengths = Directory.EnumerateFiles(storage.Root, "*", SearchOption.AllDirectories)
            .ToDictionary(path => path, path => new FileInfo(path).Length);
        List<LookedSector> looked = [];
        List<Dictionary<string, (long Offset, int Length)[]>> nights = [];

        // The first night is stopped as by SIGTERM while it reads the second large replica.
        using CancellationTokenSource stopped = new();
        CountingFileSystem first = new((path, offset) =>
        {
            if (path == storage.Sealed(90) && offset >= 3 * MiB)
            {
                stopped.Cancel();
            }
        });
        Night(first, stopped.Token, new ScrubSettings(), TimeProvider.System, ScrubEnd.Interrupted, within: storage.Sealed(90));

        // The hours of the second night are over while it reads the third, at the rate that is allowed.
        HurryingClock clock = new(new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date.AddHours(1), TimeSpan.Zero), TimeSpan.FromHours(2));
        Assert.True(ScrubHours.TryParse("1-6", out ScrubHours hours));
        TimeSpan open = hours.EndAfter(clock.GetUtcNow(), clock.LocalTimeZone)!.Value - clock.GetUtcNow();
        Assert.Equal(TimeSpan.FromHours(5), open);
        using CancellationTokenSource over = new(open, clock);
        long rate = (long)(10 * MiB / open.TotalSeconds);
        CountingFileSystem second = new();
        Night(second, over.Token, new ScrubSettings { Rate = rate }, clock, ScrubEnd.Interrupted, within: storage.Sealed(140));
        Assert.InRange(clock.GetUtcNow() - (hours.EndAfter(clock.GetUtcNow() - open, clock.LocalTimeZone) ?? default), TimeSpan.Zero, TimeSpan.FromHours(1));

        CountingFileSystem third = new();
        Night(third, CancellationToken.None, new ScrubSettings(), TimeProvider.System, ScrubEnd.Complete, within: null);

        Assert.Equal(Numbers().Order(), looked.Select(sector => sector.Seen.Sector.Number).Order());
        Assert.Equal(damaged.Keys, looked.Where(sector => !sector.Seen.IsWhole).Select(sector => sector.Seen.Sector.Number).Order());
        foreach ((ulong number, string path) in damaged)
        {
            ScrubbedFile bad = Assert.Single(looked.Single(sector => sector.Seen.Sector.Number == number).Seen.Files, file => file.State != ScrubbedState.Good);
            Assert.Equal(path, bad.Path);
        }

        // A file of another length is not read, a missing one cannot be; every other byte is read in one of the nights and in no other.
        string[] unread = [storage.Sealed(77)];
        foreach ((string path, long length) in lengths.Where(file => !unread.Contains(file.Key)))
        {
            long next = 0;
            foreach ((long offset, int read) in nights.SelectMany(night => night.GetValueOrDefault(path, [])).Order())
            {
                Assert.True(offset == next, $"{path}: {read} bytes at {offset}, but {next} were read before");
                next += read;
            }

            Assert.True(next == length, $"{path}: {next} of {length} bytes were read");
        }

        Assert.Equal(lengths.Where(file => !unread.Contains(file.Key)).Sum(file => file.Value), nights.SelectMany(night => night.Values).SelectMany(read => read).Sum(read => read.Length));

        void Night(CountingFileSystem files, CancellationToken stop, ScrubSettings settings, TimeProvider time, ScrubEnd end, string? within)
        {
            using ScrubLedger ledger = storage.Open();
            (ScrubNight night, IReadOnlyList<LookedSector> found, _) = storage.Scrub(ledger, files, stop, settings, time);
            Assert.Equal((end, found.Count), (night.End, night.Looked));
            Assert.Equal(night.Bytes, files.Read.Values.SelectMany(read => read).Sum(read => (long)read.Length));
            looked.AddRange(found);
            nights.Add(files.Read);
            Assert.Equal(Sectors - looked.Count, night.Left);
            if (within is null)
            {
                Assert.Empty(ledger.Unfinished());
            }
            else
            {
                UnfinishedReading reading = Assert.Single(ledger.Unfinished());
                Assert.Equal(within, reading.Path);
                Assert.InRange(reading.Parts, 1, 7);
            }
        }
    }

    [Fact]
    public void A_scrub_that_was_killed_goes_on_behind_what_it_had_written_down()
    {
        using ScrubbedStorage storage = new();
        using SurveyedSector large = SurveyedSector.Made();
        storage.Add(large, 7);
        SurveyedSector.FlipBit(storage.Sealed(7), 8 * MiB);
        CountingFileSystem first = new((_, offset) =>
        {
            if (offset >= 4 * MiB)
            {
                throw new InvalidOperationException("killed");
            }
        });
        using (ScrubLedger ledger = storage.Open())
        {
            Assert.Throws<InvalidOperationException>(() => storage.Scrub(ledger, first));

            // What the last two seconds brought is lost with the process unless it is flushed.
            ledger.Flush();
        }

        CountingFileSystem second = new();
        using ScrubLedger again = storage.Open();
        LookedSector looked = Assert.Single(storage.Scrub(again, second).Looked);
        Assert.Equal(4, second.Read[storage.Sealed(7)].Length);
        Assert.Equal(4 * MiB, second.Read[storage.Sealed(7)][0].Offset);
        Damaged found = Assert.IsType<Damaged>(looked.Survey.Sealed.Replica.Copies[0].State);
        DamagedRange range = Assert.Single(found.Ranges);
        Assert.InRange(MiB, range.Offset, range.End - 1);
        Assert.True(range.Length <= 16384, $"{range}");
    }

    [Theory]
    [InlineData("4KiB-v1_1_0-cc")]
    [InlineData("16KiB-v1_1_0-pieces")]
    [InlineData("L11-32KiB-v1_1_0-cc")]
    [InlineData("32KiB-v1_1_0-pieces")]
    public void Sectors_of_several_base_trees_and_their_updates_go_on_at_every_part(string id)
    {
        using ScrubbedStorage storage = new();
        using SurveyedSector sector = SurveyedSector.Known(id);
        storage.Add(sector, 1, 2);
        storage.AddUpdate(1);
        long flipped = (sector.Facts.Porep.SectorSize.Bytes * 8) - 300;
        string damaged = storage.Sealed(1).Replace("/sealed/", "/update/", StringComparison.Ordinal);
        SurveyedSector.FlipBit(damaged, flipped);
        Dictionary<string, long> read = [];
        List<LookedSector> looked = [];
        int nights = 0;
        for (ScrubEnd end = ScrubEnd.Interrupted; end != ScrubEnd.Complete; nights++)
        {
            Assert.True(nights < 100, "it comes to no end");

            // Each night is over as soon as anything is read of a large file.
            using CancellationTokenSource stop = new();
            CountingFileSystem files = new((path, _) =>
            {
                if (Path.GetFileName(Path.GetDirectoryName(path)) is "sealed" or "update")
                {
                    stop.Cancel();
                }
            });
            using ScrubLedger ledger = storage.Open();
            (ScrubNight night, IReadOnlyList<LookedSector> found, _) = storage.Scrub(ledger, files, stop.Token);
            end = night.End;
            looked.AddRange(found);
            foreach ((string path, (long Offset, int Length)[] stretches) in files.Read)
            {
                read[path] = read.GetValueOrDefault(path) + stretches.Sum(stretch => (long)stretch.Length);
            }
        }

        Assert.True(nights >= 3 * sector.Facts.Porep.Shape.BaseTrees, $"{nights} nights");
        Assert.Equal(Directory.EnumerateFiles(storage.Root, "*", SearchOption.AllDirectories).ToDictionary(path => path, path => new FileInfo(path).Length), read);
        Assert.Equal([(1ul, false), (2ul, true)], looked.Select(found => (found.Seen.Sector.Number, found.Seen.IsWhole)));
        ScrubbedFile bad = Assert.Single(looked[0].Seen.Files, file => file.State != ScrubbedState.Good);
        Assert.Equal((damaged, ScrubbedState.Damaged, true), (bad.Path, bad.State, bad.AgainstChain));
        Assert.Contains(bad.Ranges, range => range.Offset <= flipped / 8 && flipped / 8 < range.End);
    }

    private static IEnumerable<ulong> Numbers() => Enumerable.Range(1, Sectors).Select(number => (ulong)number);

    /// <summary>Twelve damages of every kind, in files of every kind; by sector, the file that is bad.</summary>
    private static SortedDictionary<ulong, string> Damage(ScrubbedStorage storage, string[] unsealed)
    {
        SortedDictionary<ulong, string> damaged = [];
        void Flip(ulong number, string path, long bit)
        {
            SurveyedSector.FlipBit(path, bit);
            damaged.Add(number, path);
        }

        Flip(1, storage.Sealed(1), 0);
        Flip(39, storage.Sealed(39), (2048 * 8) - 9);
        Flip(40, storage.Sealed(40), 8 * ((5 * MiB) + 17));
        Flip(90, storage.Sealed(90), 8 * MiB);
        Flip(91, storage.PAux(91), 3);
        Flip(120, unsealed[2], 4711);
        Flip(130, storage.Tree(130), 100);
        Flip(140, storage.Sealed(140), 8 * ((7 * MiB) + 4096));
        Flip(190, storage.Tree(190), 8 * 1000);
        Flip(200, storage.Sealed(200), 8 * 1024);
        File.Delete(storage.Tree(150));
        damaged.Add(150, storage.Tree(150));
        using (FileStream file = File.Open(storage.Sealed(77), FileMode.Open))
        {
            file.SetLength(1024);
        }

        damaged.Add(77, storage.Sealed(77));
        Assert.Equal(12, damaged.Count);
        return damaged;
    }
}
