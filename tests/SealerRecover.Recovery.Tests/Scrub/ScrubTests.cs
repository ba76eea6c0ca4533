using Filecoin.Primitives;
using SealerRecover.Ledger;
using SealerRecover.Recovery.Scrub;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Tests.Survey;

namespace SealerRecover.Recovery.Tests.Scrub;

/// <summary>What a scrub looks at, in which order, and what it remembers.</summary>
public sealed class ScrubTests
{
    [Fact]
    public void What_was_looked_at_lately_is_left_alone_until_it_is_due_or_changes()
    {
        using ScrubbedStorage storage = new();
        using SurveyedSector sector = SurveyedSector.Known("2KiB-v1_1-cc");
        storage.Add(sector, 1, 2, 3);
        HurryingClock clock = new(DateTimeOffset.UtcNow, TimeSpan.Zero);
        using ScrubLedger ledger = storage.Open(clock);
        ulong[] Looked() => [.. storage.Scrub(ledger, time: clock).Looked.Select(looked => looked.Seen.Sector.Number)];
        Assert.Equal([1, 2, 3], Looked());
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Empty(Looked());

        // One is written anew, one comes: these are as those that nobody has looked at.
        File.WriteAllBytes(storage.Sealed(2), File.ReadAllBytes(storage.Sealed(2)));
        storage.Add(sector, 4);
        Assert.Equal([2, 4], Looked());
        clock.Advance(TimeSpan.FromDays(29.5));
        Assert.Equal([1, 3], Looked());
        clock.Advance(TimeSpan.FromDays(31));
        Assert.Equal([2, 4, 1, 3], Looked());
    }

    [Fact]
    public void A_sector_that_is_damaged_stays_so_until_somebody_touches_it()
    {
        using ScrubbedStorage storage = new();
        using SurveyedSector sector = SurveyedSector.Known("2KiB-v1_1-cc");
        storage.Add(sector, 1, 2);
        byte[] good = File.ReadAllBytes(storage.Sealed(2));
        SurveyedSector.FlipBit(storage.Sealed(2), 99);
        using ScrubLedger ledger = storage.Open();
        Assert.Equal((2, 1), storage.Scrub(ledger).Night is var night ? (night.Looked, night.Damaged) : default);
        (_, IReadOnlyList<LookedSector> looked, ScrubRun run) = storage.Scrub(ledger);
        Assert.Empty(looked);
        ScrubbedSector still = Assert.Single(run.StillDamaged);
        Assert.Equal(2ul, still.Sector.Number);
        Assert.Equal(still.Sector, Assert.Single(ScrubStatus.Of(ledger, ScrubbedStorage.Miner).Damaged).Sector);
        Assert.Contains("sealed file", still.Complaint, StringComparison.Ordinal);

        File.WriteAllBytes(storage.Sealed(2), good);
        Assert.Empty(ScrubStatus.Of(ledger, ScrubbedStorage.Miner).Damaged);
        (_, looked, run) = storage.Scrub(ledger);
        Assert.Empty(run.StillDamaged);
        Assert.True(Assert.Single(looked).Seen.IsWhole);
    }

    [Fact]
    public void A_file_that_changed_since_its_reading_was_begun_is_read_from_its_beginning()
    {
        using ScrubbedStorage storage = new();
        using SurveyedSector large = SurveyedSector.Made();
        storage.Add(large, 7);
        using CancellationTokenSource stop = new();
        using ScrubLedger ledger = storage.Open();
        storage.Scrub(ledger, new CountingFileSystem((_, offset) => StopAt(stop, offset, 2 << 20)), stop.Token);
        Assert.Single(ledger.Unfinished());
        SurveyedSector.FlipBit(storage.Sealed(7), 5);
        CountingFileSystem files = new();
        LookedSector looked = Assert.Single(storage.Scrub(ledger, files).Looked);
        Assert.False(looked.Seen.IsWhole);
        Assert.Equal(8, files.Read[storage.Sealed(7)].Length);
    }

    [Fact]
    public void What_changes_while_it_is_read_is_not_judged()
    {
        using ScrubbedStorage storage = new();
        using SurveyedSector large = SurveyedSector.Made();
        storage.Add(large, 7);
        using ScrubLedger ledger = storage.Open();
        bool touched = false;
        (ScrubNight night, IReadOnlyList<LookedSector> looked, _) = storage.Scrub(ledger, new CountingFileSystem((path, offset) =>
        {
            if (!touched && path == storage.Sealed(7) && offset > 0)
            {
                touched = true;
                using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
                byte first = (byte)file.ReadByte();
                file.Position = 0;
                file.WriteByte(first);
            }
        }));
        Assert.Empty(looked);
        Assert.Equal((0, 0), (night.Looked, night.Left));
        Assert.Empty(ledger.Unfinished());
        Assert.True(Assert.Single(storage.Scrub(ledger).Looked).Seen.IsWhole);
    }

