using Filecoin.OpenCl.Devices;

namespace Filecoin.OpenCl.Hashing;

/// <summary>One batch's memory on a device and the thread that makes its calls.</summary>
/// <param name="device">The device.</param>
/// <param name="batch">Its memory.</param>
/// <param name="arity">Elements of a preimage.</param>
internal sealed class PoseidonLane(DeviceDescription device, IComputeBatch batch, int arity) : IDisposable
{
    private const int ElementBytes = 32;

    private readonly DeviceThread _thread = new($"{device.Name}: Poseidon of {arity}");
    private DeviceThread.Call? _call;
    private int _count;

    /// <summary>Takes preimages and has them hashed. What was begun before has ended.</summary>
    public void Begin(ReadOnlySpan<byte> preimages)
    {
        preimages.CopyTo(batch.Input);
        int inputBytes = preimages.Length;
        _count = inputBytes / (arity * ElementBytes);
        _call = _thread.Begin(() => batch.Run(_count, inputBytes, _count * ElementBytes));
    }

    /// <summary>Waits for the digests of what was begun.</summary>
    /// <exception cref="DeviceException">The device failed or did not answer in time; <paramref name="digests"/> is as it was.</exception>
    public void End(Span<byte> digests, TimeSpan timeout)
    {
        _call!.Wait(device, $"hash {_count} preimages", timeout);
        batch.Output[..(_count * ElementBytes)].CopyTo(digests);
    }

    /// <summary>Releases the memory; nothing is under way.</summary>
    public void ReleaseMemory() => batch.Dispose();

    /// <summary>Lets the thread end when its call has. The memory stays.</summary>
    public void Dispose() => _thread.Dispose();
}
