using System.Net;
using System.Net.Sockets;

namespace SealerRecover.Tests;

/// <summary>Stands between a client and a server of this machine, for one connection, and changes a byte of what the server says.</summary>
public sealed class DamagingRelay : IAsyncDisposable
{
    /// <summary>What a session of one sector says, about; a byte behind the end is never changed.</summary>
    private const int SessionLength = 4_000;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _relaying;

    /// <summary>Starts to listen.</summary>
    /// <param name="server">The server's port.</param>
    /// <param name="random">Chooses what is changed.</param>
    public DamagingRelay(int server, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        _listener.Start();

        // Small offsets are where the protocol begins, and where it is most easily confused.
        int at = random.Next(1 + random.Next(SessionLength));
        byte flip = (byte)(1 + random.Next(255));
        _relaying = Task.Run(() => RelayAsync(server, at, flip));
    }

    /// <summary>The port to connect to.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _relaying;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task RelayAsync(int server, int at, byte flip)
    {
        try
        {
            using TcpClient client = await _listener.AcceptTcpClientAsync(_end.Token);
            using TcpClient upstream = new();
            await upstream.ConnectAsync(IPAddress.Loopback, server, _end.Token);
            Task asking = client.GetStream().CopyToAsync(upstream.GetStream(), _end.Token);
            byte[] buffer = new byte[16 << 10];
            long said = 0;
            for (int read; (read = await upstream.GetStream().ReadAsync(buffer, _end.Token)) > 0; said += read)
            {
                if (at >= said && at < said + read)
                {
                    buffer[at - said] ^= flip;
                }

                await client.GetStream().WriteAsync(buffer.AsMemory(0, read), _end.Token);
            }

            client.Close();
            await asking;
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // One of the two hung up, or the test is over.
        }
    }
}
