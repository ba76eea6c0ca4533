using Filecoin.OpenCl.Devices;
using Xunit;

namespace Filecoin.OpenCl.Tests.Devices;

public sealed class OpenClDevicesTests
{
    [Fact]
    public void A_machine_has_devices_or_says_why_not()
    {
        DeviceList found = OpenClDevices.Find();
        Assert.Equal(found.Devices.Count == 0, found.Lack is not null);
        Assert.Equal(Enumerable.Range(0, found.Devices.Count), found.Devices.Select(device => device.Index));
        Assert.All(found.Refused, refused => Assert.NotEmpty(refused.Why));
    }

    [Fact]
    public void A_device_says_what_it_is()
    {
        DeviceList found = OpenClDevices.Find();
        Assert.SkipWhen(found.Devices.Count == 0, $"no OpenCL device: {found.Lack}");
        Assert.All(found.Devices, device =>
        {
            Assert.NotEmpty(device.Platform);
            Assert.NotEmpty(device.Name);
            Assert.NotEmpty(device.Vendor);
            Assert.NotEmpty(device.DriverVersion);
            Assert.InRange(device.GlobalMemoryBytes, 1L << 20, long.MaxValue);
            Assert.InRange(device.ComputeUnits, 1, int.MaxValue);
            Assert.Equal(device.Platform != "Portable Computing Language", device.IsCard);
        });
    }

    [Fact]
    public void A_device_that_is_gone_cannot_be_opened()
    {
        DeviceList found = OpenClDevices.Find();
        Assert.SkipWhen(found.Devices.Count == 0, $"no OpenCL device: {found.Lack}");
        DeviceException failure = Assert.Throws<DeviceException>(() => OpenClDevices.Open(found.Devices[0] with { Name = "another card" }));
        Assert.Equal(DeviceFault.Absent, failure.Fault);
        Assert.Contains("another card", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_compiler_refuses_is_said_with_its_words()
    {
        DeviceList found = OpenClDevices.Find();
        Assert.SkipWhen(found.Devices.Count == 0, $"no OpenCL device: {found.Lack}");
        using IComputeDevice device = OpenClDevices.Open(found.Devices[0]);
        DeviceException failure = Assert.Throws<DeviceException>(() => device.Build("__kernel void poseidon() { undeclared(); }", "poseidon", [0]));
        Assert.Equal(DeviceFault.BuildFailed, failure.Fault);
        Assert.Contains("undeclared", failure.Message, StringComparison.Ordinal);
    }
}
