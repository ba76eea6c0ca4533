using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;
using SealerRecover.Rendering;
using Xunit;

namespace SealerRecover.Tests.Rendering;

public class ProgressBookTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Time_between_steps_does_not_slow_the_rate()
    {
        ProgressBook book = new();
        Read(book, 0, step: 1, done: 0);
        Read(book, 10, step: 1, done: 1000);
        Read(book, 500, step: 2, done: 0);
        PhaseReading reading = Read(book, 505, step: 2, done: 500);
        Assert.Equal(100.0, reading.Rate!.Value, 0.001);
        Assert.Equal(0.75, reading.Fraction, 0.0001);
        Assert.Equal(5.0, reading.Left!.Value.TotalSeconds, 0.001);
    }

    [Fact]
    public void Nothing_is_claimed_before_there_is_a_measurement()
    {
        PhaseReading reading = Read(new ProgressBook(), 0, step: 1, done: 0);
        Assert.Null(reading.Rate);
        Assert.Null(reading.Left);
        Assert.Equal(0, reading.Fraction);
    }

    [Fact]
    public void Empty_steps_and_standing_clocks_do_no_harm()
    {
        ProgressBook book = new();
        SealProgress empty = new(SealPhase.Install, 0, 0, 0, 0);
        Assert.InRange(book.Read(new PhaseProgressed(Start, null, empty)).Fraction, 0, 1);
        Assert.InRange(book.Read(new PhaseProgressed(Start, null, empty)).Fraction, 0, 1);
        Assert.Null(book.Read(new PhaseProgressed(Start.AddSeconds(-5), null, empty)).Left);
    }

    [Theory]
    [InlineData(0.44, "0.4 s")]
    [InlineData(12.9, "12 s")]
    [InlineData(247, "4 min 07 s")]
    [InlineData(11107, "3 h 05 min")]
    [InlineData(180000, "2 d 02 h")]
    [InlineData(-3, "0.0 s")]
    public void Durations_read_naturally(double seconds, string expected) =>
        Assert.Equal(expected, Quantities.Duration(TimeSpan.FromSeconds(seconds)));

    private static PhaseReading Read(ProgressBook book, double second, int step, long done) =>
        book.Read(new PhaseProgressed(Start.AddSeconds(second), Examples.Sector2, new SealProgress(SealPhase.Label, step, 2, done, 1000)));
}
