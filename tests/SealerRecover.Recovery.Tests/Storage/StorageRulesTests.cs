using Filecoin.Primitives;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Storage;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Tests.Storage;

/// <summary>What is put into storage paths is what their sectorstore.json lets in.</summary>
public sealed class StorageRulesTests : IDisposable
{
    private static readonly SectorId Two = new(new ActorId(1000), 2);
    private static readonly InstallArea[] Areas = [InstallArea.Cache, InstallArea.Sealed];
    private readonly Run _run = new();
    private readonly TestFolder _folder = new();

    public void Dispose()
    {
        _run.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("\"CanStore\":false", FailureKind.BadInput, "is not for finished sectors (CanStore is false)")]
    [InlineData("\"CanStore\":true,\"DenyMiners\":[\"f01000\"]", FailureKind.BadInput, "takes no sectors of f01000 (DenyMiners)")]
    [InlineData("\"CanStore\":true,\"AllowTypes\":[\"sealed\"]", FailureKind.BadInput, "takes no cache files")]
    public void A_sector_that_its_storage_path_does_not_take_is_refused_before_anything_is_made(string fields, FailureKind kind, string why)
    {
        Write(_run.Settings.ResultFolder, fields);
        OperatorException refused = Run.Failure(Assert.Single(_run.Do(FakeSealer.Facts(2))));
        Assert.Equal(kind, refused.Kind);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Contains("nothing was computed", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_run.Sealer.Calls);
        Assert.Equal(["sectorstore.json"], Directory.EnumerateFiles(_run.Settings.ResultFolder).Select(path => Path.GetFileName(path)));
    }

    [Fact]
    public void One_that_it_takes_is_installed()
    {
        Write(_run.Settings.ResultFolder, "\"CanStore\":true,\"AllowMiners\":[\"t01000\"],\"AllowTypes\":[\"sealed\",\"cache\"],\"MaxStorage\":1000000000");
        Assert.Equal(OutcomeKind.Installed, Assert.Single(_run.Do(FakeSealer.Facts(2))).Kind);
    }

    [Fact]
    public void MaxStorage_is_a_resource_like_room_on_a_disk()
    {
        Write(_run.Settings.ResultFolder, "\"CanStore\":true,\"MaxStorage\":4096");
        OperatorException refused = Assert.Throws<OperatorException>(() => _run.Do(FakeSealer.Facts(2)));
        Assert.Equal(FailureKind.NotEnoughResources, refused.Kind);
        Assert.Contains("MaxStorage", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sector_of_which_something_is_there_is_mended_there_but_of_no_denied_kind()
    {
        Write(_folder.At("a"), "\"CanStore\":false,\"DenyTypes\":[\"update\"]");
        _folder.Write("a/sealed/s-t01000-2", "");
        Assert.Null(StorageRules.Refusal(_folder.At("a"), Two, Areas));
        Assert.Contains("takes no update files", StorageRules.Refusal(_folder.At("a"), Two, [.. Areas, InstallArea.Update]), StringComparison.Ordinal);
        Assert.Contains("CanStore", StorageRules.Refusal(_folder.At("a"), Two with { Number = 3 }, Areas), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sector_of_which_nothing_is_left_goes_where_weight_and_rules_say()
    {
        Write(_folder.At("light"), "\"CanStore\":true,\"Weight\":1");
        Write(_folder.At("heavy"), "\"CanStore\":true,\"Weight\":20");
        Write(_folder.At("read-only"), "\"CanStore\":true,\"Weight\":0");
        Write(_folder.At("sealing"), "\"CanSeal\":true,\"Weight\":1000");
        Write(_folder.At("others"), "\"CanStore\":true,\"Weight\":1000,\"AllowMiners\":[\"f01001\"]");
        Write(_folder.At("full"), "\"CanStore\":true,\"Weight\":1000,\"MaxStorage\":1");
        Assert.Equal(_folder.At("heavy"), Best("sealing", "light", "others", "read-only", "heavy", "full"));
        Assert.Equal(_folder.At("light"), Best("sealing", "light", "read-only"));
        Assert.Equal(_folder.At("sealing"), Best("sealing", "others"));
        Directory.CreateDirectory(_folder.At("plain"));
        Directory.CreateDirectory(_folder.At("plain2"));
        Assert.Equal(_folder.At("plain2"), Best("plain2", "plain"));
        Assert.Equal(_folder.At("plain"), Best("light", "plain"));
    }

    private string Best(params string[] names) => StorageRules.Best([.. names.Select(name => _folder.At(name))], Two, Areas);

    private static void Write(string folder, string fields)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "sectorstore.json"), $"{{\"ID\":\"76f1988b-ef30-4d7e-b3ec-9a627f4ba5a8\",{fields}}}");
    }
}
