using Filecoin.Primitives;
using SealerRecover.Recovery.Storage;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Tests.Storage;

/// <summary>sectorstore.json as Lotus wrote it, and as operators and hostile disks leave it.</summary>
public sealed class SectorStoreTests : IDisposable
{
    private static readonly ActorId Miner = new(1000);
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_a_real_Lotus_wrote_is_read()
    {
        SectorStore a = SectorStore.Read(Path.Combine(VectorFiles.Folder, "devnet", "storage-a"), out string? troubleA)!;
        SectorStore b = SectorStore.Read(Path.Combine(VectorFiles.Folder, "devnet", "storage-b"), out string? troubleB)!;
        Assert.Equal((null, null), (troubleA, troubleB));
        Assert.Equal(("a738c857-9f9a-4b27-87fb-75e81a220234", 0UL, false, false, 0UL), (a.Id, a.Weight, a.CanSeal, a.CanStore, a.MaxStorage));
        Assert.Equal(("eb8c0dcb-761a-4d26-a7a9-122f75356a7f", 10UL, true, true, 0UL), (b.Id, b.Weight, b.CanSeal, b.CanStore, b.MaxStorage));
        Assert.Null(b.AllowTypes);
        Assert.Contains("CanStore is false", a.Refusal(Miner, [InstallArea.Sealed]), StringComparison.Ordinal);
        Assert.Null(b.Refusal(Miner, Enum.GetValues<InstallArea>()));
    }

    [Fact]
    public void Without_the_file_nothing_is_said_and_nothing_is_wrong()
    {
        Assert.Null(SectorStore.Read(_folder.Path, out string? trouble));
        Assert.Null(trouble);
    }

    [Theory]
    [InlineData("", "cannot be read as JSON")]
    [InlineData("null", "holds no object")]
    [InlineData("[]", "cannot be read as JSON")]
    [InlineData("{\"ID\":null}", "holds no object")]
    [InlineData("{\"ID\":7}", "cannot be read as JSON")]
    [InlineData("{\"ID\":\"a\",\"MaxStorage\":-1}", "cannot be read as JSON")]
    [InlineData("{\"ID\":\"a\",\"AllowTypes\":{}}", "cannot be read as JSON")]
    [InlineData("{\"ID\":\"a\",\"CanStore\":\"yes\"}", "cannot be read as JSON")]
    public void One_that_is_none_is_half_a_sentence(string content, string expected)
    {
        _folder.Write("sectorstore.json", content);
        Assert.Null(SectorStore.Read(_folder.Path, out string? trouble));
        Assert.StartsWith(expected, trouble, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_a_folder_or_far_too_long_is_not_read()
    {
        Directory.CreateDirectory(_folder.At("a", "sectorstore.json"));
        Assert.Null(SectorStore.Read(_folder.At("a"), out string? folder));
        Assert.Equal("is no file", folder);
        _folder.Write("b/sectorstore.json", "{\"ID\":\"" + new string('x', 1 << 20) + "\"}");
        Assert.Null(SectorStore.Read(_folder.At("b"), out string? tooLong));
        Assert.Equal("is longer than 1 MiB", tooLong);
    }

    [Theory]
    [InlineData("\"canstore\":true", "sealed cache", null)]
    [InlineData("\"CanStore\":true,\"AllowTypes\":[]", "sealed cache update", null)]
    [InlineData("\"CanStore\":true,\"AllowTypes\":[\"sealed\",\"cache\"]", "sealed cache", null)]
    [InlineData("\"CanStore\":true,\"AllowTypes\":[\"sealed\",\"cache\"]", "cache sealed update", "takes no update files (AllowTypes is sealed, cache)")]
    [InlineData("\"CanStore\":true,\"AllowTypes\":[\"seald\"]", "sealed", "takes no sealed files (AllowTypes is seald)")]
    [InlineData("\"CanStore\":true,\"DenyTypes\":[\"unsealed\"]", "sealed cache", null)]
    [InlineData("\"CanStore\":true,\"DenyTypes\":[\"unsealed\"]", "sealed unsealed", "takes no unsealed files (DenyTypes)")]
    [InlineData("\"CanStore\":true,\"AllowTypes\":[\"sealed\"],\"DenyTypes\":[\"sealed\"]", "sealed", "takes no sealed files (DenyTypes)")]
    [InlineData("\"CanStore\":true,\"AllowMiners\":[\"t01000\",\"f01001\"]", "sealed", null)]
    [InlineData("\"CanStore\":true,\"AllowMiners\":[\"f01001\"]", "sealed", "takes no sectors of f01000 (AllowMiners is f01001)")]
    [InlineData("\"CanStore\":true,\"DenyMiners\":[\"f01000\"]", "sealed", "takes no sectors of f01000 (DenyMiners)")]
    [InlineData("\"CanStore\":true,\"DenyMiners\":[\"f01001\"]", "sealed", null)]
    [InlineData("\"CanStore\":true,\"AllowMiners\":[\"f01000\"],\"DenyMiners\":[\"me\"]", "sealed", "takes no sectors, since DenyMiners names \"me\", which is no miner's number as f01000")]
    [InlineData("\"CanStore\":false,\"CanSeal\":true", "sealed", "is not for finished sectors (CanStore is false)")]
    public void Rules_are_those_of_Lotus(string fields, string areas, string? refusal)
    {
        _folder.Write("sectorstore.json", $"{{\"ID\":\"a\",{fields}}}");
        SectorStore store = SectorStore.Read(_folder.Path, out string? trouble)!;
        Assert.Null(trouble);
        Assert.Equal(refusal, store.Refusal(Miner, areas.Split(' ').Select(name => Enum.GetValues<InstallArea>().First(area => ResultLayout.NameOf(area) == name))));
    }
}
