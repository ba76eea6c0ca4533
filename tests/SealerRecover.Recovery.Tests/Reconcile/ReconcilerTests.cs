using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Recovery.Reconcile;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Recovery.Tests.Reconcile;

/// <summary>Which sectors the chain has, what an index believes and what names stand in storage paths.</summary>
public sealed class ReconcilerTests : IDisposable
{
    private const string Elsewhere = "other";
    private static readonly ActorId Miner = new(1000);
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_sector_needs_what_it_is_proven_with_wherever_that_is()
    {
        // 1 whole, 2 without cache folder, 3 nowhere, 4 snapped and whole without its key, 5 snapped with nothing but its key, 6 half here and
        // half on another host, 7 on another host.
        Files("a", "sealed/1", "cache/1", "sealed/2", "update/4", "update-cache/4", "sealed/5", "cache/5", "sealed/6");
        SectorIndex index = Index(("a", 1, 2), (Elsewhere, 6, 4), (Elsewhere, 7, 8), (Elsewhere, 7, 16));
        Reconciler reconciler = new(Miner, StorageRoots.Read([_folder.At("a")]), [index]);
        ulong[] live = [1, 2, 3, 4, 5, 6, 7];
        Assert.Equal([7UL], reconciler.HeldElsewhere(live));
        ChainSectors chain = new(
            live.ToHashSet(), live[..^1].ToDictionary(number => number, number => Commitments(number, snapped: number is 4 or 5)));

        IReadOnlyList<Discrepancy> found = reconciler.Find(chain, new SurveySettings());

        Assert.Equal(
            [(DiscrepancyKind.Incomplete, 2, "cache"), (DiscrepancyKind.Lost, 3, null), (DiscrepancyKind.Lost, 5, null)],
            found.Where(one => one.Kind <= DiscrepancyKind.Ended).Select(one => (one.Kind, (int)one.Sector!.Value.Number, one.File)));
        Assert.Contains("update and update-cache", found.Single(one => one.Sector?.Number == 5 && one.Kind == DiscrepancyKind.Lost).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_what_is_not_proven_yet_are_no_discrepancy_and_those_of_what_has_ended_are_each_one()
    {
        Files("a", "sealed/1", "cache/1", "sealed/2", "cache/2", "unsealed/3", "sealed/4");
        SectorCommitments ended = Commitments(3, snapped: false);
        ChainSectors chain = new(
            new HashSet<ulong>(),
            new Dictionary<ulong, SectorCommitments> { [1] = Commitments(1, snapped: false) with { IsUnproven = true }, [3] = ended });
        IReadOnlyList<Discrepancy> found = new Reconciler(Miner, StorageRoots.Read([_folder.At("a")]), []).Find(chain, new SurveySettings());
        Assert.Equal(
            [(2, "cache"), (2, "sealed"), (3, "unsealed"), (4, "sealed")], found.Select(one => ((int)one.Sector!.Value.Number, one.File!)));
        Assert.All(found, one => Assert.Equal(DiscrepancyKind.Ended, one.Kind));
        Assert.Contains("expired or been terminated", found[2].Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_index_is_compared_with_the_storage_paths_it_has_and_with_each_other_s_nothing()
    {
        Files("a", "sealed/1", "cache/1", "sealed/2");
        Files("b", "sealed/1");
        Directory.CreateDirectory(_folder.At("c", "sealed"));
        StorageRoots roots = StorageRoots.Read([_folder.At("a"), _folder.At("b"), _folder.At("c")]);
        SectorIndex lotus = Index(("a", 1, 2), ("a", 1, 4), ("a", 2, 2), ("a", 9, 1), ("a", 9, 32), (Elsewhere, 8, 2)) with { Name = "lotus-miner" };
        SectorIndex curio = Index(("b", 1, 2)) with { Name = "Curio's database" };

        IReadOnlyList<Discrepancy> found = new Reconciler(Miner, roots, [lotus, curio]).Find(chain: null, new SurveySettings());

        Assert.Equal(
            [
                (DiscrepancyKind.Twice, 1, _folder.At("b", "sealed", "s-t01000-1")),
                (DiscrepancyKind.EntryWithoutFile, 9, _folder.At("a", "unsealed", "s-t01000-9")),
            ],
            found.Where(one => one.Sector is not null).Select(one => (one.Kind, (int)one.Sector!.Value.Number, one.Path)));
        Assert.Equal(
            ["lotus-miner b", "lotus-miner c", "Curio's database a", "Curio's database c"],
            found.Where(one => one.Kind == DiscrepancyKind.PathWithoutEntry).Select(one => $"{one.Why.Split(" does")[0]} {Path.GetFileName(one.Path)}"));
        Assert.Equal(["b", null], found.Where(one => one.Kind == DiscrepancyKind.PathWithoutEntry).Take(2).Select(one => one.StorageId));
    }

    private static SectorIndex Index(params (string Id, ulong Number, int Type)[] files) => new(
        "an index",
        files.Select(file => file.Id).ToHashSet(StringComparer.Ordinal),
        [.. files.Select(file => new IndexedFile(file.Id, new SectorId(Miner, file.Number), file.Type))]);

    private static SectorCommitments Commitments(ulong number, bool snapped) => new(
        new SectorId(Miner, number), SealProofs.Get(RegisteredSealProof.StackedDrg2KiBV1_1), default, snapped ? default(CommR) : null);

    /// <summary>A storage path whose ID is its name, with files and folders of sectors.</summary>
    private void Files(string storage, params string[] places)
    {
        _folder.Write(Path.Combine(storage, "sectorstore.json"), $$"""{"ID": "{{storage}}"}""");
        foreach (string[] place in places.Select(place => place.Split('/')))
        {
            string name = $"s-t01000-{place[1]}";
            if (place[0].Contains("cache", StringComparison.Ordinal))
            {
                Directory.CreateDirectory(_folder.At(storage, place[0], name));
            }
            else
            {
                _folder.Write(Path.Combine(storage, place[0], name), "");
            }
        }
    }
}
