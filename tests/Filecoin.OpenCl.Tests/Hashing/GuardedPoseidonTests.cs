using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.OpenCl.Devices;
using Filecoin.OpenCl.Hashing;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.OpenCl.Tests.Hashing;

/// <summary>Devices that lie, die, hang or are too small: every digest is there and right all the same, and the device is named once.</summary>
public sealed class GuardedPoseidonTests
{
    private const int Arity = 8;
    private const int ElementBytes = 32;
    private const int FirstRunAfterSelfCheck = 3;

    /// <summary>The self check of 128 hashes is two runs.</summary>
    private static readonly DeviceLimits Limits = new()
    {
        BatchHashes = 64,
        LeastHashes = 16,
        BatchesAtOnce = 2,
        SelfCheckHashes = 128,
        HashesPerSample = 16,
        BatchTimeout = TimeSpan.FromSeconds(20),
    };

    [Fact]
    public void A_device_that_works_does_the_work()
    {
        using Bench bench = new(new FakeDevice());
        bench.HashAndCompare(300);
        Assert.Equal(FirstRunAfterSelfCheck - 1 + 5, bench.Fake.Runs);
        Assert.Empty(bench.Reports);
        bench.Dispose();
        Assert.Equal(0, bench.Fake.Live);
        Assert.True(bench.Fake.IsDisposed);
    }

    [Fact]
    public void What_is_too_little_for_a_device_is_the_processor_s()
    {
        using Bench bench = new(new FakeDevice());
        bench.HashAndCompare(15);
        bench.HashAndCompare(0);
        Assert.Equal(0, bench.Fake.Runs);
    }

    [Fact]
    public void A_kernel_that_does_not_compile_leaves_the_work_to_the_processor()
    {
        FakeDevice fake = null!;
        int builds = 0;
        fake = new FakeDevice
        {
            OnBuild = _ =>
            {
                builds++;
                throw fake.Failure(DeviceFault.BuildFailed);
            },
        };
        using Bench bench = new(fake);
        bench.HashAndCompare(300);
        bench.HashAndCompare(300);
        bench.AssertGivenUpFor(DeviceFault.BuildFailed);
        Assert.Equal((1, 0), (builds, fake.Runs));
        Assert.Equal(DeviceFault.BuildFailed, Assert.Throws<DeviceException>(() => bench.Device.Prepare(Arity)).Fault);
    }

    [Fact]
    public void Where_ptx_does_not_compile_plain_c_is_taken()
    {
        FakeDevice fake = null!;
        fake = new FakeDevice("NVIDIA Corporation")
        {
            OnBuild = text =>
            {
                if (IsPtx(text))
                {
                    throw fake.Failure(DeviceFault.BuildFailed);
                }
            },
        };
        using Bench bench = new(fake);
        Assert.Equal("c", bench.Device.Prepare(Arity));
        bench.HashAndCompare(300);
        Assert.Empty(bench.Reports);
    }

    [Fact]
    public void Where_ptx_computes_wrongly_plain_c_is_taken_and_the_other_released()
    {
        FakeDevice fake = new("NVIDIA Corporation") { Spoil = (digests, _, text) => digests[0] ^= IsPtx(text) ? (byte)1 : (byte)0 };
        using Bench bench = new(fake);
        Assert.Equal("c", bench.Device.Prepare(Arity));
        Assert.Equal(1 + Limits.BatchesAtOnce, fake.Live);
        bench.HashAndCompare(300);
        Assert.Empty(bench.Reports);
    }

