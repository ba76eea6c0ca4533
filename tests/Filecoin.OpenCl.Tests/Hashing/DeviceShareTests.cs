using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.OpenCl.Devices;
using Filecoin.OpenCl.Hashing;
using Xunit;

namespace Filecoin.OpenCl.Tests.Hashing;

/// <summary>Devices and the processor hash beside each other: a device gets what keeps it busy, and nothing if a core is faster.</summary>
public sealed class DeviceShareTests
{
    private const int Arity = 8;
    private const int Batch = 64;

    private static readonly DeviceLimits Limits = new()
    {
        BatchHashes = Batch,
        LeastHashes = 16,
        BatchesAtOnce = 2,
        SelfCheckHashes = 16,
        HashesPerSample = Batch,
    };

    [Fact]
    public async Task Who_comes_when_enough_wait_for_a_device_hashes_itself()
    {
        using ManualResetEventSlim goOn = new(true);
        using SemaphoreSlim begun = new(0);
        FakeDevice fake = new()
        {
            OnRun = _ =>
            {
                begun.Release();
                goOn.Wait();
            },
        };
        using PoseidonDevice device = new(fake, Limits, failure => Assert.Fail(failure.Message));

        // The plain kernel is more than three times slower than what the fake hashes with: two batches at once and one in reserve.
        GuardedPoseidon both = new([device], PoseidonKernel.Create(Arity, "plain"), beside: true);
        Assert.True(both.CoresBeside > 0);
        int measured = fake.Runs;
        goOn.Reset();
        Task[] waiting = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() => HashAndCompare(both)))];
        for (int i = 0; i < measured + Limits.BatchesAtOnce; i++)
        {
            Assert.True(await begun.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        }

        // The third waits for a batch, too; when it has come is not seen from outside.
        while (device.TryEnter(Limits.BatchesAtOnce + 1))
        {
            device.Leave();
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        HashAndCompare(both);
        Assert.DoesNotContain(waiting, task => task.IsCompleted);
        Assert.Equal(measured + Limits.BatchesAtOnce, fake.Runs);
        goOn.Set();
        await Task.WhenAll(waiting);
        Assert.Equal(measured + 3, fake.Runs);
    }

    [Fact]
    public void A_device_that_is_slower_than_a_core_gets_nothing()
    {
        FakeDevice fake = new() { OnRun = _ => Thread.Sleep(200) };
        using PoseidonDevice device = new(fake, Limits, failure => Assert.Fail(failure.Message));
        GuardedPoseidon both = new([device], PoseidonKernel.Create(Arity), beside: true);
        HashAndCompare(both);
        int measured = fake.Runs;
        HashAndCompare(both);
        Assert.Equal(measured, fake.Runs);
        Assert.InRange(both.CoresBeside, 0, 0.99);
    }

    [Fact]
    public void One_that_fails_while_it_is_measured_is_left_and_the_processor_hashes()
    {
        FakeDevice fake = null!;
        fake = new FakeDevice { OnRun = _ => throw fake.Failure(DeviceFault.Lost) };
        List<DeviceException> reports = [];
        using PoseidonDevice device = new(fake, Limits, reports.Add);
        GuardedPoseidon both = new([device], PoseidonKernel.Create(Arity), beside: true);
        HashAndCompare(both);
        Assert.Equal(0, both.CoresBeside);
        Assert.Equal(DeviceFault.Lost, Assert.Single(reports).Fault);
    }

    [Fact]
    public void Places_are_given_back_whatever_happens()
    {
        FakeDevice fake = new() { Spoil = (digests, run, _) => digests[0] ^= run == 8 ? (byte)1 : (byte)0 };
        List<DeviceException> reports = [];
        using PoseidonDevice device = new(fake, Limits with { HashesPerSample = 1 }, reports.Add);
        GuardedPoseidon both = new([device], PoseidonKernel.Create(Arity, "plain"), beside: true);
        for (int i = 0; i < 10; i++)
        {
            HashAndCompare(both);
        }

        Assert.Equal(DeviceFault.WrongResult, Assert.Single(reports).Fault);
        Assert.True(device.TryEnter(1));
    }

    private static void HashAndCompare(PoseidonKernel kernel)
    {
        byte[] preimages = new byte[Batch * Arity * Bytes32.Length];
        new Random(7).NextBytes(preimages);
        for (int top = Bytes32.Length - 1; top < preimages.Length; top += Bytes32.Length)
        {
            preimages[top] &= 0x3f;
        }

        byte[] digests = new byte[Batch * Bytes32.Length];
        kernel.HashMany(preimages, digests);
        byte[] expected = new byte[digests.Length];
        PoseidonKernel.Create(Arity, "scalar").HashMany(preimages, expected);
        Assert.Equal(expected, digests);
    }
}
