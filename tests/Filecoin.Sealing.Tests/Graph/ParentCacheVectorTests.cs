using System.Text.Json.Nodes;
using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Graph;

public class ParentCacheVectorTests
{
    private const long QuickLength = 29360128;

    private static readonly JsonObject Manifest = VectorFiles.Read("parent_cache_manifest.json").AsObject();

    // One row for each file: cases of one proof share it.
    public static TheoryData<string> CachesOfTheVectors =>
        [.. GraphVectors.Caches().DistinctBy(cache => cache.FileName).Select(cache => cache.Id)];

    [Theory]
    [MemberData(nameof(CachesOfTheVectors))]
    public void A_cache_has_the_name_and_the_bytes_of_the_reference(string id)
    {
        CacheVector vector = GraphVectors.Caches().Single(cache => cache.Id == id);
        using TemporaryFolder folder = new();
        ParentCacheFolder caches = new(folder.Path);
        Assert.Equal(folder[vector.FileName], caches.PathFor(vector.Porep));
        Assert.SkipUnless(
            vector.Length <= QuickLength || VectorFiles.LongTests, $"building {vector.Length} bytes takes long; set SEALER_RECOVER_LONG_TESTS=1");

        using (caches.Open(vector.Porep, Environment.ProcessorCount, 4096, null, TestContext.Current.CancellationToken))
        {
        }

        Assert.Equal(vector.Length, new FileInfo(folder[vector.FileName]).Length);
        Assert.Equal(vector.Sha256, VectorFiles.Sha256OfFile(folder[vector.FileName]));
    }

    [Fact]
    public void Names_and_digests_of_registered_proofs_0_to_9_are_the_published_ones()
    {
        ParentCacheFolder caches = new("/caches");
        string[] names = [.. SealProofs.All.Take(10).Select(proof => Path.GetFileName(caches.PathFor(proof.Porep)))];

        Assert.Equal(Manifest.Select(entry => entry.Key + ".cache").Order(), names.Order());
        foreach (SealProofInfo proof in SealProofs.All.Take(10))
        {
            string name = Path.GetFileName(caches.PathFor(proof.Porep));
            JsonNode published = Manifest[Path.GetFileNameWithoutExtension(name)]!;
            GraphRules rules = GraphRules.For(proof.Porep.ApiVersion);
            Assert.Equal(proof.SectorSize.Bytes, (long)published["sector_size"]!);
            Assert.Equal((string)published["digest"]!, PublishedParentCaches.DigestOf(name, rules).ToString());
        }
    }

    [Fact]
    public void Synthetic_and_non_interactive_graphs_have_no_published_digest()
    {
        foreach (SealProofInfo proof in SealProofs.All.Skip(10))
        {
            Assert.Null(new ParentCacheFile(proof.Porep, "/caches").PublishedDigest);
        }
    }

    [Theory]
    [InlineData(RegisteredSealProof.StackedDrg512MiBV1)]
    [InlineData(RegisteredSealProof.StackedDrg512MiBV1_1)]
    public void The_512MiB_caches_have_the_published_digests(RegisteredSealProof proof)
    {
        Assert.SkipUnless(VectorFiles.LongTests, "takes about a minute; set SEALER_RECOVER_LONG_TESTS=1");
        using TemporaryFolder folder = new();
        ParentCacheFolder caches = new(folder.Path);
        PorepParameters porep = SealProofs.Get(proof).Porep;

        using (caches.Open(porep, Environment.ProcessorCount, 1 << 20, null, TestContext.Current.CancellationToken))
        {
        }

        string path = caches.PathFor(porep);
        Assert.Equal((string)Manifest[Path.GetFileNameWithoutExtension(path)]!["digest"]!, VectorFiles.Sha256OfFile(path));
    }
}
