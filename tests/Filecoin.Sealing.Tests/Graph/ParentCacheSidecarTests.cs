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

    // No digest is published for this graph, so the record beside it is all that there is to compare with.
    [Theory]
    [InlineData("record", "all its nodes had been right, only")]
    [InlineData("node", "1 of its 64 nodes had been wrong, the first from byte 112")]
    [InlineData("no record", "1 of its 64 nodes had been wrong, the first from byte 112")]
    [InlineData("length", "1 of its 64 nodes had been wrong, the first from byte 3528")]
    public void What_was_wrong_is_said_before_and_after(string what, string then)
    {
        Open();
        byte[] content = File.ReadAllBytes(Cache);
        switch (what)
        {
            case "record":
                string text = File.ReadAllText(Sidecar);
                int digest = text.IndexOf('\n', StringComparison.Ordinal) + 1;
                File.WriteAllText(Sidecar, text[..digest] + (text[digest] == '0' ? '1' : '0') + text[(digest + 1)..]);
                break;
            case "length":
                File.WriteAllBytes(Cache, content[..^1]);
                break;
            default:
                content[115] ^= 1;
                File.WriteAllBytes(Cache, content);
                if (what == "no record")
                {
                    File.Delete(Sidecar);
                }

                break;
        }

        File.SetLastWriteTimeUtc(Cache, new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc));
        List<string> said = [];
        Caches.Open(Porep, 2, 8, null, Cancellation, said.Add).Dispose();

        Assert.Equal(2, said.Count);
        Assert.StartsWith($"the parent cache {Cache}, last written 2026-03-04 05:06:07 UTC, ", said[0], StringComparison.Ordinal);
        Assert.Contains(
            what switch { "record" or "node" => $"as a whole, but {Sidecar} says ", "length" => "has 3583 bytes instead of 3584", _ => "holds other parents than its graph has" },
            said[0],
            StringComparison.Ordinal);
        Assert.Contains("Lotus and Curio on this machine seal with this file, too", said[0], StringComparison.Ordinal);
        Assert.Contains(then, said[1], StringComparison.Ordinal);
        Assert.Equal(ParentCacheState.Good, Check());

        said.Clear();
        Caches.Open(Porep, 2, 8, null, Cancellation, said.Add).Dispose();
        File.Delete(Cache);
        Caches.Open(Porep, 2, 8, null, Cancellation, said.Add).Dispose();
        Assert.Empty(said);
    }

    private ParentCacheState Check() => Caches.Check(Porep, 2, null, Cancellation);

    private void Open() => Caches.Open(Porep, 2, 8, null, Cancellation).Dispose();
}
