using System.Text.Json.Nodes;
using Filecoin.Cryptography.Fields;
using Filecoin.Cryptography.Kernels.Poseidon;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Cryptography.Tests.Kernels;

public sealed class PoseidonTests
{
    public static TheoryData<int, string> Variants()
    {
        TheoryData<int, string> data = [];
        foreach (int arity in new[] { 2, 4, 8, 11 })
        {
            foreach (string variant in PoseidonKernel.Available)
            {
                data.Add(arity, variant);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Digests_equal_neptunes(int arity, string variant)
    {
        PoseidonKernel kernel = PoseidonKernel.Create(arity, variant);
        JsonArray cases = Vector(arity)["cases"]!.AsArray();
        Assert.NotEmpty(cases);
        foreach (JsonNode? known in cases)
        {
            byte[] preimage = [.. known!["preimage"]!.AsArray().SelectMany(element => Convert.FromHexString(element!.GetValue<string>()))];
            Assert.Equal(known["digest"]!.GetValue<string>(), kernel.Hash(preimage).ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Many_preimages_hash_as_one_by_one_does_in_the_plain_kernel(int arity, string variant)
    {
        const int count = 19;
        PoseidonKernel kernel = PoseidonKernel.Create(arity, variant);
        PoseidonKernel plain = PoseidonKernel.Create(arity, "plain");
        byte[] preimages = VectorFiles.Stream($"poseidon-many-{arity}", count * arity * 32);
        for (int i = 31; i < preimages.Length; i += 32)
        {
            preimages[i] &= 0x3f;
        }

        byte[] digests = new byte[count * 32];
        kernel.HashMany(preimages, digests);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(
                plain.Hash(preimages.AsSpan(i * arity * 32, arity * 32)), new Bytes32(digests.AsSpan(i * 32, 32)));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(11)]
    public void Constants_equal_neptunes(int arity)
    {
        JsonNode vector = Vector(arity);
        PoseidonConstants constants = PoseidonConstants.For(arity);
        Assert.Equal(vector["partial_rounds"]!.GetValue<int>(), constants.PartialRounds);
        Assert.Equal(vector["full_rounds"]!.GetValue<int>(), PoseidonConstants.FullRounds);
        Assert.Equal(vector["domain_tag"]!.GetValue<string>(), constants.DomainTag.ToString());
        Assert.Equal(vector["round_constants_count"]!.GetValue<int>(), constants.RoundConstants.Length);
        Assert.Equal(Hex(vector["round_constants_first_width"]!), Hex(constants.RoundConstants[..constants.Width]));
        Assert.Equal(Hex(vector["round_constants_last_width"]!), Hex(constants.RoundConstants[^constants.Width..]));
        Assert.Equal(vector["mds"]!.AsArray().SelectMany(row => Hex(row!)), Hex(constants.Mds.Cast<Fr>()));
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        PoseidonKernel kernel = PoseidonKernel.Create(8);
        Assert.Throws<ArgumentException>(() => kernel.HashMany(new byte[255], new byte[32]));
        Assert.Throws<ArgumentException>(() => kernel.HashMany(new byte[256], new byte[31]));
        Assert.Throws<ArgumentException>(() => kernel.HashMany(new byte[256], new byte[64]));
    }

    private static JsonNode Vector(int arity) =>
        VectorFiles.Read("poseidon.json")["arities"]!.AsArray().Single(entry => entry!["arity"]!.GetValue<int>() == arity)!;

    private static IEnumerable<string> Hex(JsonNode row) => row.AsArray().Select(element => element!.GetValue<string>());

    private static IEnumerable<string> Hex(IEnumerable<Fr> elements) => elements.Select(element => element.ToString());
}
