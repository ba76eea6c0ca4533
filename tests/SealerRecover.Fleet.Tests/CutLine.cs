using System.Net;
using System.Net.Sockets;

namespace SealerRecover.Tests.Fleet;

/// <summary>A line to a server of this machine that can be cut, as by a server that is killed, and mended again at the same port.</summary>
internal sealed class CutLine : IDisposable
{
    private readonly int _server;
    private readonly Lock _gate = new();
    private readonly List<TcpClient> _open = [];
    private TcpListener _listener = new(IPAddress.Loopback, 0);

    /// <summary>Starts to listen.</summary>
    public CutLine(int server)
    {
        _server = server;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync(_listener);
    }

    /// <summary>The port to connect to.</summary>
    public int Port { get; }

    /// <summary>Ends every connection and refuses others.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _listener.Stop();
            _open.ForEach(client => client.Close());
            _open.Clear();
        }
    }

    /// <summary>Lets through again.</summary>
    public void Mend()
    {
        lock (_gate)
        {
            _listener = new TcpListener(IPAddress.Loopback, Port);
            _listener.Start();
            _ = AcceptAsync(_listener);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Cut();

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync();
                TcpClient upstream = new();
                lock (_gate)
                {
                    _open.AddRange([client, upstream]);
                }

                await upstream.ConnectAsync(IPAddress.Loopback, _server);
                _ = CopyAsync(client, upstream);
                _ = CopyAsync(upstream, client);
            }
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The line was cut.
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception cut) when (cut is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // One of the two hung up.
        }

        from.Close();
        to.Close();
    }
}