    [Fact]
    public void Stretches_that_cannot_be_read_are_remembered_over_an_interruption()
    {
        using ScrubbedStorage storage = new();
        using SurveyedSector large = SurveyedSector.Made();
        storage.Add(large, 7);

        // Bits that no field element has.
        using (FileStream file = File.Open(storage.Sealed(7), FileMode.Open))
        {
            file.Position = (1 << 20) + 31;
            file.WriteByte(0xff);
        }

        using CancellationTokenSource stop = new();
        using ScrubLedger ledger = storage.Open();
        storage.Scrub(ledger, new CountingFileSystem((_, offset) => StopAt(stop, offset, 3 << 20)), stop.Token);
        LookedSector looked = Assert.Single(storage.Scrub(ledger).Looked);
        Damaged damaged = Assert.IsType<Damaged>(looked.Survey.Sealed.Replica.Copies[0].State);
        Assert.Contains(damaged.Ranges, range => range.Offset <= 1 << 20 && 1 << 20 < range.End);
        Assert.Equal("it is no list of field elements", damaged.ComparedWith);
    }

    [Fact]
    public void A_sector_that_is_not_proven_yet_is_left_out_and_that_is_told()
    {
        using ScrubbedStorage storage = new();
        using SurveyedSector sector = SurveyedSector.Known("2KiB-v1_1-cc");
        storage.Add(sector, 1, 2);
        SurveyFacts[] facts =
        [
            .. storage.Facts.Select(known => known.Sector.Number == 1 ? known : known with { Unproven = new UnprovenSector(PorepVariant.V1_1, Ticket: null) }),
        ];
        using ScrubLedger ledger = storage.Open();
        RecordingObserver observer = new();
        ScrubRun run = new Scrubber(StorageRoots.Read([storage.Root]), ledger, new ScrubSettings(), TimeProvider.System, observer.Sink)
            .Begin(ScrubbedStorage.Miner, facts, TestContext.Current.CancellationToken);
        Assert.Equal(1ul, run.Next()?.Seen.Sector.Number);
        Assert.Null(run.Next());
        Assert.Contains(observer.Notices, notice => notice.StartsWith("1 of 2 sectors are left out", StringComparison.Ordinal));
    }

    [Fact]
    public void One_scrub_writes_and_others_may_look()
    {
        using ScrubbedStorage storage = new();
        using SurveyedSector sector = SurveyedSector.Known("2KiB-v1_1-cc");
        storage.Add(sector, 1);
        using ScrubLedger ledger = storage.Open();
        storage.Scrub(ledger);
        OperatorException refused = Assert.Throws<OperatorException>(() => storage.Open());
        Assert.Equal(FailureKind.Busy, refused.Kind);
        Assert.Contains("is being written by another", refused.Message, StringComparison.Ordinal);
        using ScrubLedger reader = ScrubLedger.OpenToRead(storage.LedgerPath, TimeProvider.System);
        Assert.Equal(ScrubbedStorage.Miner, Assert.Single(reader.Miners()));
        ScrubbedSector seen = Assert.Single(reader.SectorsOf(ScrubbedStorage.Miner));
        Assert.Equal(4, seen.Files.Count);
        Assert.All(seen.Files, file => Assert.Equal((ScrubbedState.Good, FileIdentity.Of(file.Path)), (file.State, file.Identity)));
        Assert.Equal(CheckDepth.ProvenAgainstChain, seen.Files.Single(file => file.Path == storage.Sealed(1)).Depth);
    }

