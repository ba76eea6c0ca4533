using Filecoin.Sealing.Labeling.Ring;
using Xunit;

namespace Filecoin.Sealing.Tests.Labeling.Ring;

public sealed class ThreadPinTests
{
    [Fact]
    public void A_pinned_thread_has_one_cpu_and_gets_the_others_back() => OnAThread(() =>
    {
        IReadOnlyList<int> before = ThreadPin.Allowed();
        Assert.SkipWhen(before.Count == 0, "this system does not say where threads may run");
        int cpu = before[^1];
        using (ThreadPin pin = new(cpu))
        {
            Assert.True(pin.IsPinned);
            Assert.Equal([cpu], ThreadPin.Allowed());
        }

        Assert.Equal(before, ThreadPin.Allowed());
    });

    [Fact]
    public void A_thread_started_by_a_pinned_one_may_run_anywhere() => OnAThread(() =>
    {
        IReadOnlyList<int> before = ThreadPin.Allowed();
        Assert.SkipWhen(before.Count < 2, "this system has one CPU or does not say");
        using ThreadPin pin = new(before[0]);
        OnAThread(() => Assert.Equal(before, ThreadPin.Allowed()));
    });

    [Theory]
    [InlineData(null)]
    [InlineData(-1)]
    [InlineData(8191)]
    [InlineData(8192)]
    [InlineData(int.MaxValue)]
    public void A_cpu_that_is_not_there_leaves_the_thread_alone(int? cpu) => OnAThread(() =>
    {
        IReadOnlyList<int> before = ThreadPin.Allowed();
        using ThreadPin pin = new(cpu);
        Assert.False(pin.IsPinned);
        Assert.Equal(before, ThreadPin.Allowed());
    });

    /// <summary>A thread of its own, so that no other test meets what is left behind.</summary>
    private static void OnAThread(Action body) =>
        Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).GetAwaiter().GetResult();
}
