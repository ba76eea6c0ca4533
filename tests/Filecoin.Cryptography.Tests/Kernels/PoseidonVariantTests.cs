using System.Globalization;
using System.Numerics;
using Filecoin.Cryptography.Kernels.Poseidon;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Cryptography.Tests.Kernels;

/// <summary>Every fast variant against the plain one, where carries, corrections and batches end.</summary>
public sealed class PoseidonVariantTests
{
    private const int ElementBytes = 32;

    private static readonly BigInteger Modulus =
        BigInteger.Parse("073eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001", NumberStyles.HexNumber, null);

    public static TheoryData<int, string> FastVariants()
    {
        TheoryData<int, string> data = [];
        foreach (int arity in new[] { 2, 4, 8, 11 })
        {
            foreach (string variant in PoseidonKernel.Available.Where(name => name != "plain"))
            {
                data.Add(arity, variant);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(FastVariants))]
    public void Edges_of_limbs_and_modulus_hash_as_in_the_plain_kernel(int arity, string variant)
    {
        byte[][] edges = [.. Edges().Select(Element)];
        List<byte> preimages = [];

        // Every edge in all places at once, then mixtures in which every edge meets others in every place.
        foreach (byte[] edge in edges)
        {
            preimages.AddRange(Enumerable.Repeat(edge, arity).SelectMany(bytes => bytes));
        }

        for (int i = 0; i < edges.Length; i++)
        {
            preimages.AddRange(Enumerable.Range(0, arity).SelectMany(k => edges[(i + (k * k) + (3 * k)) % edges.Length]));
        }

        AssertEqualsPlain(arity, variant, [.. preimages]);
    }

    [Theory]
    [MemberData(nameof(FastVariants))]
    public void Random_elements_up_to_r_hash_as_in_the_plain_kernel(int arity, string variant)
    {
        const int count = 64;
        byte[] random = VectorFiles.Stream($"poseidon-variants-{arity}", (long)count * arity * ElementBytes);
        byte[] preimages =
        [
            .. random.Chunk(ElementBytes).SelectMany(bytes => Element(new BigInteger(bytes, isUnsigned: true) % Modulus)),
        ];
        AssertEqualsPlain(arity, variant, preimages);
    }

    [Theory]
    [MemberData(nameof(FastVariants))]
    public void Batches_of_any_size_at_any_alignment_touch_their_digests_only(int arity, string variant)
    {
        const byte untouched = 0xa5;
        const int most = 18;
        PoseidonKernel kernel = PoseidonKernel.Create(arity, variant);
        byte[] preimages = VectorFiles.Stream($"poseidon-batches-{arity}", (long)most * arity * ElementBytes);
        for (int i = ElementBytes - 1; i < preimages.Length; i += ElementBytes)
        {
            preimages[i] &= 0x3f;
        }

        byte[] expected = Hash(PoseidonKernel.Create(arity, "plain"), preimages);
        for (int count = 0; count <= most; count++)
        {
            int shift = count % 8;
            byte[] input = [.. new byte[shift], .. preimages.AsSpan(0, count * arity * ElementBytes)];
            byte[] output = new byte[shift + ((count + 1) * ElementBytes)];
            Array.Fill(output, untouched);
            kernel.HashMany(input.AsSpan(shift), output.AsSpan(shift, count * ElementBytes));
            Assert.Equal(expected[..(count * ElementBytes)], output[shift..(shift + (count * ElementBytes))]);
            Assert.All(output[..shift], b => Assert.Equal(untouched, b));
            Assert.All(output[(shift + (count * ElementBytes))..], b => Assert.Equal(untouched, b));
        }
    }

    private static void AssertEqualsPlain(int arity, string variant, byte[] preimages)
    {
        byte[] expected = Hash(PoseidonKernel.Create(arity, "plain"), preimages);
        byte[] actual = Hash(PoseidonKernel.Create(arity, variant), preimages);
        Assert.Equal(Convert.ToHexStringLower(expected), Convert.ToHexStringLower(actual));
    }

    private static byte[] Hash(PoseidonKernel kernel, byte[] preimages)
    {
        byte[] digests = new byte[preimages.Length / kernel.Arity];
        kernel.HashMany(preimages, digests);
        return digests;
    }

    private static byte[] Element(BigInteger value)
    {
        byte[] bytes = new byte[ElementBytes];
        Assert.True(value.TryWriteBytes(bytes, out _, isUnsigned: true));
        return bytes;
    }

    private static IEnumerable<BigInteger> Edges()
    {
        yield return 0;
        yield return 1;
        yield return Modulus - 1;
        yield return Modulus - 2;
        yield return Modulus / 2;
        yield return (BigInteger.One << 254) - 1;

        // R = 2^256, the Montgomery factor, and its inverse: 1 and 2^256 modulo r in the other form.
        yield return (BigInteger.One << 256) % Modulus;
        yield return BigInteger.ModPow(BigInteger.One << 256, Modulus - 2, Modulus);
        foreach (int border in new[] { 32, 52, 64, 104, 128, 156, 192, 208, 252 })
        {
            yield return BigInteger.One << border;
            yield return (BigInteger.One << border) - 1;
            yield return Modulus - (BigInteger.One << border);
        }
    }
}
