using System.Collections.Concurrent;
using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Roles;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>
/// Three queues with threads of their own: labelling as planned, one building trees, one installing. Sectors enter labelling in the
/// order given, where several of one proof may go together; trees of one overlap labels of others.
/// </summary>
/// <param name="plan">How the cores are divided.</param>
/// <param name="cores">What of them is free.</param>
/// <param name="labels">Labels several together.</param>
/// <param name="more">Asked for at most so many further sectors where there are none to label, one asking at a time; null for none.</param>
/// <param name="cancellation">Stops it.</param>
internal sealed class StageThreads(
    CorePlan plan, CoreBudget cores, Labelling labels, Func<int, IReadOnlyList<SectorWork>>? more, CancellationToken cancellation) : IDisposable
{
    /// <summary>Between two askings for further sectors.</summary>
    private static readonly TimeSpan Asking = TimeSpan.FromSeconds(5);

    private readonly LabelQueue _labels = new();
    private readonly BlockingCollection<SectorWork> _trees = [];
    private readonly BlockingCollection<SectorWork> _installs = [];

    private readonly Lock _asking = new();

    private int _unfinished;

    /// <summary>Does all work; returns when every sector has its outcome.</summary>
    public void Run(IReadOnlyList<SectorWork> sectors)
    {
        _unfinished = sectors.Count;
        foreach (SectorWork sector in sectors)
        {
            _labels.Add(sector);
        }

        List<Thread> threads =
        [
            Start("trees", () => Serve(_trees)),
            Start("install", () => Serve(_installs)),
            .. plan.Seats.Select((seat, i) => Start(string.Create(CultureInfo.InvariantCulture, $"label {i + 1}"), () => ServeLabels(seat))),
        ];
        foreach (Thread thread in threads)
        {
            thread.Join();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _trees.Dispose();
        _installs.Dispose();
    }

    private static Thread Start(string name, Action body)
    {
        Thread thread = new(() => body()) { Name = name, IsBackground = true };
        thread.Start();
        return thread;
    }

    private void Serve(BlockingCollection<SectorWork> queue)
    {
        foreach (SectorWork sector in queue.GetConsumingEnumerable())
        {
            PassOn(sector, sector.Do());
        }
    }

    private void ServeLabels(LabelSeat seat)
    {
        while (Next(seat) is { } first)
        {
            using IDisposable share = cores.Labelling(seat.CoresTaken);
            List<SectorWork> group = [];
            if (seat.Sectors > 1)
            {
                LabelTogether(first, seat.Sectors, group);
            }
            else
            {
                group.Add(first);
            }

            // What has been labelled together is found finished here; what has not is labelled now, one after the other.
            foreach (SectorWork sector in group)
            {
                PassOn(sector, sector.Do(seat.Cores));
            }
        }
    }

    /// <summary>Waits for a sector to label, and asks for further ones meanwhile; null when all have ended.</summary>
    private SectorWork? Next(LabelSeat seat)
    {
        for (TimeSpan wait = more is null ? Timeout.InfiniteTimeSpan : TimeSpan.Zero; ; wait = Asking)
        {
            if (_labels.TryTake(wait, out SectorWork? next))
            {
                return next;
            }

            AskForMore(seat.Sectors);
        }
    }

    private void AskForMore(int most)
    {
        lock (_asking)
        {
            // Counts as a sector meanwhile, so that the run does not end; where it has, nobody asks.
            if (!TryCount())
            {
                return;
            }

            foreach (SectorWork sector in more!(most))
            {
                Interlocked.Increment(ref _unfinished);
                _labels.Add(sector);
            }

            Finished();
        }

        bool TryCount()
        {
            for (int seen = Volatile.Read(ref _unfinished); seen > 0;)
            {
                int was = Interlocked.CompareExchange(ref _unfinished, seen + 1, seen);
                if (was == seen)
                {
                    return true;
                }

                seen = was;
            }

            return false;
        }
    }

    private void Finished()
    {
        if (Interlocked.Decrement(ref _unfinished) == 0)
        {
            _labels.Complete();
            _trees.CompleteAdding();
            _installs.CompleteAdding();
        }
    }

    /// <summary>Labels <paramref name="first"/> and what of its proof waits behind it, at <paramref name="most"/> so many, and adds to <paramref name="group"/> what is left to look at.</summary>
    private void LabelTogether(SectorWork first, int most, List<SectorWork> group)
    {
        List<LabelWork> ready = [];
        PorepParameters porep = first.Porep;
        for (SectorWork? sector = first; sector is not null; sector = ready.Count < most ? _labels.TryTake(porep) : null)
        {
            switch (sector.Join(mayWait: ready.Count == 0, out LabelWork? work))
            {
                case Stage.Label when work is not null:
                    ready.Add(work);
                    group.Add(sector);
                    continue;
                case Stage.Label:
                    _labels.PutBack(sector);
                    break;
                case var next:
                    PassOn(sector, next);
                    continue;
            }

            break;
        }

        if (ready.Count < 2)
        {
            return;
        }

        try
        {
            labels.LabelTogether(ready, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Each sector notices by itself and ends as stopped.
        }
#pragma warning disable CA1031 // Told, and met again by the sector that it is about: nothing may leave this thread, or the process ends.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            // One sector's disk or journal, say. Alone, each sector fails or succeeds for itself, and keeps the layers it has.
            foreach (SectorWork sector in group)
            {
                sector.Notice($"labelling {ready.Count} sectors together stopped ({failure.Message}); going on one by one");
            }
        }
    }

    private void PassOn(SectorWork sector, Stage next)
    {
        switch (next)
        {
            case Stage.Label:
                _labels.Add(sector);
                break;
            case Stage.Pieces:
                // Other sectors' trees do not wait for this one's pieces.
                sector.PiecesAreThere.ContinueWith(_ => _trees.Add(sector), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                break;
            case Stage.Install:
                _installs.Add(sector);
                break;
            default:
                Finished();
                break;
        }
    }
}
