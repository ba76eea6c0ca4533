using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Proofs;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Records;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Transfer;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Tests.Transfer;

/// <summary>A sector on the shelf of another machine comes into a storage path of this one.</summary>
public sealed class ArrivalTests : IDisposable
{
    private readonly Run _maker = new();
    private readonly Run _keeper = new();
    private readonly SectorFacts _facts = FakeSealer.Facts(7);
    private readonly ResultShelf _shelf;

    public ArrivalTests()
    {
        _shelf = new ResultShelf(_maker.Settings.TempFolder);
        _maker.Settings = _maker.Settings with { ResultFolder = _shelf.Folder };
        Assert.Equal(OutcomeKind.Installed, Assert.Single(_maker.Do(_facts)).Kind);
    }

    public void Dispose()
    {
        _maker.Dispose();
        _keeper.Dispose();
    }

    [Fact]
    public async Task It_stands_as_if_it_had_been_made_here_and_the_shelf_can_be_cleared()
    {
        await using ShelfServer server = await ShelfServer.OfAsync(_shelf);
        Assert.Equal([_facts.Sector], _shelf.Sectors());
        Assert.True(await FetchAsync(server));
        Assert.Equal(_maker.Visible(), _keeper.Visible());
        Assert.Single(_keeper.Sealer.Proven);

        // Again it is read and found good; a run of this machine finds it, too.
        Assert.False(await FetchAsync(server));
        Assert.Equal(OutcomeKind.AlreadyThere, Assert.Single(_keeper.Do(_facts)).Kind);

        _shelf.Remove(_facts.Sector);
        Assert.Empty(_shelf.Sectors());
        Assert.Empty(_maker.Visible());
        Assert.Null(_shelf.ReceiptOf(_facts.Sector));
        await Assert.ThrowsAsync<ResultGoneException>(() => FetchAsync(server));
    }

    [Fact]
    public async Task What_would_not_be_proven_is_not_put_in_place()
    {
        await using ShelfServer server = await ShelfServer.OfAsync(_shelf);
        _keeper.Sealer.Unproven = _ => new ProofFault(ProofFaultKind.Replica, 3, "node 3 is not what tree_r_last says");
        ResultGoneException gone = await Assert.ThrowsAsync<ResultGoneException>(() => FetchAsync(server));
        Assert.Contains("would not pass window PoSt", gone.Message, StringComparison.Ordinal);
        Assert.Empty(_keeper.Visible());
    }

    [Fact]
    public async Task It_is_asked_right_before_each_rename_whether_it_is_still_this_machine_s()
    {
        await using ShelfServer server = await ShelfServer.OfAsync(_shelf);
        _keeper.Settings = _keeper.Settings with { Fence = new NoLonger() };
        Assert.Equal(FailureKind.Busy, (await Assert.ThrowsAsync<OperatorException>(() => FetchAsync(server))).Kind);
        Assert.Empty(_keeper.Visible());
        _keeper.Settings = _keeper.Settings with { Fence = null };

        // What had come is not fetched again.
        server.Asked.Clear();
        Assert.True(await FetchAsync(server));
        Assert.Equal(["s-t01000-7 0"], server.Asked);
        Assert.Equal(_maker.Visible(), _keeper.Visible());
    }

    [Fact]
    public async Task A_file_that_stands_there_is_not_touched()
    {
        await using ShelfServer server = await ShelfServer.OfAsync(_shelf);
        string standing = _keeper.Sealed(7);
        Directory.CreateDirectory(Path.GetDirectoryName(standing)!);
        await File.WriteAllTextAsync(standing, "somebody's", TestContext.Current.CancellationToken);
        Assert.Equal(FailureKind.TargetExists, (await Assert.ThrowsAsync<OperatorException>(() => FetchAsync(server))).Kind);
        Assert.Equal("somebody's", await File.ReadAllTextAsync(standing, TestContext.Current.CancellationToken));
        Assert.Single(_keeper.Visible());
    }

    [Fact]
    public async Task Where_there_is_no_room_nothing_is_fetched()
    {
        await using ShelfServer server = await ShelfServer.OfAsync(_shelf);
        _keeper.Probe.Disks = _ => new DiskSpace(1, 100);
        Assert.Equal(FailureKind.NotEnoughResources, (await Assert.ThrowsAsync<OperatorException>(() => FetchAsync(server))).Kind);
        Assert.Equal(["s-t01000-7 0"], server.Asked);
    }

    [Theory]
    [InlineData("../../../../etc/cron.d/evil")]
    [InlineData("/etc/passwd")]
    [InlineData("update-cache/../../sealed/s-t01000-8")]
    [InlineData("update-cache/")]
    [InlineData("..")]
    [InlineData("")]
    public async Task A_receipt_decides_no_path(string name) =>
        await RefusedAsync(manifest => manifest with { Files = [.. manifest.Files, manifest.Files[0] with { Name = name }] }, "is no receipt of a sector");

    [Fact]
    public async Task What_was_made_from_other_facts_is_refused()
    {
        await RefusedAsync(manifest => manifest with { Inputs = manifest.Inputs with { Ticket = FakeSealer.Facts(7, ticket: 8).Ticket } }, "(ticket)");
        await RefusedAsync(manifest => manifest with { Inputs = manifest.Inputs with { Sector = new SectorId(new ActorId(1000), 8) } }, "(sector)");
        await RefusedAsync(manifest => manifest with { Files = [.. manifest.Files.Select(file => file with { Length = -1 })] }, "is no receipt of a sector");
    }

    [Fact]
    public async Task Whatever_is_said_instead_of_a_receipt_is_refused()
    {
        foreach (byte[] said in (byte[][])[[], "<html>"u8.ToArray(), new byte[5 << 20]])
        {
            await using ShelfServer server = await ShelfServer.StartAsync(_ => said);
            await Assert.ThrowsAsync<ResultGoneException>(() => FetchAsync(server));
        }

        Assert.Empty(_keeper.Visible());
    }

    private async Task RefusedAsync(Func<InstallManifest, InstallManifest> alter, string why)
    {
        InstallManifest manifest = ChecksummedLines.Read(_shelf.ReceiptOf(_facts.Sector), Journal.ManifestJson).Single();
        byte[] altered = ChecksummedLines.Write([alter(manifest)], Journal.ManifestJson);
        await using ShelfServer server = await ShelfServer.StartAsync(_ => altered);
        ResultGoneException gone = await Assert.ThrowsAsync<ResultGoneException>(() => FetchAsync(server));
        Assert.Contains(why, gone.Message, StringComparison.Ordinal);
        Assert.Empty(_keeper.Visible());
    }

    private Task<bool> FetchAsync(ShelfServer server) => Task.Run(() =>
    {
        using RemoteShelf shelf = server.Shelf();
        return new ResultArrival(_keeper.Settings, TimeProvider.System, _keeper.Sealer.Roles, LinuxFileSystem.Instance, _keeper.Probe)
            .Fetch(_facts, shelf, new EventSink(_keeper.Observer, TimeProvider.System), TestContext.Current.CancellationToken);
    });

    private sealed class NoLonger : IFence
    {
        public void Ask(SectorId sector, CancellationToken cancellation) => throw new OperatorException(FailureKind.Busy, "it is another's", "");
    }
}