    [Fact]
    public void Ptx_is_taken_where_it_works_and_never_for_others()
    {
        using Bench nvidia = new(new FakeDevice("NVIDIA Corporation"));
        Assert.Equal("ptx", nvidia.Device.Prepare(Arity));
        using Bench amd = new(new FakeDevice("Advanced Micro Devices, Inc.") { OnBuild = text => Assert.False(IsPtx(text)) });
        Assert.Equal("c", amd.Device.Prepare(Arity));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Too_little_memory_leaves_the_work_to_the_processor_and_nothing_taken(int refused)
    {
        FakeDevice fake = null!;
        int asked = 0;
        fake = new FakeDevice
        {
            OnAllocate = () =>
            {
                if (++asked == refused)
                {
                    throw fake.Failure(DeviceFault.OutOfMemory);
                }
            },
        };
        using Bench bench = new(fake);
        bench.HashAndCompare(300);
        bench.AssertGivenUpFor(DeviceFault.OutOfMemory);
        Assert.Equal(0, fake.Live);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(127)]
    public void A_device_that_computes_wrongly_is_found_out_before_its_first_use(int hash)
    {
        FakeDevice fake = new()
        {
            Spoil = (digests, run, _) => digests[hash % 64 * ElementBytes] ^= run == 1 + (hash / 64) ? (byte)0x80 : (byte)0,
        };
        using Bench bench = new(fake, Limits with { BatchesAtOnce = 1 });
        bench.HashAndCompare(300);
        bench.AssertGivenUpFor(DeviceFault.WrongResult);
        Assert.Contains($"hash {hash} of 128 of arity 8", bench.Reports.Single().Message, StringComparison.Ordinal);
        Assert.Equal(FirstRunAfterSelfCheck - 1, fake.Runs);
        Assert.Equal(0, fake.Live);
    }

    [Theory]
    [InlineData(FirstRunAfterSelfCheck)]
    [InlineData(FirstRunAfterSelfCheck + 4)]
    public void A_device_that_begins_to_compute_wrongly_is_found_out_and_its_batch_done_again(int first)
    {
        FakeDevice fake = new()
        {
            Spoil = (digests, run, _) =>
            {
                for (int i = run >= first ? 0 : digests.Length; i < digests.Length; i += ElementBytes)
                {
                    digests[i] ^= 4;
                }
            },
        };
        using Bench bench = new(fake);
        bench.HashAndCompare(300);
        bench.AssertGivenUpFor(DeviceFault.WrongResult);
        int runs = fake.Runs;
        bench.HashAndCompare(300);
        Assert.Equal(runs, fake.Runs);
    }

    [Fact]
    public void One_wrong_hash_is_found_where_every_hash_is_a_sample()
    {
        FakeDevice fake = new() { Spoil = (digests, run, _) => digests[^1] ^= run == FirstRunAfterSelfCheck ? (byte)1 : (byte)0 };
        using Bench bench = new(fake, Limits with { HashesPerSample = 1 });
        bench.HashAndCompare(64);
        bench.AssertGivenUpFor(DeviceFault.WrongResult);
        Assert.Contains("hash 63 of a batch of 64", bench.Reports.Single().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DeviceFault.Lost)]
    [InlineData(DeviceFault.OutOfMemory)]
    public void A_device_that_dies_at_work_loses_nothing(DeviceFault fault)
    {
        FakeDevice fake = null!;
        fake = new FakeDevice
        {
            OnRun = run =>
            {
                if (run == FirstRunAfterSelfCheck + 1)
                {
                    throw fake.Failure(fault);
                }
            },
        };
        using Bench bench = new(fake);
        bench.HashAndCompare(300);
        bench.AssertGivenUpFor(fault);
    }

    [Fact]
    public void Whatever_a_driver_throws_counts_as_lost()
    {
        using Bench bench = new(new FakeDevice { OnRun = _ => throw new InvalidOperationException("no such thing") });
        bench.HashAndCompare(300);
        bench.AssertGivenUpFor(DeviceFault.Lost);
        Assert.Contains("no such thing", bench.Reports.Single().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_hangs_is_left_and_nobody_waits_for_it_longer()
    {
        using ManualResetEventSlim never = new();
        FakeDevice fake = new()
        {
            OnRun = run =>
            {
                if (run >= FirstRunAfterSelfCheck)
                {
                    never.Wait();
                }
            },
        };
        using Bench bench = new(fake, Limits with { BatchTimeout = TimeSpan.FromSeconds(1) });
        bench.Device.Prepare(Arity);

        // More threads than batches: some wait for a batch that never comes back.
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => bench.HashAndCompare(100))));
        bench.AssertGivenUpFor(DeviceFault.Hung);
        Assert.Contains("within 1 s", bench.Reports.Single().Message, StringComparison.Ordinal);
        bench.Dispose();
        Assert.False(fake.IsDisposed);
        never.Set();
    }

