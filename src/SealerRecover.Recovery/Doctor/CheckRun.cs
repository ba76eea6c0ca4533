using System.Collections.Concurrent;
using System.Globalization;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Doctor;

/// <summary>Runs checks side by side, each for so long at most: a disk or a node that hangs costs that time and is named, whatever the others find.</summary>
/// <param name="limit">The time for each.</param>
/// <param name="time">The clock.</param>
public sealed class CheckRun(TimeSpan limit, TimeProvider time)
{
    private readonly ConcurrentDictionary<ICheck, bool> _pending = [];

    /// <summary>What is still being looked at.</summary>
    public IReadOnlyList<string> Pending => [.. _pending.Keys.Select(check => check.What).Where(what => what.Length > 0).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Runs them.</summary>
    /// <param name="checks">The checks.</param>
    /// <param name="cancellation">Ends all of them.</param>
    /// <returns>What they found, in the order of the checks.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<IReadOnlyList<Finding>> RunAsync(IReadOnlyList<ICheck> checks, CancellationToken cancellation)
    {
        IReadOnlyList<Finding>[] found = await Task.WhenAll(checks.Select(check => LookAsync(check, cancellation))).ConfigureAwait(false);
        return [.. found.SelectMany(findings => findings)];
    }

    private async Task<IReadOnlyList<Finding>> LookAsync(ICheck check, CancellationToken cancellation)
    {
        _pending[check] = true;
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

        // A thread of its own: a call that hangs in the kernel cannot be cancelled, only left behind.
        Task<IReadOnlyList<Finding>> looking = Task.Factory.StartNew(
            () => check.LookAsync(late.Token), late.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        try
        {
            return await looking.WaitAsync(limit, time, cancellation).ConfigureAwait(false);
        }
        catch (OperatorException failure)
        {
            return [Finding.Of(check.What, failure)];
        }
        catch (TimeoutException)
        {
            await late.CancelAsync().ConfigureAwait(false);
            return
            [
                Finding.Wrong(
                    check.What,
                    string.Create(CultureInfo.InvariantCulture, $"did not answer within {limit.TotalSeconds:0} seconds"),
                    "a disk or mount that hangs shows in dmesg; one that is only slow gets more time with a longer time to wait"),
            ];
        }
        finally
        {
            _pending.TryRemove(check, out _);
        }
    }
}
