using System.Globalization;
using System.Text.RegularExpressions;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.OpenCl.Devices;

namespace Filecoin.OpenCl.Tests.Hashing;

/// <summary>A device that hashes with the processor, and on which a test decides what goes wrong.</summary>
internal sealed partial class FakeDevice(string vendor = "Fake", string name = "Fake 3000") : IComputeDevice
{
    private int _runs;
    private int _live;

    public DeviceDescription Description { get; init; } = new(0, "Fakes", name, vendor, "1.0", DeviceKind.Gpu, 1L << 30, 1);

    /// <summary>Called before a kernel is built, with its text.</summary>
    public Action<string> OnBuild { get; init; } = _ => { };

    /// <summary>Called before memory is taken.</summary>
    public Action OnAllocate { get; init; } = () => { };

    /// <summary>Called before the run of a number from 1, which counts all runs.</summary>
    public Action<int> OnRun { get; init; } = _ => { };

    /// <summary>Called with the digests of a run, its number and the text of its kernel, to spoil them.</summary>
    public Action<byte[], int, string> Spoil { get; init; } = (_, _, _) => { };

    /// <summary>Runs begun.</summary>
    public int Runs => Volatile.Read(ref _runs);

    /// <summary>What is held of it: itself apart, programs and batches.</summary>
    public int Live => Volatile.Read(ref _live);

    public bool IsDisposed { get; private set; }

    /// <summary>What the driver of such a device throws.</summary>
    public DeviceException Failure(DeviceFault fault) => new(fault, Description, $"has a {fault} for the test");

    public IComputeProgram Build(string text, string kernel, ReadOnlySpan<uint> constants)
    {
        OnBuild(text);
        int arity = int.Parse(ArityLine().Match(text).Groups[1].Value, CultureInfo.InvariantCulture);
        return new Program(this, PoseidonKernel.Create(arity), text);
    }

    public void Dispose() => IsDisposed = true;

    [GeneratedRegex(@"#define ARITY (\d+)")]
    private static partial Regex ArityLine();

    private sealed class Program : IComputeProgram
    {
        private readonly FakeDevice _device;
        private readonly PoseidonKernel _kernel;
        private readonly string _text;

        public Program(FakeDevice device, PoseidonKernel kernel, string text)
        {
            (_device, _kernel, _text) = (device, kernel, text);
            Interlocked.Increment(ref device._live);
        }

        public IComputeBatch CreateBatch(int inputBytes, int outputBytes)
        {
            _device.OnAllocate();
            return new Batch(_device, _kernel, _text, inputBytes, outputBytes);
        }

        public void Dispose() => Interlocked.Decrement(ref _device._live);
    }

    private sealed class Batch : IComputeBatch
    {
        private readonly FakeDevice _device;
        private readonly PoseidonKernel _kernel;
        private readonly string _text;
        private readonly byte[] _input;
        private readonly byte[] _output;

        public Batch(FakeDevice device, PoseidonKernel kernel, string text, int inputBytes, int outputBytes)
        {
            (_device, _kernel, _text, _input, _output) = (device, kernel, text, new byte[inputBytes], new byte[outputBytes]);
            Interlocked.Increment(ref device._live);
        }

        public Span<byte> Input => _input;

        public Span<byte> Output => _output;

        public void Run(int items, int inputBytes, int outputBytes)
        {
            int run = Interlocked.Increment(ref _device._runs);
            _device.OnRun(run);
            byte[] digests = new byte[outputBytes];
            _kernel.HashMany(_input.AsSpan(0, inputBytes), digests);
            _device.Spoil(digests, run, _text);
            digests.CopyTo(_output, 0);
        }

        public void Dispose() => Interlocked.Decrement(ref _device._live);
    }
}
