using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace SealerRecover.Hosting;

/// <summary>
/// The service manager that started this process as a unit of Type=notify, as systemd does: is told when the work begins and ends, how far it is, and
/// that the process lives (sd_notify(3)). The words are a datagram on a socket that it names in the environment; elsewhere there is none.
/// </summary>
internal sealed class ServiceManager : IDisposable
{
    private const string SocketVariable = "NOTIFY_SOCKET";
    private const string WatchdogVariable = "WATCHDOG_USEC";
    private const string WatchdogProcessVariable = "WATCHDOG_PID";

    /// <summary>Milliseconds for which one that has no time to listen is waited for.</summary>
    private const int MostWait = 1000;

    private readonly UnixDomainSocketEndPoint _address;
    private readonly ITimer? _watchdog;
    private readonly Action<string> _complain;
    private int _complained;

    private ServiceManager(UnixDomainSocketEndPoint address, TimeSpan? watchdog, TimeProvider time, Action<string> complain)
    {
        _address = address;
        _complain = complain;

        // Half of what it waits for, as it asks for.
        _watchdog = watchdog is { } wait ? time.CreateTimer(_ => Send("WATCHDOG=1"), state: null, wait / 2, wait / 2) : null;
    }

    /// <summary>The one that the environment names; null where none is.</summary>
    /// <param name="host">The surroundings.</param>
    /// <param name="complain">Told once when it cannot be told anything.</param>
    public static ServiceManager? Of(ConsoleHost host, Action<string> complain)
    {
        if (host.Environment.GetValueOrDefault(SocketVariable) is not ['/' or '@', _, ..] socket)
        {
            return null;
        }

        bool isAsked = host.Environment.GetValueOrDefault(WatchdogProcessVariable) is null or "" || host.Environment[WatchdogProcessVariable] == ProcessId;
        TimeSpan? watchdog = isAsked
            && long.TryParse(host.Environment.GetValueOrDefault(WatchdogVariable), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;

        // A name that begins with @ is no file: in the system it begins with a zero.
        return new ServiceManager(new UnixDomainSocketEndPoint(socket[0] == '@' ? '\0' + socket[1..] : socket), watchdog, host.Time, complain);
    }

    /// <summary>The work begins.</summary>
    public void Ready() => Send("READY=1");

    /// <summary>How far the work is, in one line.</summary>
    public void Status(string line) => Send($"STATUS={line.ReplaceLineEndings(" ")}");

    /// <summary>The work is coming to its end.</summary>
    public void Stopping() => Send("STOPPING=1");

    /// <inheritdoc/>
    public void Dispose() => _watchdog?.Dispose();

    private static string ProcessId => System.Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    private void Send(string words)
    {
        try
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = MostWait };
            socket.Connect(_address);
            socket.Send(Encoding.UTF8.GetBytes(words));
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
