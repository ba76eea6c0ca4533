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
    public void A_kernel_that_is_offered_is_found_by_its_name_and_made_once_for_an_arity()
    {
        const string name = "offered-by-a-test";
        List<int> made = [];
        Assert.Throws<ArgumentException>(() => PoseidonKernel.Create(8, name));
        PoseidonKernel.Offer(name, arity =>
        {
            made.Add(arity);
            return new OfferedKernel(arity);
        });
        PoseidonKernel.Offer(name, _ => throw new InvalidOperationException("the first offer counts"));
        Assert.True(PoseidonKernel.IsOffered(name));
        Assert.Same(PoseidonKernel.Create(8, name), PoseidonKernel.Create(8, name));
        Assert.Equal((2, 1000), (PoseidonKernel.Create(2, name).Arity, PoseidonKernel.Create(2, name).BatchHashes));
        Assert.Equal([8, 2], made);
        Assert.Equal(PoseidonKernel.CostOf(8, PoseidonKernel.Available[0]), PoseidonKernel.CostOf(8, name));
        Assert.DoesNotContain(name, PoseidonKernel.Available);
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

    private sealed class OfferedKernel(int arity) : PoseidonKernel(arity)
    {
        public override string Name => "offered-by-a-test";

        public override int BatchHashes => 1000;

        public override void HashMany(ReadOnlySpan<byte> preimages, Span<byte> digests) => Create(Arity, "plain").HashMany(preimages, digests);
    }
}
