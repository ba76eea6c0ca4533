using Filecoin.Cryptography.Fields;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.OpenCl.Devices;

namespace Filecoin.OpenCl.Hashing;

/// <summary>
/// Poseidon on devices, watched and backed by a kernel of the processor: a digest is always there and never one that a device was found to
/// have computed wrongly. Whatever a device fails at is done again by the processor, which also hashes what is too little for a device.
/// </summary>
/// <param name="devices">The devices, at least one; they take turns.</param>
/// <param name="processor">The kernel that stands in, and computes the samples again.</param>
/// <param name="beside">
/// Whether the processor hashes beside them, as <see cref="DeviceShare"/> divides the work; else all that is enough for a device waits for one.
/// </param>
public sealed class GuardedPoseidon(IReadOnlyList<PoseidonDevice> devices, PoseidonKernel processor, bool beside = false) : PoseidonKernel(processor.Arity)
{
    /// <summary>The name it can be asked for by.</summary>
    public const string KernelName = "opencl";

    private readonly DeviceShare[] _shares = [.. devices.Select(device => new DeviceShare(device, processor))];
    private int _turn = -1;

    /// <inheritdoc/>
    public override string Name => KernelName;

    /// <inheritdoc/>
    public override string Described => $"{string.Join(" and ", devices.Select(device => device.Description))}, with {processor.Name} for what is too little";

    /// <summary>Devices that have given out digests and were found to compute wrongly later: no sample may have met the first wrong ones.</summary>
    public override int Doubts => devices.Count(device => device.Failure?.Fault == DeviceFault.WrongResult && device.Hashed > 0);

    /// <inheritdoc/>
    public override int BatchHashes => devices[0].Limits.BatchHashes;

    /// <inheritdoc/>
    public override double CoresBeside => _shares.Sum(share => beside ? share.CoresWon : share.Cores);

    /// <inheritdoc/>
    public override void HashMany(ReadOnlySpan<byte> preimages, Span<byte> digests)
    {
        int count = CheckedCount(preimages, digests);
        if (NextFor(count) is not { } device)
        {
            processor.HashMany(preimages, digests);
            return;
        }

        try
        {
            if (!TryHash(device, preimages, digests, count))
            {
                processor.HashMany(preimages, digests);
            }
        }
        finally
        {
            device.Leave();
        }
    }

    private bool TryHash(PoseidonDevice device, ReadOnlySpan<byte> preimages, Span<byte> digests, int count)
    {
        try
        {
            device.HashMany(Arity, preimages, digests);
            CompareSamples(device, preimages, digests, count);
            return true;
        }
        catch (DeviceException failure)
        {
            // The device has told whoever asked to be told.
            device.GiveUp(failure);
            return false;
        }
    }

    /// <summary>The device whose turn it is, and which this thread is counted in at; null where the thread hashes itself.</summary>
    private PoseidonDevice? NextFor(int count)
    {
        int turn = Interlocked.Increment(ref _turn) & int.MaxValue;
        for (int i = 0; i < _shares.Length; i++)
        {
            DeviceShare share = _shares[(turn + i) % _shares.Length];
            if (share.Device.Failure is null && count >= share.Device.Limits.LeastHashes && (beside ? share.TryEnter() : share.Device.TryEnter(int.MaxValue)))
            {
                return share.Device;
            }
        }

        return null;
    }

    /// <summary>Samples lie where nobody can foresee, at least one in every batch of the device.</summary>
    private void CompareSamples(PoseidonDevice device, ReadOnlySpan<byte> preimages, Span<byte> digests, int count)
    {
        int stretch = Math.Min(device.Limits.HashesPerSample, device.Limits.BatchHashes);
        for (int first = 0; first < count; first += stretch)
        {
            int index = first + Random.Shared.Next(Math.Min(stretch, count - first));
            ReadOnlySpan<byte> digest = digests.Slice(index * Fr.Bytes, Fr.Bytes);
            if (!processor.Hash(preimages.Slice(index * Arity * Fr.Bytes, Arity * Fr.Bytes)).Span.SequenceEqual(digest))
            {
                throw new DeviceException(
                    DeviceFault.WrongResult, device.Description, $"computes wrongly: hash {index} of a batch of {count} of arity {Arity} is not Poseidon's");
            }
        }
    }
}
