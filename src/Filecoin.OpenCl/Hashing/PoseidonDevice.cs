using System.Collections.Concurrent;
using Filecoin.OpenCl.Devices;
using Filecoin.OpenCl.Kernels;

namespace Filecoin.OpenCl.Hashing;

/// <summary>
/// Poseidon on one device, for any number of threads. A kernel is compiled and compared with the plain one when its arity is first asked
/// for. The first failure gives the device up for good: it is told once, and every call from then on fails in the same way.
/// </summary>
public sealed class PoseidonDevice : IDisposable
{
    private readonly IComputeDevice _device;
    private readonly Action<DeviceException> _report;
    private readonly ConcurrentDictionary<int, Lazy<PoseidonLanes>> _arities = new();
    private readonly CancellationTokenSource _leftOut = new();
    private DeviceException? _failure;
    private long _hashed;
    private int _waiting;

    internal PoseidonDevice(IComputeDevice device, DeviceLimits limits, Action<DeviceException> report)
    {
        _device = device;
        _report = report;
        Limits = limits;
    }

    /// <summary>What the device is.</summary>
    public DeviceDescription Description => _device.Description;

    /// <summary>How it is used.</summary>
    public DeviceLimits Limits { get; }

    /// <summary>Why it was given up; null while it is used.</summary>
    public DeviceException? Failure => Volatile.Read(ref _failure);

    /// <summary>Hashes it has given out, the self check's apart.</summary>
    public long Hashed => Interlocked.Read(ref _hashed);

    /// <summary>Opens a device.</summary>
    /// <param name="device">One that <see cref="OpenClDevices.Find"/> has found.</param>
    /// <param name="limits">How to use it.</param>
    /// <param name="report">Told when it is given up, once, on the thread that found out.</param>
    /// <exception cref="DeviceException">It is not there any more, refuses, or does not answer.</exception>
    public static PoseidonDevice Open(DeviceDescription device, DeviceLimits limits, Action<DeviceException> report)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(report);
        IComputeDevice? opened = null;
        DeviceThread.RunOnce(device, "open", limits.BatchTimeout, () => opened = OpenClDevices.Open(device));
        return new PoseidonDevice(opened!, limits, report);
    }

    /// <summary>Compiles and compares the kernel of an arity, if that has not been done.</summary>
    /// <param name="arity">2, 4, 8 or 11.</param>
    /// <returns>How it makes products: "ptx" or "c".</returns>
    /// <exception cref="DeviceException">The device failed now or before.</exception>
    public string Prepare(int arity)
    {
        ThrowIfGivenUp();
        try
        {
            return LanesOf(arity).Variant == ProgramVariant.Ptx ? "ptx" : "c";
        }
        catch (DeviceException failure)
        {
            GiveUp(failure);
            throw;
        }
    }

    /// <summary>Hashes preimages. Nobody compares the digests here: see <see cref="GuardedPoseidon"/>.</summary>
    /// <param name="arity">2, 4, 8 or 11.</param>
    /// <param name="preimages">n·arity·32 bytes, little-endian elements.</param>
    /// <param name="digests">Receives n·32 bytes; worth nothing after a failure.</param>
    /// <exception cref="DeviceException">The device failed now or before.</exception>
    public void HashMany(int arity, ReadOnlySpan<byte> preimages, Span<byte> digests)
    {
        ThrowIfGivenUp();
        try
        {
            LanesOf(arity).HashMany(preimages, digests, _leftOut.Token);
        }
        catch (OperationCanceledException) when (Failure is not null)
        {
            // Another thread has given it up, which is thrown below.
        }
        catch (DeviceException failure)
        {
            GiveUp(failure);
            throw;
        }

        // What a device made while others found it lying is not taken either.
        ThrowIfGivenUp();
        Interlocked.Add(ref _hashed, digests.Length / 32);
    }

    /// <summary>Gives the device up, unless it has been.</summary>
    public void GiveUp(DeviceException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        if (Interlocked.CompareExchange(ref _failure, failure, null) is null)
        {
            _leftOut.Cancel();
            _report(failure);
        }
    }

    /// <summary>
    /// Releases what the device holds; nobody uses it any more. Of one that hangs or is lost nothing is released: its driver may still
    /// write to that memory, or never return.
    /// </summary>
    public void Dispose()
    {
        bool release = Failure?.Fault is not (DeviceFault.Hung or DeviceFault.Lost);
        foreach (Lazy<PoseidonLanes> lanes in _arities.Values.Where(lanes => lanes.IsValueCreated))
        {
            lanes.Value.IsAbandoned = !release;
            lanes.Value.Dispose();
        }

        _arities.Clear();
        if (release)
        {
            _device.Dispose();
        }

        _leftOut.Dispose();
    }

    /// <summary>Counts a thread in that will wait for the device, unless <paramref name="most"/> do already.</summary>
    internal bool TryEnter(int most)
    {
        if (Interlocked.Increment(ref _waiting) <= most)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Counts it out again.</summary>
    internal void Leave() => Interlocked.Decrement(ref _waiting);

    private void ThrowIfGivenUp()
    {
        if (Failure is { } failure)
        {
            throw new DeviceException(failure.Fault, failure.Device, failure.Detail, failure);
        }
    }

    private PoseidonLanes LanesOf(int arity) => _arities.GetOrAdd(arity, a => new Lazy<PoseidonLanes>(() => Prepared(a))).Value;

    /// <summary>The first variant that compiles and computes what the plain kernel does.</summary>
    private PoseidonLanes Prepared(int arity)
    {
        PoseidonProgram program = PoseidonProgram.For(arity);
        ProgramVariant[] variants = Description.IsNvidia ? [ProgramVariant.Ptx, ProgramVariant.PlainC] : [ProgramVariant.PlainC];
        for (int i = 0; ; i++)
        {
            try
            {
                return Prepared(program, variants[i]);
            }
            catch (DeviceException failure) when (
                i + 1 < variants.Length && failure.Fault is DeviceFault.BuildFailed or DeviceFault.WrongResult)
            {
                // The next variant is tried; if that fails, too, its failure is the device's.
            }
        }
    }

    private PoseidonLanes Prepared(PoseidonProgram program, ProgramVariant variant)
    {
        PoseidonLanes? made = null;
        DeviceThread.RunOnce(
            Description, "compile the kernel", Limits.BuildTimeout, () => made = new PoseidonLanes(_device, program, variant, Limits));
        try
        {
            SelfCheck.Run(Description, program.Arity, Limits.SelfCheckHashes, (preimages, digests) =>
                made!.HashMany(preimages, digests, CancellationToken.None));
            return made!;
        }
        catch (DeviceException failure)
        {
            made!.IsAbandoned = failure.Fault != DeviceFault.WrongResult;
            made.Dispose();
            throw;
        }
    }
}
