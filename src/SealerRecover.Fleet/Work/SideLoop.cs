using Filecoin.Primitives;
using Microsoft.Extensions.Logging;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Fleet.Work;

/// <summary>
/// Work beside a worker's sectors, one thing at a time, on a thread of its own: it waits for disks and the network, and not for cores. Whatever goes
/// wrong ends this and not the worker, which has sectors at work.
/// </summary>
/// <param name="settings">What the operator of this machine decided.</param>
/// <param name="events">Told what is done.</param>
/// <param name="logger">Told of bugs in full.</param>
/// <param name="cancellation">Stops it; what it has is given back.</param>
internal abstract partial class SideLoop(WorkerSettings settings, EventSink events, ILogger logger, CancellationToken cancellation) : IDisposable
{
    /// <summary>How many pauses pass between two looks: nobody waits for it within seconds, and every worker of a fleet asks.</summary>
    private const int Rarely = 5;

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly CancellationTokenSource _drain = new();
    private Thread? _thread;

    /// <summary>What the operator of this machine decided.</summary>
    protected WorkerSettings Settings => settings;

    /// <summary>Told what is done.</summary>
    protected EventSink Events => events;

    /// <summary>Ends what it does.</summary>
    protected CancellationToken Stop => _stop.Token;

    /// <summary>Takes nothing that it need not, and waits until it has ended, unless it is stopped.</summary>
    public void Finish()
    {
        _drain.Cancel();
        _thread?.Join();
    }

    /// <summary>Stops it, and gives back what it has.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
        _drain.Dispose();
        _stop.Dispose();
    }

    /// <summary>Begins.</summary>
    /// <param name="name">The thread's.</param>
    protected void Begin(string name)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Looks for one thing and does it.</summary>
    /// <param name="isDraining">Whether nothing new shall be taken.</param>
    /// <returns>Whether there may be more of it right away.</returns>
    /// <exception cref="OperatorException">NodeUnreachable: the database does not answer, and is asked again; any other ends this.</exception>
    protected abstract bool TryDo(bool isDraining);

    /// <summary>Whether it has to go on although nothing new shall be taken; asked when there is nothing to do.</summary>
    protected virtual bool IsNeeded() => false;

    /// <summary>What is said where this ends and the worker does not.</summary>
    /// <param name="failure">Why; no <see cref="OperatorException"/> is a bug.</param>
    protected abstract string Ends(Exception failure);

    /// <summary>Tells the log of a bug.</summary>
    /// <param name="what">What failed.</param>
    /// <param name="bug">How.</param>
    protected void Log(string what, Exception bug) => Unforeseen(logger, what, bug);

    /// <summary>With its stack, for who reports it; the sentence about it is told anyway.</summary>
    [LoggerMessage(LogLevel.Debug, "{What} failed in a way nobody foresaw: {Stack}")]
    private static partial void Unforeseen(ILogger log, string what, object stack);

    private void Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            bool isDraining = _drain.IsCancellationRequested;
            try
            {
                if (TryDo(isDraining))
                {
                    continue;
                }

                if (isDraining && !IsNeeded())
                {
                    return;
                }
            }
            catch (OperatorException failure) when (failure.Kind == FailureKind.NodeUnreachable)
            {
                // Who looks after sectors says so. What nobody hears of is another's in time.
            }
            catch (OperatorException failure)
            {
                events.Notice(Ends(failure));
                return;
            }
#pragma warning disable CA1031 // Whatever it is: this ends, and the worker goes on.
            catch (Exception bug)
#pragma warning restore CA1031
            {
                Log(_thread!.Name!, bug);
                events.Notice(Ends(bug));
                return;
            }

            if (isDraining)
            {
                _stop.Token.WaitHandle.WaitOne(settings.Pause);
            }
            else
            {
                WaitHandle.WaitAny([_stop.Token.WaitHandle, _drain.Token.WaitHandle], Rarely * settings.Pause);
            }
        }
    }
}
