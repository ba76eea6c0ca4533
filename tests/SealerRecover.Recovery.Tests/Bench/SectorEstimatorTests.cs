using Filecoin.Primitives;
using Filecoin.Sealing.Labeling;
using SealerRecover.Recovery.Bench;

namespace SealerRecover.Recovery.Tests.Bench;

public class SectorEstimatorTests
{
    private const double Nodes = 1L << 30;
    private const double SectorBytes = 32L << 30;

    private static readonly Speed Fast = new(1e18, 1e18);

    /// <summary>A yardstick as it is, for what weighs idle lanes.</summary>
    private static readonly Speed Blocks = new(2.7e7, 2.7e7);

    [Fact]
    public void One_sector_takes_its_labels_its_layers_its_trees_and_a_check_of_the_parents()
    {
        MachineSpeeds speeds = Machine(cores: 4) with
        {
            Labels = [Label("sha-ni", 1, 1e6)],
            Poseidon = [new("ifma", 11, new Speed(1e5, 0)), new("ifma", 8, new Speed(2e5, 0)), new("plain", 11, new Speed(1e3, 0))],
            Yardstick = new Speed(1e9 / 64, 0),
            Disk = new DiskSpeed("/temp", 5e8, 1e9, null),
        };
        SectorEstimate estimate = new SectorEstimator(speeds).For(SectorSize.GiB32, 1);

        // Of four cores one labels, one looks ahead, and two follow the last layer.
        double label = 11 * Nodes / 1e6 * LabelLanes.LookAheadShare;
        double write = SectorBytes / 5e8; // The last layer; the others are written while the next is labelled.
        double treeCores = (Nodes / 1e5) + (2 * Nodes / 7 / 2e5) + (11 * SectorBytes / 1e9);
        double check = 56 * Nodes / 1e9;
        Assert.Equal(label + write, estimate.PreCommit1.TotalSeconds, 0.01);
        Assert.Equal(treeCores / 4, estimate.PreCommit2.TotalSeconds, 0.01);
        double left = (treeCores - (2 * label / 11)) / 4;
        Assert.Equal(left, estimate.PreCommit2After.TotalSeconds, 0.01);
        Assert.Equal(check + label + write + left, estimate.Total.TotalSeconds, 0.01);
        Assert.Equal(Bound.Labels, estimate.Bound);
        Assert.Equal((1, 1), (estimate.AtOnce, estimate.Sectors));
    }

    [Fact]
    public void Labelling_waits_for_a_disk_that_writes_a_layer_slower_than_the_next_is_labelled()
    {
        MachineSpeeds speeds = Machine(cores: 64) with { Disk = new DiskSpeed("/temp", 1e7, 1e18, null) };
        SectorEstimate estimate = new SectorEstimator(speeds).For(SectorSize.GiB32, 1);
        Assert.Equal((LabelLanes.LookAheadShare * Nodes / 1e6) + (11 * SectorBytes / 1e7), estimate.PreCommit1.TotalSeconds, 0.01);
        Assert.Equal(Bound.Disk, estimate.Bound);
    }

    [Fact]
    public void Layers_of_the_last_round_are_read_once_and_not_counted_twice()
    {
        MachineSpeeds speeds = Machine(cores: 64) with { Disk = new DiskSpeed("/temp", 1e18, 1e8, null) };
        SectorEstimate estimate = new SectorEstimator(speeds).For(SectorSize.GiB32, 2);
        double check = 56 * Nodes / 1e8;
        double layer = LabelLanes.LookAheadShare * Nodes / 1e6;
        double read = 11 * SectorBytes / 1e8;
        Assert.Equal(2, estimate.AtOnce);

        // What is read behind the last layer of one of them need not be read after it.
        Assert.Equal(check + (11 * layer) + (2 * read) - layer, estimate.Total.TotalSeconds, 0.01);
        Assert.Equal(read - layer, estimate.PreCommit2After.TotalSeconds, 0.01);
    }

