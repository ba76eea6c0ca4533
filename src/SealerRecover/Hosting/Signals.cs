using System.Runtime.InteropServices;

namespace SealerRecover.Hosting;

/// <summary>
/// SIGINT and SIGTERM: the first asks the work to stop, the second ends the process at once. Ending at once loses nothing either, only the
/// layer at hand; everything recorded is on disk.
/// </summary>
internal sealed class Signals : IDisposable
{
    // Work stops within a second or two by contract. A disk that hangs must not keep the operator waiting longer than this.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly ConsoleHost _host;
    private int _count;

    /// <summary>Begins to listen.</summary>
    /// <param name="host">Its standard error is told that the signal has arrived.</param>
    public Signals(ConsoleHost host)
    {
        _host = host;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Take),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take),
        ];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) > 1)
        {
            EndAtOnce();
        }

        _host.Error.WriteLine("stopping; nothing finished is lost (once more to stop at once)");
        _ = Task.Delay(StopTimeout, CancellationToken.None).ContinueWith(
            _ => EndAtOnce(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

        // Callbacks of the token run here; a second signal must find this method free.
        _ = _stop.CancelAsync();
    }

    private void EndAtOnce()
    {
        if (_host.OutputIsTerminal)
        {
            // The live display hides the cursor and cannot show it again when the process ends under it.
            _host.Output.Write("\u001b[?25h");
        }

        Environment.Exit(ExitCodes.Stopped.Code);
    }
}
