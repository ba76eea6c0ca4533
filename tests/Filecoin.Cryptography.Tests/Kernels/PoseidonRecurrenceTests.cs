using System.Numerics;
using Filecoin.Cryptography.Fields;
using Filecoin.Cryptography.Kernels.Poseidon;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Cryptography.Tests.Kernels;

/// <summary>The rearranged permutation, evaluated with plain field arithmetic, against the textbook's.</summary>
public sealed class PoseidonRecurrenceTests
{
    public static TheoryData<int, int, int> Shapes()
    {
        TheoryData<int, int, int> data = [];
        foreach (int arity in new[] { 2, 4, 8, 11 })
        {
            data.Add(arity, 5, 52);
            data.Add(arity, 4, 64);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Digests_equal_those_of_the_plain_kernel(int arity, int limbs, int limbBits)
    {
        PoseidonRecurrence recurrence = new(PoseidonConstants.For(arity), limbs, limbBits);
        PoseidonKernel plain = PoseidonKernel.Create(arity, "plain");
        byte[] preimage = VectorFiles.Stream($"poseidon-recurrence-{arity}", arity * Fr.Bytes);
        for (int i = Fr.Bytes - 1; i < preimage.Length; i += Fr.Bytes)
        {
            preimage[i] &= 0x3f;
        }

        Fr radix = FrInteger.ToFr(BigInteger.One << (limbs * limbBits));
        Fr limb = FrInteger.ToFr(BigInteger.One << limbBits).Inverse();
        Assert.Equal(plain.Hash(preimage), Hash(recurrence, preimage, radix, limb).ToBytes32());
    }

    [Theory]
    [InlineData(2, 8, 9)]
    [InlineData(4, 40, 40)]
    [InlineData(8, 108, 105)]
    [InlineData(11, 195, 190)]
    public void Factors_are_positive_and_small(int arity, int feedbackBits, int forwardBits)
    {
        PoseidonRecurrence recurrence = new(PoseidonConstants.For(arity), 5, 52);
        Assert.All(recurrence.Feedback, factor => Assert.InRange(factor, 1, (BigInteger.One << feedbackBits) - 1));
        Assert.All(recurrence.Forward, factor => Assert.InRange(factor, 1, (BigInteger.One << forwardBits) - 1));
        Assert.All(recurrence.Mix, factor => Assert.InRange(factor, 1, (BigInteger.One << 44) - 1));
    }

    private static Fr Hash(PoseidonRecurrence p, byte[] preimage, Fr radix, Fr limb)
    {
        int t = p.Width;
        Fr[] state = [.. p.FirstState];
        for (int k = 1; k < t; k++)
        {
            state[k] += Fr.FromBytes(preimage.AsSpan((k - 1) * Fr.Bytes, Fr.Bytes)) * radix.Inverse();
        }

        state = FullRounds(p, state, p.FirstAddends, limb);
        state = [.. state.Select(Fr.Quintic)];
        Fr[] entered = FrMatrix.Apply(p.Enter, state);
        Fr first = entered[0] + p.EnterAddends[0];

        // The newest w~ in front.
        List<Fr> w = [.. Enumerable.Range(1, t - 1).Select(k => entered[k] + p.EnterAddends[k])];
        for (int i = 0; i < p.PartialRounds; i++)
        {
            Fr next = p.Powers[i] * Fr.Quintic(first);
            for (int k = 0; k < t - 1; k++)
            {
                next -= FrInteger.ToFr(p.Feedback[k]) * w[k];
            }

            w.Insert(0, next);
            first = p.ForwardAddends[i];
            for (int k = 0; k < t; k++)
            {
                first += FrInteger.ToFr(p.Forward[k]) * w[k];
            }
        }

        state[0] = first * p.LeaveFirst;
        for (int m = 0; m < t - 1; m++)
        {
            state[m + 1] = p.LeaveAddends[m];
            for (int k = 0; k < t - 1; k++)
            {
                state[m + 1] += p.Leave[m, k] * w[k];
            }
        }

        state = FullRounds(p, state, p.LastAddends, limb);
        return MixRow(p, [.. state.Select(Fr.Quintic)], 1) * limb * radix;
    }

    private static Fr[] FullRounds(PoseidonRecurrence p, Fr[] state, Fr[] addends, Fr limb)
    {
        for (int round = 0; round < addends.Length / p.Width; round++)
        {
            Fr[] powers = [.. state.Select(Fr.Quintic)];
            state = [.. Enumerable.Range(0, p.Width).Select(i => (MixRow(p, powers, i) * limb) + addends[(round * p.Width) + i])];
        }

        return state;
    }

    private static Fr MixRow(PoseidonRecurrence p, Fr[] state, int row) =>
        Enumerable.Range(0, p.Width).Aggregate(Fr.Zero, (sum, j) => sum + (FrInteger.ToFr(p.Mix[row + j]) * state[j]));
}
