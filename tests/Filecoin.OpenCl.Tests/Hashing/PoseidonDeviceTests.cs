using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.OpenCl.Hashing;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.OpenCl.Tests.Hashing;

/// <summary>What a device hashes, against neptune's digests and the plain kernel. PoCL shows the processor as a device.</summary>
public sealed class PoseidonDeviceTests(DeviceFixture fixture) : IClassFixture<DeviceFixture>
{
    private const int ElementBytes = 32;

    private static readonly BigInteger Modulus =
        BigInteger.Parse("073eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public static TheoryData<int> Arities => [2, 4, 8, 11];

    [Theory]
    [MemberData(nameof(Arities))]
    public void Digests_equal_neptunes(int arity)
    {
        PoseidonDevice device = fixture.Device;
        JsonNode vector = VectorFiles.Read("poseidon.json")["arities"]!.AsArray().Single(entry => entry!["arity"]!.GetValue<int>() == arity)!;
        JsonArray cases = vector["cases"]!.AsArray();
        Assert.NotEmpty(cases);
        byte[] preimages =
        [
            .. cases.SelectMany(known => known!["preimage"]!.AsArray().SelectMany(element => Convert.FromHexString(element!.GetValue<string>()))),
        ];
        byte[] digests = new byte[cases.Count * ElementBytes];
        device.HashMany(arity, preimages, digests);
        Assert.Equal(cases.Select(known => known!["digest"]!.GetValue<string>()), digests.Chunk(ElementBytes).Select(Convert.ToHexStringLower));
    }

    [Theory]
    [MemberData(nameof(Arities))]
    public void Edges_of_limbs_and_modulus_hash_as_in_the_plain_kernel(int arity)
    {
        byte[][] edges = [.. Edges().Select(Element)];
        AssertEqualsPlain(
            arity,
            [
                .. edges.SelectMany(edge => Enumerable.Repeat(edge, arity).SelectMany(bytes => bytes)),
                .. Enumerable.Range(0, edges.Length).SelectMany(i =>
                    Enumerable.Range(0, arity).SelectMany(k => edges[(i + (k * k) + (3 * k)) % edges.Length])),
            ]);
    }

    [Theory]
    [MemberData(nameof(Arities))]
    public void Any_256_bits_hash_as_in_the_plain_kernel(int arity) =>
        AssertEqualsPlain(arity, VectorFiles.Stream($"opencl-{arity}", 200L * arity * ElementBytes));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(257)]
    public void Batches_of_any_size_touch_their_digests_only(int count)
    {
        const byte untouched = 0xa5;
        byte[] preimages = VectorFiles.Stream("opencl-batches", count * 2L * ElementBytes);
        byte[] output = new byte[(count + 2) * ElementBytes];
        Array.Fill(output, untouched);
        fixture.Device.HashMany(2, preimages, output.AsSpan(ElementBytes, count * ElementBytes));
        Assert.Equal(Plain(2, preimages), output[ElementBytes..^ElementBytes]);
        Assert.All(output[..ElementBytes].Concat(output[^ElementBytes..]), b => Assert.Equal(untouched, b));
    }

    [Fact]
    public async Task Threads_share_a_device()
    {
        PoseidonDevice device = fixture.Device;
        device.Prepare(2);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            byte[] preimages = VectorFiles.Stream($"opencl-thread-{thread}", 150L * 2 * ElementBytes);
            byte[] digests = new byte[preimages.Length / 2];
            device.HashMany(2, preimages, digests);
            Assert.Equal(Plain(2, preimages), digests);
        })));
    }

    [Fact]
    public void The_guarded_kernel_uses_the_device_and_finds_it_right()
    {
        GuardedPoseidon guarded = new([fixture.Device], PoseidonKernel.Create(2));
        byte[] preimages = VectorFiles.Stream("opencl-guarded", 300L * 2 * ElementBytes);
        byte[] digests = new byte[preimages.Length / 2];
        guarded.HashMany(preimages, digests);
        Assert.Equal(Plain(2, preimages), digests);
        Assert.Null(fixture.Device.Failure);
        Assert.Empty(fixture.Failures);
    }

    private void AssertEqualsPlain(int arity, byte[] preimages)
    {
        byte[] digests = new byte[preimages.Length / arity];
        fixture.Device.HashMany(arity, preimages, digests);
        Assert.Equal(Convert.ToHexStringLower(Plain(arity, preimages)), Convert.ToHexStringLower(digests));
    }

    private static byte[] Plain(int arity, byte[] preimages)
    {
        byte[] digests = new byte[preimages.Length / arity];
        PoseidonKernel.Create(arity, "plain").HashMany(preimages, digests);
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
        BigInteger all = (BigInteger.One << 256) - 1;
        foreach (BigInteger edge in new[] { 0, 1, Modulus - 1, Modulus - 2, Modulus, Modulus + 1, (2 * Modulus) - 1, 2 * Modulus, all, Modulus / 2 })
        {
            yield return edge;
        }

        // 2^256, the Montgomery factor, and its inverse: 1 and 2^256 modulo r in the other form.
        yield return (BigInteger.One << 256) % Modulus;
        yield return BigInteger.ModPow(BigInteger.One << 256, Modulus - 2, Modulus);
        for (int border = 32; border < 256; border += 32)
        {
            yield return BigInteger.One << border;
            yield return (BigInteger.One << border) - 1;
            yield return Modulus - (BigInteger.One << border);
        }
    }
}
