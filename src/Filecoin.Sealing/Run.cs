using System.Runtime.ExceptionServices;

namespace Filecoin.Sealing;

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
}