    [Fact]
    public void Where_cores_are_free_trees_add_nothing_to_one_sectors_labels()
    {
        SectorEstimate estimate = new SectorEstimator(Machine(cores: 32)).For(SectorSize.GiB32, 1);
        Assert.Equal((1, 30), (estimate.Cores.LookAheadThreads, estimate.Cores.FreeCores));
        Assert.Equal(0, estimate.PreCommit2After.TotalSeconds, 0.01);
        Assert.True(estimate.PreCommit2 > TimeSpan.FromMinutes(5));
    }

    [Fact]
    public void Where_all_cores_label_trees_come_after_all_of_it()
    {
        SectorEstimate estimate = new SectorEstimator(Machine(cores: 1)).For(SectorSize.GiB32, 1);
        Assert.Equal(estimate.PreCommit2, estimate.PreCommit2After);
        Assert.Equal((0, 0), (estimate.Cores.LookAheadThreads, estimate.Cores.FreeCores));
    }

    [Fact]
    public void Trees_wait_for_a_slow_disk()
    {
        MachineSpeeds speeds = Machine(cores: 64) with { Disk = new DiskSpeed("/temp", 1e9, 1e8, null) };
        SectorEstimate estimate = new SectorEstimator(speeds).For(SectorSize.GiB32, 1);
        Assert.Equal(11 * SectorBytes / 1e8, estimate.PreCommit2.TotalSeconds, 0.01);
    }

    [Fact]
    public void Memory_decides_how_many_sectors_are_labelled_at_once()
    {
        SectorEstimate estimate = new SectorEstimator(Machine(cores: 32, memoryGib: 262)).For(SectorSize.GiB32, 16);
        Assert.Equal(4, estimate.AtOnce);
        Assert.True(estimate.MemorySuffices);
        Assert.InRange(estimate.Memory, 4 * 64L << 30, 262L << 30);
        Assert.InRange(estimate.TempDisk, 4 * 352L << 30, 4 * 353L << 30);
        Assert.InRange(estimate.ResultDisk, 16 * 32L << 30, 16 * 33L << 30);
        Assert.Equal(56L << 30, estimate.ParentCacheDisk);
    }

    [Fact]
    public void A_machine_with_too_little_memory_is_told_so_and_estimated_all_the_same()
    {
        SectorEstimate estimate = new SectorEstimator(Machine(cores: 2, memoryGib: 16)).For(SectorSize.GiB64, 3);
        Assert.Equal(1, estimate.AtOnce);
        Assert.False(estimate.MemorySuffices);
        Assert.True(estimate.Total > estimate.PreCommit1 * 3);
        Assert.Null(new SectorEstimator(Machine(cores: 2, memoryGib: null)).For(SectorSize.GiB64, 3).MemorySuffices);
    }

    [Fact]
    public void Sixteen_together_are_chosen_where_memory_holds_them_and_are_one_group_on_one_core()
    {
        MachineSpeeds speeds = Machine(cores: 1, memoryGib: 1100) with
        {
            Labels = [Label("sha-ni", 1, 1e6), Label("avx512", 16, 6e6)],
            Yardstick = Blocks,
        };
        SectorEstimator estimator = new(speeds);
        SectorEstimate sixteen = estimator.For(SectorSize.GiB32, 16);
        Assert.Equal(("avx512", 16), (sixteen.Cores.Seats.Single().Kernels.Single().Kernel, sixteen.AtOnce));
        Assert.Equal(16 * 11 * Nodes / 6e6, sixteen.PreCommit1.TotalSeconds, 1.0);

        // For one its chain would be the longer one, and fifteen layers too many do not fit.
        Assert.Equal("sha-ni", estimator.For(SectorSize.GiB32, 1).Cores.Seats.Single().Kernels.Single().Kernel);
        Assert.Equal("sha-ni", new SectorEstimator(speeds with { Memory = 1000L << 30 }).For(SectorSize.GiB32, 16).Cores.Seats[0].Kernels[0].Kernel);
    }

    [Fact]
    public void With_a_core_for_each_sector_the_shorter_chain_wins()
    {
        MachineSpeeds speeds = Machine(cores: 32, memoryGib: 1100) with
        {
            Labels = [Label("sha-ni", 1, 1e6), Label("avx512", 16, 6e6)],
            Yardstick = Blocks,
        };
        SectorEstimate estimate = new SectorEstimator(speeds).For(SectorSize.GiB32, 16);
        Assert.Equal(("sha-ni", 16, 16), (estimate.Cores.Seats[0].Kernels.Single().Kernel, estimate.Cores.Seats.Length, estimate.AtOnce));
    }

