using Filecoin.Cryptography;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Latency;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Tests.Survey;
using SealerRecover.Recovery.Verify;

namespace SealerRecover.Recovery.Tests.Latency;

/// <summary>What reading takes is measured by verify and survey, and the slow storage path is found among others.</summary>
public sealed class ChallengeTimesTests : IDisposable
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(1500);

    private static readonly ChallengeSeed Seed = new(new Bytes32(VectorFiles.Stream("latency", 32)).ClearTopTwoBits(), SeedSource.Given);

    // Of several shapes, each in a storage path of its own.
    private readonly SurveyedSector[] _sectors =
    [
        .. new[] { "2KiB-v1_1-cc", "4KiB-v1_1_0-cc", "16KiB-v1_1_0-pieces", "32KiB-v1_1_0-pieces" }.Select(SurveyedSector.Known),
    ];

    private readonly MovedClock _clock = new();

    public void Dispose() => Array.ForEach(_sectors, sector => sector.Dispose());

    [Fact]
    public void Verify_finds_the_slow_path_among_four()
    {
        SurveyedSector slow = _sectors[3];
        LatencyBook book = Verify(new SlowDisks(_clock, path => path.StartsWith(slow.Root, StringComparison.Ordinal) ? Slow : Quick));

        Assert.Equal([slow.Facts.Sector], book.Slow.Select(sector => sector.Sector));
        Assert.Equal(slow.Root, book.Slow[0].WorstIn);
        Assert.Equal(
            _sectors.Select(sector => (sector.Root, 1, sector == slow ? 1 : 0, PageCache.Emptied)).OrderBy(path => path.Root, StringComparer.Ordinal),
            book.Paths.Select(path => (path.StoragePath, path.Sectors, path.SlowSectors, path.Cache)));
        PathLatency found = book.Paths.Single(path => path.StoragePath == slow.Root);

        // p_aux and the roots of all base trees, then ten challenges.
        Assert.Equal((11, Slow * (1 + slow.Trees.Count())), (found.Times.Count, found.Times.Worst));
        Assert.All(book.Paths.Except([found]), path => Assert.True(path.Times.Worst < TimeSpan.FromMilliseconds(500), path.ToString()));
    }

    [Fact]
    public void Each_file_is_timed_and_a_cache_folder_elsewhere_is_told_apart()
    {
        SurveyedSector sector = _sectors[2];
        SlowDisks disks = new(_clock, path => path.EndsWith(CacheNames.PAux, StringComparison.Ordinal) ? Slow : path == sector.Sealed ? Quick * 2 : Quick);
        SectorLatency read = Verify(disks).Sectors.Single(found => found.Sector == sector.Facts.Sector);

        Assert.Equal(sector.Trees.Append(sector.PAux).Append(sector.Sealed).Order(), read.Files.Select(file => file.Path).Order());
        Assert.Equal((1, 64L, Slow), Of(sector.PAux));
        Assert.Equal(10, Of(sector.Sealed).Count);
        Assert.Equal(Quick * 20, Of(sector.Sealed).Total);

        (int Count, long Bytes, TimeSpan Total) Of(string path)
        {
            FileLatency file = read.Files.Single(file => file.Path == path);
            return (file.Times.Count, file.Bytes, file.Total);
        }
    }

    [Theory]
    [InlineData(false, true, PageCache.Answered)]
    [InlineData(true, false, PageCache.Untold)]
    public void A_page_cache_that_does_not_forget_or_tell_is_not_taken_for_a_quick_disk(bool forgets, bool tells, PageCache cache)
    {
        LatencyBook book = Verify(new SlowDisks(_clock, _ => Slow) { Forgets = forgets, Tells = tells });
        Assert.All(book.Paths, path => Assert.Equal(cache, path.Cache));
        Assert.All(book.Paths, path => Assert.Equal(forgets ? 0 : path.Reads, path.FromMemory));
        Assert.Equal(forgets ? 4 : 0, book.Slow.Count);
    }

    [Fact]
    public void What_the_disk_brings_along_within_a_challenge_is_no_answer_from_memory()
    {
        using SurveyedSector sector = SurveyedSector.Made();
        SectorVerification found = Verifier(new SlowDisks(_clock, _ => Quick) { ReadsAhead = true }, [sector])
            .Verify(sector.Facts, Seed, null, TestContext.Current.CancellationToken);

        // Of each challenge the replica and the first row of the tree wait for the disk, the rows above are there with that.
        Assert.Equal(11, found.Reads.Count);
        Assert.All(found.Reads.Skip(1), step => Assert.Equal((4, Quick * 2), (step.Reads.Count, step.Took)));
        Assert.All(found.Reads.SelectMany(step => step.Reads), read => Assert.False(read.FromMemory));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_a_fault_of_the_proof_and_no_time()
    {
        SurveyedSector sector = _sectors[0];
        SlowDisks disks = new(_clock, _ => Quick) { BadBlocks = File.ReadAllBytes(sector.Sealed)[..64] };
        SectorVerification found = Verifier(disks, [sector]).Verify(sector.Facts, Seed, null, TestContext.Current.CancellationToken);

        // The door of the measuring fails here, the disk does not: what was read before counts, and the proof decides.
        Assert.True(found.IsProven);
        Assert.Null(Assert.Single(found.Reads).Node);
    }

    [Fact]
    public void Nothing_is_timed_where_nobody_asks()
    {
        SurveyedSector sector = _sectors[0];
        SectorVerification found = new SectorVerifier(StorageRoots.Read([sector.Root]), new VerifySettings())
            .Verify(sector.Facts, Seed, null, TestContext.Current.CancellationToken);
        Assert.Empty(found.Reads);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_survey_times_trees_and_samples(bool samples)
    {
        using SurveyedSector sector = SurveyedSector.Made();
        TimedFiles timed = new(new SlowDisks(_clock, path => path == sector.Sealed ? Slow : Quick), _clock);
        SectorSurvey survey = sector.Survey(new SurveySettings { Deep = samples, Sample = samples ? 5 : null, Quick = !samples, Files = timed });

        Assert.True(survey.Sealed.IsGood);
        IReadOnlyList<TimedRead> reads = timed.Take();
        Assert.Empty(timed.Take());
        Assert.Equal(samples ? 5 : 0, reads.Count(read => read.Path == sector.Sealed && read.Took == Slow));
        Assert.Equal(4, reads.Count(read => read.Path == sector.Tree(0) && read.Took == Quick));
        Assert.All(reads, read => Assert.False(read.FromMemory));
    }

    private LatencyBook Verify(SlowDisks disks)
    {
        StorageRoots roots = StorageRoots.Read(_sectors.Select(sector => sector.Root));
        LatencyBook book = new(TimeSpan.FromSeconds(1), roots.FolderOf);
        SectorVerifier verifier = Verifier(disks, _sectors);
        foreach (SurveyedSector sector in _sectors)
        {
            SectorVerification found = verifier.Verify(sector.Facts, Seed, null, TestContext.Current.CancellationToken);
            Assert.True(found.IsProven);
            Assert.NotNull(book.Add(sector.Facts.Sector, null, found.Reads));
        }

        return book;
    }

    private SectorVerifier Verifier(SlowDisks disks, IEnumerable<SurveyedSector> sectors) => new(
        StorageRoots.Read(sectors.Select(sector => sector.Root)), new VerifySettings { Clock = _clock, TimedFiles = disks, Threads = 2 });
}
