using Filecoin.Primitives;
using Filecoin.Sealing.Labeling;
using SealerRecover.Recovery.Bench;

namespace SealerRecover.Recovery.Tests.Bench;

public class MeasuringTests
{
    [Fact]
    public void The_best_sample_and_the_median_are_reported()
    {
        // Every seventh call takes three times as long, as if another process had come between.
        HandMovedClock clock = new();
        int calls = 0;
        Speed speed = new RateMeter(clock, TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken)
            .Measure(100, () => clock.Advance(TimeSpan.FromMilliseconds(++calls % 7 == 0 ? 30 : 10)));
        Assert.Equal(10_000, speed.PerSecond, 1.0);
        Assert.Equal(10_000, speed.MedianPerSecond, 1.0);
        Assert.Equal(100_000, speed.Nanoseconds, 1.0);
        Assert.InRange(clock.Elapsed.TotalSeconds, 2.4, 2.6);
    }

    [Fact]
    public void Slow_work_is_done_four_times_and_quick_work_is_gathered_into_samples()
    {
        HandMovedClock clock = new();
        int calls = 0;
        RateMeter meter = new(clock, TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        meter.Measure(1, () =>
        {
            calls++;
            clock.Advance(TimeSpan.FromSeconds(9));
        });
        Assert.Equal(4, calls);

        Speed quick = meter.Measure(1, () => clock.Advance(TimeSpan.FromMicroseconds(2)));
        Assert.Equal(500_000, quick.PerSecond, 1.0);
    }

    [Fact]
    public void Measuring_can_be_cancelled()
    {
        using CancellationTokenSource stop = new();
        RateMeter meter = new(TimeProvider.System, TimeSpan.FromHours(1), stop.Token);
        Assert.Throws<OperationCanceledException>(() => meter.Measure(1, stop.Cancel));
    }

    [Fact]
    public void A_small_bench_measures_every_variant_and_leaves_nothing_behind()
    {
        using TestFolder folder = new();
        List<string> told = [];
        BenchSettings settings = new()
        {
            TempFolder = Path.Combine(folder.Path, "not", "there", "yet"),
            Cores = 3,
            Duration = TimeSpan.FromMilliseconds(20),
            LayerBytes = 1 << 20,
            DiskBytes = 4 << 20,
        };
        MachineSpeeds speeds = new MachineBench(settings, TimeProvider.System).Run(told.Add, TestContext.Current.CancellationToken);

        Assert.Equal(LabelTrial.Variants, speeds.Labels.Select(label => label.Variant));
        Assert.All(speeds.Labels, label => Assert.InRange(label.Speed.PerSecond, 1, 1e9));
        Assert.All(speeds.Poseidon, poseidon => Assert.InRange(poseidon.Speed.PerSecond, 1, 1e9));
        Assert.All(speeds.Parents, parents => Assert.InRange(parents.Speed.PerSecond, 1, 1e9));
        Assert.InRange(speeds.Yardstick.Nanoseconds, 1, 1e5);
        Assert.Equal(folder.Path, speeds.Disk.Folder);
        Assert.InRange(speeds.Disk.WriteBytesPerSecond, 1, 1e15);
        Assert.InRange(speeds.Disk.ReadBytesPerSecond, 1, 1e15);
        Assert.Equal(3, speeds.Cores);
        Assert.NotEmpty(speeds.Processor);
        Assert.NotEmpty(told);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_one_sentence_about_it()
    {
        BenchSettings settings = new() { TempFolder = "/proc/1", Cores = 1, Duration = TimeSpan.Zero, LayerBytes = 1 << 20 };
        OperatorException failure = Assert.Throws<OperatorException>(() =>
            new MachineBench(settings, TimeProvider.System).Run(null, TestContext.Current.CancellationToken));
        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains("/proc/1", failure.Message, StringComparison.Ordinal);
        Assert.Contains(Setting.TempFolder, failure.Hint.Named);
    }

    [Theory]
    [InlineData("processor : 0\nmodel name\t: AMD EPYC 9654\ncpu family\t: 25\nmodel\t\t: 17\n", "AMD EPYC 9654, cpu family 25, model 17")]
    [InlineData("model name\t: Intel(R) Xeon(R)\n", "Intel(R) Xeon(R)")]
    public void The_processor_is_named_as_the_system_does(string cpuInfo, string expected)
    {
        using TestFolder folder = new();
        string path = Path.Combine(folder.Path, "cpuinfo");
        File.WriteAllText(path, cpuInfo);
        Assert.Equal(expected, Processor.Name(path));
        Assert.NotEmpty(Processor.Name(path + ".missing"));
    }

    [Theory]
    [InlineData("vendor_id\t: AuthenticAMD\ncpu family\t: 26\nmodel\t\t: 2\n", "Zen 5")]
    [InlineData("vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 207\n", "Emerald Rapids")]
    [InlineData("vendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\n", null)]
    [InlineData("vendor_id\t: GenuineIntel\ncpu family\t: 26\nmodel\t\t: many\n", null)]
    [InlineData("", null)]
    public void The_reference_is_that_of_the_same_class_or_none(string cpuInfo, string? expected)
    {
        using TestFolder folder = new();
        string path = Path.Combine(folder.Path, "cpuinfo");
        File.WriteAllText(path, cpuInfo);
        Assert.Equal(expected, ReferenceSpeeds.Of(Processor.Identity(path))?.Class);
    }

    private sealed class HandMovedClock : TimeProvider
    {
        public TimeSpan Elapsed { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Elapsed.Ticks;

        public void Advance(TimeSpan by) => Elapsed += by;
    }
}
