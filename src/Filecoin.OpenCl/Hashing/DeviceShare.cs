using System.Diagnostics;
using Filecoin.Cryptography.Fields;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.OpenCl.Devices;

namespace Filecoin.OpenCl.Hashing;

/// <summary>
/// How much of the hashes of one arity a device gets where the processor hashes, too. A thread that brings a batch waits for it and hashes
/// nothing meanwhile: so no more wait than keep the device busy, nor than the device is worth in cores. All others hash themselves.
/// </summary>
internal sealed class DeviceShare
{
    private const int ProcessorTrial = 512;

    private readonly PoseidonDevice _device;
    private readonly PoseidonKernel _processor;
    private readonly Lazy<double> _cores;

    /// <summary>Makes it; nothing is measured yet.</summary>
    /// <param name="device">The device.</param>
    /// <param name="processor">What a thread hashes with that does not wait for it.</param>
    public DeviceShare(PoseidonDevice device, PoseidonKernel processor)
    {
        _device = device;
        _processor = processor;
        _cores = new Lazy<double>(Measure);
    }

    /// <summary>The device.</summary>
    public PoseidonDevice Device => _device;

    /// <summary>Hashes it makes in the time in which a core makes one. Measured when first asked for, while all who ask wait; 0 if the device fails at it.</summary>
    public double Cores => _cores.Value;

    /// <summary>Threads that may wait for it at a time: one batch more than it takes, so that it never waits itself; 0 for one slower than a core.</summary>
    public int MostWaiting => (int)Math.Min(_device.Limits.BatchesAtOnce + 1, Math.Floor(Cores));

    /// <summary>What is won by using it: its worth less the cores that wait for it.</summary>
    public double CoresWon => Cores - MostWaiting;

    /// <summary>Takes a place among those that wait; false if enough do. Who took one gives it back.</summary>
    public bool TryEnter() => _device.TryEnter(MostWaiting);

    private double Measure()
    {
        try
        {
            _device.Prepare(_processor.Arity);
            int count = _device.Limits.BatchHashes * _device.Limits.BatchesAtOnce;
            SecondsFor(_device.Limits.BatchHashes, (preimages, digests) => _device.HashMany(_processor.Arity, preimages, digests));
            double device = SecondsFor(count, (preimages, digests) => _device.HashMany(_processor.Arity, preimages, digests)) / count;
            SecondsFor(1, _processor.HashMany);
            return SecondsFor(ProcessorTrial, _processor.HashMany) / ProcessorTrial / device;
        }
        catch (DeviceException failure)
        {
            // The device has told whoever asked to be told.
            _device.GiveUp(failure);
            return 0;
        }
    }

    /// <summary>Zeros are hashed: no kernel takes another time for another element.</summary>
    private double SecondsFor(int count, SelfCheck.HashMany hash)
    {
        byte[] preimages = new byte[count * _processor.Arity * Fr.Bytes];
        byte[] digests = new byte[count * Fr.Bytes];
        long started = Stopwatch.GetTimestamp();
        hash(preimages, digests);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
