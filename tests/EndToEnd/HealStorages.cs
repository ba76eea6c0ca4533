using System.Globalization;
using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>
/// Ten sectors, each damaged in a way of its own, in a storage path of Lotus and in one of Curio, brought back by heal, which is told nothing but
/// whom to ask; of 2KiB, with SEALER_RECOVER_LONG_TESTS=1 also of 8MiB and killed twenty times.
/// </summary>
public sealed class HealStorages(ParentCaches caches, Databases databases) : IAsyncLifetime
{
    private const ulong Miner = 1000;
    private const string Id = "eb8c0dcb-761a-4d26-a7a9-122f75356a7f";
    private const long TicketEpoch = 9_000;

    /// <summary>The sector of each damage is its place in this list; the last two lie in each other's places.</summary>
    private static readonly (string Name, Action<HealStorages> Do)[] Damages =
    [
        .. SectorDamages.All.Select((damage, number) => (damage.Name, (Action<HealStorages>)(storage => damage.Do(storage.Stored(number), storage.Stored(9))))),
        ("replicas in each other's places", storage =>
        {
            File.Move(storage.Sealed(9), storage.Sealed(9) + ".moved");
            File.Move(storage.Sealed(10), storage.Sealed(9));
            File.Move(storage.Sealed(9) + ".moved", storage.Sealed(10));
        }),
    ];

    private const int Sectors = 11;

    private readonly Workbench _bench = new(caches);
    private readonly FakeChain _chain = new();
    private FakeNode _node = null!;
    private FakeMiner _miner = null!;

    private string Storage => Path.Combine(_bench.Home, "storage");

    public async ValueTask InitializeAsync()
    {
        _miner = _chain.AddMiner(Miner, SectorSize.KiB2);
        _node = await FakeNode.StartAsync(_chain);
        _bench.Environment["FULLNODE_API_INFO"] = _node.ApiInfo;
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _bench.Dispose();
    }

