using System.Net.Sockets;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>
/// The right to keep threads to CPUs of this machine, which one run at a time has: two that plan alike would keep theirs to the same ones,
/// and each would get half of a core. It is a socket address in Linux's abstract namespace: no file, and gone with the process however
/// that ends.
/// </summary>
internal sealed class CpuPins : IDisposable
{
    private readonly Socket _holder;

    private CpuPins(Socket holder) => _holder = holder;

    /// <summary>Takes the right; null if another run has it, or if the system has no such addresses.</summary>
    /// <param name="name">What to take; for tests.</param>
    public static CpuPins? TryTake(string name = "sealer-recover/cpu-pins")
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint("\0" + name));
            return new CpuPins(socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _holder.Dispose();
}
