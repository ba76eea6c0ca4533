using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Recovery.Tests.Events;

public class EventSinkTests
{
    private static readonly SectorId Sector = new(new ActorId(1000), 1);

    private readonly RecordingObserver _observer = new();
    private readonly MovedClock _time = new();

    [Fact]
    public void Whatever_many_threads_tell_arrives_one_at_a_time()
    {
        EventSink sink = new(_observer, _time);
        IProgress<long> bytes = sink.BytesOf(SealPhase.HashPiece, 1000);
        SectorSink progress = sink.Of(Sector);
        _time.Now += TimeSpan.FromSeconds(2);
        Parallel.For(0, 1000, i =>
        {
            bytes.Report(1);
            progress.Report(new SealProgress(SealPhase.Label, 1, 1, i, 1000));
            sink.Notice(Sector, "something");
        });

        Assert.False(_observer.CalledTwiceAtOnce);
        Assert.Equal(3000, _observer.Events.Count);
        Assert.Equal(1000, _observer.Events.OfType<PhaseProgressed>().Where(happened => happened.Sector is null).Max(happened => happened.Progress.Done));
    }

    [Fact]
    public void Long_work_is_told_of_once_it_has_taken_two_seconds()
    {
        EventSink sink = new(_observer, _time);
        SectorSink survey = sink.LongOf(Sector);
        IProgress<long> bytes = sink.BytesOf(SealPhase.HashPiece, total: null);
        survey.Report(new SealProgress(SealPhase.CheckReplica, 1, 1, 1, 10));
        bytes.Report(5);
        _time.Now += TimeSpan.FromSeconds(1.9);
        survey.Report(new SealProgress(SealPhase.CheckReplica, 1, 1, 2, 10));
        Assert.Empty(_observer.Events);

        _time.Now += TimeSpan.FromSeconds(0.1);
        survey.Report(new SealProgress(SealPhase.CheckReplica, 1, 1, 3, 10));
        bytes.Report(6);
        Assert.Equal(
            [new PhaseProgressed(_time.Now, Sector, new SealProgress(SealPhase.CheckReplica, 1, 1, 3, 10)), new BytesRead(_time.Now, 11)], _observer.Events);
    }

    private sealed class MovedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => Now.UtcTicks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}
