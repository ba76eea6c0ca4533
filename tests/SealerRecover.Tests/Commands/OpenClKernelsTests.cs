using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.OpenCl.Devices;
using Filecoin.OpenCl.Hashing;
using Filecoin.OpenCl.Tests.Hashing;
using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;
using SealerRecover.Commands;
using SealerRecover.Settings;
using Xunit;

namespace SealerRecover.Tests.Commands;

/// <summary>Which OpenCL devices are used: by name, by the variables, or because they are there.</summary>
public sealed class OpenClKernelsTests
{
    private static readonly DeviceDescription Processor = Device(0, DeviceKind.Cpu);
    private static readonly DeviceDescription Graphics = Device(1, DeviceKind.Gpu, sharesMemory: true);
    private static readonly DeviceDescription Card = Device(2, DeviceKind.Gpu);
    private static readonly DeviceDescription OtherCard = Device(3, DeviceKind.Accelerator);

    private readonly List<DeviceDescription> _opened = [];
    private readonly List<DeviceException> _givenUp = [];
    private string? _preferred;

    [Fact]
    public void Cards_that_are_there_are_used_and_no_other_devices()
    {
        Assert.Equal([Card, OtherCard], Use(Variables(), buildsTrees: true, Processor, Graphics, Card, OtherCard));
        Assert.Equal([Card, OtherCard], _opened);
        Assert.Equal(("opencl", "opencl"), KernelsOf(_preferred!));
        Assert.Empty(Use(Variables(), buildsTrees: true, Processor, Graphics));
        Assert.Null(_preferred);
    }

    [Fact]
    public void Commands_that_build_no_trees_open_no_card()
    {
        Assert.Empty(Use(Variables(GpuVariables.TreesVariable), buildsTrees: false, Card));
        Assert.Empty(_opened);
    }

    [Theory]
    [InlineData(GpuVariables.ColumnsVariable)]
    [InlineData(GpuVariables.TreesVariable)]
    public void A_card_that_is_wanted_has_to_be_there(string variable)
    {
        OperatorException refused = Assert.Throws<OperatorException>(() => Use(Variables(variable), buildsTrees: true, Processor));
        Assert.Equal(FailureKind.BadInput, refused.Kind);
        Assert.Contains($"{variable} wants a card", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<OperatorException>(() => Use(Variables(variable), buildsTrees: true));
        Assert.Contains("no driver for the test", refused.Message, StringComparison.Ordinal);
        Assert.Equal([Graphics], Use(Variables(variable), buildsTrees: true, Processor, Graphics));
    }

    [Fact]
    public void What_is_switched_off_is_the_processor_s()
    {
        GpuVariables neither = Read((GpuVariables.ColumnsVariable, "0"), (GpuVariables.TreesVariable, "0"));
        Assert.Empty(Use(neither, buildsTrees: true, Card));
        Assert.Empty(Use(Read((GpuVariables.NoGpuVariable, "1")), buildsTrees: true, Card));
        Assert.Empty(_opened);

        Assert.Equal([Card], Use(Read((GpuVariables.ColumnsVariable, "0")), buildsTrees: true, Card));
        Assert.Equal(("opencl", PoseidonKernel.Available[0]), KernelsOf(_preferred!));
        Assert.Equal([Card], Use(Read((GpuVariables.NoGpuVariable, "1"), (GpuVariables.ColumnsVariable, "1")), buildsTrees: true, Card));
        Assert.Equal((PoseidonKernel.Available[0], "opencl"), KernelsOf(_preferred!));
    }

    [Fact]
    public void A_kernel_of_the_processor_that_is_named_wins()
    {
        KernelChoice scalar = KernelChoice.Best with { Poseidon = "scalar" };
        Assert.Empty(Kernels(Card).Use(scalar, Variables(GpuVariables.TreesVariable), buildsTrees: true).Devices);
        Assert.Empty(_opened);
    }

    [Fact]
    public void Devices_are_asked_for_by_name_whatever_they_are()
    {
        Assert.Equal([Processor], Ask("opencl:0", Processor, Card));
        Assert.Null(_preferred);
        Assert.Equal(("opencl", "opencl"), KernelsOf("opencl:0"));
        Assert.Equal([Graphics, Card], Ask("opencl", Processor, Graphics, Card));
        Assert.Equal([Processor], Ask("opencl", Processor));
        Assert.Contains("there is no OpenCL device 7, only OpenCL device 0", Assert.Throws<OperatorException>(() => Ask("opencl:7", Processor)).Message, StringComparison.Ordinal);
        Assert.Contains("no driver for the test", Assert.Throws<OperatorException>(() => Ask("opencl")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_cannot_be_opened_is_named_and_fails_the_command_only_where_it_was_asked_for()
    {
        OpenClKernels kernels = new(
            () => new DeviceList([Card], [], null), device => throw new DeviceException(DeviceFault.Lost, device, "is lost"), _givenUp.Add);
        Assert.Empty(Devices(kernels.Use(KernelChoice.Best, new GpuVariables(), buildsTrees: true)));
        Assert.Null(_preferred);
        Assert.Equal(Card, Assert.Single(_givenUp).Device);
        foreach ((string? name, GpuVariables gpu) in new (string?, GpuVariables)[] { ("opencl", new()), (null, Variables(GpuVariables.TreesVariable)) })
        {
            OperatorException refused = Assert.Throws<OperatorException>(() =>
                kernels.Use(KernelChoice.Best with { Poseidon = name }, gpu, buildsTrees: true));
            Assert.Equal(FailureKind.BadInput, refused.Kind);
            Assert.Contains(Card.Name, refused.Message, StringComparison.Ordinal);
        }
    }

    private static DeviceDescription Device(int index, DeviceKind kind, bool sharesMemory = false) =>
        new(index, "Fakes", $"{kind} {index}", "Fake", "1.0", kind, 1L << 30, 1, sharesMemory);

    private static GpuVariables Variables(string? on = null) => on is null ? new GpuVariables() : Read((on, "1"));

    private static GpuVariables Read(params (string Name, string Value)[] set) => GpuVariables.Read(
        name => Array.Find(set, variable => variable.Name == name).Value, (_, value) => value == "1");

    private OpenClKernels Kernels(params DeviceDescription[] devices) => new(
        () => new DeviceList(devices, [], devices.Length == 0 ? "no driver for the test" : null),
        device =>
        {
            _opened.Add(device);
            return new PoseidonDevice(new FakeDevice { Description = device }, new DeviceLimits(), _ => { });
        },
        _givenUp.Add);

    private IReadOnlyList<DeviceDescription> Use(GpuVariables variables, bool buildsTrees, params DeviceDescription[] devices) =>
        Devices(Kernels(devices).Use(KernelChoice.Best, variables, buildsTrees));

    private IReadOnlyList<DeviceDescription> Ask(string name, params DeviceDescription[] devices) =>
        Devices(Kernels(devices).Use(KernelChoice.Best with { Poseidon = name }, new GpuVariables(), buildsTrees: true));

    private IReadOnlyList<DeviceDescription> Devices((IReadOnlyList<DeviceDescription> Devices, string? Preferred) used)
    {
        _preferred = used.Preferred;
        return used.Devices;
    }

    private static (string OfTrees, string OfColumns) KernelsOf(string name) => (PoseidonKernel.Create(8, name).Name, PoseidonKernel.Create(11, name).Name);
}
