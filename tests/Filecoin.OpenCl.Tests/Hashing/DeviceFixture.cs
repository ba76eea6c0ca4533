using Filecoin.OpenCl.Devices;
using Filecoin.OpenCl.Hashing;
using Xunit;

namespace Filecoin.OpenCl.Tests.Hashing;

/// <summary>One device for all tests that need one, a card if there is one: compilers take seconds for every kernel.</summary>
public sealed class DeviceFixture : IDisposable
{
    private readonly DeviceList _found = OpenClDevices.Find();
    private readonly Lazy<PoseidonDevice> _device;

    public DeviceFixture() => _device = new Lazy<PoseidonDevice>(() => PoseidonDevice.Open(Description, Limits, Failures.Add));

    /// <summary>Small batches, so that several are under way in a short test.</summary>
    internal static DeviceLimits Limits { get; } = new() { BatchHashes = 64, LeastHashes = 1, BatchesAtOnce = 3, SelfCheckHashes = 128 };

    /// <summary>What the device was given up for.</summary>
    internal List<DeviceException> Failures { get; } = [];

    /// <summary>The device; skips the test where there is none.</summary>
    internal PoseidonDevice Device
    {
        get
        {
            Assert.SkipWhen(_found.Devices.Count == 0, $"no OpenCL device: {_found.Lack}");
            return _device.Value;
        }
    }

    private DeviceDescription Description => _found.Devices.FirstOrDefault(device => device.IsCard) ?? _found.Devices[0];

    public void Dispose()
    {
        if (_device.IsValueCreated)
        {
            _device.Value.Dispose();
        }
    }
}