    [Theory]
    [InlineData("lotus", RegisteredSealProof.StackedDrg2KiBV1_1, 1)]
    [InlineData("curio", RegisteredSealProof.StackedDrg2KiBV1_1, 1)]
    [InlineData("lotus", RegisteredSealProof.StackedDrg8MiBV1_1, 20)]
    [InlineData("curio", RegisteredSealProof.StackedDrg8MiBV1_1, 20)]
    public async Task Ten_damages_are_healed_in_the_order_of_deadlines_however_often_it_is_killed(string software, RegisteredSealProof proof, int kills)
    {
        Assert.SkipUnless(VectorFiles.LongTests || proof == RegisteredSealProof.StackedDrg2KiBV1_1, "takes minutes; set SEALER_RECOVER_LONG_TESTS=1");
        await SealAsync(proof);
        Dictionary<string, string> whole = Digests();
        await using FakeLotusMiner? lotus = software == "lotus" ? await StartLotusAsync() : null;
        if (lotus is null)
        {
            FakeCurio curio = await databases.CreateAsync();
            await curio.ExecuteAsync($"INSERT INTO curio.storage_path (storage_id, urls) VALUES ('{Id}', 'http://10.0.0.7:12300/remote')", TestContext.Current.CancellationToken);
            string repository = Directory.CreateDirectory(Path.Combine(_bench.Home, ".curio")).FullName;
            File.WriteAllText(
                Path.Combine(repository, "storage.json"), new JsonObject { ["StoragePaths"] = new JsonArray(new JsonObject { ["Path"] = Storage }) }.ToJsonString());
            _bench.Environment["SEALER_RECOVER_CURIO_DB"] = curio.Url;
        }

        Array.ForEach(Damages, damage => damage.Do(this));
        string[] heal = ["heal", "--miner=f01000", "--faulty", "--yes", "--declare", "--json"];
        for (int kill = 0; kill < kills; kill++)
        {
            using Executable executable = _bench.Start(heal);
            await Task.Delay(Random.Shared.Next(200, proof == RegisteredSealProof.StackedDrg2KiBV1_1 ? 2_000 : 20_000), TestContext.Current.CancellationToken);
            executable.Kill();
            await executable.EndAsync(TestContext.Current.CancellationToken);
        }

        Ended healed = await _bench.RunAsync(0, heal);

        AssertWhole(whole);
        AssertInOrder(healed);
        Assert.Equal(Sectors, healed.Report["sectors"]!.AsArray().Count);
        if (lotus is not null)
        {
            Assert.Equal(Enumerable.Range(0, Sectors).Select(number => (ulong)number), lotus.Declared.Distinct().Order());
        }
        else
        {
            Assert.Contains("Curio looks at faulty sectors", healed.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(healed.Lines, line => (string?)line["event"] == "declared");
        }
    }

    /// <summary>What the plan puts first is done first; sectors of one deadline are mended together, in any order.</summary>
    private static void AssertInOrder(Ended healed)
    {
        JsonObject[] steps = [.. healed.Lines.Single(line => (string?)line["event"] == "heal_plan")["sectors"]!.AsArray().Select(step => step!.AsObject())];
        string[] dues = [.. steps.Select(step => (string)step["due"]!)];
        Assert.Equal(dues.Order(StringComparer.Ordinal), dues);
        Dictionary<int, string> due = steps.ToDictionary(step => (int)step["sector"]!["number"]!, step => (string)step["due"]!);
        string[] ended =
        [
            .. healed.Lines.Where(line => (string?)line["event"] == "sector_ended" && due.ContainsKey((int)line["sector"]!["number"]!))
                .Select(line => due[(int)line["sector"]!["number"]!]),
        ];
        Assert.Equal(due.Count, ended.Length);
        Assert.Equal(ended.Order(StringComparer.Ordinal), ended);
    }

    private async Task SealAsync(RegisteredSealProof proof)
    {
        _miner.SectorSize = SealProofs.Get(proof).SectorSize.Bytes;
        for (ulong number = 0; number < Sectors; number++)
        {
            _miner.Add(new FakeSector
            {
                Number = number,
                SealProof = (int)proof,
                SealedCid = SealedByHand.SealedCid(caches, _chain, Miner, number, proof, TicketEpoch),
                SealRandEpoch = TicketEpoch,
                PreCommitEpoch = TicketEpoch + 1,
                Activation = TicketEpoch + 1_000,
                Deadline = (int)((number * 7) % 48),
            });
        }

        await _bench.RunAsync(
            0, ["--miner=f01000", string.Create(CultureInfo.InvariantCulture, $"--sectors=0-{Sectors - 1}"), $"--sealing-result={Storage}", $"--sealing-temp={_bench.Temp}"]);
        File.WriteAllText(
            Path.Combine(Storage, "sectorstore.json"),
            new JsonObject { ["ID"] = Id, ["Weight"] = 10, ["CanSeal"] = false, ["CanStore"] = true, ["MaxStorage"] = 0 }.ToJsonString());

        // All are faulty since the last proving period, whatever is wrong with each.
        for (ulong number = 0; number < Sectors; number++)
        {
            _miner.Add(_miner.Sectors[number] with { Early = 120_000 });
        }
    }

    private async Task<FakeLotusMiner> StartLotusAsync()
    {
        FakeLotusMiner lotus = await FakeLotusMiner.StartAsync(_chain, _miner);
        lotus.StoragePaths.Add(Id, Storage);
        lotus.LookAt(Id);
        _bench.Environment["MINER_API_INFO"] = lotus.ApiInfo;
        return lotus;
    }

    private StoredSector Stored(int number) => new(Storage, Name(number));

    private string Sealed(int number) => Stored(number).Sealed;

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"s-t01000-{number}");

    private Dictionary<string, string> Digests() => Directory.EnumerateFiles(Storage, "*", SearchOption.AllDirectories)
        .Where(path => !path.EndsWith("t_aux", StringComparison.Ordinal))
        .ToDictionary(path => path, VectorFiles.Sha256OfFile);

    /// <summary>Every file is as it was, and what was damaged lies beside it under another name.</summary>
    private void AssertWhole(Dictionary<string, string> whole)
    {
        Dictionary<string, string> now = Digests();
        Assert.Equal(whole, now.Where(file => whole.ContainsKey(file.Key)).ToDictionary());
    }
}
