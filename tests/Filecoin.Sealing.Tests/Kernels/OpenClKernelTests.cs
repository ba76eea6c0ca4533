using System.Collections.Concurrent;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.OpenCl.Devices;
using Filecoin.OpenCl.Hashing;
using Filecoin.Sealing.Kernels;
using Xunit;

namespace Filecoin.Sealing.Tests.Kernels;

/// <summary>
/// Whole sectors, file by file against rust-fil-proofs, with columns and nodes hashed by an OpenCL device: every hash, however few there are
/// in a row. PoCL shows the processor as a device.
/// </summary>
public sealed class OpenClKernelTests
{
    private const string Forced = "opencl-for-every-hash";

    private static readonly ConcurrentBag<DeviceException> Failures = [];
    private static readonly Lazy<PoseidonDevice?> Device = new(Offer);

    [Fact]
    public void Sectors_of_2KiB_equal_the_reference() => SealAndCompare(known => known.SectorSize == 2L << 10);

    [Fact]
    public void A_sector_of_8MiB_equals_the_reference() => SealAndCompare(known => known.Id == "8MiB-v1-pieces");

    private static void SealAndCompare(Func<SealCase, bool> wanted)
    {
        PoseidonDevice? device = Device.Value;
        Assert.SkipWhen(device is null, "no OpenCL device");
        SealCase[] cases = [.. SealCase.All().Where(wanted)];
        Assert.NotEmpty(cases);
        Assert.All(cases, known => ForcedKernelTests.SealAndCompare(known, KernelKind.Poseidon, Forced));
        Assert.Empty(Failures);
        Assert.Null(device.Failure);
        Assert.True(device.Hashed > 0);
    }

    private static PoseidonDevice? Offer()
    {
        DeviceList found = OpenClDevices.Find();
        if (found.Devices.Count == 0)
        {
            return null;
        }

        DeviceLimits limits = new() { LeastHashes = 1, BatchHashes = 4096, SelfCheckHashes = 64 };
        PoseidonDevice device = PoseidonDevice.Open(found.Devices.FirstOrDefault(one => one.IsCard) ?? found.Devices[0], limits, Failures.Add);
        PoseidonKernel.Offer(Forced, arity => new GuardedPoseidon([device], PoseidonKernel.Create(arity, PoseidonKernel.Available[0])));
        return device;
    }
}
