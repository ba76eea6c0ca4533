using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.OpenCl.Devices;
using Filecoin.OpenCl.Hashing;
using Filecoin.OpenCl.Tests.Hashing;
using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Kernels;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Tests.Update;
using Filecoin.Sealing.Trees;
using Filecoin.Sealing.Update;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Kernels;

/// <summary>Sectors sealed with a device that lies, dies or hangs on the way: every file is the reference's, and the device is named.</summary>
public sealed class FaultyDeviceTests
{
    /// <summary>The self checks of two arities are two runs; a sector of 8MiB has 16 batches of columns and nodes more.</summary>
    private const int OnTheWay = 9;

    private static readonly DeviceLimits Limits = new() { SelfCheckHashes = 64, BatchTimeout = TimeSpan.FromSeconds(5) };

    [Fact]
    public void A_sector_of_8MiB_is_made_by_a_device_that_works()
    {
        FakeDevice fake = new();
        Assert.Empty(Seal(fake, "fake-that-works"));
        Assert.True(fake.Runs > OnTheWay);
    }

    [Fact]
    public void A_sector_of_8MiB_has_no_wrong_byte_of_a_device_that_lies()
    {
        FakeDevice fake = new()
        {
            Spoil = (digests, run, _) =>
            {
                for (int i = run >= OnTheWay ? 0 : digests.Length; i < digests.Length; i += 32)
                {
                    digests[i] ^= 1;
                }
            },
        };
        Assert.Equal(DeviceFault.WrongResult, Assert.Single(Seal(fake, "fake-that-lies")).Fault);
    }

    /// <summary>A wrong digest that no sample meets is in the trees when the device is found out: they are made again.</summary>
    [Fact]
    public void A_sector_of_8MiB_is_made_again_where_a_device_lied_before_it_was_found_out()
    {
        FakeDevice fake = new()
        {
            Spoil = (digests, run, _) =>
            {
                for (int i = run is 5 or 6 ? digests.Length - 32 : run >= OnTheWay ? 0 : digests.Length; i < digests.Length; i += 32)
                {
                    digests[i] ^= 1;
                }
            },
        };
        Assert.Equal(DeviceFault.WrongResult, Assert.Single(Seal(fake, "fake-that-lied-before")).Fault);
    }

    [Fact]
    public void A_sector_of_8MiB_loses_nothing_by_a_device_that_dies()
    {
        FakeDevice fake = null!;
        fake = new FakeDevice
        {
            OnRun = run =>
            {
                if (run >= OnTheWay)
                {
                    throw fake.Failure(DeviceFault.Lost);
                }
            },
        };
        Assert.Equal(DeviceFault.Lost, Assert.Single(Seal(fake, "fake-that-dies")).Fault);
    }

    [Fact]
    public void A_sector_of_8MiB_loses_nothing_by_a_device_that_hangs()
    {
        using ManualResetEventSlim never = new();
        FakeDevice fake = new()
        {
            OnRun = run =>
            {
                if (run >= OnTheWay)
                {
                    never.Wait();
                }
            },
        };
        Assert.Equal(DeviceFault.Hung, Assert.Single(Seal(fake, "fake-that-hangs")).Fault);
        never.Set();
    }

    [Fact]
    public void Rows_over_a_replica_of_8MiB_are_made_again_where_a_device_lied_before_it_was_found_out()
    {
        const string name = "fake-that-lied-of-a-replica";
        FakeDevice fake = new()
        {
            Spoil = (digests, run, _) =>
            {
                for (int i = run == 3 ? digests.Length - 32 : run > 5 ? 0 : digests.Length; i < digests.Length; i += 32)
                {
                    digests[i] ^= 1;
                }
            },
        };
        List<DeviceException> failures = [];
        using PoseidonDevice device = new(fake, Limits, failures.Add);
        PoseidonKernel.Offer(name, arity => new GuardedPoseidon([device], PoseidonKernel.Create(arity, PoseidonKernel.Available[0])));
        using KeptRows made = Rows(name);
        using KeptRows expected = Rows(PoseidonKernel.Available[0]);
        Assert.Equal(expected.Root, made.Root);
        Assert.Empty(expected.DifferencesFrom(made));
        Assert.Equal(DeviceFault.WrongResult, Assert.Single(failures).Fault);
    }

    /// <summary>A sector of 16KiB has two base trees: the one that stands recorded when the device is found out is made again, too.</summary>
    [Theory]
    [InlineData("16KiB-v1_1_0-cc")]
    public void An_update_has_no_wrong_byte_of_a_device_that_lied_before_it_was_found_out(string id)
    {
        const string name = "fake-that-lied-of-an-update";
        UpdateCase known = UpdateCase.Get(id);
        using Workplace place = new();
        known.SealKey(place, TestContext.Current.CancellationToken);
        using SectorData data = known.WritePieces(Path.Combine(place.Folder, "pieces"));
        FakeDevice fake = new()
        {
            Spoil = (digests, run, _) =>
            {
                for (int i = run is 2 or 3 ? digests.Length - 32 : run > 5 ? 0 : digests.Length; i < digests.Length; i += 32)
                {
                    digests[i] ^= 1;
                }
            },
        };
        List<DeviceException> failures = [];
        using PoseidonDevice device = new(fake, Limits with { LeastHashes = 1 }, failures.Add);
        PoseidonKernel.Offer(name, arity => new GuardedPoseidon([device], PoseidonKernel.Create(arity, PoseidonKernel.Available[0])));
        UpdateJob job = known.Job(place, data, keepAll: true) with { PoseidonKernel = name };

        SealedCommitments made = SectorUpdate.Encode(job, place.Log, new FixedTreeCores(1), null, TestContext.Current.CancellationToken);

        Assert.Equal(known.Text("comm_r_last_new"), made.CommRLast.ToString());
        Assert.Equal(known.ReplicaSha256, VectorFiles.Sha256OfFile(job.TargetFile));
        Assert.All(known.Files, file => Assert.Equal(file.Sha256, VectorFiles.Sha256OfFile(Path.Combine(job.TargetCacheFolder, file.Name))));
        Assert.Equal(DeviceFault.WrongResult, Assert.Single(failures).Fault);
    }

    private static KeptRows Rows(string kernel)
    {
        PorepParameters porep = SealCase.Get("8MiB-v1-pieces").Inputs.Porep;
        return BaseTreeOfReplica.Rows(
            SectorData.Zeros(porep.SectorSize), porep, 0, 1, new FixedTreeCores(1), null, TestContext.Current.CancellationToken, kernel);
    }

    private static List<DeviceException> Seal(FakeDevice fake, string name)
    {
        List<DeviceException> failures = [];
        using PoseidonDevice device = new(fake, Limits, failures.Add);
        PoseidonKernel.Offer(name, arity => new GuardedPoseidon([device], PoseidonKernel.Create(arity, PoseidonKernel.Available[0])));
        ForcedKernelTests.SealAndCompare(SealCase.Get("8MiB-v1-pieces"), KernelKind.Poseidon, name);
        Assert.True(device.Hashed > 0);
        return failures;
    }
}
