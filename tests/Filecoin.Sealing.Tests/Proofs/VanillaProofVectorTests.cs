using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Proofs;
using Filecoin.Sealing.Proofs.Encoding;
using Filecoin.Sealing.Proofs.Openings;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Proofs;

/// <summary>Proofs about sectors that are sealed here, byte for byte against rust-fil-proofs: c1.json and wdpost.json.</summary>
public sealed class VanillaProofVectorTests
{
    /// <summary>Bytes of all layers of a sector that is sealed in a few seconds.</summary>
    private const long MostQuickBytes = 32L << 20;

    private static readonly JsonArray Commits = VectorFiles.Read("c1.json")["cases"]!.AsArray();
    private static readonly JsonArray Posts = VectorFiles.Read("wdpost.json")["posts"]!.AsArray();

    public static TheoryData<string> Quick() => [.. Ids(IsQuick)];

    public static TheoryData<string> Long() => [.. Ids(known => !IsQuick(known))];

    public static TheoryData<int> AllPosts() => [.. Enumerable.Range(0, Posts.Count)];

    [Theory]
    [MemberData(nameof(Quick))]
    public void Proofs_of_a_sector_equal_the_reference(string id) => SealAndProve(id);

    [Theory]
    [MemberData(nameof(Long))]
    public void Proofs_of_a_large_sector_equal_the_reference(string id)
    {
        Assert.SkipUnless(VectorFiles.LongTests, "takes more than a minute in all; set SEALER_RECOVER_LONG_TESTS=1");
        SealAndProve(id);
    }

    [Theory]
    [MemberData(nameof(AllPosts))]
    public void Post_challenges_equal_the_reference(int index)
    {
        JsonNode post = Posts[index]!;
        foreach ((int sectorIndex, JsonNode? sector) in post["sectors"]!.AsArray().Index())
        {
            Assert.Equal(sector!["challenges"]!.AsArray().Select(leaf => (long)leaf!), Challenges(post, sectorIndex));
        }
    }

    [Fact]
    public void Every_sector_of_a_post_is_among_those_sealed() =>
        Assert.Empty(Posts.SelectMany(post => post!["sectors"]!.AsArray()).Select(sector => (string)sector!["case"]!).Except(Ids(_ => true)));

    private static bool IsQuick(JsonNode known) => (long)known["sector_size"]! * (int)known["layers"]! <= MostQuickBytes;

    private static IEnumerable<string> Ids(Func<JsonNode, bool> which) =>
        Commits.Where(known => which(known!)).Select(known => (string)known!["id"]!);

    private static void SealAndProve(string id)
    {
        using SealedCase made = SealedCase.Seal(id);
        using PaddedFile replica = made.OpenReplica();
        CompareCommit1(made, replica, Commits.Single(known => (string)known!["id"]! == id)!);
        foreach (JsonNode? post in Posts)
        {
            foreach ((int index, JsonNode? sector) in post!["sectors"]!.AsArray().Index())
            {
                if ((string)sector!["case"]! == id)
                {
                    ComparePost(made, post, index);
                }
            }
        }
    }

    private static void CompareCommit1(SealedCase made, ISectorData replica, JsonNode known)
    {
        Commit1Job job = made.Commit1Job(replica, Bytes32.FromHex((string)known["seed"]!));
        using MemoryStream json = new();
        Commit1.Write(job, json, null, TestContext.Current.CancellationToken);
        using MemoryStream bincode = new();
        using (BincodeWriter writer = new(bincode))
        {
            Commit1.WriteProofs(job, writer, TestContext.Current.CancellationToken);
        }

        PorepChallenges challenges = new(made.Porep, job.Variant, job.Inputs.ReplicaId, job.CommR, job.Seed);
        Assert.Equal(
            known["challenges"]!.AsArray().Select(node => (uint)node!),
            Enumerable.Range(0, challenges.Counts.Partitions).SelectMany(challenges.OfPartition));
        Assert.Equal(((long)known["json_len"]!, (string)known["json_sha256"]!), Sum(json.ToArray()));
        Assert.Equal(((long)known["vanilla_proofs_bincode_len"]!, (string)known["vanilla_proofs_bincode_sha256"]!), Sum(bincode.ToArray()));
    }

    private static void ComparePost(SealedCase made, JsonNode post, int index)
    {
        JsonNode sector = post["sectors"]![index]!;
        JsonNode known = post["vanilla_proofs"]![index]!;
        CommR commR = new(Bytes32.FromHex((string)sector["comm_r"]!));
        long[] challenges = Challenges(post, index);

        ulong number = (ulong)sector["sector_number"]!;
        ReplicaFiles files = ReplicaFiles.In(made.CacheFolder, made.SealedFile, made.Porep);
        PostVanillaProof proof = WindowPost.Prove(files, made.Porep, number, commR, challenges);

        Assert.Null(WindowPost.Verify(made.Porep, proof, commR, challenges));
        Assert.Empty(ReplicaProof.Check(files, made.Porep, number, commR, challenges, 1, null, TestContext.Current.CancellationToken));
        Assert.Equal(((long)known["bincode_len"]!, (string)known["bincode_sha256"]!), Sum(proof.ToBincode()));
        using MemoryStream json = new();
        using (JsonFieldWriter writer = new(json))
        {
            ProofFields.Write(writer, proof);
        }

        Assert.Equal(((long)known["json_len"]!, (string)known["json_sha256"]!), Sum(json.ToArray()));
    }

    private static long[] Challenges(JsonNode post, int sectorIndex)
    {
        JsonNode sector = post["sectors"]![sectorIndex]!;
        int count = (string)post["type"]! == "Window" ? ChallengeCounts.WindowPost : ChallengeCounts.WinningPost;
        return WindowPost.Challenges(
            Bytes32.FromHex((string)post["randomness"]!),
            (ulong)sector["sector_number"]!,
            new SectorSize((long)post["sector_size"]!),
            count,
            WindowPost.FirstIndex(Enum.Parse<ApiVersion>((string)post["api_version"]!), sectorIndex, count));
    }

    private static (long Length, string Sha256) Sum(byte[] bytes) => (bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
}