    [Fact]
    public void What_is_no_ledger_is_refused_and_stays_as_it_is()
    {
        using ScrubbedStorage storage = new();
        Directory.CreateDirectory(Path.GetDirectoryName(storage.LedgerPath)!);
        File.WriteAllText(storage.LedgerPath, new string('x', 5000));
        OperatorException refused = Assert.Throws<OperatorException>(() => storage.Open());
        Assert.Equal(FailureKind.Storage, refused.Kind);
        Assert.Contains("not a database", refused.Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 5000), File.ReadAllText(storage.LedgerPath));
    }

    [Fact]
    public void A_reading_that_cannot_be_kept_is_no_damage_of_the_file()
    {
        using ScrubbedStorage storage = new();
        using SurveyedSector sector = SurveyedSector.Known("2KiB-v1_1-cc");
        storage.Add(sector, 1);
        using ScrubLedger ledger = storage.Open();
        Scrubber scrubber = new(StorageRoots.Read([storage.Root]), new FullLedger(ledger), new ScrubSettings(), TimeProvider.System, new RecordingObserver().Sink);
        ScrubRun run = scrubber.Begin(ScrubbedStorage.Miner, storage.Facts, TestContext.Current.CancellationToken);
        Assert.Same(FullLedger.DiskIsFull, Assert.Throws<OperatorException>(() => run.Next()));
        Assert.Empty(ledger.SectorsOf(ScrubbedStorage.Miner));
    }

    [Theory]
    [InlineData("1-6", "2026-07-01T01:00:00", "2026-07-01T06:00:00")]
    [InlineData("1-6", "2026-07-01T05:59:59", "2026-07-01T06:00:00")]
    [InlineData("1-6", "2026-07-01T06:00:00", null)]
    [InlineData("1-6", "2026-07-01T00:59:59", null)]
    [InlineData("22-4", "2026-07-01T23:30:00", "2026-07-02T04:00:00")]
    [InlineData("22-4", "2026-07-02T03:30:00", "2026-07-02T04:00:00")]
    [InlineData("22-4", "2026-07-02T12:00:00", null)]
    [InlineData("20-24", "2026-07-01T20:00:00", "2026-07-02T00:00:00")]
    public void Hours_end_by_the_local_clock(string text, string local, string? end)
    {
        TimeZoneInfo zone = TimeZoneInfo.CreateCustomTimeZone("two", TimeSpan.FromHours(2), "two", "two");
        DateTimeOffset At(string time) => new(DateTime.Parse(time, System.Globalization.CultureInfo.InvariantCulture), TimeSpan.FromHours(2));
        Assert.True(ScrubHours.TryParse(text, out ScrubHours hours));
        Assert.Equal(text, hours.ToString());
        Assert.Equal(end is null ? null : At(end), hours.EndAfter(At(local).ToUniversalTime(), zone));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1-1")]
    [InlineData("0-24")]
    [InlineData("1-25")]
    [InlineData("24-1")]
    [InlineData("-1-3")]
    [InlineData("1-6-7")]
    public void What_are_no_two_hours_is_refused(string text) => Assert.False(ScrubHours.TryParse(text, out _));

    [Fact]
    public void A_rate_holds_over_all_readers_and_is_not_saved_up()
    {
        HurryingClock clock = new(DateTimeOffset.UnixEpoch, TimeSpan.FromDays(1));
        ReadRate rate = new(1000, clock, CancellationToken.None);
        Parallel.For(0, 8, _ => rate.Take(500));
        Assert.Equal(4000, rate.Bytes);
        Assert.InRange(clock.GetUtcNow() - DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(18));

        // By one reader: those before may still be waking up, each of which moves this clock.
        clock = new HurryingClock(DateTimeOffset.UnixEpoch, TimeSpan.FromDays(1));
        rate = new ReadRate(1000, clock, CancellationToken.None);
        rate.Take(500);
        clock.Advance(TimeSpan.FromHours(1));
        DateTimeOffset idle = clock.GetUtcNow();
        rate.Take(3000);
        Assert.Equal(TimeSpan.FromSeconds(3), clock.GetUtcNow() - idle);
        ReadRate stopped = new(1, clock, new CancellationToken(canceled: true));
        idle = clock.GetUtcNow();
        stopped.Take(1 << 30);
        Assert.Equal(idle, clock.GetUtcNow());
    }

    [Fact]
    public void When_all_will_have_been_read_follows_from_the_nights_there_were()
    {
        DateTimeOffset first = DateTimeOffset.UnixEpoch;
        ScrubNight Night(int day, long bytes, long left) =>
            new(ScrubbedStorage.Miner, first.AddDays(day), null, ScrubEnd.Interrupted, bytes, 0, 0, 10, left == 0 ? 0 : 1, left);
        Assert.Null(ScrubStatus.CompleteBy([]));
        Assert.Null(ScrubStatus.CompleteBy([Night(0, 100, 0)]));
        Assert.Null(ScrubStatus.CompleteBy([Night(0, 0, 100)]));
        Assert.Equal(first.AddDays(3), ScrubStatus.CompleteBy([Night(0, 100, 250)]));
        Assert.Equal(first.AddDays(4 + (2 * 4)), ScrubStatus.CompleteBy([Night(4, 150, 350), Night(2, 50, 500), Night(0, 100, 550)]));
    }

    private static void StopAt(CancellationTokenSource stop, long offset, long at)
    {
        if (offset >= at)
        {
            stop.Cancel();
        }
    }

    /// <summary>A ledger on a disk that has no room for readings.</summary>
    private sealed class FullLedger(IScrubLedger ledger) : IScrubLedger, IKeptReading
    {
        public static OperatorException DiskIsFull { get; } = new(FailureKind.Storage, "scrub.db: database or disk is full", "free disk space");

        public IKeptReading Of(string path, int partNodes) => this;

        public bool TryRecall(long part, Span<byte> nodes, out PartTrouble? trouble)
        {
            trouble = null;
            return false;
        }

        public void Keep(long part, ReadOnlySpan<byte> nodes, PartTrouble? trouble) => throw new ReadingNotKeptException(DiskIsFull);

        public void Forget() => throw new ReadingNotKeptException(DiskIsFull);

        public IReadOnlyList<ActorId> Miners() => ledger.Miners();

        public IReadOnlyList<ScrubbedSector> SectorsOf(ActorId miner) => ledger.SectorsOf(miner);

        public IReadOnlyList<ScrubNight> NightsOf(ActorId miner, int most) => ledger.NightsOf(miner, most);

        public IReadOnlyList<UnfinishedReading> Unfinished() => ledger.Unfinished();

        public void Update(ScrubNight night) => ledger.Update(night);

        public void Record(ScrubbedSector sector) => ledger.Record(sector);

        public void Forget(IEnumerable<string> paths) => ledger.Forget(paths);

        public void Flush() => ledger.Flush();
    }
}
