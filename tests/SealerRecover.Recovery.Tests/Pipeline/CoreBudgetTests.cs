using SealerRecover.Recovery.Pipeline;

namespace SealerRecover.Recovery.Tests.Pipeline;

public sealed class CoreBudgetTests
{
    private static CancellationToken Never => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Trees_have_what_labelling_leaves_and_get_more_as_it_ends()
    {
        CoreBudget budget = new(threads: 4);
        IDisposable labelling = budget.Labelling(2);
        budget.Enter(Never);
        budget.Enter(Never);
        Task third = Task.Run(() => budget.Enter(Never), Never);
        await Task.Delay(50, Never);
        Assert.False(third.IsCompleted);

        labelling.Dispose();
        labelling.Dispose();

        await third.WaitAsync(TimeSpan.FromSeconds(10), Never);
        budget.Enter(Never);
        Task fifth = Task.Run(() => budget.Enter(Never), Never);
        await Task.Delay(50, Never);
        Assert.False(fifth.IsCompleted);
        budget.Leave();
        await fifth.WaitAsync(TimeSpan.FromSeconds(10), Never);
    }

    [Fact]
    public void Labelling_takes_all_threads_of_its_cores_and_trees_keep_one_in_any_case()
    {
        CoreBudget budget = new(threads: 8, threadsOfCore: 2);
        using IDisposable labelling = budget.Labelling(4);
        budget.Enter(Never);
        using CancellationTokenSource soon = new(TimeSpan.FromMilliseconds(50));
        Assert.Throws<OperationCanceledException>(() => budget.Enter(soon.Token));
    }

    [Fact]
    public void One_sector_at_a_time_is_followed_and_none_where_every_core_labels()
    {
        CoreBudget budget = new(threads: 2);
        using (budget.Labelling(1))
        {
            IDisposable first = budget.TryFollow()!;
            Assert.NotNull(first);
            Assert.Null(budget.TryFollow());
            first.Dispose();
            using IDisposable? second = budget.TryFollow();
            Assert.NotNull(second);
        }

        using (budget.Labelling(2))
        {
            Assert.Null(budget.TryFollow());
        }
    }

    [Fact]
    public void One_run_of_a_machine_keeps_its_threads_to_cpus()
    {
        string name = $"sealer-recover-test-{Guid.NewGuid():N}";
        using (CpuPins? first = CpuPins.TryTake(name))
        {
            Assert.NotNull(first);
            Assert.Null(CpuPins.TryTake(name));
        }

        using CpuPins? next = CpuPins.TryTake(name);
        Assert.NotNull(next);
    }
}
