using System.Numerics;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.OpenCl.Devices;
using Filecoin.OpenCl.Kernels;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.OpenCl.Tests.Kernels;

/// <summary>The text that is compiled, and the plan of its reductions.</summary>
public sealed class PoseidonProgramTests
{
    private const int ElementBytes = 32;

    public static TheoryData<int> Arities => [2, 4, 8, 11];

    [Theory]
    [MemberData(nameof(Arities))]
    public void Constants_fit_in_what_every_device_has_for_them(int arity) =>
        Assert.InRange(PoseidonProgram.For(arity).Tables.Count * sizeof(uint), 1, 64 << 10);

    [Theory]
    [InlineData(257)]
    [InlineData(286)]
    [InlineData(287)]
    [InlineData(320)]
    [InlineData(366)]
    [InlineData(455)]
    public void Steps_bring_the_largest_sums_below_2_6_r(int bits)
    {
        BigInteger most = (BigInteger.One << bits) - 1;
        int[] shifts = SumReduction.ShiftsFor(most);
        Assert.Equal(0, shifts[^1]);
        foreach (BigInteger sum in new[] { most, BigInteger.One << (bits - 1), most / 3, most / Radix52.Modulus * Radix52.Modulus })
        {
            BigInteger left = sum;
            foreach (int shift in shifts)
            {
                Assert.True(left < BigInteger.One << (SumReduction.QuotientBits + shift));
                BigInteger window = left >> (254 + shift);
                Assert.True(window <= uint.MaxValue);
                BigInteger quotient = (window * ((BigInteger.One << SumReduction.QuotientBits) / Radix52.Modulus)) >> 32;
                left -= quotient * (Radix52.Modulus << shift);
                Assert.True(left.Sign >= 0);
            }

            Assert.True(left * 10 < Radix52.Modulus * 26);
            Assert.Equal(sum % Radix52.Modulus, left % Radix52.Modulus);
        }
    }

    /// <summary>Cards get the text with loops over elements unrolled; PoCL usually the other.</summary>
    [Fact]
    public void Unrolled_loops_hash_as_the_plain_kernel_does()
    {
        const int arity = 8, count = 70;
        DeviceList found = OpenClDevices.Find();
        Assert.SkipWhen(found.Devices.Count == 0, $"no OpenCL device: {found.Lack}");
        PoseidonProgram program = PoseidonProgram.For(arity);
        using IComputeDevice device = OpenClDevices.Open(found.Devices[0]);
        using IComputeProgram built = device.Build(program.Text(ProgramVariant.PlainC, unrolled: true), PoseidonProgram.KernelName, [.. program.Tables]);
        using IComputeBatch batch = built.CreateBatch(count * arity * ElementBytes, count * ElementBytes);
        byte[] preimages = VectorFiles.Stream("opencl-unrolled", count * arity * ElementBytes);
        preimages.CopyTo(batch.Input);
        batch.Run(count, preimages.Length, count * ElementBytes);
        byte[] expected = new byte[count * ElementBytes];
        PoseidonKernel.Create(arity, "plain").HashMany(preimages, expected);
        Assert.Equal(expected, batch.Output.ToArray());
    }
}
