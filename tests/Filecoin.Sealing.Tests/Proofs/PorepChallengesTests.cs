using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Proofs;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Proofs;

/// <summary>Challenges of every registered proof against rust-fil-proofs (challenges.json).</summary>
public sealed class PorepChallengesTests
{
    public static TheoryData<int> RegisteredProofs() => [.. Enumerable.Range(0, SealProofs.All.Length)];

    [Theory]
    [MemberData(nameof(RegisteredProofs))]
    public void Challenges_of_all_partitions_equal_the_reference(int number)
    {
        JsonNode known = Case(number);
        PorepChallenges challenges = ChallengesOf(known, number);

        Assert.Equal((int)known["partitions"]!, challenges.Counts.Partitions);
        Assert.Equal((int)known["challenges_per_partition"]!, challenges.Counts.PerPartition);
        uint[][] expected = [.. known["challenges"]!.AsArray().Select(partition => Nodes(partition!))];
        Assert.Equal(expected, Enumerable.Range(0, challenges.Counts.Partitions).Select(challenges.OfPartition));
    }

    [Theory]
    [MemberData(nameof(RegisteredProofs))]
    public void Synthetic_sets_equal_the_reference(int number)
    {
        JsonNode known = Case(number);
        PorepChallenges challenges = ChallengesOf(known, number);
        if (challenges.Variant != PorepVariant.Synthetic)
        {
            Assert.Null(known["synthetic_count"]);
            Assert.Throws<InvalidOperationException>(challenges.SyntheticSet);
            return;
        }

        uint[] set = challenges.SyntheticSet();

        Assert.Equal((int)known["synthetic_count"]!, set.Length);
        Assert.Equal(Nodes(known["synthetic_first"]!), set.Take(Nodes(known["synthetic_first"]!).Length));
        byte[] words = new byte[set.Length * sizeof(uint)];
        for (int i = 0; i < set.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(words.AsSpan(i * sizeof(uint)), set[i]);
        }

        Assert.Equal((string)known["synthetic_u32le_sha256"]!, Convert.ToHexStringLower(SHA256.HashData(words)));
    }

    [Fact]
    public void Non_interactive_challenges_do_not_depend_on_the_seed()
    {
        PorepChallenges challenges = ChallengesOf(Case(18), 18);

        Assert.Equal(challenges.OfPartition(125), (challenges with { Seed = default }).OfPartition(125));
        Assert.Throws<ArgumentOutOfRangeException>(() => challenges.OfPartition(126));
    }

    private static JsonNode Case(int number) => VectorFiles.Read("challenges.json")["cases"]!.AsArray()
        .Single(known => (string)known!["proof"]! == SealProofs.All[number].RegisteredName)!;

    private static PorepChallenges ChallengesOf(JsonNode known, int number)
    {
        SealProofInfo proof = SealProofs.All[number];
        return new PorepChallenges(
            proof.Porep, proof.Variant, new ReplicaId(Hex("replica_id")), new CommR(Hex("comm_r")), Hex("seed"));

        Bytes32 Hex(string field) => Bytes32.FromHex((string)known[field]!);
    }

    private static uint[] Nodes(JsonNode list) => [.. list.AsArray().Select(node => (uint)node!)];
}