    [Fact]
    public void A_compiler_that_hangs_is_left()
    {
        using ManualResetEventSlim never = new();
        using Bench bench = new(new FakeDevice { OnBuild = _ => never.Wait() }, Limits with { BuildTimeout = TimeSpan.FromSeconds(0.2) });
        bench.HashAndCompare(100);
        bench.AssertGivenUpFor(DeviceFault.Hung);
        never.Set();
    }

    [Fact]
    public async Task Threads_at_work_when_a_device_is_found_lying_take_nothing_from_it()
    {
        FakeDevice fake = new()
        {
            Spoil = (digests, run, _) => Array.Fill(digests, (byte)0, 0, run > FirstRunAfterSelfCheck + 10 ? digests.Length : 0),
        };
        using Bench bench = new(fake, Limits with { BatchesAtOnce = 4 });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => bench.HashAndCompare(400))));
        bench.AssertGivenUpFor(DeviceFault.WrongResult);
    }

    [Fact]
    public void Of_two_devices_the_good_one_goes_on()
    {
        FakeDevice good = new(name: "good");
        FakeDevice bad = new(name: "bad") { Spoil = (digests, _, _) => Array.Clear(digests) };
        List<DeviceException> reports = [];
        using PoseidonDevice first = new(bad, Limits, reports.Add);
        using PoseidonDevice second = new(good, Limits, reports.Add);
        GuardedPoseidon guarded = new([first, second], PoseidonKernel.Create(Arity));
        for (int i = 0; i < 4; i++)
        {
            Bench.HashAndCompare(guarded, 64);
        }

        Assert.Equal("bad", reports.Single().Device.Name);
        Assert.Equal(FirstRunAfterSelfCheck - 1 + 3, good.Runs);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        using Bench bench = new(new FakeDevice());
        Assert.Throws<ArgumentException>(() => bench.Guarded.HashMany(new byte[255], new byte[32]));
        Assert.Empty(bench.Reports);
    }

    private static bool IsPtx(string text) => text.Contains("madc.", StringComparison.Ordinal);

    /// <summary>A guarded kernel on one fake device.</summary>
    private sealed class Bench : IDisposable
    {
        private bool _disposed;

        public Bench(FakeDevice fake, DeviceLimits? limits = null)
        {
            Fake = fake;
            Device = new PoseidonDevice(fake, limits ?? Limits, failure =>
            {
                lock (Reports)
                {
                    Reports.Add(failure);
                }
            });
            Guarded = new GuardedPoseidon([Device], PoseidonKernel.Create(Arity));
        }

        public FakeDevice Fake { get; }

        public PoseidonDevice Device { get; }

        public GuardedPoseidon Guarded { get; }

        public List<DeviceException> Reports { get; } = [];

        public void HashAndCompare(int count) => HashAndCompare(Guarded, count);

        public static void HashAndCompare(PoseidonKernel kernel, int count)
        {
            byte[] preimages = VectorFiles.Stream($"guarded-{count}", (long)count * Arity * ElementBytes);
            for (int i = ElementBytes - 1; i < preimages.Length; i += ElementBytes)
            {
                preimages[i] &= 0x3f;
            }

            byte[] digests = new byte[count * ElementBytes];
            kernel.HashMany(preimages, digests);
            byte[] expected = new byte[digests.Length];
            PoseidonKernel.Create(Arity, "scalar").HashMany(preimages, expected);
            Assert.Equal(expected, digests);
        }

        public void AssertGivenUpFor(DeviceFault fault)
        {
            DeviceException report = Assert.Single(Reports);
            Assert.Equal(fault, report.Fault);
            Assert.Contains(Fake.Description.Name, report.Message, StringComparison.Ordinal);
            Assert.Same(report, Device.Failure);
        }

        public void Dispose()
        {
            if (!_disposed)
            {
                _disposed = true;
                Device.Dispose();
            }
        }
    }
}
