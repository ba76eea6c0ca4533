using System.Text.Json.Nodes;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>The storage paths of a lotus-miner, as a real one told them.</summary>
public sealed class MinerStorageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Paths_of_a_real_miner_are_told_with_their_sectors_and_URLs()
    {
        await using RecordedServer server = await StartAsync();
        IReadOnlyList<MinerStoragePath> paths = await AskAsync(server);
        Assert.Equal(
            [("a738c857-9f9a-4b27-87fb-75e81a220234", "/storage/a"), ("eb8c0dcb-761a-4d26-a7a9-122f75356a7f", "/storage/b")], paths.Select(path => (path.Id, path.Path)));
        Assert.All(paths, path => Assert.Equal(["http://miner.test:2345/remote"], path.Urls));
        Assert.Equal([0, 1, 2], paths[0].Sectors.Select(sector => (int)sector.Number));
        Assert.Equal([3, 4, 5, 6], paths[1].Sectors.Select(sector => (int)sector.Number));
        Assert.Equal([(3, 6), (4, 28), (5, 7), (6, 6)], paths[1].Files.Select(files => ((int)files.Sector.Number, files.FileTypes)).Order());
        Assert.All(paths.SelectMany(path => path.Sectors), sector => Assert.Equal(new ActorId(1000), sector.Miner));
    }

    [Fact]
    public async Task A_path_of_a_worker_has_no_folder_and_one_just_detached_no_URL()
    {
        await using RecordedServer server = await StartAsync();
        server.Replace("StorageLocal", [], new JsonObject { ["eb8c0dcb-761a-4d26-a7a9-122f75356a7f"] = "/storage/b" });
        server.Forget("StorageInfo");
        IReadOnlyList<MinerStoragePath> paths = await AskAsync(server);
        Assert.Equal([null, "/storage/b"], paths.Select(path => path.Path));
        Assert.All(paths, path => Assert.Empty(path.Urls));
    }

    [Fact]
    public async Task A_miner_that_does_not_tell_is_a_sentence()
    {
        await using RecordedServer server = await StartAsync();
        server.Forget("StorageList");
        OperatorException failure = await Assert.ThrowsAnyAsync<OperatorException>(() => AskAsync(server));
        Assert.Contains("StorageList", failure.Message, StringComparison.Ordinal);
    }

    private static Task<RecordedServer> StartAsync() => RecordedServer.StartAsync(Path.Combine(VectorFiles.Folder, "devnet", "miner.jsonl"));

    private static async Task<IReadOnlyList<MinerStoragePath>> AskAsync(RecordedServer server)
    {
        using JsonRpcClient client = new(ApiInfo.Parse(server.ApiInfo, null, NodeApi.LotusMiner), new JsonRpcOptions(), new KeptLog(), TimeProvider.System);
        return await new LotusMiner(client).StoragePathsAsync(Cancellation);
    }
}
