using System.Security.Cryptography;
using Filecoin.Cryptography.Kernels.Sha256;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Cryptography.Tests.Kernels;

public sealed class TwoToOneHashTests
{
    public static TheoryData<string> Variants => [.. TwoToOneHash.Available];

    [Fact]
    public void The_plain_variant_is_sha256_with_two_bits_cleared()
    {
        byte[] pairs = VectorFiles.Stream("two-to-one-plain", 64 * 5);
        byte[] parents = new byte[32 * 5];

        TwoToOneHash.Create("plain").HashMany(pairs, parents);

        for (int i = 0; i < 5; i++)
        {
            byte[] expected = SHA256.HashData(pairs.AsSpan(64 * i, 64));
            expected[31] &= 0x3f;
            Assert.Equal(expected, parents.AsSpan(32 * i, 32).ToArray());
        }
    }

    // Lengths around two streams, eight and sixteen lanes and their tails; places that no vector is aligned to.
    [Theory]
    [MemberData(nameof(Variants))]
    public void Every_variant_equals_the_plain_one(string variant)
    {
        TwoToOneHash kernel = TwoToOneHash.Create(variant);
        Assert.Equal(variant, kernel.Name);
        for (int count = 0; count <= 50; count++)
        {
            int shift = count % 13;
            Span<byte> pairs = VectorFiles.Stream($"two-to-one-{count}", shift + (64 * count)).AsSpan(shift);
            byte[] expected = new byte[32 * count];
            byte[] parents = new byte[shift + (32 * count) + 1];
            TwoToOneHash.Create("plain").HashMany(pairs, expected);

            kernel.HashMany(pairs, parents.AsSpan(shift, 32 * count));

            Assert.Equal(expected, parents.AsSpan(shift, 32 * count).ToArray());
            Assert.All(parents[..shift], untouched => Assert.Equal(0, untouched));
            Assert.Equal(0, parents[^1]);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void A_row_is_reduced_in_place(string variant)
    {
        TwoToOneHash kernel = TwoToOneHash.Create(variant);
        for (int nodes = 1; nodes <= 256; nodes *= 2)
        {
            byte[] row = VectorFiles.Stream($"two-to-one-row-{nodes}", 32 * nodes);
            Bytes32 expected = RootBySha256(row);

            Assert.Equal(expected, kernel.Root(row));
        }
    }

    [Fact]
    public void The_best_variant_comes_first_and_the_portable_ones_are_always_there()
    {
        Assert.Equal(TwoToOneHash.Available[0], TwoToOneHash.Create().Name);
        Assert.Equal(["platform", "plain"], TwoToOneHash.Available.TakeLast(2));
    }

    [Fact]
    public void Unknown_names_and_lengths_that_do_not_fit_are_refused()
    {
        TwoToOneHash kernel = TwoToOneHash.Create();
        Assert.Throws<ArgumentException>(() => TwoToOneHash.Create("abacus"));
        Assert.Throws<ArgumentException>(() => kernel.HashMany(new byte[63], new byte[32]));
        Assert.Throws<ArgumentException>(() => kernel.HashMany(new byte[64], new byte[31]));
        Assert.Throws<ArgumentException>(() => kernel.HashMany(new byte[62], new byte[31]));
        Assert.Throws<ArgumentException>(() => kernel.HashMany(new byte[64], new byte[64]));
        Assert.Throws<ArgumentException>(() => kernel.Root(new byte[96]));
        Assert.Throws<ArgumentException>(() => kernel.Root([]));
    }

    private static Bytes32 RootBySha256(byte[] row) => row.Length == 32 ? new Bytes32(row) : RootBySha256([.. row.Chunk(64).SelectMany(pair =>
    {
        byte[] parent = SHA256.HashData(pair);
        parent[31] &= 0x3f;
        return parent;
    })]);
}
