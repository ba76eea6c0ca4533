using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling.Kernels;

namespace Filecoin.Sealing.Labeling.Ring;

/// <summary>
/// Labels a run of nodes with several threads: the calling thread does nothing but chain hashes, others fetch what it will need into a
/// <see cref="LabelRing"/>.
/// </summary>
/// <remarks>
/// Each label needs the one before, so that hashing cannot be shared out; fetching fourteen labels from all over two layers can. On the
/// hashing thread even prefetching them costs: walks of the page tables hold up the instructions behind them, the rounds among them.
/// </remarks>
/// <param name="kernel">Hashes; of one lane.</param>
/// <param name="ring">Passes slots from thread to thread; used by one run at a time.</param>
/// <param name="cores">Where the threads go; at least one look-ahead thread.</param>
internal sealed unsafe class LookAheadLabeler(LabelKernel kernel, LabelRing ring, LabelCores cores)
{
    /// <summary>Spins and yields before the hashing thread sleeps for want of parents: the disk is late, or the run has just begun.</summary>
    private const int SpinsBeforeSleep = 200;

    private static readonly TimeSpan WhileRingIsFull = TimeSpan.FromMilliseconds(1);

    /// <summary>Set when the run is over, one way or another: look-ahead threads stop where they are.</summary>
    private volatile bool _over;

    /// <summary>Labels a run.</summary>
    /// <param name="run">Which nodes.</param>
    /// <param name="openParents">Opens the parents from the run's first node on, once for each look-ahead thread.</param>
    /// <param name="made">Told how many more labels have been made, from the calling thread.</param>
    /// <param name="cancellation">Stops within milliseconds.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="Exception">Whatever reading parents failed with.</exception>
    public void Label(in LabelRun run, Func<IParentBlocks> openParents, Action<long> made, CancellationToken cancellation)
    {
        ring.Restart(run.FirstNode);
        _over = false;
        LabelRun all = run;
        List<Task> lookers = [];
        try
        {
            for (int i = 0; i < cores.LookAhead.Length; i++)
            {
                int index = i;
                lookers.Add(Task.Factory.StartNew(
                    () => LookAhead(all, index, openParents), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
            }

            using ThreadPin pin = new(cores.Hasher);
            Hash(run, lookers, made, cancellation);
        }
        finally
        {
            // The ring and the layers must outlive every thread that has their addresses. A failure not met by now no longer matters.
            _over = true;
            foreach (Task looker in lookers)
            {
                ((IAsyncResult)looker).AsyncWaitHandle.WaitOne();
                _ = looker.Exception;
            }
        }
    }

    private void Hash(in LabelRun run, List<Task> lookers, Action<long> made, CancellationToken cancellation)
    {
        for (long batch = 0, done = 0; done < run.Count; batch++)
        {
            cancellation.ThrowIfCancellationRequested();
            WaitUntilFilled(batch, lookers, cancellation);
            int count = (int)Math.Min(ring.BatchNodes, run.Count - done);
            long first = run.FirstNode + done;
            kernel.LabelPrepared(run.Part(first, count), ring.SlotsOf(batch));
            ring.Made = first + count;
            done += count;
            made(count);
        }
    }

    private void WaitUntilFilled(long batch, List<Task> lookers, CancellationToken cancellation)
    {
        SpinWait wait = default;
        while (!ring.IsFilled(batch))
        {
            cancellation.ThrowIfCancellationRequested();
            Task looker = lookers[(int)(batch % lookers.Count)];
            if (looker.IsCompleted && !ring.IsFilled(batch))
            {
                looker.GetAwaiter().GetResult();
                throw new InvalidOperationException($"parents ended before batch {batch}");
            }

            wait.SpinOnce(SpinsBeforeSleep);
        }
    }

    /// <summary>One look-ahead thread: fills every <c>n</c>-th batch, n being the number of these threads.</summary>
    private void LookAhead(LabelRun run, int index, Func<IParentBlocks> openParents)
    {
        using ThreadPin pin = new(cores.LookAhead[index] == LabelCores.AnyCpu ? null : cores.LookAhead[index]);
        using IParentBlocks parents = openParents();
        long node = run.FirstNode;
        ReadOnlySpan<uint> block = default;
        for (long batch = 0, done = 0; done < run.Count; batch++)
        {
            int count = (int)Math.Min(ring.BatchNodes, run.Count - done);
            bool mine = batch % cores.LookAhead.Length == index;
            if (mine && !WaitUntilFree(run.FirstNode, batch))
            {
                return;
            }

            // A batch may begin in one block of parents and end in another.
            for (int filled = 0; filled < count;)
            {
                if (block.IsEmpty)
                {
                    block = parents.ReadBlock();
                    if (block.IsEmpty)
                    {
                        return;
                    }
                }

                int here = Math.Min(count - filled, block.Length / LabelMessage.Degree);
                if (mine)
                {
                    Fill(run, ring.SlotsOf(batch) + filled, node, block[..(here * LabelMessage.Degree)]);
                }

                filled += here;
                node += here;
                block = block[(here * LabelMessage.Degree)..];
            }

            done += count;
            if (mine)
            {
                ring.SetFilled(batch);
            }
        }
    }

    /// <summary>Waits for the batch whose place this one takes to be hashed; false when the run is over.</summary>
    private bool WaitUntilFree(long firstNode, long batch)
    {
        while (!_over)
        {
            if (batch < ring.Batches || ring.Made >= firstNode + ((batch - ring.Batches + 1) * ring.BatchNodes))
            {
                return true;
            }

            // Once full, the ring lasts longer than this sleep, and looking ahead is faster than hashing: no need to keep the core busy.
            Thread.Sleep(WhileRingIsFull);
        }

        return false;
    }

    private void Fill(in LabelRun run, LabelSlot* slots, long firstNode, ReadOnlySpan<uint> parents)
    {
        long made = ring.Made;
        int count = parents.Length / LabelMessage.Degree;
        fixed (uint* start = parents)
        {
            for (int i = 0; i < count; i++)
            {
                LabelSlot.SetParents(slots + i, start + (i * LabelMessage.Degree), run.Current, made, run.Previous);
            }
        }

        kernel.Prepare(run.Part(firstNode, count), slots);
    }
}
