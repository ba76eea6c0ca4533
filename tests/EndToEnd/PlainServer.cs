using System.Net;
using System.Net.Sockets;

namespace EndToEnd;

/// <summary>Answers every client of a database that it has no TLS, as a PostgreSQL without certificate does, and says nothing more.</summary>
internal sealed class PlainServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public PlainServer()
    {
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose()
    {
        _stop.Cancel();
        _serving.GetAwaiter().GetResult();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                byte[] request = new byte[1024];
                await client.GetStream().ReadExactlyAsync(request.AsMemory(0, 8), _stop.Token);
                await client.GetStream().WriteAsync("N"u8.ToArray(), _stop.Token);
                await client.GetStream().ReadAtLeastAsync(request, 1, throwOnEndOfStream: false, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
