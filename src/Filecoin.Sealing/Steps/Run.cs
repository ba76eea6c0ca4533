using System.Runtime.ExceptionServices;

namespace Filecoin.Sealing.Steps;

/// <summary>Parallel loops whose first failure comes out as itself, not wrapped.</summary>
internal static class Run
{
    /// <summary>Runs <paramref name="body"/> for 0 … count-1, in no particular order.</summary>
    public static void Parallel(int count, ParallelOptions options, Action<int> body)
    {
        try
        {
            System.Threading.Tasks.Parallel.For(0, count, options, body);
        }
        catch (AggregateException failures)
        {
            // A cancelled run fails in several bodies at once; what else failed matters more than that.
            Exception first = failures.Flatten().InnerExceptions
                .OrderBy(failure => failure is OperationCanceledException)
                .First();
            ExceptionDispatchInfo.Throw(first);
        }
    }

    /// <summary>As the other, with a core asked for before each body and given back after it.</summary>
    public static void InOrder(int count, ITreeCores cores, string name, Action<int> body, CancellationToken cancellation) =>
        InOrder(count, cores.Most, name, number =>
        {
            cores.Enter(cancellation);
            try
            {
                body(number);
            }
            finally
            {
                cores.Leave();
            }
        });

    /// <summary>
    /// Runs <paramref name="body"/> for 0 … count-1 on threads of its own, which take the numbers in order; so a body may wait for a long
    /// time for something that comes in that order, without holding up anyone's thread pool. Returns when all threads have ended; the first
    /// failure ends them, each after the body it is in.
    /// </summary>
    public static void InOrder(int count, int threads, string name, Action<int> body)
    {
        int next = -1;
        ExceptionDispatchInfo? failure = null;
        Thread[] workers =
        [
            .. Enumerable.Range(1, Math.Max(1, Math.Min(threads, count)))
                .Select(i => new Thread(Work) { Name = $"{name} {i}", IsBackground = true }),
        ];
        Array.ForEach(workers, worker => worker.Start());
        Array.ForEach(workers, worker => worker.Join());
        failure?.Throw();

        void Work()
        {
            while (Volatile.Read(ref failure) is null && Interlocked.Increment(ref next) is var number && number < count)
            {
                try
                {
                    body(number);
                }
#pragma warning disable CA1031 // Thrown again by the thread that waits for this one.
                catch (Exception caught)
#pragma warning restore CA1031
                {
                    Keep(caught);
                }
            }
        }

        void Keep(Exception caught)
        {
            ExceptionDispatchInfo mine = ExceptionDispatchInfo.Capture(caught);
            ExceptionDispatchInfo? before = Interlocked.CompareExchange(ref failure, mine, null);

            // A cancelled run fails in several bodies at once; what else failed matters more than that.
            if (before?.SourceException is OperationCanceledException && caught is not OperationCanceledException)
            {
                Volatile.Write(ref failure, mine);
            }
        }
    }
}
