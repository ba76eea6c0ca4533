using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Graph;

public sealed class ParentCacheSidecarTests : IDisposable
{
    private static readonly PorepParameters Porep = SealProofs.Get(RegisteredSealProof.StackedDrg2KiBNonInteractive).Porep;

    private readonly TemporaryFolder _folder = new();

    private ParentCacheFolder Caches => new(_folder.Path);

    private string Cache => Caches.PathFor(Porep);

    private string Sidecar => Cache + ".sha256";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_built_cache_without_published_digest_gets_one_that_sha256sum_reads()
    {
        Open();

        string[] lines = File.ReadAllLines(Sidecar);
        Assert.Equal("# every node computed by sealer-recover; predecessor first, not truncated", lines[0]);
        Assert.Equal($"3f5bf8010fc1cefce85a00045fad10a7abe09ab9e97d5ad9d1a08ff834ac5590  {Path.GetFileName(Cache)}", lines[1]);
        Assert.Equal(2, lines.Length);
    }

    [Fact]
    public void A_cache_of_another_program_is_recomputed_once_and_then_remembered()
    {
        Open();
        File.Delete(Sidecar);

        Assert.Equal(ParentCacheState.Good, Check());
        Assert.False(File.Exists(Sidecar));

        DateTime written = File.GetLastWriteTimeUtc(Cache);
        Open();
        Assert.True(File.Exists(Sidecar));
        Assert.Equal(written, File.GetLastWriteTimeUtc(Cache));
    }

    // Only a recomputation can tell that this is wrong; with a record of its digest it would pass, which shows that the record is used.
    [Fact]
    public void A_record_stands_for_the_recomputation()
    {
        byte[] content = VectorFiles.Stream("not a graph", 64 * 56);
        File.WriteAllBytes(Cache, content);
        Assert.Equal(ParentCacheState.Corrupt, Check());

        ParentCacheSidecar.Write(new ParentCacheFile(Porep, _folder.Path), new Bytes32(SHA256.HashData(content)));

        Assert.Equal(ParentCacheState.Good, Check());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("garbage\n")]
    [InlineData("# comment\nzz\n")]
    public void A_record_that_this_program_did_not_write_is_not_believed(string text)
    {
        Open();
        File.WriteAllText(Sidecar, text);
        Assert.Equal(ParentCacheState.Good, Check());

        byte[] content = VectorFiles.Stream("not a graph", 64 * 56);
        File.WriteAllBytes(Cache, content);
        Assert.Equal(ParentCacheState.Corrupt, Check());
        File.WriteAllText(Sidecar, $"{Convert.ToHexStringLower(SHA256.HashData(content))}  {Path.GetFileName(Cache)}\n");
        Assert.Equal(ParentCacheState.Corrupt, Check());
    }

    [Fact]
    public void A_record_for_the_other_version_of_the_same_porep_id_is_not_believed()
    {
        PorepParameters other = Porep with { ApiVersion = ApiVersion.V1_0_0 };
        Caches.Open(other, 1, 8, null, Cancellation).Dispose();
        Assert.Equal(Cache, Caches.PathFor(other));

        Assert.Equal(ParentCacheState.Corrupt, Check());
        Open();
        Assert.Equal("3f5bf8010fc1cefce85a00045fad10a7abe09ab9e97d5ad9d1a08ff834ac5590", VectorFiles.Sha256OfFile(Cache));
    }

    private ParentCacheState Check() => Caches.Check(Porep, 2, null, Cancellation);

    private void Open() => Caches.Open(Porep, 2, 8, null, Cancellation).Dispose();
}
