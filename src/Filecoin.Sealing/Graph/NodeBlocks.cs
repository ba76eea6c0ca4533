using System.Runtime.ExceptionServices;
using Filecoin.Sealing.Memory;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Graph;

/// <summary>Work on <paramref name="count"/> nodes from <paramref name="first"/>; false ends the whole run early.</summary>
/// <param name="first">First node.</param>
/// <param name="count">Nodes in this block.</param>
/// <param name="buffer">The thread's own memory.</param>
internal delegate bool NodeBlockWork(long first, int count, Span<byte> buffer);

/// <summary>Hands out a graph's nodes in ascending blocks to a number of threads.</summary>
internal static class NodeBlocks
{
    /// <summary>Nodes in a block; a block is the longest that cancellation waits for, a few milliseconds.</summary>
    public const int BlockNodes = 1 << 14;

    /// <summary>Runs <paramref name="work"/> over all blocks; false if one of them ended the run early.</summary>
    /// <param name="nodes">How many nodes there are.</param>
    /// <param name="threads">Threads to use, at least 1.</param>
    /// <param name="bytesPerNode">Buffer bytes wanted for each node of a block.</param>
    /// <param name="work">Called from several threads at once.</param>
    /// <param name="progress">Counts finished nodes.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    public static bool Run(
        long nodes, int threads, int bytesPerNode, NodeBlockWork work, SealProgressCounter progress, CancellationToken cancellation)
    {
        long blocks = (nodes + BlockNodes - 1) / BlockNodes;
        int blockNodes = (int)Math.Min(BlockNodes, nodes);
        long next = -1;
        bool ended = false;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

        void Worker()
        {
            try
            {
                using NativeBuffer buffer = new(blockNodes * bytesPerNode);
                for (long block; !stop.IsCancellationRequested && (block = Interlocked.Increment(ref next)) < blocks;)
                {
                    long first = block * BlockNodes;
                    int count = (int)Math.Min(BlockNodes, nodes - first);
                    if (!work(first, count, buffer.Span))
                    {
                        Volatile.Write(ref ended, true);
                        stop.Cancel();
                    }

                    progress.Add(count);
                }
            }
            catch
            {
                stop.Cancel();
                throw;
            }
        }

        Task[] workers = [.. Enumerable
            .Range(0, (int)Math.Min(threads, blocks))
            .Select(_ => Task.Factory.StartNew(Worker, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        try
        {
            Task.WaitAll(workers, CancellationToken.None);
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }

        cancellation.ThrowIfCancellationRequested();
        return !ended;
    }
}
