using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metadata;

namespace SealerRecover.Recovery.Tests.Metadata;

/// <summary>The list of sectors that stood on lost disks, in the metadata file.</summary>
public sealed class LostDiskTests : IDisposable
{
    private static readonly DateTimeOffset Told = DateTimeOffset.Parse("2026-11-28T12:00:00Z", CultureInfo.InvariantCulture);

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_list_stands_in_a_file_without_sectors_and_survives_what_is_added()
    {
        string path = _folder.At("lost.json");
        LostDisk disk = new("a", ["http://h/remote"], "then", Told, [1, 2, 3, 7, 9, 10]);
        RecoveryMetadata none = new(new ActorId(1000), SectorSize.KiB2, []);
        Assert.Empty(MetadataFile.Merge(path, none with { LostOn = [disk] }).Sectors);
        Assert.Contains("\"1-3\"", File.ReadAllText(path), StringComparison.Ordinal);
        AssertSame(disk, Assert.Single(MetadataFile.Read(path).LostOn));

        // Sectors that were found go in beside it; another disk too; the same disk grows, however little is told today.
        MetadataFile.Merge(path, none with { Sectors = [FakeSealer.Facts(7)] });
        LostDisk other = new("b", [], null, Told, []);
        MetadataFile.Merge(path, none with { LostOn = [other] });
        RecoveryMetadata grown = MetadataFile.Merge(path, none with { LostOn = [disk with { Urls = ["http://g/remote"], LastSeen = null, Sectors = [4] }] });
        Assert.Single(grown.Sectors);
        AssertSame(disk with { Urls = ["http://g/remote", "http://h/remote"], Sectors = [1, 2, 3, 4, 7, 9, 10] }, grown.LostOn[0]);
        AssertSame(other, grown.LostOn[1]);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("[null, 7, [], {}]")]
    [InlineData("[{\"Storage\": 7}]")]
    [InlineData("[{\"Storage\": \"a\", \"Sectors\": [\"9-1\"]}]")]
    [InlineData("[{\"Storage\": \"a\", \"Sectors\": [\"0-99999999999\"]}]")]
    [InlineData("[{\"Storage\": \"a\", \"Sectors\": [\"1-2-3\"]}]")]
    [InlineData("[{\"Storage\": \"a\", \"Sectors\": [\"-1\"]}]")]
    public void A_list_of_another_form_is_passed_over(string json)
    {
        string path = _folder.At("odd.json");
        File.WriteAllText(path, $"{{\"Miner\": \"f01000\", \"SectorSize\": 2048, \"SectorInfos\": [], \"LostOn\": {json}}}");
        Assert.Empty(MetadataFile.Read(path).LostOn);
    }

    private static void AssertSame(LostDisk expected, LostDisk found)
    {
        Assert.Equal((expected.Storage, expected.LastSeen, expected.ToldAt), (found.Storage, found.LastSeen, found.ToldAt));
        Assert.Equal(expected.Urls, found.Urls);
        Assert.Equal(expected.Sectors, found.Sectors);
    }
}