    [Theory]
    [InlineData(1e12, 1, Bound.Cores)]
    [InlineData(1e12, 64, Bound.Labels)]
    [InlineData(1e8, 64, Bound.Disk)]
    public void The_bound_is_what_is_busy_all_the_time(double diskRate, int cores, Bound expected)
    {
        MachineSpeeds speeds = Machine(cores, memoryGib: 4 * 65) with { Disk = new DiskSpeed("/temp", diskRate, diskRate, null) };
        Assert.Equal(expected, new SectorEstimator(speeds).For(SectorSize.GiB32, 100).Bound);
    }

    [Fact]
    public void More_sectors_never_take_less_time_and_more_cores_never_more()
    {
        foreach (int cores in (int[])[1, 2, 7, 32])
        {
            TimeSpan before = TimeSpan.Zero;
            for (int sectors = 1; sectors <= 20; sectors++)
            {
                TimeSpan total = new SectorEstimator(Machine(cores)).For(SectorSize.GiB32, sectors).Total;
                Assert.True(total >= before, $"{sectors} sectors on {cores} cores");
                Assert.True(total >= new SectorEstimator(Machine(cores + 1)).For(SectorSize.GiB32, sectors).Total);
                before = total;
            }
        }
    }

    [Fact]
    public void A_parent_cache_is_computed_by_all_cores_and_digested_by_one()
    {
        MachineSpeeds speeds = Machine(cores: 4) with { Parents = [new(SectorSize.GiB32, new Speed(5e5, 0))], Yardstick = new Speed(1e9 / 64, 0) };
        SectorEstimate estimate = new SectorEstimator(speeds).For(SectorSize.GiB32, 1);
        Assert.Equal((Nodes / 5e5 / 4) + (56 * Nodes / 1e9), estimate.ParentCache.TotalSeconds, 0.01);
    }

    /// <summary>The speeds and the table of docs/performance.md.</summary>
    [Theory]
    [InlineData(1, 1, 1, 30)]
    [InlineData(16, 12, 12, 8)]
    public void On_a_documented_machine_of_32_cores_trees_add_little_to_labels(int sectors, int atOnce, int lookAhead, int free)
    {
        MachineSpeeds speeds = Machine(cores: 32, memoryGib: 1024) with
        {
            Yardstick = new Speed(1e9 / 36.6, 0),
            Labels = [Label("sha-ni", 1, 1.31e6), Label("sha-ni-2", 2, 2.48e6), Label("avx512-8", 8, 2.55e6), Label("avx512-16", 16, 3.44e6)],
            Poseidon = [new("ifma", 11, new Speed(230e3, 0)), new("ifma", 8, new Speed(344e3, 0))],
            Parents = [new(SectorSize.GiB32, new Speed(4.77e6, 0))],
            Disk = new DiskSpeed("/temp", 1229 << 20, 2765L << 20, null),
        };

        SectorEstimate estimate = new SectorEstimator(speeds).For(SectorSize.GiB32, sectors);

        Assert.Equal((atOnce, lookAhead, free), (estimate.AtOnce, estimate.Cores.LookAheadThreads, estimate.Cores.FreeCores));
        Assert.True(estimate.PreCommit2 < 0.05 * estimate.PreCommit1);
        Assert.InRange(estimate.Memory, atOnce * 64L << 30, (atOnce * 64L << 30) + (3L << 30));
    }

