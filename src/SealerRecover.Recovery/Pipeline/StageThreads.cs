using System.Collections.Concurrent;
using System.Globalization;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>
/// Three queues with threads of their own: as many labelling as sectors may be labelled at once, one building trees, one
/// installing. Sectors enter labelling in the order given; trees of one overlap labels of others.
/// </summary>
internal sealed class StageThreads : IDisposable
{
    private readonly Dictionary<Stage, BlockingCollection<SectorWork>> _queues = new()
    {
        [Stage.Label] = [],
        [Stage.Trees] = [],
        [Stage.Install] = [],
    };

    private int _unfinished;

    /// <summary>Does all work; returns when every sector has its outcome.</summary>
    public void Run(IReadOnlyList<SectorWork> sectors, int labelling)
    {
        _unfinished = sectors.Count;
        foreach (SectorWork sector in sectors)
        {
            _queues[Stage.Label].Add(sector);
        }

        List<Thread> threads = [Start(Stage.Trees, "trees"), Start(Stage.Install, "install")];
        for (int i = 1; i <= Math.Min(labelling, sectors.Count); i++)
        {
            threads.Add(Start(Stage.Label, string.Create(CultureInfo.InvariantCulture, $"label {i}")));
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (BlockingCollection<SectorWork> queue in _queues.Values)
        {
            queue.Dispose();
        }
    }

    private Thread Start(Stage stage, string name)
    {
        Thread thread = new(() => Serve(stage)) { Name = name, IsBackground = true };
        thread.Start();
        return thread;
    }

    private void Serve(Stage stage)
    {
        foreach (SectorWork sector in _queues[stage].GetConsumingEnumerable())
        {
            Stage next = sector.Do(stage);
            if (next != Stage.Done)
            {
                _queues[next].Add(sector);
            }
            else if (Interlocked.Decrement(ref _unfinished) == 0)
            {
                foreach (BlockingCollection<SectorWork> queue in _queues.Values)
                {
                    queue.CompleteAdding();
                }
            }
        }
    }
}
