using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting.Systemd;

namespace SealerRecover.Hosting;

/// <summary>
/// The service manager that started this process as a unit of Type=notify, as systemd does: is told when the work begins and ends, how far it is, and
/// that the process lives (sd_notify(3)). The words are a datagram on a socket that it names in the environment, which the library that sends them
/// reads by itself; elsewhere there is none.
/// </summary>
internal sealed class ServiceManager : IDisposable
{
    private const string SocketVariable = "NOTIFY_SOCKET";
    private const string WatchdogVariable = "WATCHDOG_USEC";
    private const string WatchdogProcessVariable = "WATCHDOG_PID";

    private readonly ISystemdNotifier _notifier;
    private readonly ITimer? _watchdog;
    private readonly Action<string> _complain;
    private int _complained;

    private ServiceManager(ISystemdNotifier notifier, TimeSpan? watchdog, TimeProvider time, Action<string> complain)
    {
        _notifier = notifier;
        _complain = complain;

        // Half of what it waits for, as it asks for.
        _watchdog = watchdog is { } wait ? time.CreateTimer(_ => Tell(new ServiceState("WATCHDOG=1")), state: null, wait / 2, wait / 2) : null;
    }

    /// <summary>The one that the environment names; null where none is.</summary>
    /// <param name="host">The surroundings.</param>
    /// <param name="complain">Told once when it cannot be told anything.</param>
    public static ServiceManager? Of(ConsoleHost host, Action<string> complain)
    {
        if (host.Environment.GetValueOrDefault(SocketVariable) is not ['/' or '@', _, ..])
        {
            return null;
        }

        bool isAsked = host.Environment.GetValueOrDefault(WatchdogProcessVariable) is null or "" || host.Environment[WatchdogProcessVariable] == ProcessId;
        TimeSpan? watchdog = isAsked
            && long.TryParse(host.Environment.GetValueOrDefault(WatchdogVariable), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;

        return new ServiceManager(new SystemdNotifier(), watchdog, host.Time, complain);
    }

    /// <summary>The work begins.</summary>
    public void Ready() => Tell(ServiceState.Ready);

    /// <summary>How far the work is, in one line.</summary>
    public void Status(string line) => Tell(new ServiceState($"STATUS={line.ReplaceLineEndings(" ")}"));

    /// <summary>The work is coming to its end.</summary>
    public void Stopping() => Tell(ServiceState.Stopping);

    /// <inheritdoc/>
    public void Dispose() => _watchdog?.Dispose();

    private static string ProcessId => System.Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    private void Tell(ServiceState state)
    {
        try
        {
            _notifier.Notify(state);
        }
        catch (SocketException failure)
        {
            if (Interlocked.Exchange(ref _complained, 1) == 0)
            {
                _complain($"the service manager cannot be told anything ({failure.Message}); the work goes on");
            }
        }
    }
}