    /// <summary>
    /// The table of docs/performance.md: 32 cores of the Zen 3 measured there, by adx as measured, by fma as estimated there, and with a card that
    /// takes as long for a sector's trees as neptune's is published to take on an A4000.
    /// </summary>
    [Theory]
    [InlineData(1, false, false, 2.60)]
    [InlineData(16, false, false, 7.35)]
    [InlineData(500, false, false, 150.5)]
    [InlineData(1, true, false, 2.56)]
    [InlineData(16, true, false, 5.88)]
    [InlineData(500, true, false, 101.5)]
    [InlineData(1, true, true, 2.56)]
    [InlineData(16, true, true, 5.38)]
    [InlineData(500, true, true, 94.4)]
    public void Zen_3_of_32_cores_takes_what_is_documented(int sectors, bool fma, bool card, double hours)
    {
        const double published = 775; // Seconds for columns and both trees of 32GiB.
        (double eleven, double eight) = fma ? (9.3e-6, 6.6e-6) : (22.0e-6, 15.4e-6);
        double trees = (Nodes * eleven) + (2 * Nodes / 7 * eight);
        MachineSpeeds speeds = Machine(cores: 32, memoryGib: 1024) with
        {
            Yardstick = new Speed(1e9 / 42.6, 0),
            Labels = [Label("sha-ni", 1, 1.16e6), Label("sha-ni-2", 2, 2.23e6)],
            Poseidon = [new("core", 11, new Speed(1 / eleven, 0)), new("core", 8, new Speed(1 / eight, 0))],
            CoresBeside = new Dictionary<int, double> { [11] = card ? trees / published : 0, [8] = card ? trees / published : 0 },
            Parents = [new(SectorSize.GiB32, new Speed(2.61e6, 0))],
            Disk = new DiskSpeed("/temp", 1229 << 20, 2765L << 20, null),
        };
        SectorEstimate estimate = new SectorEstimator(speeds).For(SectorSize.GiB32, sectors);
        Assert.InRange(estimate.Total.TotalHours, 0.998 * hours, 1.002 * hours);
    }

    [Fact]
    public void No_sectors_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SectorEstimator(Machine(1)).For(SectorSize.GiB32, 0));

    private static LabelSpeed Label(string kernel, int sectors, double perSecond) =>
        new(new LabelVariant(kernel, sectors), new Speed(perSecond, perSecond));

    [Fact]
    public void Devices_count_as_cores_for_trees_where_there_is_a_core_to_feed_them()
    {
        // Columns are 7/9 of what trees cost here, and 6 cores' worth of devices hash them: 4 and two thirds of all.
        MachineSpeeds speeds = Machine(cores: 1) with { CoresBeside = new Dictionary<int, double> { [11] = 6 } };
        double trees = (Nodes / 1e5) + (2 * Nodes / 7 / 1e5);
        SectorEstimate alone = new SectorEstimator(Machine(cores: 1)).For(SectorSize.GiB32, 1);
        SectorEstimate beside = new SectorEstimator(speeds).For(SectorSize.GiB32, 1);
        Assert.Equal(trees, alone.PreCommit2.TotalSeconds, 1);
        Assert.Equal(trees / (1 + (6 * 7.0 / 9)), beside.PreCommit2.TotalSeconds, 1);

        // The one core labels: nothing feeds a device before it has done so.
        Assert.Equal(beside.PreCommit2, beside.PreCommit2After);
        SectorEstimate more = new SectorEstimator(speeds with { Cores = 4 }).For(SectorSize.GiB32, 1);
        Assert.True(more.PreCommit2After < more.PreCommit2);
    }

    [Theory]
    [InlineData(24, "512MiB")]
    [InlineData(100, "32GiB")]
    [InlineData(4096, "64GiB")]
    public void What_fits_is_the_largest_sector_that_memory_has_room_for(int gibibytes, string size) =>
        Assert.Equal(size, new SectorEstimator(Machine(cores: 4, gibibytes)).LargestFitting.ToString());

    private static MachineSpeeds Machine(int cores, int? memoryGib = 4096) => new()
    {
        Processor = "test",
        Cores = cores,
        Memory = memoryGib is { } gib ? (long)gib << 30 : null,
        Yardstick = Fast,
        Labels = [Label("sha-ni", 1, 1e6)],
        Poseidon = [new("ifma", 11, new Speed(1e5, 1e5)), new("ifma", 8, new Speed(1e5, 1e5))],
        Parents = [new(SectorSize.GiB32, new Speed(1e5, 1e5)), new(SectorSize.GiB64, new Speed(1e5, 1e5))],
        Disk = new DiskSpeed("/temp", 1e18, 1e18, null),
    };
}
