using Filecoin.Primitives;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Tests.Survey;

public sealed class StorageRootsTests
{
    [Theory]
    [InlineData("s-t01000-5", 1000ul, 5ul)]
    [InlineData("s-t01000-5.bak", 1000ul, 5ul)]
    [InlineData("s-t01000-5-old", 1000ul, 5ul)]
    [InlineData("s-t001000-05", 1000ul, 5ul)]
    [InlineData("s-t0 1000- 5x", 1000ul, 5ul)]
    [InlineData("s-t01000-18446744073709551615", 1000ul, ulong.MaxValue)]
    public void Names_are_read_as_Lotus_reads_them(string name, ulong miner, ulong number)
    {
        Assert.True(DeclaredName.TryParse(name, out SectorId sector));
        Assert.Equal(new SectorId(new ActorId(miner), number), sector);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s-t1000-5")]
    [InlineData("s-f01000-5")]
    [InlineData(" s-t01000-5")]
    [InlineData("s-t01000")]
    [InlineData("s-t01000-")]
    [InlineData("s-t01000-x5")]
    [InlineData("s-t01000-18446744073709551616")]
    [InlineData("lost+found")]
    public void Other_names_stop_Lotus(string name) => Assert.False(DeclaredName.TryParse(name, out _));

    [Fact]
    public void Every_place_of_a_sector_is_listed_and_what_is_called_otherwise_is_told()
    {
        using TestFolder folder = new();
        SectorId five = new(new ActorId(1000), 5);
        folder.Write("a/sealed/s-t01000-5", "");
        folder.Write("a/sealed/s-t01000-5.bak", "");
        folder.Write("a/sealed/notes.txt", "");
        folder.Write("a/sealed/fetching", "");
        folder.Write("a/cache/s-t01000-5/p_aux", "");
        folder.Write("b/cache/s-t01000-5/p_aux", "");
        folder.Write("b/update/s-t01000-6", "");
        folder.Write("b/sealed/s-t02000-7", "");
        Directory.CreateSymbolicLink(folder.At("c"), folder.At("a"));
        StorageRoots roots = StorageRoots.Read([folder.At("a"), folder.At("b"), folder.At("c")]);
        Assert.Equal([folder.At("a"), folder.At("b")], roots.Folders);
        Assert.Equal([5ul, 6], roots.NumbersOf(new ActorId(1000)));
        Assert.Equal([folder.At("a/sealed/s-t01000-5")], roots.PlacesOf(five, InstallArea.Sealed));
        Assert.Equal([folder.At("a/cache/s-t01000-5"), folder.At("b/cache/s-t01000-5")], roots.PlacesOf(five, InstallArea.Cache));
        Assert.Equal(
            [new StrayEntry(folder.At("a/sealed/notes.txt"), null), new StrayEntry(folder.At("a/sealed/s-t01000-5.bak"), five)], roots.Strays);
        Assert.Single(roots.StraysOf(five));
        Assert.Empty(roots.Remarks);
    }

    [Fact]
    public void Folders_within_and_above_storage_paths_are_told_from_them()
    {
        using TestFolder folder = new();
        folder.Write("mnt/a/sealed/s-t01000-5", "");
        folder.Write("mnt/a/cache/s-t01000-5/p_aux", "");
        folder.Write("mnt/b/sectorstore.json", "{}");
        Directory.CreateDirectory(folder.At("mnt/b/unsealed"));
        Directory.CreateDirectory(folder.At("mnt/a/update"));
        folder.Write("mnt/project/cache/index", "");
        folder.Write("bound/s-t01000-5", "");
        Directory.CreateDirectory(folder.At("new/cache"));
        string Meant(string path) => StoragePathMistake.In(folder.At(path)) is { } mistake ? string.Join(' ', mistake.Meant) : "none";

        // Storage paths, or what may become one.
        Assert.All(new[] { "mnt/a", "mnt/b", "mnt/project", "new", "new/cache", "gone" }, path => Assert.Equal("none", Meant(path)));

        Assert.All(
            new[] { "mnt/a/sealed", "mnt/a/cache/", "mnt/a/update", "mnt/a/sealed/s-t01000-5", "mnt/a/cache/s-t01000-5" },
            path => Assert.Equal(folder.At("mnt/a"), Meant(path)));
        Assert.Equal(folder.At("mnt/b"), Meant("mnt/b/unsealed"));
        Assert.Equal($"{folder.At("mnt/a")} {folder.At("mnt/b")}", Meant("mnt"));
        Assert.Equal(Meant("mnt"), Meant(""));
        Assert.Empty(Meant("bound"));
    }

    [Fact]
    public void What_is_no_storage_path_is_refused_or_told()
    {
        using TestFolder folder = new();
        Directory.CreateDirectory(folder.At("empty"));
        Assert.Single(StorageRoots.Read([folder.At("empty")]).Remarks);
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => StorageRoots.Read([folder.At("gone")])).Kind);
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => StorageRoots.Read([folder.Write("file", "")])).Kind);
    }
}
