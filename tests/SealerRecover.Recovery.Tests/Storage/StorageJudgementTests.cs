using SealerRecover.Recovery.Storage;

namespace SealerRecover.Recovery.Tests.Storage;

/// <summary>What is on this machine of what several tell, without a machine.</summary>
public sealed class StorageJudgementTests
{
    private static readonly StorageLook Missing = new(false, false, null, null, null);
    private static readonly StorageLook Empty = new(true, true, null, null, (1, 1));
    private readonly Dictionary<string, StorageLook> _machine = [];

    [Fact]
    public void One_path_that_three_tell_is_one_and_is_used()
    {
        Here("/data1", "id-1");
        FoundStorage found = Assert.Single(Judge(
            Miner(("id-1", "/data1", 7)), Repository(StorageTeller.CurioRepository, "/data1/"), Curio(("id-1", "http://a/remote", 3))));
        Assert.Equal((StorageVerdict.Used, "id-1", "/data1", 7, null), (found.Verdict, found.Id, found.Path, found.Sectors, found.Reason));
        Assert.Equal([StorageTeller.LotusMiner, StorageTeller.CurioRepository, StorageTeller.CurioDatabase], found.ToldBy);
        Assert.Equal(["http://a/remote"], found.Urls);
        Assert.Equal("id-1", found.Store?.Id);
    }

    [Fact]
    public void One_folder_under_two_names_is_used_once()
    {
        Here("/data1", "id-1");
        _machine["/mnt/link"] = _machine["/data1"];
        Assert.Equal(["/data1"], Judge(Repository(StorageTeller.LotusRepository, "/data1", "/mnt/link")).Select(found => found.Path));
    }

    [Fact]
    public void A_path_of_a_worker_and_one_of_another_machine_of_the_cluster_are_of_other_hosts()
    {
        Here("/data1", "id-1");
        IReadOnlyList<FoundStorage> found = Judge(
            Miner(("id-1", "/data1", 7), ("id-2", null, 4)), Curio(("id-1", "http://a/remote", 7), ("id-3", "http://10.0.0.7:12300/remote", 9)));
        Assert.Equal([StorageVerdict.Used, StorageVerdict.OtherHost, StorageVerdict.OtherHost], found.Select(path => path.Verdict));
        Assert.Contains("is on another host, served at http://10.0.0.7:12300/remote", found[2].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_of_a_miner_that_runs_elsewhere_are_of_another_host()
    {
        Here("/data2", "id-other");
        IReadOnlyList<FoundStorage> found = Judge(Miner(("id-1", "/data1", 7), ("id-2", "/data2", 7)));
        Assert.All(found, path => Assert.Equal(StorageVerdict.OtherHost, path.Verdict));
        Assert.StartsWith("is not on this machine", found[0].Reason, StringComparison.Ordinal);
        Assert.StartsWith("is another path here, whose sectorstore.json has the ID id-other: the one meant is on another host", found[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_miner_that_runs_here_what_is_not_there_is_a_lost_disk()
    {
        Here("/data1", "id-1");
        _machine["/data3"] = Empty;
        IReadOnlyList<FoundStorage> found = Judge(Miner(("id-2", "/data2", 7), ("id-1", "/data1", 7), ("id-3", "/data3", 1)));
        Assert.Equal(["/data1", "/data2", "/data3"], found.Select(path => path.Path));
        Assert.Equal([StorageVerdict.Used, StorageVerdict.NotThere, StorageVerdict.NotThere], found.Select(path => path.Verdict));
        Assert.Equal("is not there: its disk is lost or not mounted", found[1].Reason);
        Assert.Equal("is empty: its disk is lost or not mounted", found[2].Reason);
    }

    [Fact]
    public void Of_a_repository_what_cannot_be_used_is_said()
    {
        Here("/data1", "id-1");
        _machine["/data3"] = new StorageLook(true, false, null, null, (1, 3));
        _machine["/data4"] = new StorageLook(true, false, null, "has a sectorstore.json that cannot be read as JSON: x", (1, 4));
        IReadOnlyList<FoundStorage> found = Judge(Repository(StorageTeller.LotusRepository, "/data1", "/data2", "/data3", "/data4"));
        Assert.Equal(
            [StorageVerdict.Used, StorageVerdict.NotThere, StorageVerdict.Unusable, StorageVerdict.Unusable], found.Select(path => path.Verdict));
        Assert.Contains("has no sectorstore.json", found[2].Reason, StringComparison.Ordinal);
        Assert.Contains("cannot be read as JSON", found[3].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_tells_anything() => Assert.Empty(Judge(new AskedTeller(StorageTeller.LotusMiner, "m", [], "nobody answers")));

    private void Here(string path, string id) => _machine[path] = new StorageLook(true, false, new SectorStore { Id = id, CanStore = true }, null, (1, (ulong)path.GetHashCode(StringComparison.Ordinal)));

    private IReadOnlyList<FoundStorage> Judge(params AskedTeller[] asked) => StorageJudgement.Of(asked, path => _machine.GetValueOrDefault(path, Missing));

    private static AskedTeller Miner(params (string Id, string? Path, int Sectors)[] paths) => new(
        StorageTeller.LotusMiner, "m", [.. paths.Select(path => new ToldStorage(StorageTeller.LotusMiner, path.Id, path.Path, [], path.Sectors))], null);

    private static AskedTeller Curio(params (string Id, string Url, int Sectors)[] paths) => new(
        StorageTeller.CurioDatabase, "c", [.. paths.Select(path => new ToldStorage(StorageTeller.CurioDatabase, path.Id, null, [path.Url], path.Sectors))], null);

    private static AskedTeller Repository(StorageTeller teller, params string[] paths) =>
        new(teller, "r", [.. paths.Select(path => new ToldStorage(teller, null, path, [], null))], null);
}
